/**
 * Owns what is known of batches at their provider: asked for once for all items that wait for the same one, and looked up by our name
 * where nobody was told its id. Refuses lines that were not handed in by us, and a second line of the same name.
 */
import { LRUCache } from 'lru-cache';
import type {
	BatchProvider,
	BatchReading,
	BatchResult,
	BatchState,
	BatchStatus,
	ProviderFault,
	StructuredMode,
} from '../../providers/provider';
import { readLineName, type BatchMark } from '../outcome/batch-mark';
import type { Timing } from '../waiting/timing';

/** A batch that goes on is asked for again after this time. */
const FRESH_MS = 5_000;
/** One that has ended does not change any more, but it need not be kept for ever. */
const ENDED_FRESH_MS = 60_000;
/** Their lines may be large. */
const MAX_KEPT = 3;
/** Clocks of the provider and of this machine may differ. */
const CLOCK_MARGIN_MS = 60 * 60_000;

/** A line that is there. */
export interface ReadLine {
	readonly mode: StructuredMode;
	readonly result: BatchResult;
}

/** A batch as it is now. */
export type BatchView =
	| { readonly kind: 'unreadable'; readonly fault: ProviderFault }
	/** The provider knows none of that id or name. */
	| { readonly kind: 'absent' }
	| {
			readonly kind: 'there';
			readonly id: string;
			readonly status: BatchStatus;
			readonly detail: string | null;
			readonly doneLines: number | null;
			readonly totalLines: number | null;
			/** By the number of their hold. */
			readonly lines: ReadonlyMap<number, ReadLine>;
	  };

/** What a batch is looked up by. */
type Named = Pick<BatchMark, 'submission' | 'id'>;

type There = Extract<BatchView, { kind: 'there' }>;

interface KnownBatch {
	readonly view: Promise<BatchView>;
	/** Monotonic; while it is being read, when that began. */
	readMs: number;
	freshForMs: number;
}

/** The batches that the items of one action wait for. */
export class BatchBoard {
	readonly #timing: Timing;
	readonly #kept = new LRUCache<string, KnownBatch>({ max: MAX_KEPT });

	constructor(timing: Timing) {
		this.#timing = timing;
	}

	/** The batch of an item that was set aside for at `sinceMs`; at most a few seconds old. Never rejects. */
	async view(batches: BatchProvider, mark: Named, sinceMs: number): Promise<BatchView> {
		const key = JSON.stringify([mark.submission, mark.id]);
		const known = this.#kept.get(key);
		if (known && this.#timing.monotonicMs() - known.readMs < known.freshForMs) return known.view;
		const kept: KnownBatch = {
			view: look(batches, mark, sinceMs),
			readMs: this.#timing.monotonicMs(),
			freshForMs: Number.POSITIVE_INFINITY,
		};
		this.#kept.set(key, kept);
		return this.#read(key, kept);
	}

	/** Keeps what was read for as long as it is of use. */
	async #read(key: string, kept: KnownBatch): Promise<BatchView> {
		const view = await kept.view;
		const isEnded = view.kind === 'there' && view.status !== 'running';
		kept.readMs = this.#timing.monotonicMs();
		kept.freshForMs = isEnded ? ENDED_FRESH_MS : FRESH_MS;
		void this.#timing.pause(kept.freshForMs).then(() => {
			if (this.#kept.get(key) === kept) this.#kept.delete(key);
		});
		return view;
	}
}

async function look(batches: BatchProvider, { submission, id }: Named, sinceMs: number): Promise<BatchView> {
	const known = id === null ? null : await batches.state(id);
	if (known?.kind === 'failed') return { kind: 'unreadable', fault: known.fault };
	const found: BatchReading<readonly BatchState[]> = known?.value
		? { kind: 'read', value: [known.value] }
		: await batches.find({ submission, sinceMs: sinceMs - CLOCK_MARGIN_MS });
	if (found.kind === 'failed') return { kind: 'unreadable', fault: found.fault };
	let together: There | null = null;
	for (const state of found.value) {
		const results = await batches.results(state);
		if (results.kind === 'failed') return { kind: 'unreadable', fault: results.fault };
		together = joined(together, { ...state, kind: 'there', lines: linesOf(results.value, submission) });
	}
	return together ?? { kind: 'absent' };
}

/** Items that are not told which of several batches they are in wait for all of them. */
function joined(one: There | null, other: There): There {
	if (one === null) return other;
	const sum = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);
	return {
		...(one.status === 'running' ? one : other),
		doneLines: sum(one.doneLines, other.doneLines),
		totalLines: sum(one.totalLines, other.totalLines),
		lines: new Map([...one.lines, ...other.lines]),
	};
}

function linesOf(results: readonly BatchResult[], submission: string): ReadonlyMap<number, ReadLine> {
	const lines = new Map<number, ReadLine>();
	for (const result of results) {
		const name = readLineName(result.customId);
		if (name?.submission !== submission) continue;
		const known = lines.get(name.holdSeq);
		// The first counts, unless it is none and this is an answer, which was billed.
		if (!known || (!known.result.isAnswer && result.isAnswer)) lines.set(name.holdSeq, { mode: name.mode, result });
	}
	return lines;
}
