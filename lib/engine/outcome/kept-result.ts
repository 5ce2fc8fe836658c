/**
 * Owns the text kept for a retry: the values of an answer that was paid, or why a paid answer was of no use.
 */
import { z } from 'zod';
import { NEXT_TRIES, type NextTry } from '../../core/calls/retry';
import { CHANGES, type Change } from '../../core/calls/second-try';
import { USAGE_FIELDS, type Usage } from '../../core/usage/usage-fields';
import { recordOf } from '../../core/values/named';
import { decodeStored } from '../../core/values/stored';
import type { Instant } from '../../core/values/time';
import { REASONS, type Reason } from '../../params/fallback-switch';

/** A longer answer is not kept for retries: the ledger is no store of documents. */
const MAX_KEPT_CHARACTERS = 100_000;
const HOUR_MS = 3_600_000;

export type Kept =
	| { readonly kind: 'values'; readonly values: Record<string, unknown>; readonly usage: Usage | null }
	/** `next` is where the item went then, so that a retry goes the same way; `change` what would have been done otherwise. */
	| {
			readonly kind: 'unusable';
			readonly reason: Reason;
			readonly message: string;
			readonly next: NextTry;
			readonly usage: Usage | null;
			readonly change?: Change;
	  };

/** The text to keep. */
function encodeKept(kept: Kept): string {
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
	return { kind: 'unusable', reason: 'deadline_reached', message: 'The answer came after its item had left.', next: 'again', usage };
}

const COUNT = z.number().int().nonnegative();
/** A count that is younger than the text is none. */
const USAGE = z.object(recordOf(USAGE_FIELDS, () => COUNT.default(0))).nullable();
const KEPT = z.discriminatedUnion('kind', [
	z.object({ kind: z.literal('values'), values: z.record(z.string(), z.unknown()), usage: USAGE }),
	z.object({
		kind: z.literal('unusable'),
		reason: z.enum(REASONS.map(({ value }) => value)),
		message: z.string(),
		next: z.enum(NEXT_TRIES),
		usage: USAGE,
		change: z.exactOptional(z.enum(CHANGES)),
	}),
]);

const ONCE = 'move';
/** A record of any version; `next` had another name once. */
const WRITTEN = z
	.record(z.string(), z.unknown())
	.transform(({ [ONCE]: before, ...kept }) => (before === undefined ? kept : { next: before, ...kept }));

/** The inverse; `null` for nothing kept or a text of another version. Throws `ledger_corrupt` for what is no record in JSON. */
export function decodeKept(text: string | null): Kept | null {
	if (text === null) return null;
	const kept = KEPT.safeParse(decodeStored(WRITTEN, text, 'a kept answer'));
	return kept.success ? kept.data : null;
}
