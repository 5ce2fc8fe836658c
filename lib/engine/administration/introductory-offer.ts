/**
 * Owns the introductory offer as it was announced: 100,000 credits, once, to every account on a paid plan from April 8 to June 30, 2026,
 * for 90 days. Its days are those of the account's time zone.
 */
import type { Promotion, PromotionRefusal } from '../../core/nouns/promotion';
import { DEFAULT_PRIORITY } from '../../core/rules/commands/grants';
import { MICRO_PER_CREDIT } from '../../core/values/money';
import { parseInstant } from '../../core/values/time';

/** The offer for an account of this zone. The window is half-open: it ends when June 30 has ended. Throws `invalid_time` for a bad zone. */
export function introductoryOffer(timeZone: string): Promotion {
	return {
		id: 'introductory-2026',
		amountMicro: 100_000n * MICRO_PER_CREDIT,
		window: {
			fromMs: parseInstant('2026-04-08', { field: 'start of the offer', timeZone }),
			untilMs: parseInstant('2026-07-01', { field: 'end of the offer', timeZone }),
		},
		expiry: { days: 90, rule: 'end_of_day' },
		priority: DEFAULT_PRIORITY,
	};
}

/** What people are told where the offer is not given, and what to do. */
export const NOT_OFFERED: Readonly<Record<PromotionRefusal, { readonly message: string; readonly mend: string }>> = {
	already_claimed: {
		message: 'The introductory credits were claimed before.',
		mend: 'They are given once; buy credits with "llm-credits purchase --packs 1".',
	},
	outside_window: {
		message: 'The introductory offer holds from April 8 to June 30, 2026, for accounts whose paid plan had started by its end.',
		mend: 'Give other credits with "llm-credits grant", or buy some with "llm-credits purchase --packs 1".',
	},
	promotion_expired: {
		message: 'The introductory credits of this account would have expired by now.',
		mend: 'Buy credits with "llm-credits purchase --packs 1".',
	},
	plan_not_eligible: {
		message: 'The account is on a trial plan, which has no credits.',
		mend: 'Start its paid plan with "llm-credits account set --plan paid".',
	},
};
