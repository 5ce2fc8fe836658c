/**
 * Owns statements over many rows of one account at once, made from a list of columns: each column travels as one array. Refuses to
 * make a statement for no rows.
 */
import type { Statement } from '../connection/packet';
import { arrayOf, type Value, type ValueType } from '../connection/wire-values';

/** A column, its type, and where its value is in a row. */
export type Column<Row> = readonly [name: string, type: ValueType, valueOf: (row: Row) => Value];

/** A table with a column `account`, and the columns that are written; the first ones are its key beside the account. */
export interface Table<Row> {
	readonly name: string;
	/** Which part of the columns this is, where a table is updated in parts. */
	readonly part?: string;
	readonly columns: readonly Column<Row>[];
}

/** Adds rows. `schema` ends in the dot that goes before a table's name. */
export function insertRows<Row>(schema: string, account: bigint, table: Table<Row>, rows: readonly Row[]): Statement | null {
	if (rows.length === 0) return null;
	return { name: `insert_${table.name}`, text: insertText(schema, table), values: valuesOf(account, table, rows) };
}

/** A number that tells the rows of an account apart. */
export type NumberColumn<Row> = readonly [name: string, type: 'bigint', valueOf: (row: Row) => number];

/** A table whose first column is such a number. */
export interface NumberedTable<Row> extends Table<Row> {
	readonly columns: readonly [key: NumberColumn<Row>, ...others: Column<Row>[]];
}

/**
 * Replaces the columns after the first, which is the key, in rows that are there. Where a row's values stand in the arrays is looked up by
 * halving the sorted keys: a join would compare each row with each.
 */
export function updateRows<Row>(schema: string, account: bigint, table: NumberedTable<Row>, rows: readonly Row[]): Statement | null {
	if (rows.length === 0) return null;
	const [[key, , keyOf], ...others] = table.columns;
	const place = `[width_bucket(t.${key}, $2::bigint[])]`;
	const sets = others.map(([name, type], index) => `${name} = ($${String(index + 3)}::${type}[])${place}`).join(', ');
	const text = `UPDATE ${schema}${table.name} AS t SET ${sets} WHERE t.account = $1 AND t.${key} = ANY ($2)`;
	const sorted = [...rows].sort((one, other) => keyOf(one) - keyOf(other));
	return { name: `update_${table.name}_${table.part ?? 'all'}`, text, values: valuesOf(account, table, sorted) };
}

/** Adds rows; where the first `keys` columns are there already, the others are replaced, or added to what is there. */
export function upsertRows<Row>(
	schema: string,
	account: bigint,
	table: Table<Row>,
	{ rows, keys, isAdded }: { rows: readonly Row[]; keys: number; isAdded: boolean },
): Statement | null {
	if (rows.length === 0) return null;
	const names = namesOf(table);
	const sets = names.slice(keys).map((name) => `${name} = ${isAdded ? `t.${name} + ` : ''}excluded.${name}`);
	const text = `${insertText(schema, table)} ON CONFLICT (account, ${names.slice(0, keys).join(', ')}) DO UPDATE SET ${sets.join(', ')}`;
	return { name: `upsert_${table.name}`, text, values: valuesOf(account, table, rows) };
}

function insertText<Row>(schema: string, table: Table<Row>): string {
	return `INSERT INTO ${schema}${table.name} AS t (account, ${namesOf(table).join(', ')}) SELECT $1::bigint, ${rowsOf(table)}`;
}

function namesOf<Row>({ columns }: Table<Row>): string[] {
	return columns.map(([name]) => name);
}

/** Sets in the list of what is selected: they go in step, and unlike in FROM nothing is stored in between. */
function rowsOf<Row>({ columns }: Table<Row>): string {
	return columns.map(([, type], index) => `unnest($${String(index + 2)}::${type}[])`).join(', ');
}

function valuesOf<Row>(account: bigint, { columns }: Table<Row>, rows: readonly Row[]): Value[] {
	return [account, ...columns.map(([, type, valueOf]) => arrayOf(type, rows.map(valueOf)))];
}
