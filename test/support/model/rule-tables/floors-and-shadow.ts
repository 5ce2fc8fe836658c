/** Owns the scenarios of floors (ledger rule 22) and of shadow mode (rule 23). */
import type { RuleTable } from './rule-table';

const floors: RuleTable = {
	rule: 'rule 22: floors',
	scenarios: [
		[
			'a call of a lower class may go down to the floor, not below; exempt ones may',
			`
			at 0 | grant purchased 10                    | granted
			at 0 | floor vip segment 4 exempt gold,silver | account
			at 0 | reserve a 6.000001 segment std        | refused floor_reached vip
			at 0 | reserve b 6 segment std               | reserved | available 4
			at 0 | reserve c 0.000001 segment std        | refused floor_reached vip
			at 0 | reserve d 1                           | refused floor_reached vip
			at 0 | reserve e 0 segment std               | reserved
			at 0 | reserve f 1 segment silver            | reserved
			at 0 | reserve g 3 segment gold              | reserved | available 0`,
		],
		[
			'the highest floor that bars the call is named',
			`
			at 0 | grant purchased 10                 | granted
			at 0 | floor low segment 2 exempt gold    | account
			at 0 | floor high campaign 6 exempt spring | account
			at 0 | reserve a 9                        | refused floor_reached high
			at 0 | reserve b 9 campaign spring        | refused floor_reached low
			at 0 | reserve c 9 segment gold           | refused floor_reached high
			at 0 | reserve d 9 campaign spring segment gold | reserved`,
		],
		[
			'a floor by person',
			`
			at 0 | grant purchased 10             | granted
			at 0 | floor ada person 5 exempt ada  | account
			at 0 | reserve a 6 person bob         | refused floor_reached ada
			at 0 | reserve b 10 person ada        | reserved`,
		],
		[
			'it waits when open holds would lift what is available above the floor',
			`
			at 0 | grant purchased 10        | granted
			at 0 | floor f segment 3         | account
			at 0 | reserve a 6               | reserved | seq 4
			at 0 | reserve b 2 waits         | wait | seq 4
			at 0 | reserve c 8 waits         | refused floor_reached f
			at 0 | settle a 6                | settled
			at 0 | reserve b 2 waits         | refused floor_reached f`,
		],
		[
			'held credits of a grant that has ended lift nothing',
			`
			at 0  | grant promotional 6 exp 1h  | granted
			at 0  | grant purchased 4           | granted
			at 0  | floor f segment 3           | account
			at 0  | reserve a 6 timeout 2h      | reserved
			at 1h | reserve b 2 waits           | refused floor_reached f`,
		],
		[
			'a floor is changed by its name, and gone when it is removed',
			`
			at 0 | grant purchased 10     | granted
			at 0 | floor f segment 8      | account
			at 0 | reserve a 3            | refused floor_reached f
			at 0 | floor f segment 7      | account
			at 0 | reserve b 3            | reserved
			at 0 | remove floor f         | account
			at 0 | reserve c 7            | reserved`,
		],
		[
			'a floor does not stop what was already spent',
			`
			at 0 | grant purchased 10     | granted
			at 0 | floor f segment 4      | account
			at 0 | reserve a 6            | reserved
			at 0 | settle a 9             | settled | available 1
			at 0 | reserve b 0            | reserved
			at 0 | settle b 3             | settled | overdraft 2`,
		],
		[
			'a floor that cannot work is a fault and changes nothing',
			`
			at 0 | floor f segment -1          | fault invalid_amount
			at 0 | floor f segment 1 exempt a,,b | fault invalid_argument
			at 0 | look                        | seq 1`,
		],
	],
};

const shadow: RuleTable = {
	rule: 'rule 23: shadow mode',
	scenarios: [
		[
			'the reason is recorded, what there is is held, and the rest becomes overdraft',
			`
			at 0 | grant purchased 5  | granted
			at 0 | shadow on          | account
			at 0 | reserve a 2        | reserved | shadow nothing | slices g1:2
			at 0 | reserve b 4        | reserved | shadow credits_held | slices g1:3 | available 0 | held 5
			at 0 | reserve c 9        | reserved | shadow credits_exhausted | slices
			at 0 | settle b 4         | settled | overdraft 1 | available -1
			at 0 | reserve d 1        | reserved | shadow overdrawn | slices
			at 0 | settle d 1         | settled | overdraft 2
			at 0 | release a          | released | overdraft 0 | available 0
			at 0 | settle c 9         | settled | overdraft 9`,
		],
		[
			'back to enforcing, the overdraft blocks until it is repaid',
			`
			at 0 | grant purchased 5  | granted
			at 0 | shadow on          | account
			at 0 | reserve a 8        | reserved | shadow credits_exhausted
			at 0 | settle a 8         | settled | overdraft 3
			at 0 | shadow off         | account
			at 0 | reserve b 1        | refused overdrawn
			at 0 | reserve c 0        | reserved
			at 0 | grant purchased 4  | granted | overdraft 0 | available 1
			at 0 | reserve d 1        | reserved | shadow nothing`,
		],
		[
			'budgets are counted over their limit, and floors are gone through',
			`
			at 0 | grant purchased 10           | granted
			at 0 | budget b campaign total 5    | account
			at 0 | floor f segment 4            | account
			at 0 | shadow on                    | account
			at 0 | reserve a 8 campaign x       | reserved | shadow budget_exceeded | counter b - x held 8 settled 0
			at 0 | reserve b 1                  | reserved | shadow floor_reached | available 1
			at 0 | settle a 7                   | settled | counter b - x held 0 settled 7
			at 0 | reserve c 1 campaign x       | reserved | shadow budget_exceeded | counter b - x held 1 settled 7
			at 0 | shadow off                   | account
			at 0 | reserve d 1 campaign x       | refused budget_exceeded b
			at 0 | reserve e 1                  | refused floor_reached f`,
		],
		[
			'it never waits',
			`
			at 0 | grant purchased 5   | granted
			at 0 | shadow on           | account
			at 0 | reserve a 4         | reserved
			at 0 | reserve b 4 waits   | reserved | shadow credits_held`,
		],
		[
			'a trial plan and a model without a price pass, and are noted',
			`
			at 0 | grant purchased 5           | granted
			at 0 | budget b account total 9    | account
			at 0 | shadow on                   | account
			at 0 | reserve a 2                 | reserved | shadow plan_not_eligible | held 2
			at 0 | reserve b unpriced          | reserved | shadow unpriced_model | held 2 | counter b held 2 settled 0
			at 0 | settle b 1                  | settled | available 2 | counter b held 2 settled 1`,
			{ plan: 'trial' },
		],
		[
			'the budget counts the whole amount of a hold that could hold only a part',
			`
			at 0  | policy charge               | account
			at 0  | grant purchased 5           | granted
			at 0  | budget b campaign total 90  | account
			at 0  | shadow on                   | account
			at 0  | reserve a 8 campaign x timeout 1m | slices g1:5 | counter b - x held 8 settled 0
			at 0  | reserve b 8 campaign y timeout 1m | slices | counter b - y held 8 settled 0
			at 1m | look                        | counter b - x held 0 settled 5 | counter b - y held 0 settled 0
			at 1m | settle a 8                  | late | overdraft 3 | counter b - x held 0 settled 8
			at 1m | settle b 1                  | late | overdraft 4 | counter b - y held 0 settled 1`,
		],
		[
			'a key keeps its reservation, whatever the mode is now, and a refusal is decided anew',
			`
			at 0 | reserve a 4   | refused credits_exhausted
			at 0 | shadow on     | account
			at 0 | reserve a 4   | reserved | shadow credits_exhausted
			at 0 | reserve b 4   | reserved | shadow credits_exhausted
			at 0 | shadow off    | account
			at 0 | reserve b 4   | reserved | replayed | shadow credits_exhausted`,
		],
		[
			'a refund of a call in shadow mode repays what it overdrew',
			`
			at 0 | grant purchased 5  | granted
			at 0 | shadow on          | account
			at 0 | reserve a 8        | reserved
			at 0 | settle a 8         | overdraft 3
			at 0 | refund a rest      | refunded 8 | repaid 3 | restored 5 | overdraft 0 | available 5`,
		],
	],
};

export const FLOOR_AND_SHADOW_TABLES: readonly RuleTable[] = [floors, shadow];
