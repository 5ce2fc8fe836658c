/** Owns the scenarios of alerts (ledger rule 24): what is warned of, once for each crossing, when it is armed again, and who is told. */
import type { RuleScenario, RuleTable } from './rule-table';

const low: RuleTable = {
	rule: 'rule 24: low and exhausted credits',
	scenarios: [
		[
			'landing exactly on a threshold warns, one micro-credit above it does not, and it does not warn again (field lesson 18)',
			`
			at 0 | grant purchased 100 | alerts none
			at 0 | reserve a 80        | alerts none | available 20
			at 0 | settle a 79.999999  | alerts none | available 20.000001
			at 0 | reserve b 0.000001  | alerts none
			at 0 | settle b 0.000001   | alerts low:20 | available 20
			at 0 | reserve c 1         | alerts none
			at 0 | settle c 1          | alerts none
			at 0 | reserve d 1         | alerts none
			at 0 | release d           | alerts none`,
		],
		[
			'what is held is not gone: only what is settled counts',
			`
			at 0 | grant purchased 100 | granted
			at 0 | reserve a 96        | reserved | alerts none | available 4
			at 0 | release a           | alerts none
			at 0 | reserve b 96        | alerts none
			at 0 | settle b 95         | alerts low:5`,
		],
		[
			'one step over several thresholds gives the gravest alone',
			`
			at 0 | grant purchased 100 | granted
			at 0 | reserve a 100       | alerts none
			at 0 | settle a 100        | alerts exhausted | available 0
			at 0 | reserve b 1         | refused credits_exhausted | alerts none`,
		],
		[
			'each threshold on the way down warns once',
			`
			at 0 | grant purchased 100 | granted
			at 0 | reserve a 80        | reserved
			at 0 | settle a 80         | alerts low:20
			at 0 | reserve b 15        | reserved
			at 0 | settle b 15         | alerts low:5
			at 0 | reserve c 6         | refused credits_exhausted | alerts exhausted
			at 0 | reserve d 6         | refused credits_exhausted | alerts none
			at 0 | reserve e 5         | reserved
			at 0 | settle e 5          | alerts none`,
		],
		[
			'several crossings in one batch are several entries, in the order of the commands',
			`
			at 0 | grant purchased 100 & reserve a 80 & reserve b 15 | granted & reserved & reserved
			at 0 | settle a 80 & settle b 15 & reserve c 50 | settled & settled & refused credits_exhausted | alerts low:20 low:5 exhausted`,
		],
		[
			'a refusal that would pass once holds close is no exhaustion',
			`
			at 0 | grant purchased 10 | granted
			at 0 | reserve a 8        | reserved
			at 0 | reserve b 8        | refused credits_held | alerts none
			at 0 | reserve c 11       | refused credits_exhausted | alerts exhausted`,
		],
		[
			'armed again only well above the threshold, and only by new credits',
			`
			at 0 | grant purchased 100 | granted
			at 0 | reserve a 80        | reserved
			at 0 | settle a 80         | alerts low:20
			at 0 | grant purchased 5   | alerts none
			at 0 | reserve b 4         | reserved
			at 0 | settle b 4          | alerts none
			at 0 | grant purchased 100 | alerts none | available 121
			at 0 | reserve c 101       | reserved
			at 0 | settle c 101        | alerts low:20`,
		],
		[
			'credits that are used up do not raise the share of what is left',
			`
			at 0 | grant promotional 90 | granted
			at 0 | grant purchased 10   | granted
			at 0 | reserve a 80         | reserved
			at 0 | settle a 80          | alerts low:20
			at 0 | reserve b 10         | reserved
			# The promotional credits are gone: 10 of 10 are left, but nothing has risen.
			at 0 | settle b 10          | alerts none | available 10
			at 0 | reserve c 9.5        | reserved
			at 0 | settle c 9.5         | alerts low:5`,
		],
		[
			'exhausted is armed again by a purchase, and told again',
			`
			at 0 | grant purchased 10  | granted
			at 0 | reserve a 10        | reserved
			at 0 | settle a 10         | alerts exhausted
			at 0 | grant purchased 10  | alerts none
			at 0 | reserve b 10        | reserved
			at 0 | settle b 10         | alerts exhausted`,
		],
		[
			'overdraft exhausts, and what repays it is no rise yet',
			`
			at 0 | grant purchased 10 | granted
			at 0 | reserve a 10       | reserved
			at 0 | settle a 15        | alerts exhausted | overdraft 5
			at 0 | reserve b 1        | refused overdrawn | alerts none
			at 0 | grant purchased 5  | alerts none | available 0
			at 0 | reserve c 1        | refused credits_exhausted | alerts none
			at 0 | grant purchased 10 | alerts none
			at 0 | reserve d 11       | refused credits_exhausted | alerts exhausted`,
		],
		[
			'a grant that ends unused is warned of at that instant, whenever somebody looks',
			`
			at 0   | warn low 20,5              | account
			at 0   | grant promotional 90 exp 3d | granted
			at 0   | grant purchased 10         | granted
			at 3d-1ms | look                    | alerts none
			at 9d  | look                       | alerts none | available 10
			at 9d  | reserve a 8                | reserved
			at 9d  | settle a 8                 | alerts low:20`,
		],
		[
			'the last credits that expire exhaust the account',
			`
			at 0  | warn low 20                 | account
			at 0  | grant promotional 90 exp 3d | granted
			at 3d | look                        | alerts exhausted`,
		],
		[
			'voiding what is left warns',
			`
			at 0 | grant purchased 100 | granted
			at 0 | void g1             | alerts exhausted`,
		],
		[
			'a call that costs nothing, and an account that never had credits, are no matter',
			`
			at 0 | reserve a 0 | reserved
			at 0 | settle a 0  | alerts none
			at 0 | reserve b 1 | refused credits_exhausted | alerts exhausted`,
		],
		[
			'a trial account is not warned of credits it cannot spend',
			`
			at 0 | grant purchased 100 | granted
			at 0 | reserve a 1         | refused plan_not_eligible | alerts none
			at 0 | void g1             | alerts none`,
			{ plan: 'trial' },
		],
		[
			'shadow mode warns of what it would have refused',
			`
			at 0 | grant purchased 10 | granted
			at 0 | shadow on          | account
			at 0 | reserve a 11       | reserved | alerts exhausted`,
		],
		[
			'a refund arms again when it brings enough back',
			`
			at 0 | grant purchased 100 | granted
			at 0 | reserve a 80        | reserved
			at 0 | settle a 80         | alerts low:20
			at 0 | refund a 5          | alerts none | available 25
			at 0 | refund a 20         | alerts none | available 45
			at 0 | reserve b 25        | reserved
			at 0 | settle b 25         | alerts low:20`,
		],
		[
			'credits that begin later arm again when they begin',
			`
			at 0  | grant purchased 100         | granted
			at 0  | grant purchased 100 from 1d | granted
			at 0  | reserve a 90 timeout 24h    | reserved
			at 0  | settle a 90                 | alerts low:20
			at 1d | reserve b 80                | reserved | alerts none
			at 1d | settle b 80                 | alerts none
			at 1d | reserve c 10                | reserved
			at 1d | settle c 10                 | alerts low:20`,
		],
	],
};

const settings: RuleTable = {
	rule: 'rule 24: what is warned of can be set',
	scenarios: [
		[
			'other thresholds, or none',
			`
			at 0 | warn low 50         | account
			at 0 | grant purchased 100 | granted
			at 0 | reserve a 50        | reserved
			at 0 | settle a 50         | alerts low:50
			at 0 | reserve b 49        | reserved
			at 0 | settle b 49         | alerts none
			at 0 | warn low 10         | alerts low:10
			at 0 | warn drift 0        | alerts none
			at 0 | warn low 10         | alerts low:10`,
		],
		[
			'what could never warn is refused, and nothing is changed',
			`
			at 0 | warn low 0          | fault invalid_argument
			at 0 | warn low 100        | fault invalid_argument
			at 0 | warn low 20,20      | fault invalid_argument
			at 0 | warn low 1,2,3,4,5,6 | fault invalid_argument
			at 0 | warn expiring 366   | fault invalid_argument
			at 0 | warn low 20.5       | fault invalid_argument
			at 0 | warn drift -1       | fault invalid_argument | seq 1`,
		],
	],
};

const expiring: RuleTable = {
	rule: 'rule 24: credits about to expire',
	scenarios: [
		[
			'7 days and 1 day before, to the millisecond, with what is unused',
			`
			at 0       | grant promotional 100 exp 30d | granted
			at 23d-1ms | look                          | alerts none
			at 23d     | look                          | alerts expiring:g1:7
			at 23d     | look                          | alerts none
			at 29d-1ms | look                          | alerts none
			at 29d     | look                          | alerts expiring:g1:1
			at 30d     | look                          | alerts exhausted`,
		],
		[
			'each warning is dated when it was due, also when nobody came',
			`
			at 0   | grant promotional 100 exp 30d | granted
			at 40d | look                          | alerts expiring:g1:7 expiring:g1:1 exhausted`,
		],
		[
			'not for what is used up, voided, or not begun',
			`
			at 0   | warn expiring 7,1                    | account
			at 0   | grant promotional 10 exp 10d         | granted
			at 0   | grant promotional 10 exp 10d         | granted
			at 0   | grant promotional 10 from 5d exp 10d | granted
			at 0   | reserve a 10                         | slices g1:10
			at 0   | settle a 10                          | settled
			at 0   | void g2                              | voided
			at 3d  | look                                 | alerts none
			at 9d  | look                                 | alerts expiring:g3:1`,
		],
		[
			'a grant that is made with less time than that is not warned of at once',
			`
			at 0  | warn expiring 7,1            | account
			at 0  | grant promotional 10 exp 2d  | alerts none
			at 1d | look                         | alerts expiring:g1:1`,
		],
		[
			'a clock that steps back does not warn twice',
			`
			at 0   | warn expiring 7              | account
			at 0   | grant promotional 10 exp 10d | granted
			at 3d  | look                         | alerts expiring:g1:7
			at 3d-1m | look                       | alerts none
			at 3d  | look                         | alerts none`,
		],
	],
};

const reports: RuleTable = {
	rule: 'rule 47: a reported cost that is not that of the price list',
	scenarios: [
		[
			'warns above a fifth, in either direction, once for each model, and again on another day after it agreed',
			`
			at 0  | grant purchased 1000              | granted
			at 0  | reserve a 20@m                    | reserved
			at 0  | settle a 12 list 10 reported 12   | alerts none
			at 0  | reserve b 20@m                    | reserved
			at 0  | settle b 13 list 10 reported 13   | alerts cost_differs:m
			at 0  | reserve c 20@m                    | reserved
			at 0  | settle c 30 list 10 reported 30   | alerts none
			at 0  | reserve d 20@n                    | reserved
			at 0  | settle d 7 list 10 reported 7     | alerts cost_differs:n
			at 0  | tell flow                         | told cost_differs:m cost_differs:n
			at 0  | reserve e 20@m                    | reserved
			at 0  | settle e 10 list 10 reported 10   | alerts none
			at 0  | reserve f 20@m                    | reserved
			at 0  | settle f 13 list 10 reported 13   | alerts none
			at 1d | reserve g 20@m                    | reserved
			at 1d | settle g 12 list 10 reported 12   | alerts none
			at 1d | reserve h 20@m                    | reserved
			at 1d | settle h 13 list 10 reported 13   | alerts none
			at 1d | reserve i 20@m                    | reserved
			at 1d | settle i 11 list 10 reported 11   | alerts none
			at 1d | reserve j 20@m                    | reserved
			at 1d | settle j 13 list 10 reported 13   | alerts cost_differs:m
			at 1d | tell flow                         | told cost_differs:m`,
		],
		[
			'is about what was reported, also where the list was charged, and not about calls without a report',
			`
			at 0  | grant purchased 1000              | granted
			at 0  | reserve a 20@m                    | reserved
			at 0  | settle a 10 list 10 reported 0    | alerts cost_differs:m
			at 0  | reserve b 20                      | reserved
			at 0  | settle b 10                       | alerts none
			at 0  | reserve c 20                      | reserved
			at 0  | settle c 13 list 10 reported 13   | alerts cost_differs:
			at 0  | warn low 50                       | account
			at 0  | reserve d 20                      | reserved
			at 0  | settle d 13 list 10 reported 13   | alerts none`,
		],
	],
};

const clock: RuleTable = {
	rule: 'rule 46: a newest entry that is ahead of the clock',
	scenarios: [
		[
			'warns once, and again when the clock has reached it and another is ahead',
			`
			at 2d   | grant purchased 100 | granted | ahead none
			at 2d-5m | look               | alerts none | ahead none
			at 2d-5m-1ms | look           | alerts clock_ahead | ahead 2026-04-10T12:00:00.000Z
			at 0    | tell flow           | told clock_ahead
			at 0    | reserve a 1         | reserved | alerts none
			at 1d   | settle a 1          | alerts none | ahead 2026-04-10T12:00:00.000Z
			at 2d   | look                | alerts none | ahead none
			at 3d   | grant purchased 1   | alerts none
			at 2d   | look                | alerts clock_ahead`,
		],
		[
			'stays while other warnings are set, and is told to a new reader as long as it stands',
			`
			at 2d   | grant purchased 100 | granted
			at 0    | look                | alerts clock_ahead
			at 0    | warn low 50         | account
			at 1h   | tell flow           | told clock_ahead
			at 2d   | look                | alerts none
			at 2d   | tell other          | told none`,
		],
		[
			'keeps no call open for longer than it may be, by the clock',
			`
			at 2d   | grant purchased 100 | granted
			at 0    | reserve a 10        | available 90 | held 10
			at 15m-1ms | look             | held 10
			at 15m  | look                | held 0
			at 15m  | settle a 3          | late | available 97`,
		],
		[
			'lets a call go that a clock ahead has made, its time and five minutes after that was seen',
			`
			at 0    | grant purchased 100          | granted
			at 1h   | reserve long 5 timeout 24h   | reserved
			at 2d   | look                         | held 0
			at 2d   | reserve a 10                 | held 10
			at 2h   | look                         | alerts clock_ahead | held 10
			at 2h   | reserve b 10 timeout 24h     | held 20
			at 2h+20m-1ms | look                   | held 20
			at 2h+20m | look                       | held 10
			at 2h+20m | settle a 7                 | late
			at 25h  | look                         | held 10
			at 26h  | look                         | held 0`,
		],
		[
			'does not let a call go early that was made before the clock was wrong',
			`
			at 0    | grant purchased 100          | granted
			at 0    | reserve long 5 timeout 24h   | reserved
			at 10h  | grant purchased 1            | granted
			at 1h   | look                         | alerts clock_ahead | held 5
			at 10h  | look                         | held 5
			at 24h-1ms | look                      | held 5
			at 24h  | look                         | held 0`,
		],
	],
};

const budgets: RuleTable = {
	rule: 'rule 24: budgets that are reached',
	scenarios: [
		[
			'when nothing is left, or too little for a call; once a period',
			`
			at 0  | grant purchased 1000        | granted
			at 0  | budget b account day 10     | account
			at 0  | reserve a 10                | alerts none
			at 0  | reserve b 1                 | refused budget_exceeded b | alerts none
			at 0  | settle a 9                  | alerts none
			at 0  | reserve c 2                 | refused budget_exceeded b | alerts budget:b:2026-04-08:
			at 0  | reserve d 2                 | refused budget_exceeded b | alerts none
			at 0  | reserve e 1                 | reserved
			at 0  | settle e 1                  | alerts none
			at 1d | reserve f 10                | reserved
			at 1d | settle f 10                 | alerts budget:b:2026-04-09:`,
		],
		[
			'each campaign of a budget for each',
			`
			at 0 | grant purchased 1000          | granted
			at 0 | budget b campaign total 10    | account
			at 0 | reserve a 10 campaign spring  | reserved
			at 0 | reserve b 11 campaign autumn  | refused budget_exceeded b | alerts budget:b::autumn
			at 0 | settle a 10                   | alerts budget:b::spring`,
		],
		[
			'a higher limit arms again, when the budget is next used',
			`
			at 0 | grant purchased 1000       | granted
			at 0 | budget b account total 10  | account
			at 0 | reserve a 10               | reserved
			at 0 | settle a 10                | alerts budget:b::
			at 0 | budget b account total 20  | alerts none
			at 0 | reserve b 10               | alerts none
			at 0 | settle b 10                | alerts budget:b::`,
		],
		[
			'caps of a send, an execution or a person are reached as a matter of course',
			`
			at 0 | grant purchased 1000         | granted
			at 0 | budget s account send 1      | account
			at 0 | budget e account execution 1 | account
			at 0 | budget p person day 1        | account
			at 0 | reserve a 2 send s1          | refused budget_exceeded s | alerts none
			at 0 | reserve b 2 execution e1     | refused budget_exceeded e | alerts none
			at 0 | reserve c 2 person ann       | refused budget_exceeded p | alerts none`,
		],
		[
			'shadow mode warns of budgets too',
			`
			at 0 | grant purchased 1000       | granted
			at 0 | budget b account total 10  | account
			at 0 | shadow on                  | account
			at 0 | reserve a 11               | reserved | shadow budget_exceeded | alerts budget:b::`,
		],
		[
			'an unconfirmed call that is charged reaches a budget too',
			`
			at 0  | grant purchased 1000      | granted
			at 0  | policy charge             | account
			at 0  | budget b account total 10 | account
			at 0  | reserve a 10 timeout 1m   | reserved
			at 1m | look                      | alerts budget:b::`,
		],
	],
};

const calls = (count: number, { cost, day, campaign = '' }: { cost: number; day: number; campaign?: string }): string =>
	Array.from({ length: count }, (_, index) => {
		const key = `${campaign}-${String(day)}-${String(cost)}-${String(index)}`;
		const label = campaign === '' ? '' : ` campaign ${campaign}`;
		return `at ${String(day)}d | reserve ${key} ${String(cost)}${label} | reserved\nat ${String(day)}d | settle ${key} ${String(cost)} | alerts none`;
	}).join('\n');

const drift: RuleTable = {
	rule: 'rule 24: drift of costs',
	scenarios: [
		[
			'a campaign whose calls cost half as much again as usual, once',
			`
			at 0 | grant purchased 1000000 | granted
			${calls(20, { cost: 10, day: 0, campaign: 'spring' })}
			${calls(19, { cost: 16, day: 1, campaign: 'spring' })}
			at 1d | reserve x 16 campaign spring | reserved
			at 1d | settle x 16                  | alerts drift:spring
			${calls(5, { cost: 17, day: 1, campaign: 'spring' })}`,
		],
		[
			'up to half as much again is no drift, and neither is another campaign or a test',
			`
			at 0 | grant purchased 1000000 | granted
			${calls(20, { cost: 10, day: 0, campaign: 'spring' })}
			${calls(21, { cost: 15, day: 1, campaign: 'spring' })}
			${calls(30, { cost: 99, day: 1, campaign: 'autumn' })}`,
		],
		[
			'armed again when the day is as usual again',
			`
			at 0 | grant purchased 1000000 | granted
			${calls(20, { cost: 10, day: 0 })}
			${calls(19, { cost: 16, day: 1 })}
			at 1d | reserve x 16 | reserved
			at 1d | settle x 16  | alerts drift:
			${calls(60, { cost: 10, day: 2 })}
			${calls(19, { cost: 30, day: 3 })}
			at 3d | reserve y 30 | reserved
			at 3d | settle y 30  | alerts drift:`,
		],
	],
};

const standing = `
	at 0 | grant purchased 100 | granted
	at 0 | reserve a 80        | reserved
	at 0 | settle a 80         | alerts low:20`;

const telling: RuleTable = {
	rule: 'rule 24: each reader is told once',
	scenarios: [
		[
			'a new reader gets what stands, and then what comes',
			`
			${standing}
			at 0 | tell flow           | told low:20
			at 0 | tell flow           | told none
			at 0 | reserve b 15        | reserved
			at 0 | settle b 15         | alerts low:5
			at 0 | tell flow           | told low:5
			at 0 | tell flow           | told none`,
		],
		[
			'what stands no more is history, and a silenced alert is told as the one that silenced it',
			`
			${standing}
			at 0 | grant purchased 1000 | alerts none
			at 0 | tell early           | told none
			at 0 | void g1              | alerts none
			at 0 | reserve b 1001       | alerts exhausted
			at 0 | tell late            | told exhausted
			at 0 | tell early           | told exhausted`,
		],
		[
			'two readers are told alike, and each only once',
			`
			at 0 | tell one            | told none
			at 0 | tell two            | told none
			${standing}
			at 0 | tell one            | told low:20
			at 0 | tell two            | told low:20
			at 0 | tell one            | told none`,
		],
		[
			'twice in one batch is told once',
			`
			at 0 | tell one            | told none
			at 0 | grant purchased 100 | granted
			at 0 | reserve a 80        | reserved
			at 0 | settle a 80         | alerts low:20
			at 0 | tell one & tell one | alerts & alerts
			at 0 | tell one            | told none`,
		],
		[
			'time alone gives alerts to those who ask',
			`
			at 0   | warn expiring 7              | account
			at 0   | grant promotional 10 exp 10d | granted
			at 0   | tell one                     | told none
			at 3d  | tell one                     | told expiring:g1:7`,
		],
		[
			'a name that is none is refused',
			`
			at 0 | tell ${'x'.repeat(101)} | fault invalid_argument | seq 1`,
		],
	] satisfies readonly RuleScenario[],
};

export const ALERT_TABLES: readonly RuleTable[] = [low, settings, expiring, budgets, drift, reports, clock, telling];
