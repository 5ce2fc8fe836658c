/**
 * Owns the proof that no idempotency key is carried twice, in memory that does not grow: a store tells all keys in ascending order, so
 * equal ones are neighbours, and a count and a sum show that they are the keys of the journal.
 */
import type { Report } from './verify-holds';

/** The hash of an idempotency key with the number of the entry that carries it. */
export interface CarriedKey {
	readonly keyHash: string;
	readonly seq: number;
}

/** The sum of the first 48 bits of each key, kept below 2^52 so that it is exact. */
const SUMMED_DIGITS = 12;
const MODULUS = 2 ** 52;

interface Tally {
	count: number;
	sum: number;
}

/** Takes the keys twice: as the journal has them, and in ascending order. */
export class KeyProof {
	readonly #inJournal: Tally = { count: 0, sum: 0 };
	readonly #inOrder: Tally = { count: 0, sum: 0 };
	#previous: CarriedKey | null = null;

	/** The last key that was given in order; the next page begins behind it. */
	get previous(): CarriedKey | null {
		return this.#previous;
	}

	/** A key of the journal. */
	add(keyHash: string): void {
		tally(this.#inJournal, keyHash);
	}

	/** A page of keys in ascending order. Those of entries after `lastSeq` were written while the proof ran and are left out. */
	addInOrder(keys: readonly CarriedKey[], lastSeq: number, report: Report): void {
		for (const key of keys) {
			if (key.keyHash === this.#previous?.keyHash)
				report(`Entry ${String(key.seq)} carries the idempotency key of entry ${String(this.#previous.seq)}.`);
			this.#previous = key;
			if (key.seq <= lastSeq) tally(this.#inOrder, key.keyHash);
		}
	}

	/** Reports when the keys in order were not those of the journal. */
	finish(report: Report): void {
		const { count, sum } = this.#inJournal;
		if (count !== this.#inOrder.count || sum !== this.#inOrder.sum)
			report(`The journal carries ${String(count)} idempotency keys, but others are found by key: ${String(this.#inOrder.count)}.`);
	}
}

function tally(of: Tally, keyHash: string): void {
	of.count += 1;
	of.sum = (of.sum + Number.parseInt(`0${keyHash.slice(0, SUMMED_DIGITS)}`, 16)) % MODULUS;
}
