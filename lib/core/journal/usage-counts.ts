/**
 * Owns what a call adds to the running totals of usage. The same counts are made when an entry is written and when the journal
 * is checked against the totals. Refuses nothing; a correction of an earlier count may be negative.
 */
import type { UsageDelta } from '../nouns/commands';
import type { EntryBody } from '../nouns/records';
import type { Micro } from '../values/money';

/** Totals without the day and labels they belong to. */
export type UsageCounts = Omit<UsageDelta, 'day' | 'labels'>;

export const NO_USAGE: UsageCounts = {
	calls: 0,
	chargedMicro: 0n,
	inputTokens: 0,
	cachedInputTokens: 0,
	outputTokens: 0,
	reasoningTokens: 0,
	refusals: 0,
	estimatedCalls: 0,
};

/** The sum of two counts. */
export function addCounts(a: UsageCounts, b: UsageCounts): UsageCounts {
	return {
		calls: a.calls + b.calls,
		chargedMicro: a.chargedMicro + b.chargedMicro,
		inputTokens: a.inputTokens + b.inputTokens,
		cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
		outputTokens: a.outputTokens + b.outputTokens,
		reasoningTokens: a.reasoningTokens + b.reasoningTokens,
		refusals: a.refusals + b.refusals,
		estimatedCalls: a.estimatedCalls + b.estimatedCalls,
	};
}

/** What a settle counts. `alreadyChargedMicro` is what the hold was charged when it expired, and was counted with then. */
export function settledCounts(
	{ actualMicro, usage, measure }: Pick<Extract<EntryBody, { kind: 'settled' }>, 'actualMicro' | 'usage' | 'measure'>,
	alreadyChargedMicro: Micro,
): UsageCounts {
	const wasCounted = alreadyChargedMicro > 0n ? 1 : 0;
	return {
		calls: 1 - wasCounted,
		chargedMicro: actualMicro - alreadyChargedMicro,
		inputTokens: usage?.inputTokens ?? 0,
		cachedInputTokens: usage?.cachedInputTokens ?? 0,
		outputTokens: usage?.outputTokens ?? 0,
		reasoningTokens: usage?.reasoningTokens ?? 0,
		refusals: 0,
		estimatedCalls: (measure === 'estimated' ? 1 : 0) - wasCounted,
	};
}

/** What a hold that was charged because it expired counts: a call whose cost is an estimate. */
export function expiredCounts(chargedMicro: Micro): UsageCounts {
	return chargedMicro === 0n ? NO_USAGE : { ...NO_USAGE, calls: 1, chargedMicro, estimatedCalls: 1 };
}

/** What a refusal counts. */
export const REFUSED_COUNTS: UsageCounts = { ...NO_USAGE, refusals: 1 };

/** What a refund counts: less was charged, the call stays a call. */
export function refundedCounts(amountMicro: Micro): UsageCounts {
	return { ...NO_USAGE, chargedMicro: -amountMicro };
}
