/**
 * Owns the nouns of alerts (ledger rule 24): what an account can be warned of, what it is warned of at present, and who was told.
 * Schemas and their defaults only; when something is worth an alert is in watch. Amounts are micro-credits, instants epoch milliseconds UTC.
 */
import { z } from 'zod';
import { storedMicro } from '../values/stored';
import type { Instant } from '../values/time';

/**
 * When an account warns. An empty list, or 0 for drift, switches that warning off. As usual: at 20 % and 5 % of what was granted, 7 days and
 * 1 day before the end of a grant, and for calls that cost half as much again as they did.
 */
export const ALERT_SETTINGS = z.object({
	/** Shares of what was granted, in whole percent: at or below each, credits are low. */
	lowPercents: z.array(z.number()).readonly().default([20, 5]),
	/** Days of 24 hours before a grant with an unused part ends. */
	expiryDays: z.array(z.number()).readonly().default([7, 1]),
	/** By how many percent a day's average cost of a call may exceed the usual one. */
	driftPercent: z.number().default(50),
});
export type AlertSettings = Readonly<z.output<typeof ALERT_SETTINGS>>;

/** One thing an account is warned of. */
export const ALERT = z.discriminatedUnion('type', [
	z.object({
		type: z.literal('low'),
		percent: z.number(),
		/** What can still be spent once open holds close: available and held together. */
		spendableMicro: storedMicro,
		/** What was granted, of the grants that still have credits. */
		grantedMicro: storedMicro,
	}),
	/** A call was refused for want of credits, or nothing is left. */
	z.object({ type: z.literal('exhausted'), spendableMicro: storedMicro }),
	z.object({
		type: z.literal('expiring'),
		grantSeq: z.int(),
		days: z.number(),
		unusedMicro: storedMicro,
		expiresAtMs: z.number(),
	}),
	z.object({
		type: z.literal('budget_reached'),
		name: z.string(),
		budgetSeq: z.int(),
		period: z.string(),
		value: z.string(),
		limitMicro: storedMicro,
		settledMicro: storedMicro,
	}),
	/** The calls of a campaign (`''`: of none) cost more today than they usually do. Averages are of one call, rounded up. */
	z.object({
		type: z.literal('drift'),
		campaign: z.string(),
		calls: z.int(),
		averageMicro: storedMicro,
		usualMicro: storedMicro,
		percent: z.number(),
	}),
	/** The account's newest entry is ahead of the clock: some clock was wrong when it was written. Until then the account's time stands still. */
	z.object({ type: z.literal('clock_ahead'), clockMs: z.number(), newestAtMs: z.number() }),
	/** The provider said that a call of a model cost more, or less, than the price list says, by more than a fifth. `day`: in the account's time zone. */
	z.object({ type: z.literal('cost_differs'), model: z.string(), reportedMicro: storedMicro, listMicro: storedMicro, day: z.string() }),
]);
export type Alert = Readonly<z.output<typeof ALERT>>;

/** Alerts of one key are not repeated while one stands: `low:20`, `exhausted`, `drift:spring`, `clock_ahead`, `cost_differs:a-model`. */
export type AlertKey = string;

/** An alert that was given, or was silenced by a graver one, and is not armed again yet. */
const STANDING_ALERT = z.object({
	key: z.string(),
	/** Number of the entry that gave it. */
	seq: z.int(),
	/** What could be spent then; credits must rise above it before the alert is armed again. 0 for those that credits do not cure. */
	spendableMicro: storedMicro,
	/** Of `clock_ahead` alone: what the clock said when it was given. */
	clockMs: z.number().exactOptional(),
	/** Of `cost_differs` alone: the day it was given; it is armed again on another. */
	day: z.string().exactOptional(),
});
export type StandingAlert = Readonly<z.output<typeof STANDING_ALERT>>;

/** How far one reader of alerts has come: the number of the newest entry it has seen. */
const ALERT_CONSUMER = z.object({ name: z.string(), seq: z.int() });

/** The alerts of an account at present; both lists are bounded. Budgets stand on their counters. */
export const ALERT_STATE = z.object({
	standing: z.array(STANDING_ALERT).readonly().default([]),
	consumers: z.array(ALERT_CONSUMER).readonly().default([]),
});
export type AlertState = Readonly<z.output<typeof ALERT_STATE>>;

export const NO_ALERTS: AlertState = ALERT_STATE.parse({});

/** The key of an alert that may stand; `null` for those that happen once by themselves or stand on a counter. */
export function keyOf(alert: Alert): AlertKey | null {
	switch (alert.type) {
		case 'low':
			return lowKey(alert.percent);
		case 'exhausted':
			return EXHAUSTED;
		case 'drift':
			return driftKey(alert.campaign);
		case 'clock_ahead':
			return CLOCK_AHEAD;
		case 'cost_differs':
			return costDiffersKey(alert.model);
		case 'expiring':
		case 'budget_reached':
			return null;
		default:
			return alert satisfies never;
	}
}

export const EXHAUSTED: AlertKey = 'exhausted';
export const CLOCK_AHEAD: AlertKey = 'clock_ahead';
/** The key of a share of what was granted, in percent. */
export const lowKey = (percent: number): AlertKey => `low:${String(percent)}`;
/** The key of a campaign; the empty text for calls without one. */
export const driftKey = (campaign: string): AlertKey => `drift:${campaign}`;

/** The key of a model; the empty text for calls without one. */
export const costDiffersKey = (model: string): AlertKey => `cost_differs:${model}`;

/** An alert as readers get it. */
export interface GivenAlert {
	readonly seq: number;
	readonly atMs: Instant;
	readonly alert: Alert;
}
