/** Owns what a promotion is: an offer of credits that an account claims once. Types only; the rule is in grants. */
import type { Micro } from '../values/money';
import type { ExpiryRule, Instant } from '../values/time';

/** Why a promotion was refused. */
export type PromotionRefusal = 'already_claimed' | 'outside_window' | 'promotion_expired' | 'plan_not_eligible';

/** An offer that an account claims at most once. */
export interface Promotion {
	readonly id: string;
	readonly amountMicro: Micro;
	/** Accounts whose paid plan started before `untilMs` are eligible, from `fromMs` on. */
	readonly window: { readonly fromMs: Instant; readonly untilMs: Instant };
	readonly expiry: { readonly days: number; readonly rule: ExpiryRule };
	readonly priority: number;
}
