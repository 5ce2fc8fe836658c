/**
 * Owns what a store offers for moving a ledger from one place to another: its mark, and its rows in pages, table by table
 * (lib/ledger/tables.ts). Which marks follow which is decided by the engine; a store only compares and replaces them. Refuses rows that were
 * not asked for under the mark that is there.
 */
import { z } from 'zod';
import type { MoveMark } from '../core/rules/move';
import { decodeStored } from '../core/values/stored';
import type { Row } from './columns';
import type { LedgerTable } from './tables';
import { corrupt } from './words';

const KEYS = z.array(z.string());

/** A value as it travels: the same in every store. */
export type CopiedValue = bigint | string | Buffer | null;

/** Values in the order of the table's columns. */
export type CopiedRow = readonly CopiedValue[];

/** Which rows are meant. */
export interface RowsOf {
	readonly table: LedgerTable;
	readonly accountId: string;
}

/** Some rows in the order of the table's key. */
export interface RowPage {
	readonly rows: readonly CopiedRow[];
	/** Where the page after this one begins, in the words of the store; `null` after the last. */
	readonly next: string | null;
}

/** A new mark in place of another. */
export interface MarkChange {
	readonly from: MoveMark | null;
	readonly to: MoveMark | null;
}

export interface LedgerTransfer {
	/** The mark of the ledger; `null`: it was never moved. */
	mark(): Promise<MoveMark | null>;

	/**
	 * Replaces the mark, under locks that every commit waits for: commits that were under way are written before, and later ones meet the new
	 * mark. False when another mark is there; true also when it was replaced before. `onlyIfEmpty`: false as well when there is an account.
	 */
	replaceMark(change: MarkChange & { readonly onlyIfEmpty?: boolean }): Promise<boolean>;

	/** How many rows there are. */
	count(rows: RowsOf): Promise<number>;

	/** The page that begins after `after` (`null`: the first). */
	rows(rows: RowsOf & { readonly after: string | null }): Promise<RowPage>;

	/** Adds rows and replaces the mark, in one transaction. As `replaceMark`, false adds nothing, and true again adds nothing twice. */
	addRows(rows: RowsOf & { readonly rows: readonly CopiedRow[] }, change: MarkChange): Promise<boolean>;

	/** Removes everything and the mark, where it is `mark`; false otherwise. */
	clear(mark: MoveMark): Promise<boolean>;
}

/** A value of a column as it travels. Throws `ledger_corrupt` for a value of another type. */
export function copiedIn(row: Row, column: string): CopiedValue {
	return copied(row[column]);
}

/** A value as it travels. Throws `ledger_corrupt` for a value of another type. */
export function copied(value: unknown): CopiedValue {
	if (value === null || typeof value === 'bigint' || typeof value === 'string' || Buffer.isBuffer(value)) return value;
	throw corrupt(`a row has ${String(value)}, which is neither a whole number nor a text nor bytes`);
}

/** The texts of the key after which a page begins. Throws `ledger_corrupt` for what is no list of texts. */
export function keysOf(after: string): readonly string[] {
	return decodeStored(KEYS, after, 'where the copying of a ledger has come to');
}

/** A value of a key as text, bytes as hexadecimal: where a page begins is remembered as text. */
export function keyText(value: CopiedValue): string {
	return Buffer.isBuffer(value) ? value.toString('hex') : String(value);
}
