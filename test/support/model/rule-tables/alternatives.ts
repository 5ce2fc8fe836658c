/** Owns the scenarios of reserving one of several alternatives (ledger rule 10), in one call or several, and of caps (rule 21). */
import type { RuleTable } from './rule-table';

const choice: RuleTable = {
	rule: 'rule 10: one of several alternatives',
	scenarios: [
		[
			'the first that fits is held, its rung and why not the first are stored, and a replay takes the same',
			`
			at 0 | grant purchased 10          | granted
			at 0 | reserve a 9@big/2@small     | reserved | rung 0 | stepped nothing | available 1
			at 0 | reserve b 9@big/2@small/1@tiny | reserved | rung 2 | stepped credits_held | available 0
			at 0 | settle a 1                  | available 8
			at 0 | reserve b 9@big/2@small/1@tiny | reserved | replayed | rung 2 | stepped credits_held | available 8
			at 0 | reserve c 20@big/8@small    | reserved | rung 1 | stepped credits_exhausted`,
		],
		[
			'when none fits, the reason of the first is the refusal, until one fits',
			`
			at 0 | grant purchased 10          | granted
			at 0 | budget b model=big total 3  | account
			at 0 | reserve a 4@big/11@small    | refused budget_exceeded b | seq 5
			at 0 | reserve a 4@big/11@small    | refused budget_exceeded b | replayed
			at 0 | grant purchased 10          | granted
			at 0 | reserve a 4@big/11@small    | reserved | rung 1 | stepped budget_exceeded
			at 0 | reserve a 4@big/11@small    | reserved | replayed | rung 1 | stepped budget_exceeded`,
		],
		[
			'who may wait, waits for the first alternative that open holds keep, and passes over one that nothing can bring',
			`
			at 0 | grant purchased 10          | granted
			at 0 | reserve a 8                 | reserved
			at 0 | reserve b 5@big/2@small waits | wait credits_held | seq 3
			at 0 | reserve b 50@big/5@mid/2@small waits | wait credits_held | seq 3
			at 0 | reserve b 50@big/2@small waits | reserved | rung 1 | stepped credits_exhausted
			at 0 | release a                   | released
			at 0 | reserve c 5@big/2@small waits | reserved | rung 0`,
		],
		[
			'budgets see the model of the alternative, in place of a model among the labels',
			`
			at 0 | grant purchased 100         | granted
			at 0 | budget b model total 5      | account
			at 0 | reserve a 5@big model other | reserved | counter b - big held 5 settled 0
			at 0 | reserve b 1@big/5@small     | reserved | rung 1 | stepped budget_exceeded | counter b - small held 5 settled 0
			at 0 | reserve c 1 model other     | reserved | counter b - other held 1 settled 0
			at 0 | reserve d 1@big/1@small     | refused budget_exceeded b`,
		],
		[
			'an alternative without a price, or that is free, is judged by itself',
			`
			at 0 | reserve a unpriced/1/0      | reserved | rung 2 | stepped unpriced_model
			at 0 | reserve b unpriced/1        | refused unpriced_model
			at 0 | plan trial                  | account
			at 0 | reserve c 1/0               | reserved | rung 1 | stepped plan_not_eligible`,
		],
		[
			'nothing offered looks up what is stored, and records nothing',
			`
			at 0 | grant purchased 10          | granted
			at 0 | reserve a -                 | wait for nothing | seq 2
			at 0 | reserve a 5                 | reserved | new
			at 0 | reserve a -                 | reserved | replayed
			at 0 | reserve b 50                | refused credits_exhausted
			at 0 | reserve b -                 | wait for nothing
			at 0 | reserve c unpriced          | refused unpriced_model
			at 0 | reserve c -                 | refused unpriced_model | replayed
			at 0 | reserve a - asking other    | fault idempotency_conflict`,
		],
		[
			'in shadow mode the first is held whatever it costs',
			`
			at 0 | grant purchased 3           | granted
			at 0 | shadow on                   | account
			at 0 | reserve a 5@big/2@small waits | reserved | rung 0 | shadow credits_exhausted | stepped nothing
			at 0 | reserve b unpriced/2        | reserved | rung 0 | shadow unpriced_model`,
		],
		[
			'an alternative without calls, or with an amount that cannot be, is no request',
			`
			at 0 | grant purchased 10          | granted
			at 0 | reserve a 1/-1              | fault invalid_amount
			at 0 | reserve a 1+1+1+1+1+1+1+1+1+1+1 | fault invalid_argument
			at 0 | reserve a 1 capsend -1 send s | fault invalid_amount | seq 2`,
		],
	],
};

const passes: RuleTable = {
	rule: 'rule 10: several calls at once',
	scenarios: [
		[
			'all calls are held or none, one after another in burn-down order, and each is closed for itself',
			`
			at 0 | grant promotional 4 exp 10d | granted
			at 0 | grant purchased 6           | granted
			at 0 | reserve a 3+3+3             | reserved | holds 3 | slices g1:3 | available 1
			at 0 | settle a 2                  | settled | available 2
			at 0 | settle a.2 4                | settled | slices g1:1 g2:2 g1:1 | available 1
			at 0 | release a.3                 | released | available 4
			at 0 | reserve b 3+2/1+2/4         | reserved | rung 1 | holds 2 | stepped credits_exhausted | available 1`,
		],
		[
			'what one call leaves another may take, but no call takes what another still holds',
			`
			at 0 | grant purchased 6           | granted
			at 0 | reserve a 3+3               | reserved | available 0
			at 0 | settle a 5                  | overdraft 2 | held 3
			at 0 | release a.2                 | overdraft 0 | available 1`,
		],
		[
			'a replay brings all calls along, as they are by then',
			`
			at 0 | grant purchased 10          | granted
			at 0 | reserve a 1+2+3             | reserved | new | holds 3
			at 0 | settle a.2 1                | settled
			at 0 | reserve a 1+2+3             | reserved | replayed | holds 3 | open
			at 0 | reserve a.2 5               | reserved | new`,
		],
		[
			'a budget counts what its calls take together',
			`
			at 0 | grant purchased 100         | granted
			at 0 | budget all account total 9  | account
			at 0 | budget model model total 5  | account
			at 0 | reserve a 4@big+2@small     | reserved | counter model - big held 4 settled 0 | counter all held 6 settled 0
			at 0 | reserve b 1@small+3@small   | refused budget_exceeded all
			at 0 | release a                   | counter all held 2 settled 0
			at 0 | reserve c 2@small+2@small   | refused budget_exceeded model
			at 0 | reserve d 3@big+3@big       | refused budget_exceeded model
			at 0 | reserve e 3@big+3@small     | reserved | counter all held 8 settled 0`,
		],
		[
			'of equally tight budgets the one that was set first is named, whichever call of the alternative meets it first',
			`
			at 0 | grant purchased 100            | granted
			at 0 | budget model model total 23    | account
			at 0 | budget all account total 23    | account
			at 0 | reserve a 1@big+24@small       | refused budget_exceeded model
			at 0 | reserve b 24@small+1@big       | refused budget_exceeded model
			at 0 | budget model model total 24    | account
			at 0 | reserve c 1@big+25@small       | refused budget_exceeded all`,
		],
		[
			'a free call asks nothing of a budget that is used up',
			`
			at 0 | grant purchased 100         | granted
			at 0 | budget b model total 2      | account
			at 0 | reserve a 2@small           | reserved
			at 0 | settle a 5                  | counter b - small held 0 settled 5
			at 0 | reserve b 2@big+0@small     | reserved | holds 2
			at 0 | reserve c 0@big+0@small     | reserved | holds 2
			at 0 | reserve d 2@else+1@small    | refused budget_exceeded b`,
		],
		[
			'a floor bars them when one of them is not exempt',
			`
			at 0 | grant purchased 10          | granted
			at 0 | floor f model 4 exempt big  | account
			at 0 | reserve a 5@big+2@small     | refused floor_reached f
			at 0 | reserve b 5@big+2@big       | reserved | available 3`,
		],
		[
			'one call without a price leaves the whole without one',
			`
			at 0 | grant purchased 10          | granted
			at 0 | reserve a 1+unpriced        | refused unpriced_model | held 0`,
		],
	],
};

const caps: RuleTable = {
	rule: 'rule 21: caps of a send and of an execution',
	scenarios: [
		[
			'a cap counts what is held and what is settled in its send, in all its calls and keys',
			`
			at 0 | grant purchased 100         | granted
			at 0 | reserve a 4+4 send s capsend 10 | reserved | counter cap s send/node held 8 settled 0
			at 0 | settle a 6                  | counter cap s send/node held 4 settled 6
			at 0 | settle a.2 1                | counter cap s send/node held 0 settled 7
			at 0 | reserve b 4@big/3@small send s capsend 10 | reserved | rung 1 | stepped cap_reached
			at 0 | reserve c 1 send s capsend 10 | refused cap_reached send
			at 0 | reserve d 10 send t capsend 10 | reserved
			at 0 | reserve e 5 capsend 1       | reserved
			at 0 | reserve f 5 send s          | reserved`,
		],
		[
			'a cap of an execution holds for calls at once, and may be waited for',
			`
			at 0 | grant purchased 100         | granted
			at 0 | reserve a 6 execution x capexecution 10 & reserve b 6 execution x capexecution 10 | reserved & refused cap_reached execution
			at 0 | reserve c 6 execution x capexecution 10 waits | wait cap_reached
			at 0 | reserve d 11 execution x capexecution 10 waits | refused cap_reached execution
			at 0 | settle a 2                  | counter cap x execution/node held 0 settled 2
			at 0 | reserve c 6 execution x capexecution 10 | reserved
			at 0 | reserve e 6 execution y capexecution 10 | reserved`,
		],
		[
			'a cap comes after overdraft and before budgets, and gives room back with refunds',
			`
			at 0 | grant purchased 5           | granted
			at 0 | budget b account total 5    | account
			at 0 | reserve a 5 send s capsend 5 | reserved
			at 0 | settle a 6                  | overdraft 1
			at 0 | reserve b 1 send s capsend 5 | refused overdrawn
			at 0 | grant purchased 5           | overdraft 0
			at 0 | reserve c 1 send s capsend 5 | refused cap_reached send
			at 0 | reserve d 1 send t capsend 5 | refused budget_exceeded b
			at 0 | refund a 4                  | counter cap s send/node held 0 settled 2
			at 0 | reserve e 3 send s capsend 5 | reserved`,
		],
		[
			'the tighter of two caps is named',
			`
			at 0 | grant purchased 100         | granted
			at 0 | reserve a 6 send s capsend 5 execution x capexecution 4 | refused cap_reached execution
			at 0 | reserve b 6 send s capsend 3 execution x capexecution 4 | refused cap_reached send
			at 0 | shadow on                   | account
			at 0 | reserve c 6 send s capsend 5 | reserved | shadow cap_reached`,
		],
	],
};

export const ALTERNATIVE_TABLES: readonly RuleTable[] = [choice, passes, caps];
