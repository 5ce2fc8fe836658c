/** The running totals of usage, declared once: types, sums, columns of both stores, copies and reports follow from one record. */
import { namesOf } from '../values/named';
import type { Micro } from '../values/money';
import type { Labels } from './labels';

/** Totals without the day and labels they belong to, all nothing. The order is that of the columns; append only. */
export const NO_USAGE = Object.freeze({
	calls: 0,
	/** What was charged, in micro-credits. */
	chargedMicro: 0n,
	inputTokens: 0,
	cachedInputTokens: 0,
	outputTokens: 0,
	reasoningTokens: 0,
	/** Reservations that were refused. */
	refusals: 0,
	/** Calls that were charged by their estimate. */
	estimatedCalls: 0,
});

export type UsageTotalName = keyof typeof NO_USAGE;

/** What was counted: amounts in micro-credits, all else whole numbers. A correction may be negative. */
export type UsageCounts = { readonly [N in UsageTotalName]: (typeof NO_USAGE)[N] extends bigint ? Micro : number };

/** Names of the totals in the order of their columns. */
export const USAGE_TOTALS: readonly UsageTotalName[] = namesOf(NO_USAGE);

/** What to add to the running totals of one day and one set of labels. */
export interface UsageDelta extends UsageCounts {
	/** Calendar day in the account's zone, YYYY-MM-DD. */
	readonly day: string;
	readonly labels: Labels;
}

/** The counts with what `valueOf` gives for each total: a `bigint` becomes a number where the total is no amount. */
export function countsOf(valueOf: (name: UsageTotalName) => number | bigint): UsageCounts {
	const counts: Partial<Record<UsageTotalName, number | bigint>> = {};
	for (const name of USAGE_TOTALS) {
		const value = valueOf(name);
		counts[name] = typeof NO_USAGE[name] === 'bigint' ? BigInt(value) : Number(value);
	}
	return counts as UsageCounts;
}

/** The sum of two counts. */
export function addCounts(a: UsageCounts, b: UsageCounts): UsageCounts {
	return countsOf((name) => sum(a[name], b[name]));
}

/** Adds counts to a total in place. */
export function grow(total: { -readonly [N in UsageTotalName]: UsageCounts[N] }, counts: UsageCounts): void {
	Object.assign(total, addCounts(total, counts));
}

function sum(a: number | bigint, b: number | bigint): number | bigint {
	return typeof a === 'bigint' ? a + BigInt(b) : a + Number(b);
}

/** Calendar days of the account's zone, both included; `''` and `~` lie before and after all of them. */
export interface DaySpan {
	readonly fromDay: string;
	readonly untilDay: string;
}

/** What was charged in a span, a row for each set of labels. */
export interface SpentIn {
	readonly span: DaySpan;
	readonly totals: readonly UsageDelta[];
}

/** True when both are the same days. */
export function isSameSpan(a: DaySpan, b: DaySpan): boolean {
	return a.fromDay === b.fromDay && a.untilDay === b.untilDay;
}

/** What was spent in the current period of a budget before it was set, for each of its values. */
export interface CountedBefore {
	readonly period: string;
	readonly values: readonly { readonly value: string; readonly amountMicro: Micro }[];
}
