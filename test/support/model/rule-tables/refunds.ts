/** Owns the scenarios of refunds (ledger rule 15). */
import type { RuleTable } from './rule-table';

const order: RuleTable = {
	rule: 'rule 15: what a refund gives back',
	scenarios: [
		[
			'in parts, the last collected first, to the grants that paid',
			`
			at 0 | grant purchased 10           | granted
			at 0 | grant promotional 5 exp 10d  | granted
			at 0 | grant purchased 10 prio 90   | granted
			at 0 | reserve a 12                 | slices g2:5 g1:7
			at 0 | settle a 17                  | slices g2:5 g1:7 g1:3 g3:2
			at 0 | refund a 3                   | refunded | new | refunded 3 | restored 3 | slices g2:5 g1:7 g1:2 | g3 remaining 10 | g1 remaining 1
			at 0 | refund a 10                  | refunded 13 | slices g2:4 | g1 remaining 10 settled 0 | g2 remaining 1 settled 4
			at 0 | refund a rest                | refunded 17 | restored 4 | slices | available 25 | overdraft 0`,
		],
		[
			'field lesson 9: what comes back has its own expiry and its own place in the order',
			`
			at 0  | grant purchased 10          | granted
			at 0  | grant promotional 5 exp 1d  | granted
			at 0  | reserve a 8                 | reserved
			at 0  | settle a 8                  | slices g2:5 g1:3
			at 1h | refund a rest               | available 15 | order g2 g1
			at 1h | reserve b 1 timeout 24h     | slices g2:1
			at 1d | look                        | available 10 | g2 expired 4 held 1`,
		],
		[
			'the part whose grant has ended is forfeited',
			`
			at 0  | grant purchased 10          | granted
			at 0  | grant promotional 5 exp 1d  | granted
			at 0  | reserve a 8                 | reserved
			at 0  | settle a 8                  | slices g2:5 g1:3
			at 1d | refund a 4                  | restored 3 | forfeited 1 | renewed 0 | g2 settled 4 expired 1 | available 10
			at 1d | refund a rest               | forfeited 4 | refunded 8 | g2 settled 0 expired 5 | available 10`,
		],
		[
			'the part whose grant has ended comes back as a new grant where that is asked for',
			`
			at 0  | grant purchased 10          | granted
			at 0  | grant promotional 5 exp 1d  | granted
			at 0  | reserve a 8                 | reserved
			at 0  | settle a 8                  | slices g2:5 g1:3
			at 1d | refund a rest renews key r  | restored 3 | forfeited 5 | renewed 5 | g2 expired 5 | g3 remaining 5 | available 15
			at 1d | refund a rest renews key r  | replayed | available 15
			at 999d | look                      | available 15`,
		],
		[
			'the part whose grant was voided is forfeited too',
			`
			at 0 | grant purchased 10  | granted
			at 0 | reserve a 8         | reserved
			at 0 | settle a 8          | settled
			at 0 | void g1             | g1 settled 8 voided 2
			at 0 | refund a 3          | forfeited 3 | g1 settled 5 voided 5 | available 0
			at 0 | refund a 5 renews   | renewed 5 | g1 settled 0 voided 10 | g2 remaining 5 | available 5`,
		],
		[
			'overdraft is repaid first',
			`
			at 0 | grant purchased 5  | granted
			at 0 | reserve a 5        | reserved
			at 0 | settle a 8         | overdraft 3 | available -3
			at 0 | refund a 2         | repaid 2 | restored 0 | overdraft 1 | slices g1:5
			at 0 | refund a 4         | repaid 1 | restored 3 | overdraft 0 | slices g1:2 | available 3
			at 0 | refund a rest      | repaid 0 | restored 2 | refunded 8 | available 5 | g1 remaining 5`,
		],
		[
			'overdraft of another call is repaid first too',
			`
			at 0 | grant purchased 5  | granted
			at 0 | reserve a 5        | reserved
			at 0 | settle a 5         | settled
			at 0 | reserve b 0        | reserved
			at 0 | settle b 2         | overdraft 2
			at 0 | refund a rest      | repaid 2 | restored 3 | available 3 | overdraft 0 | slices g1:2 | g1 settled 2
			at 0 | refund b rest      | repaid 0 | restored 0 | renewed 2 | g2 remaining 2 | available 5 | g1 settled 2`,
		],
		[
			'what repaid the overdraft of the call meanwhile comes back as a new grant',
			`
			at 0 | grant purchased 5           | granted
			at 0 | reserve a 5                 | reserved
			at 0 | settle a 8                  | overdraft 3
			at 0 | grant promotional 10 exp 1d | granted | g2 settled 3 | available 7
			at 0 | refund a 5                  | restored 5 | renewed 0 | available 12
			at 0 | refund a rest               | restored 0 | renewed 3 | g3 remaining 3 | g2 settled 3 | available 15 | refunded 8
			at 1d | look                       | available 8`,
		],
		[
			'a call that was settled late',
			`
			at 0  | grant purchased 10     | granted
			at 0  | reserve a 4 timeout 1m | reserved
			at 1m | settle a 4             | late | available 6
			at 2m | refund a 3             | refunded 3 | late | restored 3 | available 9
			at 3m | settle a 4             | replayed | refunded 3 | available 9`,
		],
		[
			'a call that was charged when it timed out, and settled late',
			`
			at 0  | policy charge          | account
			at 0  | grant purchased 10     | granted
			at 0  | reserve a 4 timeout 1m | reserved
			at 1m | refund a 1             | fault invalid_argument
			at 1m | settle a 3             | late | available 7
			at 2m | refund a rest          | refunded 3 | restored 3 | available 10`,
		],
		[
			'settled and refunded in one batch',
			`
			at 0 | grant purchased 10          | granted
			at 0 | reserve a 4                 | reserved
			at 0 | settle a 6 & refund a 2 & refund a 1 | settled & refunded 2 & refunded 3
			at 0 | look                        | available 7 | g1 settled 3`,
		],
		[
			'it makes room in the budget, in the period of the call',
			`
			at 0  | grant purchased 100     | granted
			at 0  | budget d campaign day 5 | account
			at 0  | budget t campaign total 6 | account
			at 0  | reserve a 5 campaign x  | reserved
			at 0  | settle a 5              | settled
			at 1d | reserve b 2 campaign x  | refused budget_exceeded t
			at 1d | refund a 4              | counter d 2026-04-08 x held 0 settled 1 | counter t - x held 0 settled 1
			at 1d | reserve c 5 campaign x  | reserved | counter d 2026-04-09 x held 5 settled 0 | counter t - x held 5 settled 1`,
		],
		[
			'a trial account gets its refund, and cannot spend it',
			`
			at 0 | grant purchased 10  | granted
			at 0 | reserve a 4         | reserved
			at 0 | settle a 4          | settled
			at 0 | plan trial          | account
			at 0 | refund a rest       | refunded 4 | available 10
			at 0 | reserve b 1         | refused plan_not_eligible`,
		],
	],
};

const refusals: RuleTable = {
	rule: 'rule 15: what cannot be refunded',
	scenarios: [
		[
			'more than is left, nothing, and less than nothing',
			`
			at 0 | grant purchased 10   | granted
			at 0 | reserve a 4          | reserved
			at 0 | settle a 3           | settled
			at 0 | refund a 3.000001    | fault invalid_amount
			at 0 | refund a 0           | fault invalid_amount
			at 0 | refund a -1          | fault invalid_amount
			at 0 | refund a 2           | refunded 2
			at 0 | refund a 2           | fault invalid_amount
			at 0 | refund a rest        | refunded 3 | available 10
			at 0 | refund a rest        | fault invalid_amount
			at 0 | look                 | available 10 | seq 6`,
		],
		[
			'a call of zero cost has nothing to refund',
			`
			at 0 | grant purchased 10   | granted
			at 0 | reserve a 4          | reserved
			at 0 | settle a 0           | settled
			at 0 | refund a rest        | fault invalid_amount
			at 0 | refund a 0           | fault invalid_amount`,
		],
		[
			'a hold that is not settled',
			`
			at 0  | grant purchased 10      | granted
			at 0  | reserve a 4             | reserved
			at 0  | refund a rest           | fault invalid_argument
			at 0  | release a               | released
			at 0  | refund a rest           | fault invalid_argument
			at 0  | reserve b 4 timeout 1m  | reserved
			at 1m | refund b rest           | fault invalid_argument
			at 1m | refund nobody rest      | fault hold_not_found
			at 1m | look                    | available 10`,
		],
		[
			'twice under one key is once; another request under it is a conflict; the key of a reserve is another',
			`
			at 0 | grant purchased 10    | granted
			at 0 | reserve a 4           | reserved
			at 0 | settle a 4            | settled
			at 0 | refund a 1 key r      | refunded | new | refunded 1 | available 7
			at 0 | refund a 1 key r      | refunded | replayed | refunded 1 | available 7
			at 0 | refund a 1 key r & refund a 1 key r | replayed & replayed
			at 0 | refund a 2 key r      | fault idempotency_conflict
			at 0 | refund a 1 renews key r | fault idempotency_conflict
			at 0 | refund a 1 key a      | refunded | new | refunded 2 | available 8
			at 0 | refund a 1 key s & refund a 1 key s | new & replayed
			at 0 | look                  | available 9`,
		],
		[
			'a refund that failed leaves its key free',
			`
			at 0 | grant purchased 10    | granted
			at 0 | reserve a 4           | reserved
			at 0 | refund a 1 key r      | fault invalid_argument
			at 0 | settle a 4            | settled
			at 0 | refund a 1 key r      | refunded | new | available 7`,
		],
	],
};

export const REFUND_TABLES: readonly RuleTable[] = [order, refusals];
