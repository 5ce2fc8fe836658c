/**
 * Owns which way an item goes after each step: ask the same model again, go down to another rung, or leave the models for what needs none
 * (a cached answer, then the fallback values). Pure.
 */

/** Another model of the same provider, only one of another provider, or neither. */
export type MayDiffer = 'by_model' | 'by_provider' | 'never';

/** What a call came to, when it gave no answer that can be used. */
export type Step =
	/** The provider gave no answer. `isRetryable`: it may pass by itself. `mayDiffer`: what may do better in its place. */
	| { readonly kind: 'failed'; readonly isRetryable: boolean; readonly mayDiffer: MayDiffer }
	/**
	 * It was paid, and cannot be used. `canDiffer`: the next attempt can do otherwise what failed. `paidFailures`: how often this has
	 * happened to the item, this time included.
	 */
	| { readonly kind: 'unusable'; readonly isRefusal: boolean; readonly canDiffer: boolean; readonly paidFailures: number };

/** `again`: the same call. `down`: the next rung. `elsewhere`: the next rung at another provider. `leave`: no model. */
export const NEXT_TRIES = ['again', 'down', 'elsewhere', 'leave'] as const;
export type NextTry = (typeof NEXT_TRIES)[number];

/** So often an item may pay for what it cannot use and still have the same model asked once more, otherwise. */
const MAX_PAID_REPEATS = 1;

/**
 * The next move after attempt number `attempt` (1, 2, …) of at most `maxAttempts`. Attempts bound failures that cost nothing; what was
 * paid and cannot be used is repeated once in an item at most, and only otherwise. A refusal ends the item: no other model is asked to say
 * what one would not.
 */
export function nextTry(step: Step, { attempt, maxAttempts }: { attempt: number; maxAttempts: number }): NextTry {
	const isWithinAttempts = attempt < maxAttempts;
	switch (step.kind) {
		case 'failed':
			if (step.isRetryable && isWithinAttempts) return 'again';
			return nextAfterFault(step.mayDiffer);
		case 'unusable':
			if (step.isRefusal) return 'leave';
			return step.canDiffer && isWithinAttempts && step.paidFailures <= MAX_PAID_REPEATS ? 'again' : 'down';
		default:
			return step satisfies never;
	}
}

/** The next move after a fault that is not waited out. */
export function nextAfterFault(mayDiffer: MayDiffer): Exclude<NextTry, 'again'> {
	switch (mayDiffer) {
		case 'by_model':
			return 'down';
		case 'by_provider':
			return 'elsewhere';
		case 'never':
			return 'leave';
		default:
			return mayDiffer satisfies never;
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
