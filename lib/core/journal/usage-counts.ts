/**
 * Owns what a call adds to the running totals of usage. The same counts are made when an entry is written and when the journal
 * is checked against the totals. Refuses nothing; a correction of an earlier count may be negative.
 */
import { countsOf, NO_USAGE, type UsageCounts } from '../nouns/usage-totals';
import type { Usage } from '../usage/usage-fields';
import type { EntryBody } from '../nouns/records';
import type { Micro } from '../values/money';

/** What a settle counts. `alreadyChargedMicro` is what the hold was charged when it expired, and was counted with then. */
export function settledCounts(
	{ actualMicro, usage, measure }: Pick<Extract<EntryBody, { kind: 'settled' }>, 'actualMicro' | 'usage' | 'measure'>,
	alreadyChargedMicro: Micro,
): UsageCounts {
	const wasCounted = alreadyChargedMicro > 0n ? 1 : 0;
	return {
		...(usage ? tokenCounts(usage) : NO_USAGE),
		calls: 1 - wasCounted,
		chargedMicro: actualMicro - alreadyChargedMicro,
		estimatedCalls: (measure === 'estimated' ? 1 : 0) - wasCounted,
	};
}

/** The totals that are named like a count of usage are its sums. */
function tokenCounts(usage: Usage): UsageCounts {
	const fields: Readonly<Record<string, number>> = usage;
	return countsOf((name) => fields[name] ?? NO_USAGE[name]);
}

/** What a hold that was charged because it expired counts: a call whose cost is an estimate. */
export function expiredCounts(chargedMicro: Micro): UsageCounts {
	return chargedMicro === 0n ? NO_USAGE : { ...NO_USAGE, calls: 1, chargedMicro, estimatedCalls: 1 };
}

/** What it counts when such a call turns out to have been free: it is no call any more. */
export function takenBackCounts(chargedMicro: Micro): UsageCounts {
	return { ...NO_USAGE, calls: -1, chargedMicro: -chargedMicro, estimatedCalls: -1 };
}

/** What a refusal counts. */
export const REFUSED_COUNTS: UsageCounts = { ...NO_USAGE, refusals: 1 };

/** What a refund counts: less was charged, the call stays a call. */
export function refundedCounts(amountMicro: Micro): UsageCounts {
	return { ...NO_USAGE, chargedMicro: -amountMicro };
}
