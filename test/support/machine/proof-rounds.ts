/**
 * Owns how much the tests of deaths and races do, little in `npm test` and much in `npm run test:proof` (`LLM_CREDITS_PROOF=1`), and their
 * chances: `LLM_CREDITS_SEED` repeats those of an earlier run.
 */
import { randomInt } from 'node:crypto';

/** True in `npm run test:proof`. */
export const IS_PROOF = process.env['LLM_CREDITS_PROOF'] === '1';

/** How often something is done. */
export function roundsOf({ usual, proof }: { usual: number; proof: number }): number {
	return IS_PROOF ? proof : usual;
}

/** The seed that `LLM_CREDITS_SEED` gives, else another each time. */
export function givenSeed(): number {
	return Number(process.env['LLM_CREDITS_SEED'] ?? randomInt(1_000_000));
}

/** Numbers that a seed repeats (mulberry32). */
export class Chance {
	readonly seed: number;
	#state: number;

	constructor(seed = givenSeed()) {
		this.seed = seed;
		this.#state = seed;
	}

	/** A whole number from 0 to just below `limit`. */
	below(limit: number): number {
		this.#state = (this.#state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
	}

	/** One of the list. */
	pick<T>(list: readonly [T, ...T[]]): T {
		return list[this.below(list.length)] ?? list[0];
	}
}
