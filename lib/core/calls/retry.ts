/**
 * Owns which way an item goes after each step: ask the same model again, go one rung down, or leave the models for what needs none
 * (a cached answer, then the fallback values). Pure.
 */

/** What a call came to, when it gave no answer that can be used. */
export type Step =
	/** The provider gave no answer. `isRetryable`: it may pass by itself. `mayDiffer`: another model of the provider may do better. */
	| { readonly kind: 'failed'; readonly isRetryable: boolean; readonly mayDiffer: boolean }
	/** An answer came and was paid, but it cannot be used. */
	| { readonly kind: 'unusable'; readonly isRetryable: boolean };

/** `again`: the same call. `down`: the next rung. `leave`: no model. */
export type NextTry = 'again' | 'down' | 'leave';

/**
 * The next move after attempt number `attempt` (1, 2, …) of at most `maxAttempts`. An answer that cannot be used, and that asking
 * again would not mend, is a refusal: no other model is asked to say what one would not.
 */
export function nextTry(step: Step, { attempt, maxAttempts }: { attempt: number; maxAttempts: number }): NextTry {
	if (step.isRetryable && attempt < maxAttempts) return 'again';
	switch (step.kind) {
		case 'failed':
			return step.mayDiffer ? 'down' : 'leave';
		case 'unusable':
			return step.isRetryable ? 'down' : 'leave';
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
