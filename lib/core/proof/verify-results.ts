/**
 * The proof of results that are kept for retries: each must be the one whose hash the entry that settled its call holds. A result that was
 * removed, by its lifetime or by forgetting, is none. Refuses to keep any text: of a hash a few digits are enough to compare by.
 */
import { holdId, type EntryBody } from '../nouns/records';
import { sha256 } from '../values/idempotency';
import type { Report } from './verify-holds';

type Settled = Extract<EntryBody, { kind: 'settled' }>;

/** Digits of a hash that are remembered: as many as a number holds. */
const REMEMBERED_DIGITS = 12;

/** Takes what is kept, then the entries in order. */
export class ResultProof {
	/** By hold, until its entry comes. */
	readonly #kept = new Map<number, number>();
	readonly #wrong: string[] = [];
	#hasHashes = false;
	#unproved = 0;

	/** How many are kept for calls of which no entry tells a hash, because they are older than that. */
	get unproved(): number {
		return this.#unproved;
	}

	/** A result that is kept; all of them come before the first entry. */
	tell(holdSeq: number, text: string): void {
		this.#kept.set(holdSeq, digitsOf(sha256(text)));
	}

	/** A call was settled. */
	settled({ holdSeq, facts: { resultHash } }: Settled): void {
		this.#hasHashes ||= resultHash !== null;
		const digits = this.#kept.get(holdSeq);
		if (digits === undefined) return;
		this.#kept.delete(holdSeq);
		if (resultHash !== null) {
			if (digitsOf(resultHash) !== digits) this.#wrong.push(`The result that is kept for ${holdId(holdSeq)} is not the one of its call.`);
		} else if (this.#hasHashes) this.#wrong.push(`A result is kept for ${holdId(holdSeq)}, whose call has none.`);
		else this.#unproved += 1;
	}

	/** Reports what is wrong, when all entries have come. */
	finish(report: Report): void {
		for (const detail of this.#wrong) report(detail);
		for (const holdSeq of this.#kept.keys()) report(`A result is kept for ${holdId(holdSeq)}, which was not settled.`);
	}
}

function digitsOf(hash: string): number {
	return Number.parseInt(hash.slice(0, REMEMBERED_DIGITS), 16);
}
