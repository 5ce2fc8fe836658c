/**
 * Owns the nouns of alerts (ledger rule 24): what an account can be warned of, what it is warned of at present, and who was told.
 * Types and their defaults only; when something is worth an alert is in watch. Amounts are micro-credits, instants epoch milliseconds UTC.
 */
import type { Micro } from '../values/money';
import type { Instant } from '../values/time';

/** When an account warns. An empty list, or 0 for drift, switches that warning off. */
export interface AlertSettings {
	/** Shares of what was granted, in whole percent: at or below each, credits are low. */
	readonly lowPercents: readonly number[];
	/** Days of 24 hours before a grant with an unused part ends. */
	readonly expiryDays: readonly number[];
	/** By how many percent a day's average cost of a call may exceed the usual one. */
	readonly driftPercent: number;
}

/** 20 % and 5 % of what was granted; 7 days and 1 day before the end of a grant; calls that cost half as much again as usual. */
export const DEFAULT_ALERTS: AlertSettings = { lowPercents: [20, 5], expiryDays: [7, 1], driftPercent: 50 };

/** One thing an account is warned of. */
export type Alert =
	| {
			readonly type: 'low';
			readonly percent: number;
			/** What can still be spent once open holds close: available and held together. */
			readonly spendableMicro: Micro;
			/** What was granted, of the grants that still have credits. */
			readonly grantedMicro: Micro;
	  }
	/** A call was refused for want of credits, or nothing is left. */
	| { readonly type: 'exhausted'; readonly spendableMicro: Micro }
	| {
			readonly type: 'expiring';
			readonly grantSeq: number;
			readonly days: number;
			readonly unusedMicro: Micro;
			readonly expiresAtMs: Instant;
	  }
	| {
			readonly type: 'budget_reached';
			readonly name: string;
			readonly budgetSeq: number;
			readonly period: string;
			readonly value: string;
			readonly limitMicro: Micro;
			readonly settledMicro: Micro;
	  }
	/** The calls of a campaign (`''`: of none) cost more today than they usually do. Averages are of one call, rounded up. */
	| {
			readonly type: 'drift';
			readonly campaign: string;
			readonly calls: number;
			readonly averageMicro: Micro;
			readonly usualMicro: Micro;
			readonly percent: number;
	  };

/** Alerts of one key are not repeated while one stands: `low:20`, `exhausted`, `drift:spring`. */
export type AlertKey = string;

/** An alert that was given, or was silenced by a graver one, and is not armed again yet. */
export interface StandingAlert {
	readonly key: AlertKey;
	/** Number of the entry that gave it. */
	readonly seq: number;
	/** What could be spent then; credits must rise above it before the alert is armed again. 0 for drift. */
	readonly spendableMicro: Micro;
}

/** How far one reader of alerts has come. */
export interface AlertConsumer {
	readonly name: string;
	/** Number of the newest entry it has seen. */
	readonly seq: number;
}

/** The alerts of an account at present; both lists are bounded. Budgets stand on their counters. */
export interface AlertState {
	readonly standing: readonly StandingAlert[];
	readonly consumers: readonly AlertConsumer[];
}

export const NO_ALERTS: AlertState = { standing: [], consumers: [] };

/** The key of an alert that may stand; `null` for those that happen once by themselves or stand on a counter. */
export function keyOf(alert: Alert): AlertKey | null {
	switch (alert.type) {
		case 'low':
			return lowKey(alert.percent);
		case 'exhausted':
			return EXHAUSTED;
		case 'drift':
			return driftKey(alert.campaign);
		case 'expiring':
		case 'budget_reached':
			return null;
		default:
			return alert satisfies never;
	}
}

export const EXHAUSTED: AlertKey = 'exhausted';
/** The key of a share of what was granted, in percent. */
export const lowKey = (percent: number): AlertKey => `low:${String(percent)}`;
/** The key of a campaign; the empty text for calls without one. */
export const driftKey = (campaign: string): AlertKey => `drift:${campaign}`;

/** An alert as readers get it. */
export interface GivenAlert {
	readonly seq: number;
	readonly atMs: Instant;
	readonly alert: Alert;
}
