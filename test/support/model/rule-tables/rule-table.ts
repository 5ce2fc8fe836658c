/** Owns what a table of rules is: scenarios with titles, told apart by rule, which any store can be taken through. */
import type { TableOptions } from '../ledger-table';

/** A title, its lines, and how the account begins. */
export type RuleScenario = readonly [title: string, table: string, options?: TableOptions];

/** Scenarios of one rule. */
export interface RuleTable {
	readonly rule: string;
	readonly scenarios: readonly RuleScenario[];
}
