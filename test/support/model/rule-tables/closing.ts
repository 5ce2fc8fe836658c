/** Owns the scenarios of closings that come again or late (ledger rules 12, 37 and 44), and of amounts that no total could hold. */
import type { RuleTable } from './rule-table';

const again: RuleTable = {
	rule: 'rule 44: a closing that differs from the first',
	scenarios: [
		[
			'changes nothing, and says by how much it differs',
			`
			at 0 | grant purchased 100   | granted
			at 0 | reserve a 5           | reserved
			at 0 | settle a 4            | settled | new | differs 0 | available 96
			at 0 | settle a 4            | settled | replayed | differs 0
			at 0 | settle a 7.25         | settled | replayed | differs 3.25 | available 96 | seq 4
			at 0 | settle a 1            | differs -3 | available 96
			at 0 | release a             | settled | differs -4 | available 96
			at 0 | expire a              | settled | differs 0 | seq 4`,
		],
		[
			'of a call that was given back: all of it',
			`
			at 0 | grant purchased 100   | granted
			at 0 | reserve a 5           | reserved
			at 0 | release a             | released | new | differs 0
			at 0 | release a             | replayed | differs 0
			at 0 | settle a 2            | released | replayed | differs 2 | available 100`,
		],
		[
			'is told of the cost, not of what was refunded since',
			`
			at 0 | grant purchased 100   | granted
			at 0 | reserve a 5           | reserved
			at 0 | settle a 5            | settled
			at 0 | refund a 3            | refunded 3
			at 0 | settle a 5            | replayed | differs 0
			at 0 | settle a 6            | differs 1`,
		],
	],
};

const late: RuleTable = {
	rule: 'rule 37: what is known of a call later',
	scenarios: [
		[
			'one that was free gives back what was charged for it, to the grants it came from',
			`
			at 0  | grant promotional 3 exp 1d | granted
			at 0  | grant purchased 10         | granted
			at 0  | policy charge              | account
			at 0  | budget b account total 20  | account
			at 0  | reserve a 8 timeout 1m     | slices g1:3 g2:5
			at 1m | look                       | available 5 | counter b - - held 0 settled 8
			at 1m | release a                  | released | new | available 13 | g1 remaining 3 | g2 remaining 10 | counter b - - held 0 settled 0
			at 1m | release a                  | replayed
			at 1m | settle a 8                 | released | differs 8 | available 13`,
		],
		[
			'one that was free and whose grant has ended is forfeited; and where nothing was charged it is confirmed all the same',
			`
			at 0  | grant promotional 3 exp 1h | granted
			at 0  | policy charge              | account
			at 0  | reserve a 3 timeout 1m     | reserved
			at 2h | release a                  | released | available 0 | g1 expired 3 settled 0
			at 2h | policy release             | account
			at 2h | grant purchased 5          | granted
			at 2h | reserve b 2                | reserved
			at 2h | expire b                   | expired | available 5
			at 2h | release b                  | released | new | available 5`,
		],
		[
			'one that was free repays overdraft first',
			`
			at 0  | grant purchased 10         | granted
			at 0  | policy charge              | account
			at 0  | reserve a 6 timeout 1m     | reserved
			at 0  | reserve b 4                | reserved
			at 1m | settle b 7                 | overdraft 3 | available -3
			at 1m | release a                  | released | overdraft 0 | available 3`,
		],
		[
			'one that cost less or more is charged the difference',
			`
			at 0  | grant promotional 3 exp 1d | granted
			at 0  | grant purchased 10         | granted
			at 0  | policy charge              | account
			at 0  | reserve a 4 timeout 1m     | slices g1:3 g2:1
			at 0  | reserve b 4 timeout 1m     | slices g2:4
			at 1m | settle a 1                 | late | slices g1:1 | available 8
			at 1m | settle b 6                 | late | slices g2:4 g1:2 | available 6`,
		],
	],
};

const BIG = '1000000000000';

const totals: RuleTable = {
	rule: 'rule 1: amounts that no running total could hold',
	scenarios: [
		[
			'nine calls of 10^12 credits in a day are charged, and the tenth is refused by name and changes nothing',
			`
			${Array.from({ length: 9 }, (_, index) => `at 0 | reserve a${String(index)} 0 | reserved\nat 0 | settle a${String(index)} ${BIG} | settled`).join('\n')}
			at 0  | reserve b 0                | reserved
			at 0  | settle b ${BIG}            | fault invalid_amount | seq 21
			at 0  | settle b 0                 | settled`,
		],
		[
			'a day of grants that pay: the total of the day is full, another day is not',
			`
			${Array.from({ length: 9 }, (_, index) => `at 0 | grant purchased ${BIG} | granted\nat 0 | reserve a${String(index)} 5 | reserved\nat 0 | settle a${String(index)} ${BIG} | settled`).join('\n')}
			at 0  | grant purchased ${BIG}     | granted
			at 0  | reserve b 5                | reserved
			at 0  | settle b ${BIG}            | fault invalid_amount
			at 0  | settle b 999999            | settled
			at 1d | reserve c 5                | reserved
			at 1d | settle c 999999000000      | settled`,
		],
		[
			'what is held may be charged any time, so it counts',
			`
			${Array.from({ length: 9 }, (_, index) => `at 0 | grant purchased ${BIG} | granted\nat 0 | reserve a${String(index)} ${BIG} | reserved`).join('\n')}
			at 0  | grant purchased ${BIG}     | granted
			at 0  | reserve b ${BIG}           | fault invalid_amount | available ${BIG}
			at 0  | policy charge              | account
			at 1d | look                       | held 0 | available ${BIG}
			at 1d | reserve b ${BIG}           | reserved`,
		],
		[
			'a counter in shadow mode is not filled beyond what it can count',
			`
			at 0 | budget b account total 5   | account
			at 0 | shadow on                  | account
			${Array.from({ length: 9 }, (_, index) => `at 0 | reserve a${String(index)} ${BIG} | shadow budget_exceeded`).join('\n')}
			at 0 | reserve b ${BIG}           | fault invalid_amount | counter b - - held 9000000000000 settled 0
			at 0 | release a0                 | released
			at 0 | reserve b ${BIG}           | reserved`,
		],
		[
			'refunds of many days do not fill a day from below',
			`
			${Array.from({ length: 10 }, (_, index) => `at ${String(index)}d | grant purchased ${BIG} | granted\nat ${String(index)}d | reserve a${String(index)} 5 | reserved\nat ${String(index)}d | settle a${String(index)} ${BIG} | settled`).join('\n')}
			${Array.from({ length: 9 }, (_, index) => `at 20d | refund a${String(index)} rest | refunded`).join('\n')}
			at 20d | refund a9 rest           | fault invalid_amount
			at 21d | refund a9 rest           | refunded`,
		],
		[
			'a budget that would begin with more than it can count is refused by name',
			`
			${Array.from({ length: 10 }, (_, index) => `at ${String(index)}d | grant purchased ${BIG} | granted\nat ${String(index)}d | reserve a${String(index)} 5 | reserved\nat ${String(index)}d | settle a${String(index)} ${BIG} | settled`).join('\n')}
			at 10d | budget t account total 5 | fault invalid_amount
			at 10d | budget m account day 5   | account`,
		],
	],
};

export const CLOSING_TABLES: readonly RuleTable[] = [again, late, totals];
