/**
 * Owns the time that one item has, and everything that ends its waiting: its deadline, and the flow being stopped. Refuses to
 * abort calls at the deadline: what was sent is billed, so its answer is still waited for, only not by the item.
 */
import type { Timing } from '../waiting/timing';

/** The clock of one item; give it back with `end`. */
export class ItemTime {
	/** Fires at the deadline, never without one. */
	readonly isOver: AbortSignal;
	/** Fires when the flow is stopped, or at the deadline: waiting is of no use any more. */
	readonly stopsWaiting: AbortSignal;
	readonly #timing: Timing;
	readonly #startedMs: number;
	readonly #limitMs: number;
	/** Stops the clock; `null` without a deadline. */
	readonly #ended: AbortController | null;
	readonly #signal: AbortSignal | null;

	/** `deadlineSeconds` 0 sets no limit. */
	constructor(timing: Timing, { deadlineSeconds, signal }: { deadlineSeconds: number; signal: AbortSignal | null }) {
		const over = new AbortController();
		this.#timing = timing;
		this.#startedMs = timing.monotonicMs();
		this.#signal = signal;
		this.isOver = over.signal;
		if (deadlineSeconds === 0) {
			this.#limitMs = Number.POSITIVE_INFINITY;
			this.stopsWaiting = signal ?? over.signal;
			this.#ended = null;
			return;
		}
		const ended = new AbortController();
		this.#limitMs = deadlineSeconds * 1000;
		this.stopsWaiting = signal ? AbortSignal.any([over.signal, signal]) : over.signal;
		this.#ended = ended;
		void timing.pause(this.#limitMs, ended.signal).then(() => {
			if (!ended.signal.aborted) over.abort();
		});
	}

	/** Milliseconds since the item's turn came. */
	get spentMs(): number {
		return this.#timing.monotonicMs() - this.#startedMs;
	}

	/** Milliseconds that are left, infinite without a deadline. */
	get leftMs(): number {
		return Math.max(0, this.#limitMs - this.spentMs);
	}

	get isCancelled(): boolean {
		return this.#signal?.aborted ?? false;
	}

	/** Resolves with the work, or with `null` at the deadline if that comes first; the work goes on. */
	async within<T>(work: Promise<T>): Promise<T | null> {
		if (this.#limitMs === Number.POSITIVE_INFINITY) return work;
		let stop: () => void = () => undefined;
		const over = new Promise<null>((resolve) => {
			stop = () => {
				resolve(null);
			};
			if (this.isOver.aborted) stop();
			else this.isOver.addEventListener('abort', stop, { once: true });
		});
		return Promise.race([work, over]).finally(() => {
			this.isOver.removeEventListener('abort', stop);
		});
	}

	/** Stops the clock. */
	end(): void {
		this.#ended?.abort();
	}
}
