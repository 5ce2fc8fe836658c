/**
 * Owns proving that somebody knows an account's admin key without keeping it: a slow hash with the account's salt, and fewer
 * and fewer tries after wrong ones. Refuses keys that are quickly guessed.
 */
import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { CreditError } from '../../core/values/errors';
import { sha256 } from '../../core/values/idempotency';
import type { AdminKey } from '../../core/nouns/admin-key';

const scryptAsync = promisify<string, string, number, { N: number; maxmem: number }, Buffer>(scrypt);
/** About a tenth of a second and 32 MB for each try. */
const COST = { N: 2 ** 15, maxmem: 64 * 1024 * 1024 };
const PROOF_BYTES = 32;
const SHORTEST_KEY = 12;
const FREE_TRIES = 5;
const FIRST_LOCK_MS = 30_000;
const LONGEST_LOCK_MS = 15 * 60_000;

/** The proof of a key for an account's salt, hexadecimal. Takes a while on purpose, off the event loop. */
export async function proofOf(key: string, salt: string): Promise<string> {
	return (await scryptAsync(key, salt, PROOF_BYTES, COST)).toString('hex');
}

/** What is stored of a new key. `salt` is random hexadecimal. Throws `invalid_argument` for a key that is too short. */
export async function adminKeyOf(key: string, salt: string): Promise<AdminKey> {
	if (key.trim().length < SHORTEST_KEY) {
		throw new CreditError(
			'invalid_argument',
			`The admin key has ${String(key.trim().length)} characters; give at least ${String(SHORTEST_KEY)}, for example four random words.`,
		);
	}
	return { salt, hash: sha256(await proofOf(key, salt)) };
}

/** Slows down guessing within a process: five tries are free, then each wrong one doubles the wait, from 30 s to 15 min. */
export class TryGuard {
	#wrongTries = 0;
	#lockedUntilMs = 0;

	/** Throws `too_many_attempts` while locked at `nowMs`. */
	check(nowMs: number): void {
		const leftMs = this.#lockedUntilMs - nowMs;
		if (leftMs <= 0) return;
		throw new CreditError(
			'too_many_attempts',
			`The admin key was wrong ${String(this.#wrongTries)} times. Try again in ${String(Math.ceil(leftMs * 0.001))} seconds.`,
			{ isRetryable: true },
		);
	}

	wrong(nowMs: number): void {
		this.#wrongTries += 1;
		const over = this.#wrongTries - FREE_TRIES;
		if (over >= 0) this.#lockedUntilMs = nowMs + Math.min(FIRST_LOCK_MS * 2 ** over, LONGEST_LOCK_MS);
	}

	right(): void {
		this.#wrongTries = 0;
		this.#lockedUntilMs = 0;
	}
}
