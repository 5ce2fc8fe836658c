/**
 * Owns statements over many rows of one account at once, made from a list of columns: each column travels as one array. Refuses to
 * make a statement for no rows.
 */
import type { Statement } from './connection';

type Value = bigint | number | string | Buffer | null;

/** A column, its type, and where its value is in a row. */
export type Column<Row> = readonly [name: string, type: 'bigint' | 'smallint' | 'text' | 'bytea', valueOf: (row: Row) => Value];

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

/** Replaces the columns after the first, which is the key, in rows that are there. The array of keys keeps the planner to them. */
export function updateRows<Row>(schema: string, account: bigint, table: Table<Row>, rows: readonly Row[]): Statement | null {
	if (rows.length === 0) return null;
	const [key = '', ...others] = namesOf(table);
	const sets = others.map((name) => `${name} = v.${name}`).join(', ');
	const text = `UPDATE ${schema}${table.name} AS t SET ${sets} FROM unnest(${arraysOf(table)}) AS v (${[key, ...others].join(', ')}) WHERE t.account = $1 AND t.${key} = ANY ($2) AND t.${key} = v.${key}`;
	return { name: `update_${table.name}_${table.part ?? 'all'}`, text, values: valuesOf(account, table, rows) };
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
	return `INSERT INTO ${schema}${table.name} AS t (account, ${namesOf(table).join(', ')}) SELECT $1::bigint, * FROM unnest(${arraysOf(table)})`;
}

function namesOf<Row>({ columns }: Table<Row>): string[] {
	return columns.map(([name]) => name);
}

function arraysOf<Row>({ columns }: Table<Row>): string {
	return columns.map(([, type], index) => `$${String(index + 2)}::${type}[]`).join(', ');
}

function valuesOf<Row>(account: bigint, { columns }: Table<Row>, rows: readonly Row[]): unknown[] {
	return [account, ...columns.map(([, , valueOf]) => rows.map((row) => valueOf(row)))];
}
