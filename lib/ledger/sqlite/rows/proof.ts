/** What a proof asks of a ledger file beyond its accounts. Makes the schema anew in an empty database and compares. */
import type { Database } from 'better-sqlite3';
import {
	differencesOf,
	type KeptOfHold,
	type LedgerProof,
	type PageQuery,
	type SchemaObjects,
	type SeenEnd,
	type StrayRows,
} from '../../store';
import { LEDGER_TABLES } from '../../tables';
import { numberIn, optional, textIn, type Row } from '../../columns';
import { openScratch } from '../file/connection';
import { raise } from '../file/migrations';
import { readSeen } from '../file/seen';
import type { Transactions } from './answers';

/** Tables of this store alone that belong to accounts. */
const INNER_TABLES = ['account_settings'];

/** The capability for one open file. */
export class SqliteProof implements LedgerProof {
	readonly #db: Database;
	readonly #path: string;
	readonly #read: Transactions['read'];

	constructor(db: Database, path: string, read: Transactions['read']) {
		this.#db = db;
		this.#path = path;
		this.#read = read;
	}

	async accountIds(): Promise<readonly string[]> {
		return this.#read(() =>
			this.#db
				.prepare<[], Row>('SELECT public_id FROM accounts ORDER BY public_id')
				.all()
				.map((row) => textIn(row, 'public_id')),
		);
	}

	async schemaDifferences(): Promise<readonly string[]> {
		const scratch = openScratch();
		try {
			raise(scratch);
			const expected = objectsOf(scratch);
			return await this.#read(() => differencesOf(objectsOf(this.#db), expected));
		} finally {
			scratch.close();
		}
	}

	async strayRows(): Promise<readonly StrayRows[]> {
		const names = [...LEDGER_TABLES.filter(({ key }) => key.length > 0).map(({ name }) => name), ...INNER_TABLES];
		return this.#read(() =>
			names.flatMap((table) => {
				const text = `SELECT count(*) FROM ${table} WHERE account NOT IN (SELECT id FROM accounts)`;
				const rows = Number(this.#db.prepare<[]>(text).pluck().get());
				return rows === 0 ? [] : [{ table, rows }];
			}),
		);
	}

	async keptResults(accountId: string, { afterSeq, limit }: PageQuery): Promise<readonly KeptOfHold[]> {
		const text =
			'SELECT hold_seq, text FROM kept_results WHERE account = (SELECT id FROM accounts WHERE public_id = ?) AND hold_seq > ? ORDER BY hold_seq LIMIT ?';
		const rows = await this.#read(() => this.#db.prepare<[string, number, number], Row>(text).all(accountId, afterSeq, limit));
		return rows.map((row) => ({ holdSeq: numberIn(row, 'hold_seq'), text: textIn(row, 'text') }));
	}

	seenEnds(): readonly SeenEnd[] {
		return readSeen(this.#path);
	}
}

/** What SQLite itself keeps for its planner is no part of the ledger. */
function objectsOf(db: Database): SchemaObjects {
	const rows = db
		.prepare<[], Row>("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\'")
		.all();
	return new Map(
		rows.map((row) => {
			const made = optional(textIn, row, 'sql') ?? '';
			return [`${textIn(row, 'type')} ${textIn(row, 'name')}`, `${textIn(row, 'tbl_name')} ${made.replace(/\s+/g, ' ').trim()}`];
		}),
	);
}
