/**
 * Owns the introductory offer as it was announced: 100,000 credits, once, to every account on a paid plan from April 8 to June 30, 2026,
 * for 90 days. Its days are those of the account's time zone.
 */
import type { Promotion } from '../../core/nouns/promotion';
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
