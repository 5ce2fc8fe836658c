/** Bounds how many items work at the same time. One that only waits gives its slot to another meanwhile, and gets the next one that is free. */

/** Waits without a slot. At the signal it does not queue for another one: what it waited for is of no use any more. */
export type Aside = <T>(wait: () => Promise<T>, signal?: AbortSignal | null) => Promise<T>;

/** Waits where it is: for work that has no slot to give away. */
export const inPlace: Aside = (wait) => wait();

/** The slots of one action: so many, or as many as there are just now. */
export class Slots {
	readonly #count: () => number;
	#taken = 0;
	/** Those that had a slot before come first: what they hold, or have waited for, is older. */
	readonly #returning = new Set<() => void>();
	readonly #fresh = new Set<() => void>();

	constructor(count: number | (() => number)) {
		this.#count = typeof count === 'number' ? () => count : count;
	}

	/** Runs the work in a slot, once there is one. Resolves and rejects as the work does. */
	async run<T>(work: (aside: Aside) => Promise<T>): Promise<T> {
		await this.#take(this.#fresh);
		const own = { has: true };
		const aside: Aside = async (wait, signal = null) => {
			if (!own.has) return wait();
			own.has = false;
			this.#give();
			try {
				return await wait();
			} finally {
				own.has = await this.#take(this.#returning, signal);
			}
		};
		try {
			return await work(aside);
		} finally {
			if (own.has) this.#give();
		}
	}

	/** True with a slot, false without one at the signal. */
	async #take(queue: Set<() => void>, signal: AbortSignal | null = null): Promise<boolean> {
		if (signal?.aborted) return false;
		if (this.#taken < this.#count()) {
			this.#taken += 1;
			return true;
		}
		return new Promise((resolve) => {
			const come = (): void => {
				signal?.removeEventListener('abort', leave);
				resolve(true);
			};
			const leave = (): void => {
				queue.delete(come);
				resolve(false);
			};
			queue.add(come);
			signal?.addEventListener('abort', leave, { once: true });
		});
	}

	#give(): void {
		this.#taken -= 1;
		for (const queue of [this.#returning, this.#fresh]) {
			for (const next of queue) {
				if (this.#taken >= this.#count()) return;
				this.#taken += 1;
				queue.delete(next);
				next();
			}
		}
	}
}
