/**
 * How values are read from the columns of a row, for every store: what a database hands out is looked at before it is used, and what does not
 * belong in its column is refused as `ledger_corrupt`. By hand and not by a schema, because it is done with every call.
 */
import { NO_USAGE, USAGE_TOTALS, type UsageTotalName } from '../core/nouns/usage-totals';
import { corrupt } from './words';

/** A row by the names of its columns. Nothing is known of a value until it is read. */
export type Row = Readonly<Record<string, unknown>>;

/** Each total with the column of `usage_days` that holds it, in the order of the columns. */
export const USAGE_COLUMNS: readonly { readonly name: UsageTotalName; readonly column: string }[] = USAGE_TOTALS.map((name) => ({
	name,
	column: name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
}));

/** So much of an amount is summed by itself: the sum of many days of amounts may be more than 64 bits hold. */
export const SUMMED_APART = 1_000_000;

/** The sums of all totals of rows `u`, as columns of their names; of amounts, the whole credits beside as `…_whole`. `cast` makes them 64-bit numbers. */
export function usageSums(cast: string): string {
	const sum = (text: string): string => `sum(${text})${cast}`;
	return USAGE_COLUMNS.map(({ name, column }) => {
		const own = `u.${column}`;
		if (typeof NO_USAGE[name] !== 'bigint') return `${sum(own)} AS ${column}`;
		return `${sum(`${own} % ${String(SUMMED_APART)}`)} AS ${column}, ${sum(`${own} / ${String(SUMMED_APART)}`)} AS ${column}_whole`;
	}).join(', ');
}

/** A whole number of any size, such as an amount in micro-credits. Throws `ledger_corrupt` for anything else. */
export function amountIn(row: Row, column: string): bigint {
	const value = row[column];
	return typeof value === 'bigint' ? value : misplaced(column, value, 'a whole number');
}

/** A whole number that is exact as a `number`, such as a number of an entry or an instant. Throws `ledger_corrupt` for anything else. */
export function numberIn(row: Row, column: string): number {
	const value = row[column];
	const number = typeof value === 'bigint' ? Number(value) : value;
	return typeof number === 'number' && Number.isSafeInteger(number) ? number : misplaced(column, value, 'a whole number');
}

/** A text. Throws `ledger_corrupt` for anything else. */
export function textIn(row: Row, column: string): string {
	const value = row[column];
	return typeof value === 'string' ? value : misplaced(column, value, 'a text');
}

/** Bytes. Throws `ledger_corrupt` for anything else. */
export function bytesIn(row: Row, column: string): Buffer {
	const value = row[column];
	return Buffer.isBuffer(value) ? value : misplaced(column, value, 'bytes');
}

/** Yes or no, which some stores keep as a number. Throws `ledger_corrupt` for anything else. */
export function truthIn(row: Row, column: string): boolean {
	const value = row[column];
	return typeof value === 'boolean' ? value : numberIn(row, column) !== 0;
}

/** What may be absent. Throws `ledger_corrupt` for what `read` does not take, a column that is not there included. */
export function optional<T>(read: (row: Row, column: string) => T, row: Row, column: string): T | null {
	return row[column] === null ? null : read(row, column);
}

function misplaced(column: string, value: unknown, expected: string): never {
	// Texts may be what people wrote, so they are not repeated.
	const found = typeof value === 'string' ? 'a text' : Buffer.isBuffer(value) ? 'bytes' : String(value);
	throw corrupt(`the column ${column} of a row has ${found}, where ${expected} belongs`);
}
