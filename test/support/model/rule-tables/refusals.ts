/** Owns the scenarios of what comes first when several reasons refuse a call (ledger rule 10), and of trial accounts (rule 8). */
import type { RuleTable } from './rule-table';

const precedence: RuleTable = {
	rule: 'rule 10: the precedence of refusals',
	scenarios: [
		[
			'1: a request that cannot be understood, before anything else',
			`
			at 0 | reserve a 1 timeout 1ms   | fault invalid_time
			at 0 | reserve b -1              | fault invalid_amount
			at 0 | reserve a 1               | refused plan_not_eligible
			at 0 | reserve a 1 asking other  | fault idempotency_conflict`,
			{ plan: 'trial' },
		],
		[
			'2: the stored answer of the key, before what would be answered now',
			`
			at 0 | reserve a unpriced        | refused unpriced_model
			at 0 | plan trial                | account
			at 0 | reserve a 1               | refused unpriced_model | replayed
			at 0 | reserve b 1               | refused plan_not_eligible`,
		],
		[
			'3: unpriced before the plan',
			`
			at 0 | reserve a unpriced        | refused unpriced_model
			at 0 | reserve b 1               | refused plan_not_eligible`,
			{ plan: 'trial' },
		],
		[
			'4: zero passes before the plan, overdraft, budget, floor and credits',
			`
			at 0 | reserve a 0               | reserved
			at 0 | settle a 2                | overdraft 2
			at 0 | budget b account total 0  | account
			at 0 | floor f segment 9         | account
			at 0 | plan trial                | account
			at 0 | reserve b 0               | reserved | held 0`,
		],
		[
			'5: the plan before overdraft',
			`
			at 0 | reserve a 0               | reserved
			at 0 | settle a 2                | overdraft 2
			at 0 | plan trial                | account
			at 0 | reserve b 1               | refused plan_not_eligible
			at 0 | plan paid                 | account
			at 0 | reserve c 1               | refused overdrawn`,
		],
		[
			'6: overdraft before budgets',
			`
			at 0 | budget b account total 0  | account
			at 0 | reserve a 0               | reserved
			at 0 | settle a 2                | overdraft 2
			at 0 | reserve b 1               | refused overdrawn
			at 0 | grant purchased 5         | overdraft 0
			at 0 | reserve c 1               | refused budget_exceeded b`,
		],
		[
			'7: budgets before floors',
			`
			at 0 | grant purchased 5         | granted
			at 0 | budget b account total 0  | account
			at 0 | floor f segment 9         | account
			at 0 | reserve a 1               | refused budget_exceeded b
			at 0 | remove budget b           | account
			at 0 | reserve b 1               | refused floor_reached f`,
		],
		[
			'8: floors before held credits',
			`
			at 0 | grant purchased 10        | granted
			at 0 | floor f segment 1 exempt s | account
			at 0 | reserve a 8 segment s     | reserved
			at 0 | reserve b 4               | refused floor_reached f
			at 0 | reserve c 4 segment s     | refused credits_held`,
		],
		[
			'9: floors before exhausted credits',
			`
			at 0 | grant purchased 3         | granted
			at 0 | floor f segment 1 exempt s | account
			at 0 | reserve a 4               | refused floor_reached f
			at 0 | reserve b 4 segment s     | refused credits_exhausted`,
		],
		[
			'10: held credits, where they would be enough, and exhausted, where not',
			`
			at 0 | grant purchased 10        | granted
			at 0 | reserve a 8               | reserved
			at 0 | reserve b 3               | refused credits_held
			at 0 | reserve c 10              | refused credits_held
			at 0 | reserve d 10.000001       | refused credits_exhausted`,
		],
	],
};

const cured: RuleTable = {
	rule: 'rule 36: a refusal that something can cure',
	scenarios: [
		[
			'is decided anew once credits have come, and stays the same until then',
			`
			at 0 | grant purchased 5         | granted
			at 0 | reserve a 8               | refused credits_exhausted
			at 0 | reserve a 8               | refused credits_exhausted | replayed
			at 0 | grant purchased 5         | granted | available 10
			at 0 | reserve a 8               | reserved | available 2
			at 0 | reserve a 8               | reserved | replayed | available 2`,
		],
		[
			'is decided anew when a hold closes, a budget is raised, and the plan is paid, each under the same key',
			`
			at 0 | grant purchased 10        | granted
			at 0 | reserve o 8               | reserved
			at 0 | reserve a 4               | refused credits_held
			at 0 | budget b account total 9  | account
			at 0 | release o                 | released
			at 0 | budget b account total 3  | account
			at 0 | reserve a 4               | refused budget_exceeded b
			at 0 | plan trial                | account
			at 0 | reserve a 4               | refused plan_not_eligible
			at 0 | plan paid                 | account
			at 0 | budget b account total 9  | account
			at 0 | reserve a 4               | reserved
			at 0 | reserve a 4 asking other  | fault idempotency_conflict
			at 0 | settle a 4                | settled | available 6`,
		],
		[
			'is decided anew when time gives room',
			`
			at 0  | grant purchased 10       | granted
			at 0  | budget d account day 5   | account
			at 0  | reserve a 5              | reserved
			at 0  | settle a 5               | settled
			at 0  | reserve b 3              | refused budget_exceeded d
			at 1d | reserve b 3              | reserved`,
		],
		[
			'is not one that the request itself causes',
			`
			at 0 | grant purchased 10        | granted
			at 0 | reserve a unpriced        | refused unpriced_model
			at 0 | reserve a 1               | refused unpriced_model | replayed`,
		],
	],
};

const frozen: RuleTable = {
	rule: 'rule 49: a frozen account',
	scenarios: [
		[
			'refuses every reservation, free ones and in shadow mode too, until it is thawed, and each is decided anew then',
			`
			at 0 | grant purchased 10        | granted | spendable 10
			at 0 | freeze too fast           | account | frozen too fast | new | spendable 0 | available 10
			at 0 | freeze again              | account | frozen too fast | replayed
			at 0 | reserve a 1               | refused account_frozen
			at 0 | reserve b 0               | refused account_frozen
			at 0 | reserve c unpriced        | refused unpriced_model
			at 0 | shadow on                 | account
			at 0 | reserve d 1               | refused account_frozen
			at 0 | reserve a 1               | refused account_frozen | replayed
			at 0 | shadow off                | account
			at 0 | thaw                      | account | not frozen | new | spendable 10
			at 0 | thaw                      | account | replayed
			at 0 | reserve a 1               | reserved | available 9
			at 0 | reserve b 0               | reserved`,
		],
		[
			'settles, gives back and times out what was open, and takes credits in',
			`
			at 0  | grant purchased 20       | granted
			at 0  | reserve a 4              | reserved
			at 0  | reserve b 4              | reserved
			at 0  | reserve c 4 timeout 1m   | reserved
			at 0  | reserve d 4              | reserved
			at 0  | freeze                   | account
			at 0  | settle a 6               | settled | available 2
			at 0  | release b                | released | available 6
			at 1m | look                     | held 4 | available 10
			at 1m | expire d                 | expired | available 14
			at 1m | refund a rest            | refunded 6 | available 20
			at 1m | grant purchased 5        | granted | available 25 | spendable 0
			at 1m | void g2                  | voided | available 20
			at 1m | reserve e 1 waits        | refused account_frozen`,
		],
		[
			'comes before the plan and overdraft, and a freeze and a thaw in one batch hold in their order',
			`
			at 0 | grant purchased 5         | granted
			at 0 | reserve a 5               | reserved
			at 0 | settle a 6                | overdraft 1
			at 0 | plan trial                | account
			at 0 | freeze & reserve b 1 & thaw & reserve b 1 | account & refused account_frozen & account & refused plan_not_eligible`,
		],
	],
};

const trial: RuleTable = {
	rule: 'rule 8: trial accounts',
	scenarios: [
		[
			'are given credits and limits, and spend once their plan is paid',
			`
			at 0  | grant purchased 10        | granted | available 10
			at 0  | budget b account total 5  | account
			at 0  | reserve a 1               | refused plan_not_eligible | counters 0
			at 0  | reserve b 0               | reserved
			at 0  | reserve c 1 waits         | refused plan_not_eligible
			at 1d | plan paid & reserve d 5   | account & reserved
			at 1d | reserve e 1               | refused budget_exceeded b`,
			{ plan: 'trial' },
		],
		[
			'settle what they reserved while they were paid',
			`
			at 0 | grant purchased 10         | granted
			at 0 | reserve a 4 & reserve b 4  | reserved & reserved
			at 0 | plan trial                 | account
			at 0 | settle a 5                 | settled | available 1
			at 0 | release b                  | released | available 5
			at 0 | reserve c 1                | refused plan_not_eligible`,
		],
	],
};

export const REFUSAL_TABLES: readonly RuleTable[] = [precedence, cured, frozen, trial];
