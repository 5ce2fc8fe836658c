/** Owns the scenarios of budgets (ledger rule 21): periods, scopes, what counts, what is named, and what a change of the budget does. */
import { LABEL_NAMES } from '../../../../lib/core/nouns/labels';
import type { RuleScenario, RuleTable } from './rule-table';

/** A budget by the day, week or month ends at the local instant given, in zones on both sides of the date line. */
const BOUNDARIES: readonly (readonly [period: string, timeZone: string, before: string, endsAt: string, after: string])[] = [
	['day', 'UTC', '2026-04-08', '2026-04-09T00:00:00Z', '2026-04-09'],
	['day', 'Pacific/Kiritimati', '2026-04-08', '2026-04-09T00:00:00+14:00', '2026-04-09'],
	['day', 'Pacific/Pago_Pago', '2026-04-08', '2026-04-09T00:00:00-11:00', '2026-04-09'],
	['week', 'UTC', '2026-W53', '2027-01-04T00:00:00Z', '2027-W01'],
	['week', 'Pacific/Kiritimati', '2026-W53', '2027-01-04T00:00:00+14:00', '2027-W01'],
	['week', 'Pacific/Pago_Pago', '2026-W53', '2027-01-04T00:00:00-11:00', '2027-W01'],
	['week', 'UTC', '2025-W52', '2025-12-29T00:00:00Z', '2026-W01'],
	['month', 'UTC', '2028-02', '2028-03-01T00:00:00Z', '2028-03'],
	['month', 'Pacific/Kiritimati', '2026-12', '2027-01-01T00:00:00+14:00', '2027-01'],
	['month', 'Pacific/Pago_Pago', '2026-12', '2027-01-01T00:00:00-11:00', '2027-01'],
];

const boundary = ([period, timeZone, before, endsAt, after]: (typeof BOUNDARIES)[number]): RuleScenario => [
	`a ${period} in ${timeZone} ends at ${endsAt}, and what it counted stays in it`,
	`
	at 0      | grant purchased 100      | granted
	at 0      | budget b account ${period} 5 | account
	at 0      | reserve a 5              | reserved | counter b ${before} - held 5 settled 0
	at 1m-1ms | reserve b 1              | refused budget_exceeded b
	at 1m     | reserve c 5              | reserved | counter b ${after} - held 5 settled 0
	at 1m     | settle a 4               | counter b ${before} - held 0 settled 4 | counter b ${after} - held 5 settled 0
	at 1m     | reserve d 1              | refused budget_exceeded b | counters 2`,
	{ timeZone, start: new Date(Date.parse(endsAt) - 60_000).toISOString() },
];

const periods: RuleTable = {
	rule: 'rule 21: periods of budgets',
	scenarios: [
		...BOUNDARIES.map(boundary),
		[
			'a week goes on over the end of the year',
			`
			at 0                        | grant purchased 100   | granted
			at 0                        | budget b account week 5 | account
			at 2026-12-28T00:00:00Z     | reserve a 3 timeout 24h | counter b 2026-W53 - held 3 settled 0
			at 2026-12-28T00:00:00Z     | settle a 3            | settled
			at 2027-01-01T00:00:00Z     | reserve b 3           | refused budget_exceeded b
			at 2027-01-03T23:59:59.999Z | reserve c 3           | refused budget_exceeded b
			at 2027-01-04T00:00:00Z     | reserve d 3           | reserved | counter b 2027-W01 - held 3 settled 0`,
			{ start: '2026-12-20T00:00:00Z' },
		],
		[
			'a day of 23 hours is a day',
			`
			at 0       | grant purchased 100    | granted
			at 0       | budget b account day 5 | account
			at 0       | reserve a 5 timeout 24h | counter b 2026-03-29 - held 5 settled 0
			at 23h-1ms | reserve b 1            | refused budget_exceeded b
			at 23h     | reserve c 1            | reserved | counter b 2026-03-30 - held 1 settled 0`,
			{ timeZone: 'Europe/Berlin', start: '2026-03-29T00:00:00+01:00' },
		],
		[
			'a day of 25 hours is a day',
			`
			at 0       | grant purchased 100    | granted
			at 0       | budget b account day 5 | account
			at 2h      | reserve a 5 timeout 24h | counter b 2026-10-25 - held 5 settled 0
			at 25h-1ms | reserve b 1            | refused budget_exceeded b
			at 25h     | reserve c 1            | reserved | counter b 2026-10-26 - held 1 settled 0`,
			{ timeZone: 'Europe/Berlin', start: '2026-10-25T00:00:00+02:00' },
		],
		[
			'a clock that steps back over midnight counts in the day that has begun',
			`
			at 0   | grant purchased 100    | granted
			at 0   | budget b account day 5 | account
			at 1m  | reserve a 3            | counter b 2026-04-09 - held 3 settled 0
			at 0   | reserve b 3            | refused budget_exceeded b
			at 0   | reserve c 2            | reserved | counter b held 5 settled 0`,
			{ start: '2026-04-08T23:59:30Z' },
		],
		[
			'a change of the time zone counts in the day of the new zone, in the same batch too',
			`
			at 0 | grant purchased 100         | granted
			at 0 | budget b account day 5      | account
			at 0 | zone Pacific/Kiritimati     | account
			at 0 | reserve a 4                 | counter b 2026-04-09 - held 4 settled 0
			at 0 | zone UTC                    | account
			at 0 | reserve b 5                 | counter b 2026-04-08 - held 5 settled 0
			at 0 | zone Pacific/Kiritimati & reserve c 2 | account & refused budget_exceeded b
			at 0 | reserve d 1                 | reserved | counter b 2026-04-09 - held 5 settled 0`,
		],
		[
			'a total never begins afresh',
			`
			at 0    | grant purchased 100       | granted
			at 0    | budget b account total 5  | account
			at 0    | reserve a 4               | reserved
			at 0    | settle a 4                | settled
			at 700d | reserve b 2               | refused budget_exceeded b
			at 700d | reserve c 1               | reserved | counter b - - held 1 settled 4 | counters 1`,
		],
		[
			'a send is one item with all its passes and retries; calls without one do not count',
			`
			at 0 | grant purchased 100     | granted
			at 0 | budget b account send 5 | account
			at 0 | reserve a 3 send s1     | reserved
			at 0 | reserve b 3 send s1     | refused budget_exceeded b
			at 0 | reserve c 2 send s1     | reserved | counter b s1 - held 5 settled 0
			at 0 | reserve d 5 send s2     | reserved | counter b s2 - held 5 settled 0
			at 0 | reserve e 50            | reserved | counters 2`,
		],
		[
			'an execution is one run of a workflow; calls without one do not count',
			`
			at 0 | grant purchased 100                | granted
			at 0 | budget b account execution 5       | account
			at 0 | reserve a 3 execution e1 send s1   | reserved
			at 0 | reserve b 3 execution e1 send s2   | refused budget_exceeded b
			at 0 | reserve c 5 execution e2 send s1   | reserved | counter b e2 - held 5 settled 0
			at 0 | reserve d 50                       | reserved | counters 2`,
		],
		[
			'sends and values with slashes in them are kept apart',
			`
			at 0 | grant purchased 100          | granted
			at 0 | budget b campaign send 5     | account
			at 0 | reserve a 5 send s/x campaign y & reserve b 5 send s campaign x/y | reserved & reserved
			at 0 | settle a 1 & settle b 2      | settled & settled
			at 0 | look                         | counter b s/x y held 0 settled 1 | counter b s x/y held 0 settled 2`,
		],
	],
};

const eachValue = (scope: string): RuleScenario => [
	`by ${scope}: each value has the limit for itself, and calls without one do not count`,
	`
	at 0 | grant purchased 100      | granted
	at 0 | budget b ${scope} total 5 | account
	at 0 | reserve a 5 ${scope} x   | reserved | counter b - x held 5 settled 0
	at 0 | reserve b 1 ${scope} x   | refused budget_exceeded b
	at 0 | reserve c 5 ${scope} y   | reserved | counter b - y held 5 settled 0
	at 0 | reserve d 50             | reserved | counters 2`,
];

const scopes: RuleTable = {
	rule: 'rule 21: scopes of budgets',
	scenarios: [
		...[...LABEL_NAMES, 'person'].map(eachValue),
		[
			'by account: every call counts',
			`
			at 0 | grant purchased 100                  | granted
			at 0 | budget b account total 5             | account
			at 0 | reserve a 3 campaign x person ada    | reserved
			at 0 | reserve b 3                          | refused budget_exceeded b
			at 0 | reserve c 2                          | reserved | counter b - - held 5 settled 0 | counters 1`,
		],
		[
			'for one value: calls of other values do not count',
			`
			at 0 | grant purchased 100           | granted
			at 0 | budget b campaign=x total 5   | account
			at 0 | reserve a 5 campaign x        | reserved
			at 0 | reserve b 1 campaign x        | refused budget_exceeded b
			at 0 | reserve c 50 campaign xx      | reserved | counters 1`,
		],
		[
			'for one value beside each value: both count, the tighter one is named',
			`
			at 0 | grant purchased 100           | granted
			at 0 | budget each campaign total 8  | account
			at 0 | budget x campaign=x total 5   | account
			at 0 | reserve a 6 campaign x        | refused budget_exceeded x
			at 0 | reserve b 6 campaign y        | reserved
			at 0 | reserve c 9 campaign y        | refused budget_exceeded each
			at 0 | reserve d 9 campaign x        | refused budget_exceeded x`,
		],
		[
			'the tightest is the one with the least room, not the one with the lowest limit',
			`
			at 0 | grant purchased 100           | granted
			at 0 | budget low segment total 6    | account
			at 0 | budget high campaign total 20 | account
			at 0 | reserve a 17 campaign x       | reserved
			at 0 | reserve b 7 campaign x segment s | refused budget_exceeded high
			at 0 | settle a 10                   | settled
			at 0 | reserve c 11 campaign x segment s | refused budget_exceeded low`,
		],
	],
};

const counting: RuleTable = {
	rule: 'rule 21: what budgets count',
	scenarios: [
		[
			'two concurrent first calls of a scope cannot both slip under it',
			`
			at 0 | grant purchased 100          | granted
			at 0 | budget b campaign total 5    | account
			at 0 | reserve a 4 campaign x & reserve b 4 campaign x | reserved & refused budget_exceeded b
			at 0 | look                         | counter b - x held 4 settled 0`,
		],
		[
			'the very first call of an account cannot slip under a limit that is set with it',
			`
			at 0 | grant purchased 100 & budget b campaign day 5 & reserve a 4 campaign x & reserve b 4 campaign x | granted & account & reserved & refused budget_exceeded b
			at 0 | budget b campaign day 9 & reserve c 4 campaign x & reserve d 4 campaign x | account & reserved & refused budget_exceeded b`,
		],
		[
			'what holds less than it was asked for is counted in full, and a settle over the limit too',
			`
			at 0 | grant purchased 100       | granted
			at 0 | budget b account total 5  | account
			at 0 | reserve a 5               | reserved
			at 0 | settle a 8                | settled | counter b held 0 settled 8
			at 0 | reserve b 0               | reserved
			at 0 | reserve c 1               | refused budget_exceeded b
			at 0 | refund a 4                | refunded | counter b held 0 settled 4
			at 0 | reserve d 1               | reserved | counter b held 1 settled 4`,
		],
		[
			'less than held, and a release, make room',
			`
			at 0 | grant purchased 100       | granted
			at 0 | budget b account total 5  | account
			at 0 | reserve a 5               | counter b held 5 settled 0
			at 0 | settle a 2                | counter b held 0 settled 2
			at 0 | reserve b 3               | counter b held 3 settled 2
			at 0 | release b                 | counter b held 0 settled 2
			at 0 | release b                 | replayed | counter b held 0 settled 2
			at 0 | reserve c 3               | reserved`,
		],
		[
			'a hold that timed out makes room; its late settle counts once',
			`
			at 0      | grant purchased 100      | granted
			at 0      | budget b account total 5 | account
			at 0      | reserve a 4 timeout 1m   | counter b held 4 settled 0
			at 1m-1ms | reserve b 2              | refused budget_exceeded b
			at 1m     | reserve c 5              | reserved | counter b held 5 settled 0
			at 1m     | settle a 3               | late | counter b held 5 settled 3
			at 1m     | settle a 3               | replayed | counter b held 5 settled 3
			at 1m     | refund a rest            | refunded 3 | counter b held 5 settled 0`,
		],
		[
			'a hold that was charged when it timed out counts as charged, until its late settle corrects it',
			`
			at 0  | policy charge            | account
			at 0  | grant purchased 100      | granted
			at 0  | budget b campaign total 9 | account
			at 0  | reserve a 4 timeout 1m campaign x | counter b - x held 4 settled 0
			at 0  | reserve b 4 timeout 1m campaign y | counter b - y held 4 settled 0
			at 1m | look                     | counter b - x held 0 settled 4 | counter b - y held 0 settled 4
			at 1m | settle a 1               | late | counter b - x held 0 settled 1
			at 1m | settle b 12              | late | counter b - y held 0 settled 12`,
		],
		[
			'a late settle counts in the period of the reservation',
			`
			at 0  | grant purchased 100      | granted
			at 0  | budget b account day 9   | account
			at 0  | reserve a 4 timeout 1m   | reserved
			at 2d | settle a 3               | late | counter b 2026-04-08 - held 0 settled 3 | counters 1`,
		],
		[
			'it waits only when nothing but held credits of budgets is in the way',
			`
			at 0 | grant purchased 100        | granted
			at 0 | budget b account total 5   | account
			at 0 | reserve a 4                | reserved | seq 4
			at 0 | reserve b 2 waits          | wait | seq 4
			at 0 | reserve c 6 waits          | refused budget_exceeded b
			at 0 | settle a 4                 | settled
			at 0 | reserve b 2 waits          | refused budget_exceeded b`,
		],
		[
			'it does not wait for one budget while another will never have room',
			`
			at 0 | grant purchased 100                  | granted
			at 0 | budget held segment total 5          | account
			at 0 | budget worn campaign total 10        | account
			at 0 | reserve a 8 campaign x & reserve b 5 segment s | reserved & reserved
			at 0 | settle a 8                           | settled
			at 0 | reserve c 3 campaign x segment s waits | refused budget_exceeded held
			at 0 | reserve d 2 campaign x segment s waits | wait
			at 0 | budget held segment total 6          | account
			at 0 | reserve e 3 campaign x segment s waits | refused budget_exceeded held
			at 0 | reserve f 2 campaign x segment s waits | wait`,
		],
		[
			'it does not wait for a budget while there are no credits for the call at all',
			`
			at 0 | grant purchased 9           | granted
			at 0 | budget b campaign total 20  | account
			at 0 | reserve a 9 campaign x      | reserved
			at 0 | reserve b 12 campaign x waits | refused budget_exceeded b
			at 0 | settle a 9                  | settled
			at 0 | reserve c 9 campaign x waits | refused credits_exhausted`,
		],
		[
			'a limit of 0 refuses what costs, and nothing else',
			`
			at 0 | grant purchased 100        | granted
			at 0 | budget b campaign=x total 0 | account
			at 0 | reserve a 0.000001 campaign x | refused budget_exceeded b
			at 0 | reserve b 0 campaign x     | reserved
			at 0 | settle b 0                 | settled | counter b - x held 0 settled 0`,
		],
	],
};

const changes: RuleTable = {
	rule: 'rule 21: changes of budgets',
	scenarios: [
		[
			'a changed limit keeps what was counted',
			`
			at 0 | grant purchased 100       | granted
			at 0 | budget b campaign total 5 | account
			at 0 | reserve a 4 campaign x    | reserved
			at 0 | settle a 4                | settled
			at 0 | budget b campaign total 8 | account
			at 0 | reserve b 4 campaign x    | reserved | counter b - x held 4 settled 4
			at 0 | budget b campaign total 3 | account
			at 0 | release b                 | released
			at 0 | reserve c 1 campaign x    | refused budget_exceeded b
			at 0 | budget b campaign total 5 | account
			at 0 | reserve d 1 campaign x    | reserved | counter b - x held 1 settled 4 | counters 1`,
		],
		[
			'a changed scope, value or period begins afresh, also when it is changed back',
			`
			at 0 | grant purchased 100         | granted
			at 0 | budget b campaign total 5   | account
			at 0 | reserve a 5 campaign x segment s | reserved
			at 0 | budget b segment total 5    | account
			at 0 | reserve b 5 campaign x segment s | reserved
			at 0 | budget b segment=s total 5  | account
			at 0 | reserve c 5 campaign x segment s | reserved
			at 0 | budget b segment=s day 5    | account
			at 0 | reserve d 5 campaign x segment s | reserved
			at 0 | budget b campaign total 5   | account
			at 0 | reserve e 5 campaign x segment s | reserved | counters 5 | counter b held 5 settled 0
			at 0 | reserve f 1 campaign x segment s | refused budget_exceeded b`,
		],
		[
			'a removed budget refuses nothing; holds that it counted still leave it',
			`
			at 0 | grant purchased 100       | granted
			at 0 | budget b campaign total 5 | account
			at 0 | reserve a 4 campaign x    | reserved
			at 0 | remove budget b           | account
			at 0 | reserve b 50 campaign x   | reserved
			at 0 | settle a 3                | settled | counter b - x held 0 settled 3
			at 0 | refund a 1                | refunded | counter b - x held 0 settled 2
			at 0 | budget b campaign total 7 | account
			at 0 | reserve c 5 campaign x    | reserved | counter b - x held 5 settled 2 | counters 2`,
		],
		[
			'a budget counts what is reserved after it was set',
			`
			at 0 | grant purchased 100       | granted
			at 0 | reserve a 4               | reserved
			at 0 | budget b account total 5  | account
			at 0 | settle a 4                | settled | counters 0
			at 0 | reserve b 5               | reserved | counter b held 5 settled 0`,
		],
		[
			'a budget that cannot work is a fault and changes nothing',
			`
			at 0 | budget b account=x total 5        | fault invalid_argument
			at 0 | budget b campaign= total 5        | fault invalid_argument
			at 0 | budget b campaign total -1        | fault invalid_amount
			at 0 | budget b campaign total 5 key k   | account
			at 0 | budget b campaign total 5 key k   | account | replayed
			at 0 | budget b campaign total 6 key k   | fault idempotency_conflict
			at 0 | remove budget c                   | fault invalid_argument
			at 0 | remove floor b                    | fault invalid_argument
			at 0 | remove budget b                   | account
			at 0 | remove budget b                   | fault invalid_argument
			at 0 | look                              | seq 3`,
		],
	],
};

const before: RuleTable = {
	rule: 'rule 38: what was spent before a budget was set',
	scenarios: [
		[
			'a total counts it, for the account and for each value of a label, and refuses by it',
			`
			at 0  | grant purchased 1000             | granted
			at 0  | reserve a 230.4 campaign spring  | reserved
			at 0  | settle a 230.4                   | settled
			at 0  | reserve b 20 campaign autumn     | reserved
			at 0  | settle b 10                      | settled
			at 3d | budget each campaign total 240   | counter each - spring held 0 settled 230.4 | counter each - autumn held 0 settled 10
			at 3d | budget all account total 249     | counter all - - held 0 settled 240.4
			at 3d | budget one campaign=autumn total 11 | counter one - autumn held 0 settled 10 | counters 4
			at 3d | reserve c 9.7 campaign spring    | refused budget_exceeded all
			at 3d | reserve d 1.1 campaign autumn    | refused budget_exceeded one
			at 3d | reserve e 8.6 campaign spring    | reserved | counter each - spring held 8.6 settled 230.4`,
		],
		[
			'a calendar period counts it within the period that runs, in the zone of the account',
			`
			at 0  | grant purchased 1000      | granted
			at 0  | reserve a 3               | reserved
			at 0  | settle a 3                | settled
			at 1d | reserve b 5               | reserved
			at 1d | settle b 5                | settled
			at 1d | budget day account day 9     | counter day 2026-04-01 - held 0 settled 5
			at 1d | budget week account week 9   | counter week 2026-W14 - held 0 settled 8
			at 1d | budget month account month 9 | counter month 2026-04 - held 0 settled 5
			at 1d | reserve c 5               | refused budget_exceeded week`,
			{ timeZone: 'Europe/Berlin', start: '2026-03-31T12:00:00+02:00' },
		],
		[
			'what was refunded is not counted; what open calls hold counts no more than before',
			`
			at 0 | grant purchased 1000       | granted
			at 0 | reserve a 8                | reserved
			at 0 | settle a 8                 | settled
			at 0 | refund a 3                 | refunded
			at 0 | reserve b 4                | reserved
			at 0 | budget all account total 9 | counter all - - held 0 settled 5
			at 0 | settle b 4                 | counter all - - held 0 settled 5`,
		],
		[
			'what is spent in the same batch is counted',
			`
			at 0 | grant purchased 1000       | granted
			at 0 | reserve a 8                | reserved
			at 0 | settle a 8 & budget all account total 9 & reserve b 2 | settled & account & refused budget_exceeded all
			at 0 | look                       | counter all - - held 0 settled 8`,
		],
		[
			'for persons, sends and executions it counts from now',
			`
			at 0 | grant purchased 1000            | granted
			at 0 | reserve a 8 person ada send s execution e | reserved
			at 0 | settle a 8                      | settled
			at 0 | budget p person total 9         | account
			at 0 | budget s account send 9         | account
			at 0 | budget e account execution 9    | counters 0
			at 0 | reserve b 9 person ada send s execution e | reserved`,
		],
		[
			'a budget that goes on does not count it twice, one that begins afresh counts it again',
			`
			at 0 | grant purchased 1000         | granted
			at 0 | reserve a 8 campaign x segment s | reserved
			at 0 | settle a 8                   | settled
			at 0 | budget b campaign total 9    | counter b - x held 0 settled 8
			at 0 | budget b campaign total 20   | counter b - x held 0 settled 8
			at 0 | budget b segment total 20    | counter b - s held 0 settled 8 | counters 2
			at 0 | remove budget b              | account
			at 0 | budget b segment total 20    | counter b - s held 0 settled 8 | counters 3`,
		],
	],
};

export const BUDGET_TABLES: readonly RuleTable[] = [periods, scopes, counting, changes, before];
