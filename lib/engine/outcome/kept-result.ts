/**
 * Owns the text kept for a retry: the values of an answer that was paid, or why a paid answer was of no use.
 */
import type { NextTry } from '../../core/calls/retry';
import type { Usage } from '../../core/usage/usage-fields';
import type { Reason } from '../../params/fallback-switch';

export type Kept =
	| { readonly kind: 'values'; readonly values: Record<string, unknown>; readonly usage: Usage | null }
	/** `move` is where the item went then, so that a retry goes the same way. */
	| { readonly kind: 'unusable'; readonly reason: Reason; readonly message: string; readonly move: NextTry; readonly usage: Usage | null };

/** The text to keep. */
export function encodeKept(kept: Kept): string {
	return JSON.stringify(kept);
}

/** The inverse; `null` for nothing kept or a text of another version. */
export function decodeKept(text: string | null): Kept | null {
	if (text === null) return null;
	const kept = JSON.parse(text) as Kept | { readonly kind: 'another version' };
	return kept.kind === 'values' || kept.kind === 'unusable' ? kept : null;
}
