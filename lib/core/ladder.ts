/**
 * Owns which way an item goes after each step: try the provider again, ask for the answer again, or take the fallback.
 * Two rungs for now, model and fallback; further rungs join as more kinds of step. Pure.
 */
import type { RefusalReason } from './model';

/** What a step of an item came to. */
export type Step =
	| { readonly kind: 'refused'; readonly reason: RefusalReason }
	/** The provider gave no answer; `isRetryable` when it may pass by itself. */
	| { readonly kind: 'failed'; readonly isRetryable: boolean }
	/** An answer came and was paid, but it cannot be used. */
	| { readonly kind: 'unusable'; readonly isRetryable: boolean };

export type Move = 'retry' | 'fallback';

/** The next move after attempt number `attempt` (1, 2, …) of at most `maxAttempts`. A refused reserve is never retried. */
export function nextMove(step: Step, { attempt, maxAttempts }: { attempt: number; maxAttempts: number }): Move {
	switch (step.kind) {
		case 'refused':
			return 'fallback';
		case 'failed':
		case 'unusable':
			return step.isRetryable && attempt < maxAttempts ? 'retry' : 'fallback';
		default:
			return step satisfies never;
	}
}

const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 20_000;
/** A provider that asks for a longer pause than this is not waited for. */
export const MAX_RETRY_AFTER_MS = 60_000;

/**
 * Milliseconds before the next attempt: what the provider asked for, else 0.5 s doubled each time up to 20 s, halved at most
 * by `jitter` in [0, 1) so that many items do not come back at once.
 */
export function backoffMs({ attempt, retryAfterMs, jitter }: { attempt: number; retryAfterMs: number | null; jitter: number }): number {
	if (retryAfterMs !== null) return Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
	const fullMs = Math.min(FIRST_BACKOFF_MS * 2 ** (attempt - 1), MAX_BACKOFF_MS);
	return Math.round(fullMs * (0.5 + jitter * 0.5));
}
