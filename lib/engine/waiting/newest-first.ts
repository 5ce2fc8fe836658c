/** A line for work of which only some may run at once. The newest comes first: a flood of old work cannot keep new work waiting. */

interface Limits {
	/** How much may run at once. */
	readonly atOnce: number;
	/** How much may wait; beyond that the oldest is given up. */
	readonly waiting: number;
}

/** One line. */
export class NewestFirst {
	readonly #limits: Limits;
	readonly #waiting: ((isMine: boolean) => void)[] = [];
	#running = 0;

	constructor(limits: Limits) {
		this.#limits = limits;
	}

	/** Runs `work` when its turn comes; `null` when it was given up. */
	async run<T>(work: () => Promise<T>): Promise<T | null> {
		if (this.#running < this.#limits.atOnce) this.#running += 1;
		else if (!(await this.#turn())) return null;
		try {
			return await work();
		} finally {
			const next = this.#waiting.pop();
			if (next) next(true);
			else this.#running -= 1;
		}
	}

	#turn(): Promise<boolean> {
		if (this.#waiting.length >= this.#limits.waiting) this.#waiting.shift()?.(false);
		return new Promise((resolve) => this.#waiting.push(resolve));
	}
}
