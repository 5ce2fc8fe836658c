/**
 * The port to what a ledger remembers of tries at its admin keys. One row for the whole ledger, so that neither processes nor tries beside
 * each other get more of them. Adapters hold no rules.
 */
import { z } from 'zod';
import { NO_TRIES, type KeyTries } from '../../core/rules/key-tries';
import type { Instant } from '../../core/values/time';

/** What becomes of the tries, and of whoever asked. */
export interface TriesAfter<T> {
	readonly tries: KeyTries;
	readonly result: T;
}

export interface TryStore {
	/** Replaces what is remembered by what `work` makes of it, in one transaction that no other change comes between; the same object changes nothing. */
	change<T>(work: (tries: KeyTries, atMs: Instant) => TriesAfter<T>): Promise<T>;
}

const LANE = z.object({ wrong: z.number().int().nonnegative(), untilMs: z.number().int() });
const TRIES = z.object({ near: LANE, far: LANE });

/** The tries as text. */
export function encodeTries({ near, far }: KeyTries): string {
	return JSON.stringify({ near, far });
}

/** The inverse of {@link encodeTries}; what cannot be read is no try. */
export function decodeTries(text: string | null): KeyTries {
	if (text === null) return NO_TRIES;
	try {
		return TRIES.parse(JSON.parse(text));
	} catch {
		return NO_TRIES;
	}
}
