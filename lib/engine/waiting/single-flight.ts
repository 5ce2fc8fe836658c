/**
 * Owns asking once for what several want at the same time: the first asks, the others wait for what it gets, each for as long as it may.
 * Refuses to share a failure: whoever waited for nothing asks by itself.
 */
import { inPlace, type Aside } from './slots';
import type { Timing } from './timing';

/** How long somebody may wait for what another asks. */
export interface Patience {
	readonly waitMs: number;
	readonly signal: AbortSignal | null;
	/** Absent: waits in its slot. */
	readonly aside?: Aside;
}

/** Questions under way by their key. */
export class SingleFlight<T> {
	readonly #timing: Pick<Timing, 'pause'>;
	readonly #underWay = new Map<string, Promise<T | null>>();

	constructor(timing: Pick<Timing, 'pause'>) {
		this.#timing = timing;
	}

	/**
	 * Asks, unless somebody is asking under the same key: then resolves with what that comes to. Rejects as `ask` does, for whoever asked;
	 * `ask` resolves with null, or rejects, where there is nothing to share.
	 */
	async share(
		key: string,
		ask: () => Promise<T | null>,
		patience: Patience,
	): Promise<{ readonly value: T | null; readonly isShared: boolean }> {
		const underWay = this.#underWay.get(key);
		const shared = underWay ? await this.#waitFor(underWay, patience) : null;
		if (shared !== null) return { value: shared, isShared: true };
		if (underWay) return { value: await ask(), isShared: false };
		const asking = ask();
		this.#underWay.set(
			key,
			asking.catch(() => null),
		);
		try {
			return { value: await asking, isShared: false };
		} finally {
			this.#underWay.delete(key);
		}
	}

	/** What another gets, or null when it fails, takes too long, or the one who waits is stopped. */
	async #waitFor(underWay: Promise<T | null>, { waitMs, signal, aside = inPlace }: Patience): Promise<T | null> {
		const over = new AbortController();
		const given = this.#timing.pause(waitMs, signal ? AbortSignal.any([over.signal, signal]) : over.signal).then(() => null);
		try {
			return await aside(() => Promise.race([underWay, given]), signal);
		} finally {
			over.abort();
		}
	}
}
