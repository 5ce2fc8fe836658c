/** Tries at the admin keys of a ledger that lives and dies with its process. */
import { NO_TRIES } from '../../core/rules/key-tries';
import type { Instant } from '../../core/values/time';
import type { TriesAfter, TryStore } from '../ports/try-store';

/** The tries at one ledger in memory. `assertUsable` throws once the ledger is closed. */
export class MemoryTries implements TryStore {
	#tries = NO_TRIES;
	readonly #assertUsable: () => void;
	readonly #clock: () => Instant;

	constructor({ assertUsable, clock }: { assertUsable: () => void; clock: () => Instant }) {
		this.#assertUsable = assertUsable;
		this.#clock = clock;
	}

	async change<T>(work: (tries: typeof NO_TRIES, atMs: Instant) => TriesAfter<T>): Promise<T> {
		this.#assertUsable();
		const { tries, result } = work(this.#tries, this.#clock());
		this.#tries = tries;
		return Promise.resolve(result);
	}
}
