/**
 * The fixed words of the ledger, each list declared once: types, stored numbers, schemas and the choices of commands follow from it.
 * Append only: a word is stored as its place in its list.
 */

/** `paid` accounts spend; a `trial` account can hold no credits and reserve none. */
export const PLANS = ['paid', 'trial'] as const;
export type Plan = (typeof PLANS)[number];

/** What becomes of a hold that nobody settled in time: its credits come back, or they are charged. */
export const UNCONFIRMED_POLICIES = ['release', 'charge'] as const;
export type UnconfirmedPolicy = (typeof UNCONFIRMED_POLICIES)[number];

export const GRANT_CATEGORIES = ['promotional', 'purchased', 'adjustment'] as const;
export type GrantCategory = (typeof GRANT_CATEGORIES)[number];

export const HOLD_STATES = ['open', 'settled', 'released', 'expired'] as const;
export type HoldState = (typeof HOLD_STATES)[number];

/** How long a budget counts before it starts afresh. Days, weeks (ISO) and months are calendar ones of the account's zone. */
export const BUDGET_PERIODS = ['send', 'execution', 'day', 'week', 'month', 'total'] as const;
export type BudgetPeriod = (typeof BUDGET_PERIODS)[number];

/** `shadow` meters everything, records what would have been refused, and refuses nothing (ledger rule 23). */
export const ENFORCEMENTS = ['enforce', 'shadow'] as const;
export type Enforcement = (typeof ENFORCEMENTS)[number];

/** Why a reserve was refused, in the order of precedence; `credits_held` or `credits_exhausted`, whichever it is, comes last. */
export const REFUSAL_REASONS = [
	'unpriced_model',
	'account_frozen',
	'plan_not_eligible',
	'overdrawn',
	'cap_reached',
	'budget_exceeded',
	'floor_reached',
	'credits_held',
	'credits_exhausted',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];
