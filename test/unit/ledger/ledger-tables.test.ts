/** The ledger's rules as tables, one line a step. The numbers are those of docs/ledger.md. */
import { expect } from 'chai';
import type { Promotion } from '../../../lib/core/nouns/promotion';
import { expiryAfterDays } from '../../../lib/core/values/time';
import { credits } from '../../support/ledger/ledger-commands';
import { runTable, type TableOptions } from '../../support/model/ledger-table';

function scenario(title: string, table: string, options?: TableOptions): void {
	it(title, () => runTable(table, options));
}

/** The introductory offer: April 8 to June 30, 2026, in the account's zone (here Berlin), 100,000 credits for 90 days. */
const INTRODUCTORY: Promotion = {
	id: 'introductory',
	amountMicro: credits(100_000),
	window: { fromMs: Date.parse('2026-04-07T22:00:00Z'), untilMs: Date.parse('2026-06-30T22:00:00Z') },
	expiry: { days: 90, rule: 'end_of_day' },
	priority: 50,
};

describe('rules 3 and 4: time', () => {
	scenario(
		'a grant is live on [effectiveAt, expiresAt)',
		`
		at 0        | grant promotional 100 from 1h exp 10d | available 0
		at 1h-1ms   | reserve a 1                           | refused credits_exhausted
		at 1h       | reserve b 1                           | reserved | available 99
		at 1h       | release b                             | released
		at 10d-1ms  | look                                  | available 100
		at 10d      | reserve c 1                           | refused credits_exhausted | available 0 | g1 expired 100`,
	);
	scenario(
		'time never runs backwards within an account',
		`
		at 1d       | grant promotional 10 exp 2d   | available 10
		at 2d       | look                          | available 0
		at 0        | reserve a 1                   | refused credits_exhausted
		at 3d       | grant purchased 5             | granted
		at 0        | reserve b 1 timeout 1h        | reserved
		at 3d+1h    | look                          | held 0 | available 5`,
	);
});

describe('rule 6 and 7: grants and their order', () => {
	scenario(
		'burn by priority, then expiry, then category, then start, then sequence',
		`
		at 0  | grant purchased 1                           | granted
		at 0  | grant adjustment 1                          | granted
		at 0  | grant promotional 1                         | granted
		at 0  | grant purchased 1 exp 5d                    | granted
		at 0  | grant promotional 1 exp 9d                  | granted
		at 0  | grant purchased 1 exp 9d                    | granted
		at 0  | grant purchased 1 prio 10                   | granted
		at 0  | grant promotional 1 prio 90 exp 1d          | granted
		at 0  | grant purchased 1 from -1h                  | granted
		at 0  | grant purchased 1                           | granted
		at 0  | look                                        | order g7 g4 g5 g6 g3 g2 g9 g1 g10 g8
		at 0  | reserve a 10                                | slices g7:1 g4:1 g5:1 g6:1 g3:1 g2:1 g9:1 g1:1 g10:1 g8:1`,
	);
	scenario(
		'a grant is above 0, ends after it begins, and has a whole priority',
		`
		at 0   | grant purchased 0                | fault invalid_amount
		at 0   | grant purchased -1               | fault invalid_amount
		at 0   | grant purchased 1 exp 0          | fault invalid_time
		at 0   | grant purchased 1 from 2d exp 1d | fault invalid_time
		at 0   | grant purchased 1 prio 1.5       | fault invalid_argument
		at 0   | grant purchased 1 prio 1001      | fault invalid_argument
		at 0   | look                             | seq 1`,
	);
});

describe('rule 8: plans and promotions', () => {
	const berlin = { timeZone: 'Europe/Berlin', promotions: [INTRODUCTORY] };
	scenario(
		'an account that was there gets it when the window opens, once',
		`
		at 2026-04-07T21:59:59.999Z | claim introductory | not_granted outside_window
		at 2026-04-07T22:00:00Z     | claim introductory | granted | expires 2026-07-07T22:00:00Z | available 100000
		at 2026-04-09T00:00:00Z     | claim introductory | not_granted already_claimed | available 100000
		at 2026-07-07T21:59:59.999Z | look               | available 100000
		at 2026-07-07T22:00:00Z     | claim introductory | not_granted already_claimed | available 0`,
		{ ...berlin, start: '2026-03-01T00:00:00Z' },
	);
	scenario(
		'an account that starts in mid-June has it until mid-September',
		`
		at 0 | claim introductory | granted | expires 2026-09-13T22:00:00Z`,
		{ ...berlin, start: '2026-06-15T09:00:00Z' },
	);
	scenario(
		'the last millisecond of the window is in it, the next is not',
		`
		at 0 | claim introductory | granted`,
		{ ...berlin, start: '2026-06-30T21:59:59.999Z' },
	);
	scenario(
		'an account that starts after the window gets nothing',
		`
		at 0 | claim introductory | not_granted outside_window`,
		{ ...berlin, start: '2026-06-30T22:00:00Z' },
	);
	scenario(
		'a late claim is dated at the entitlement, and gone when that has expired',
		`
		at 2026-06-15T00:00:00Z | claim introductory | granted | expires 2026-07-07T22:00:00Z`,
		{ ...berlin, start: '2026-03-01T00:00:00Z' },
	);
	scenario(
		'a claim after its expiry says so',
		`
		at 2026-07-07T22:00:00Z | claim introductory | not_granted promotion_expired`,
		{ ...berlin, start: '2026-03-01T00:00:00Z' },
	);
	scenario(
		'a trial account claims nothing and spends nothing, until its paid plan starts',
		`
		at 0  | claim introductory | not_granted plan_not_eligible
		at 0  | grant purchased 10 | granted
		at 0  | reserve a 1        | refused plan_not_eligible
		at 1d | plan paid          | account
		at 1d | reserve b 1        | reserved
		at 1d | claim introductory | granted
		at 2d | plan trial         | account
		at 2d | reserve c 1        | refused plan_not_eligible`,
		{ ...berlin, plan: 'trial', start: '2026-04-20T00:00:00Z' },
	);
});

describe('rule 9 and 14: voids and ends while held', () => {
	scenario(
		'a void forfeits what is not held; what comes back later is forfeited too',
		`
		at 0 | grant purchased 10 | granted
		at 0 | reserve a 4        | reserved
		at 0 | void g1            | voided | new | available 0 | g1 voided 6 held 4
		at 0 | void g1            | voided | replayed | g1 voided 6 held 4
		at 0 | settle a 1         | settled | g1 settled 1 voided 9
		at 0 | void g7            | fault grant_not_found`,
	);
	scenario(
		'a slice of an expired grant stays spendable until its hold ends',
		`
		at 0       | grant promotional 10 exp 1h  | granted
		at 59m     | reserve a 4 timeout 15m      | reserved
		at 59m     | reserve b 4 timeout 15m      | reserved
		at 1h      | settle a 3                   | settled | g1 settled 3 held 4 expired 3 | available 0
		at 74m     | look                         | g1 settled 3 held 0 expired 7`,
	);
});

describe('rule 10: reserve', () => {
	scenario(
		'all or nothing, never shrunk to fit',
		`
		at 0 | grant purchased 10 | granted
		at 0 | reserve a 10.000001 | refused credits_exhausted | available 10
		at 0 | reserve b 10       | reserved | available 0 | held 10`,
	);
	scenario(
		'the reason of a refusal: unpriced, then plan, overdrawn, held, exhausted',
		`
		at 0 | grant purchased 10 | granted
		at 0 | reserve a 6        | reserved
		at 0 | reserve b 5        | refused credits_held
		at 0 | reserve c 11       | refused credits_exhausted
		at 0 | settle a 12        | settled | overdraft 2 | available -2
		at 0 | reserve d 1        | refused overdrawn
		at 0 | plan trial         | account
		at 0 | reserve e 1        | refused plan_not_eligible
		at 0 | reserve f unpriced | refused unpriced_model`,
	);
	scenario(
		'credits held of a grant that has ended would not come back',
		`
		at 0  | grant promotional 10 exp 1h | granted
		at 0  | reserve a 10 timeout 2h     | reserved
		at 1h | reserve b 5                 | refused credits_exhausted`,
	);
	scenario(
		'waiting records nothing',
		`
		at 0 | grant purchased 10   | granted | seq 2
		at 0 | reserve a 6          | reserved | seq 3
		at 0 | reserve b 5 waits    | wait | seq 3
		at 0 | reserve c 11 waits   | refused credits_exhausted | seq 5
		at 0 | release a            | released
		at 0 | reserve b 5 waits    | reserved`,
	);
	scenario(
		'a timeout is from a second to eight days',
		`
		at 0 | grant purchased 10          | granted
		at 0 | reserve a 1 timeout 999ms   | fault invalid_time
		at 0 | reserve b 1 timeout 8d+1ms | fault invalid_time
		at 0 | reserve c 1 timeout 24h     | reserved
		at 0 | reserve d -1                | fault invalid_amount`,
	);
});

describe('rule 11 and 12: settle and release', () => {
	scenario(
		'less than held: charged in burn-down order, the rest goes back where it came from',
		`
		at 0 | grant purchased 10            | granted
		at 0 | grant promotional 5 exp 1d    | granted
		at 0 | reserve a 12                  | slices g2:5 g1:7
		at 0 | settle a 6                    | slices g2:5 g1:1 | g2 settled 5 | g1 settled 1 remaining 9 | available 9`,
	);
	scenario(
		'more than held: the rest is drawn, and what is missing is overdraft',
		`
		at 0 | grant purchased 10 | granted
		at 0 | reserve a 4        | reserved
		at 0 | settle a 13        | settled | slices g1:4 g1:6 | overdraft 3 | available -3
		at 0 | reserve b 0        | reserved
		at 0 | settle b 0         | settled | available -3
		at 0 | grant purchased 2  | available -1 | overdraft 1 | g2 settled 2
		at 0 | grant purchased 5  | available 4 | overdraft 0 | g3 settled 1 remaining 4`,
	);
	scenario(
		'settling zero is zero, not all',
		`
		at 0 | grant purchased 10 | granted
		at 0 | reserve a 4        | reserved
		at 0 | settle a 0         | settled | available 10 | g1 settled 0`,
	);
	scenario(
		'the first closing stands',
		`
		at 0 | grant purchased 10 | granted
		at 0 | reserve a 4        | reserved
		at 0 | release a          | released | new | available 10
		at 0 | settle a 4         | released | replayed | available 10
		at 0 | reserve b 4        | reserved
		at 0 | settle b 2         | settled | new | available 8
		at 0 | settle b 3         | settled | replayed | available 8
		at 0 | release b          | settled | replayed | available 8
		at 0 | expire b           | settled | replayed | available 8
		at 0 | settle nobody 1    | fault hold_not_found`,
	);
	scenario(
		'credits given back repay overdraft first',
		`
		at 0 | grant purchased 10 | granted
		at 0 | reserve a 4        | reserved
		at 0 | reserve b 4        | reserved
		at 0 | settle a 9         | overdraft 3 | available -3 | held 4
		at 0 | release b          | overdraft 0 | available 1`,
	);
});

describe('rule 13: timeouts and late settles', () => {
	scenario(
		'a hold stops counting at its timeout, and its late settle is charged',
		`
		at 0       | grant purchased 10      | granted
		at 0       | reserve a 6 timeout 15m | reserved
		at 15m-1ms | reserve b 5             | refused credits_held
		at 15m     | reserve c 9             | reserved | available 1
		at 15m     | settle a 6              | settled | late | overdraft 5
		at 15m     | settle a 6              | settled | replayed | overdraft 5`,
	);
	scenario(
		'expiring twice gives back once',
		`
		at 0  | grant purchased 10      | granted
		at 0  | reserve a 6 timeout 15m | reserved
		at 1h | expire a                | expired | replayed | available 10
		at 1h | release a               | released | new | available 10
		at 1h | release a               | released | replayed | available 10`,
	);
	scenario(
		'by policy the hold is charged, and a late settle corrects it',
		`
		at 0   | policy charge           | account
		at 0   | grant purchased 20      | granted
		at 0   | reserve a 6 timeout 15m | reserved
		at 0   | reserve b 6 timeout 15m | reserved
		at 15m | look                    | available 8 | held 0 | g1 settled 12
		at 15m | settle a 2              | settled | late | available 12 | g1 settled 8
		at 15m | settle b 9              | settled | late | available 9 | g1 settled 11`,
	);
});

describe('rule 16: zero', () => {
	scenario(
		'passes at any balance, on any plan',
		`
		at 0 | reserve a 0        | reserved
		at 0 | settle a 0         | settled
		at 0 | reserve b 0        | reserved
		at 0 | settle b 3         | overdraft 3
		at 0 | reserve c 0        | reserved
		at 0 | plan trial         | account
		at 0 | reserve d 0        | reserved`,
	);
});

describe('rule 17 and 18: idempotency', () => {
	scenario(
		'the same key gives the same outcome, another request is a conflict; keys of administrators are a space of their own',
		`
		at 0 | grant purchased 10 key k | granted | new
		at 0 | grant purchased 10 key k | granted | replayed | available 10
		at 0 | grant purchased 11 key k | fault idempotency_conflict
		at 0 | reserve a 4              | reserved | new
		at 0 | reserve a 4              | reserved | replayed | held 4
		at 0 | reserve a 9              | reserved | replayed | held 4
		at 0 | reserve a 4 asking other | fault idempotency_conflict
		at 0 | reserve k 4              | reserved | new`,
	);
	scenario(
		'a refusal that the request causes is sticky for its key, and any other is decided anew',
		`
		at 0 | reserve a 4        | refused credits_exhausted
		at 0 | grant purchased 10 | granted
		at 0 | reserve a 4        | reserved
		at 0 | reserve b unpriced | refused unpriced_model
		at 0 | reserve b 4        | refused unpriced_model | replayed`,
	);
});

describe('rule 5: the expiry of n days', () => {
	/** Granted at, zone, days, and the instant at which they end. */
	const rows: readonly (readonly [grantedAt: string, timeZone: string, days: number, endsAt: string])[] = [
		['2026-04-08T00:00:00+02:00', 'Europe/Berlin', 90, '2026-07-08T00:00:00+02:00'],
		['2026-04-08T23:59:59.999+02:00', 'Europe/Berlin', 90, '2026-07-08T00:00:00+02:00'],
		['2026-04-08T12:00:00-04:00', 'America/New_York', 90, '2026-07-08T00:00:00-04:00'],
		['2026-04-08T12:00:00Z', 'UTC', 90, '2026-07-08T00:00:00Z'],
		['2026-04-08T12:00:00+05:45', 'Asia/Kathmandu', 90, '2026-07-08T00:00:00+05:45'],
		['2026-04-08T23:59:00+14:00', 'Pacific/Kiritimati', 90, '2026-07-08T00:00:00+14:00'],
		['2026-04-08T00:01:00-11:00', 'Pacific/Pago_Pago', 90, '2026-07-08T00:00:00-11:00'],
		['2026-06-15T09:00:00+02:00', 'Europe/Berlin', 90, '2026-09-14T00:00:00+02:00'],
		// The night of 23 hours and the night of 25 hours, and a winter that began in between.
		['2026-03-28T12:00:00+01:00', 'Europe/Berlin', 1, '2026-03-30T00:00:00+02:00'],
		['2026-10-24T12:00:00+02:00', 'Europe/Berlin', 1, '2026-10-26T00:00:00+01:00'],
		['2026-08-01T12:00:00+02:00', 'Europe/Berlin', 90, '2026-10-31T00:00:00+01:00'],
		// A day that begins at one o'clock, because midnight was skipped.
		['2026-03-27T12:00:00+02:00', 'Africa/Cairo', 27, '2026-04-24T01:00:00+03:00'],
		// A leap day in between.
		['2028-02-01T12:00:00Z', 'UTC', 30, '2028-03-03T00:00:00Z'],
	];
	for (const [grantedAt, timeZone, days, endsAt] of rows) {
		it(`${String(days)} days from ${grantedAt} in ${timeZone} end ${endsAt}`, () => {
			const endMs = expiryAfterDays({ grantedAtMs: Date.parse(grantedAt), days, rule: 'end_of_day', timeZone });
			expect(new Date(endMs).toISOString()).to.equal(new Date(endsAt).toISOString());
		});
	}

	it('exact days are 24 hours each', () => {
		const grantedAtMs = Date.parse('2026-03-28T12:00:00+01:00');
		expect(expiryAfterDays({ grantedAtMs, days: 1, rule: 'exact', timeZone: 'Europe/Berlin' }) - grantedAtMs).to.equal(86_400_000);
	});

	scenario(
		'the resolved instant stays when the zone changes',
		`
		at 0                        | grant promotional 5 days 90 | expires 2026-07-08T00:00:00Z
		at 1d                       | zone Pacific/Kiritimati     | account
		at 2026-07-07T23:59:59.999Z | look                        | available 5
		at 2026-07-08T00:00:00Z     | look                        | available 0`,
	);
});

describe('what went wrong elsewhere', () => {
	scenario(
		'field lesson 1: N reservations at the edge fit exactly floor(cap / price) times',
		`
		at 0 | grant purchased 10 | granted
		at 0 | reserve a 3        | reserved
		at 0 | reserve b 3        | reserved
		at 0 | reserve c 3        | reserved
		at 0 | reserve d 3        | refused credits_held
		at 0 | reserve e 1        | reserved | available 0`,
	);
	scenario(
		'field lesson 4: a reservation that leaked is back in full at its timeout',
		`
		at 0   | grant purchased 10      | granted
		at 0   | reserve a 9 timeout 15m | reserved | available 1
		at 15m | look                    | available 10 | held 0`,
	);
	scenario(
		'field lesson 5: confirm after expiry loses nothing; expiry twice, confirm twice and confirm then expire change nothing',
		`
		at 0   | grant purchased 10     | granted
		at 0   | reserve a 4 timeout 1m | reserved
		at 1m  | expire a               | expired | available 10
		at 2m  | expire a               | expired | available 10
		at 3m  | settle a 4             | late | available 6
		at 4m  | settle a 4             | replayed | available 6
		at 5m  | expire a               | settled | replayed | available 6`,
	);
	scenario(
		'field lesson 6: a cost of zero stays zero, also when nothing is left',
		`
		at 0 | grant purchased 1 | granted
		at 0 | reserve a 1       | reserved
		at 0 | settle a 1        | available 0
		at 0 | reserve b 0       | reserved
		at 0 | settle b 0        | settled | available 0 | overdraft 0`,
	);
	scenario(
		'field lesson 6: where nothing was granted nothing is allowed; free calls pass an exhausted budget',
		`
		at 0 | reserve a 1              | refused credits_exhausted
		at 0 | grant purchased 9        | granted
		at 0 | budget b account total 1 | account
		at 0 | reserve b 1              | reserved
		at 0 | settle b 1               | settled
		at 0 | reserve c 1              | refused budget_exceeded b
		at 0 | reserve d 0              | reserved
		at 0 | settle d 0               | settled | available 8`,
	);
	scenario(
		'field lesson 8: grants within one minute are apart, and the sooner to expire burns first',
		`
		at 0      | grant promotional 5 exp 60001ms | granted
		at 1ms    | grant promotional 5 exp 60000ms | granted
		at 2ms    | reserve a 6                     | slices g2:5 g1:1
		at 3ms    | release a                       | released
		at 60s    | look                            | available 5 | g2 expired 5
		at 60001ms | look                           | available 0 | g1 expired 5`,
	);
});
