/**
 * Owns waking those who wait for credits of one account when some came free in this process. Refuses to lose a wake-up between a look and
 * the pause after it, and to cost anything while nobody waits.
 */
import type { Timing } from './timing';

/** Given along, because making up a reason takes longer than waking. */
const WOKEN = 'credits came free';

/** Shared by all who use an account in one process. */
export class WakeUps {
	#count = 0;
	readonly #waiting = new Set<AbortController>();

	/** How often credits came free so far; read before looking whether there are enough. */
	get count(): number {
		return this.#count;
	}

	/** Credits came free: whoever waits looks again. */
	wake(): void {
		this.#count += 1;
		for (const waiting of this.#waiting) waiting.abort(WOKEN);
	}

	/** Pauses for `delayMs`, or until credits come free after `since`, or until the signal. */
	async pause(
		{ since, delayMs, signal }: { readonly since: number; readonly delayMs: number; readonly signal?: AbortSignal | null | undefined },
		{ pause }: Pick<Timing, 'pause'>,
	): Promise<void> {
		const wakeUp = new AbortController();
		if (since !== this.#count) wakeUp.abort(WOKEN);
		this.#waiting.add(wakeUp);
		try {
			await pause(delayMs, signal ? AbortSignal.any([wakeUp.signal, signal]) : wakeUp.signal);
		} finally {
			this.#waiting.delete(wakeUp);
		}
	}
}
