/**
 * Owns the list of the tables that make up a ledger, as they are copied from one store to another: the same names in every store, but for
 * what each keeps in its own way (numbers of accounts and of sets of labels). A table or column that is missing here is not copied, and a
 * test of the contract fails. Whoever writes a table without a decision must not do so while the ledger is frozen (assertNotFrozen).
 */
import { USAGE_COLUMNS } from './columns';

/** `labels` is a number of a set of labels in the store, and the labels as canonical text outside. */
export type ColumnType = 'integer' | 'text' | 'bytes' | 'labels';

export interface LedgerTable {
	readonly name: string;
	readonly columns: Readonly<Record<string, ColumnType>>;
	/** The columns that tell the rows of one account apart and put them in order; empty where it has one row. */
	readonly key: readonly string[];
	/** Rows that are read and written at once; few where a row may be long. */
	readonly pageRows: number;
}

const PAGE_ROWS = 1000;
const LONG_ROWS = 50;

/** In the order in which they are copied. The first is the account itself. */
export const LEDGER_TABLES: readonly LedgerTable[] = [
	{
		name: 'accounts',
		columns: {
			public_id: 'text',
			name: 'text',
			time_zone: 'text',
			plan: 'integer',
			paid_since_ms: 'integer',
			unconfirmed_policy: 'integer',
			overdraft_micro: 'integer',
			reach_micro: 'integer',
			last_at_ms: 'integer',
			last_seq: 'integer',
			chain_hash: 'bytes',
			settings: 'text',
			alerts: 'text',
			averages: 'text',
			frozen: 'text',
			person_key: 'bytes',
		},
		key: [],
		pageRows: 1,
	},
	{
		name: 'grants',
		columns: {
			seq: 'integer',
			category: 'integer',
			amount_micro: 'integer',
			priority: 'integer',
			effective_at_ms: 'integer',
			expires_at_ms: 'integer',
			promotion_id: 'text',
			note: 'text',
		},
		key: ['seq'],
		pageRows: PAGE_ROWS,
	},
	{
		name: 'grant_balances',
		columns: {
			seq: 'integer',
			amount_micro: 'integer',
			remaining_micro: 'integer',
			held_micro: 'integer',
			settled_micro: 'integer',
			expired_micro: 'integer',
			voided_micro: 'integer',
			is_voided: 'integer',
		},
		key: ['seq'],
		pageRows: PAGE_ROWS,
	},
	{
		name: 'entries',
		columns: {
			seq: 'integer',
			at_ms: 'integer',
			kind: 'integer',
			key_hash: 'bytes',
			request_hash: 'bytes',
			label_set: 'labels',
			person: 'text',
			body: 'text',
			hash: 'bytes',
		},
		key: ['seq'],
		pageRows: PAGE_ROWS,
	},
	{
		name: 'holds',
		columns: { seq: 'integer', state: 'integer', timeout_at_ms: 'integer', closed_seq: 'integer' },
		key: ['seq'],
		pageRows: PAGE_ROWS,
	},
	{
		name: 'usage_days',
		columns: {
			label_set: 'labels',
			day: 'text',
			...Object.fromEntries(USAGE_COLUMNS.map(({ column }) => [column, 'integer'] as const)),
		},
		key: ['label_set', 'day'],
		pageRows: PAGE_ROWS,
	},
	{
		name: 'budget_counters',
		columns: {
			budget: 'integer',
			period: 'text',
			value: 'text',
			held_micro: 'integer',
			settled_micro: 'integer',
			reached_room_micro: 'integer',
			reach_micro: 'integer',
		},
		key: ['budget', 'period', 'value'],
		pageRows: PAGE_ROWS,
	},
	{
		name: 'kept_results',
		columns: { hold_seq: 'integer', kept_until_ms: 'integer', text: 'text' },
		key: ['hold_seq'],
		pageRows: LONG_ROWS,
	},
	{
		name: 'account_texts',
		columns: { name: 'text', text: 'text' },
		key: ['name'],
		pageRows: LONG_ROWS,
	},
	{
		name: 'persons',
		columns: { pseudonym: 'text', name: 'text', is_in_plain: 'integer' },
		key: ['pseudonym'],
		pageRows: PAGE_ROWS,
	},
	{
		name: 'cached_answers',
		columns: {
			key: 'bytes',
			campaign: 'text',
			node: 'text',
			stored_at_ms: 'integer',
			used_at_ms: 'integer',
			kept_until_ms: 'integer',
			cost_micro: 'integer',
			bytes: 'integer',
			text: 'text',
			person: 'text',
		},
		key: ['key'],
		pageRows: LONG_ROWS,
	},
	{
		name: 'answer_savings',
		columns: { day: 'text', campaign: 'text', calls: 'integer', saved_micro: 'integer' },
		key: ['day', 'campaign'],
		pageRows: PAGE_ROWS,
	},
	{
		name: 'check_days',
		columns: { day: 'text', campaign: 'text', segment: 'text', gate: 'text', outcome: 'text', items: 'integer' },
		key: ['day', 'campaign', 'segment', 'gate', 'outcome'],
		pageRows: PAGE_ROWS,
	},
	{
		name: 'learned',
		columns: { endpoint: 'text', model: 'text', name: 'text', value: 'text', until_ms: 'integer' },
		key: ['endpoint', 'model', 'name'],
		pageRows: PAGE_ROWS,
	},
];
