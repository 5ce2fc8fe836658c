/** Owns running the tables of rules: in a ledger of its own each, or all of them in one store, an account each. */
import { runTable, type TableOptions } from '../ledger-table';
import { ALERT_TABLES } from './alerts';
import { ALTERNATIVE_TABLES } from './alternatives';
import { BUDGET_TABLES } from './budgets';
import { CLOSING_TABLES } from './closing';
import { FLOOR_AND_SHADOW_TABLES } from './floors-and-shadow';
import { REFUND_TABLES } from './refunds';
import { REFUSAL_TABLES } from './refusals';
import type { RuleTable } from './rule-table';

const RULE_TABLES: readonly RuleTable[] = [
	...ALERT_TABLES,
	...ALTERNATIVE_TABLES,
	...BUDGET_TABLES,
	...CLOSING_TABLES,
	...FLOOR_AND_SHADOW_TABLES,
	...REFUND_TABLES,
	...REFUSAL_TABLES,
];

/** Describes every scenario as a test of its own; `ledgerOf` may give the ledger and the account to take it in. */
export function describeRules(ledgerOf: (title: string) => TableOptions['ledger'] = () => undefined): void {
	for (const { rule, scenarios } of RULE_TABLES) {
		describe(rule, () => {
			for (const [title, table, options] of scenarios) {
				it(title, () => {
					const ledger = ledgerOf(`${rule}, ${title}`);
					return runTable(table, { ...options, ...(ledger ? { ledger } : {}) });
				});
			}
		});
	}
}
