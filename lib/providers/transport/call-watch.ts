/**
 * Ends a call that does not end by itself: the time limit over connection, headers and body, and the caller's abort. Timer and listener
 * are gone once `stop` was called.
 */

/** How time is told and waited for; the real clock lives in lib/runtime. */
export interface CallTiming {
	/** Milliseconds for measuring spans, unrelated to the calendar. */
	readonly monotonicMs: () => number;
	/** Runs a task once after a delay, unless cancelled. */
	readonly later: (delayMs: number, task: () => void) => { cancel(): void };
}

export interface CallWatch {
	readonly signal: AbortSignal;
	/** Resolves when the signal fires; never, while it does not. It does not depend on what the signal is given to. */
	readonly ended: Promise<void>;
	/** Why the signal fired; `null` while it has not. */
	readonly reason: () => 'timeout' | 'cancelled' | null;
	readonly stop: () => void;
}

/** Longest delay a timer takes; about 24 days. */
const MAX_TIMER_MS = 2_147_483_647;

/** Watches one call of at most `timeoutMs` milliseconds that the caller may also abort. */
export function watchCall(
	{ timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal | null },
	{ later }: CallTiming,
): CallWatch {
	const controller = new AbortController();
	let tell = (): void => undefined;
	const ended = new Promise<void>((resolve) => {
		tell = resolve;
	});
	let reason: 'timeout' | 'cancelled' | null = null;
	const end = (why: 'timeout' | 'cancelled'): void => {
		reason ??= why;
		controller.abort();
		tell();
	};
	const cancel = (): void => end('cancelled');
	const timer = later(Math.min(timeoutMs, MAX_TIMER_MS), () => end('timeout'));
	if (signal?.aborted) cancel();
	else signal?.addEventListener('abort', cancel, { once: true });
	return {
		signal: controller.signal,
		ended,
		reason: () => reason,
		stop: () => {
			timer.cancel();
			signal?.removeEventListener('abort', cancel);
		},
	};
}
