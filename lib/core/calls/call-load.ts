/**
 * Measures how long calls take at a load: what is kept of a window of calls is how long one took, and how many were under way.
 * Pure.
 */

/** A window that was measured. */
export interface Level {
	/** Calls under way, on average. */
	readonly calls: number;
	/** How long one took: the geometric mean, which a few slow ones move little. */
	readonly usualMs: number;
	/** Calls that were measured. */
	readonly count: number;
	/** True where more calls were waiting most of the time. */
	readonly isFull: boolean;
}

/** One call, as it was sent. */
export interface Loaded {
	/** Calls under way with it. */
	readonly calls: number;
	/** As many as were allowed. */
	readonly isFull: boolean;
}

/** Calls of one window, as their answers come. */
export class LoadWindow {
	#count = 0;
	#logMs = 0;
	#calls = 0;
	#full = 0;

	/** Adds a call that was answered. */
	add({ calls, isFull }: Loaded, tookMs: number): void {
		this.#count += 1;
		this.#logMs += Math.log(Math.max(1, tookMs));
		this.#calls += calls;
		if (isFull) this.#full += 1;
	}

	/** What the window shows once it has `least` calls, or as many as were under way if that is more; `null` before. */
	level(least: number): Level | null {
		const count = this.#count;
		if (count < least || count * count < this.#calls) return null;
		return {
			calls: this.#calls / count, // ratio: calls
			usualMs: Math.exp(this.#logMs / count), // ratio: time
			count,
			isFull: this.#full * 2 >= count,
		};
	}
}

/**
 * What more calls under way gain: 1 where twice as many are answered in the same time when there are twice as many, 0 where no more are,
 * because each takes twice as long; below 0 where it is even fewer.
 */
export function gainOf(fewer: Level, more: Level): number {
	return 1 - Math.log(more.usualMs / fewer.usualMs) / Math.log(more.calls / fewer.calls); // ratio: times and calls
}
