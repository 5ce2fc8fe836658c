/**
 * Owns the calls that go on after their item has left: their answers are not awaited by anybody, but what they cost is settled.
 * Refuses to let one of them fail loudly: its hold ends by its timeout then.
 */

/** Late calls of one action. */
export class LateCalls {
	readonly #running = new Set<Promise<unknown>>();

	/** Keeps a call in mind until it ends. */
	add(call: Promise<unknown>): void {
		const forget = (): void => void this.#running.delete(settled);
		const settled = call.then(forget, forget);
		this.#running.add(settled);
	}

	/** Resolves when none is left. */
	async ended(): Promise<void> {
		while (this.#running.size > 0) await Promise.all(this.#running);
	}
}
