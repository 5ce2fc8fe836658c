/**
 * Owns the proof of holds. What a store keeps of a hold is noted when the journal makes it, compared when the last entry of its story
 * has been replayed, and then forgotten, so that only holds are remembered whose story goes on. Refuses to trust that there is a mark
 * for each hold, and a hold for each mark.
 */
import { difference } from '../values/difference';
import { holdId, type Hold } from '../nouns/records';
import type { HoldState } from '../nouns/words';
import type { Instant } from '../values/time';

/** Where the story of a hold stands, as a store keeps it beside the journal: the story itself is in the entries. */
export interface HoldMark {
	readonly seq: number;
	readonly state: HoldState;
	readonly timeoutAtMs: Instant;
	/** Number of the last entry that closed or refunded it; `null` while it is open. */
	readonly closedSeq: number | null;
}

/** Takes a description of what is wrong. */
export type Report = (detail: string) => void;

interface Story {
	readonly mark: HoldMark;
	/** Number of the last entry so far that closed or refunded the hold. */
	closedSeq: number | null;
}

/** Compares stored marks with the holds of a replayed journal; works on the replay's own holds and removes those that are done. */
export class HoldProof {
	readonly #holds: Map<number, Hold>;
	readonly #report: Report;
	readonly #stories = new Map<number, Story>();
	#marks = new Map<number, HoldMark>();
	#closed: number[] = [];

	constructor(holds: Map<number, Hold>, report: Report) {
		this.#holds = holds;
		this.#report = report;
	}

	/** Begins a page of the journal, with the marks of all numbers that it covers. */
	beginPage(marks: readonly HoldMark[]): void {
		this.#marks = new Map(marks.map((mark) => [mark.seq, mark]));
	}

	/** The journal made a hold. */
	made(seq: number): void {
		const mark = this.#marks.get(seq);
		if (!mark) {
			this.#report(`${holdId(seq)} is in the journal, but is not stored.`);
			return;
		}
		this.#marks.delete(seq);
		this.#stories.set(seq, { mark, closedSeq: null });
	}

	/** The entry `closedSeq` closed or refunded a hold. */
	closed(seq: number, closedSeq: number): void {
		const story = this.#stories.get(seq);
		if (!story) return;
		story.closedSeq = closedSeq;
		this.#closed.push(seq);
	}

	/** Ends a page whose last entry is `lastSeq`: holds that are not said to be changed later are compared and forgotten. */
	endPage(lastSeq: number): void {
		for (const seq of this.#marks.keys()) this.#report(`${holdId(seq)} is stored, but is not in the journal.`);
		for (const seq of this.#closed) {
			const story = this.#stories.get(seq);
			if (!story || (story.mark.closedSeq ?? 0) > lastSeq) continue;
			this.#compare(seq, story);
			this.#stories.delete(seq);
			this.#holds.delete(seq);
		}
		this.#closed = [];
	}

	/**
	 * Compares what is left when the journal was replayed up to `lastSeq`. A hold that was closed, settled late or refunded since, by an
	 * entry up to the account's newest one, has moved on and is not compared.
	 */
	finish(lastSeq: number, newestSeq: number): void {
		for (const [seq, story] of this.#stories) {
			const { closedSeq } = story.mark;
			const hasMovedOn = closedSeq !== null && closedSeq > lastSeq && closedSeq <= newestSeq;
			if (!hasMovedOn) this.#compare(seq, story);
		}
	}

	#compare(seq: number, { mark, closedSeq }: Story): void {
		const hold = this.#holds.get(seq);
		if (hold?.state === mark.state && hold.timeoutAtMs === mark.timeoutAtMs && closedSeq === mark.closedSeq) return;
		const expected: HoldMark | undefined = hold && { seq, state: hold.state, timeoutAtMs: hold.timeoutAtMs, closedSeq };
		this.#report(`${holdId(seq)} is stored otherwise than the journal says: ${expected ? difference(expected, mark) : 'it is not there'}.`);
	}
}
