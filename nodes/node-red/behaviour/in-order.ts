/**
 * Owns the order of messages: work runs side by side, and what comes of it is handed over in the order it was started, each
 * exactly once. Refuses to know what the work is.
 */

export class InOrder {
	readonly #finished = new Map<number, () => void>();
	#nextIn = 0;
	#nextOut = 0;
	#whenEmpty: (() => void)[] = [];

	/** How many are started and not handed over. */
	get size(): number {
		return this.#nextIn - this.#nextOut;
	}

	/** Hands over what comes of `work` after everything started before it. */
	add<T>(work: Promise<T>, { deliver, fail }: { deliver: (result: T) => void; fail: (problem: unknown) => void }): void {
		const place = this.#nextIn;
		this.#nextIn += 1;
		work.then(
			(result) => {
				this.#finish(place, () => {
					deliver(result);
				});
			},
			(problem: unknown) => {
				this.#finish(place, () => {
					fail(problem);
				});
			},
		);
	}

	/** Resolves when everything started so far was handed over. */
	async empty(): Promise<void> {
		if (this.size === 0) return;
		await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
	}

	#finish(place: number, handOver: () => void): void {
		this.#finished.set(place, handOver);
		for (let next = this.#finished.get(this.#nextOut); next !== undefined; next = this.#finished.get(this.#nextOut)) {
			this.#finished.delete(this.#nextOut);
			this.#nextOut += 1;
			next();
		}
		if (this.size > 0) return;
		for (const resolve of this.#whenEmpty.splice(0)) resolve();
	}
}
