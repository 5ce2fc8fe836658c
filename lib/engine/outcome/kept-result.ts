/**
 * Owns the text kept for a retry: the values of an answer that was paid, or why a paid answer was of no use.
 */
import type { NextTry } from '../../core/calls/retry';
import type { Change } from '../../core/calls/second-try';
import type { Usage } from '../../core/usage/usage-fields';
import type { Instant } from '../../core/values/time';
import type { Reason } from '../../params/fallback-switch';

/** A longer answer is not kept for retries: the ledger is no store of documents. */
const MAX_KEPT_CHARACTERS = 100_000;
const HOUR_MS = 3_600_000;

export type Kept =
	| { readonly kind: 'values'; readonly values: Record<string, unknown>; readonly usage: Usage | null }
	/** `move` is where the item went then, so that a retry goes the same way; `change` what would have been done otherwise. */
	| {
			readonly kind: 'unusable';
			readonly reason: Reason;
			readonly message: string;
			readonly move: NextTry;
			readonly usage: Usage | null;
			readonly change?: Change;
	  };

/** The text to keep. */
export function encodeKept(kept: Kept): string {
	return JSON.stringify(kept);
}

/** What to keep for so many hours from now on; `null`: nothing, as for an answer that is too long. */
export function keptFor(kept: Kept, { hours, nowMs }: { hours: number; nowMs: Instant }): { text: string; keptUntilMs: Instant } | null {
	if (hours === 0) return null;
	const text = encodeKept(kept);
	return text.length > MAX_KEPT_CHARACTERS ? null : { text, keptUntilMs: nowMs + hours * HOUR_MS };
}

/** What is kept of an answer that came after its item had left: a repeated run asks again. */
export function unreadOf({ usage }: Kept): Kept {
	return { kind: 'unusable', reason: 'deadline_reached', message: 'The answer came after its item had left.', move: 'again', usage };
}

/** The inverse; `null` for nothing kept or a text of another version. */
export function decodeKept(text: string | null): Kept | null {
	if (text === null) return null;
	const kept = JSON.parse(text) as Kept | { readonly kind: 'another version' };
	return kept.kind === 'values' || kept.kind === 'unusable' ? kept : null;
}
