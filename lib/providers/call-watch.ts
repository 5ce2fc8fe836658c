/**
 * Owns the end of a call that does not end by itself: the time limit over connection, headers and body, and the caller's abort.
 * Refuses to outlive its call: timer and listener are gone once `stop` was called.
 */

export interface CallWatch {
	readonly signal: AbortSignal;
	/** Why the signal fired; `null` while it has not. */
	readonly reason: () => 'timeout' | 'cancelled' | null;
	readonly stop: () => void;
}

/** Longest delay a timer takes; about 24 days. */
const MAX_TIMER_MS = 2_147_483_647;

/** Watches one call of at most `timeoutMs` milliseconds that the caller may also abort. */
export function watchCall({ timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal | null }): CallWatch {
	const controller = new AbortController();
	let reason: 'timeout' | 'cancelled' | null = null;
	const end = (why: 'timeout' | 'cancelled'): void => {
		reason ??= why;
		controller.abort();
	};
	const cancel = (): void => end('cancelled');
	const timer = setTimeout(() => end('timeout'), Math.min(timeoutMs, MAX_TIMER_MS));
	if (signal?.aborted) cancel();
	else signal?.addEventListener('abort', cancel, { once: true });
	return {
		signal: controller.signal,
		reason: () => reason,
		stop: () => {
			clearTimeout(timer);
			signal?.removeEventListener('abort', cancel);
		},
	};
}
