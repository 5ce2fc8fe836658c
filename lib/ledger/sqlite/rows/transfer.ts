/**
 * Owns moving a ledger out of a file and into one: rows in pages as every store understands them, and the mark. Makes its statements from
 * the list of tables. Refuses to decide which mark may follow which.
 */
import type { Database } from 'better-sqlite3';
import { encodeMark, type MoveMark } from '../../../core/rules/move';
import { bytesOf } from '../../rows';
import { LEDGER_TABLES, type LedgerTable } from '../../tables';
import {
	copied,
	keysOf,
	keyText,
	type CopiedRow,
	type CopiedValue,
	type LedgerTransfer,
	type MarkChange,
	type RowPage,
	type RowsOf,
} from '../../transfer';
import type { Transactions } from './answers';
import { LabelSets } from './label-sets';
import type { MarkRow } from '../file/mark-row';

/** What a file keeps in another table: how it is read there, and how it is added (account, value), where it is not known anyway. */
interface Elsewhere {
	readonly read: string;
	readonly add?: string;
}

const ACCOUNT = '(SELECT id FROM accounts WHERE public_id = ?)';
const ELSEWHERE: Readonly<Record<string, Elsewhere>> = {
	'accounts.settings': {
		read: '(SELECT settings FROM account_settings WHERE account = t.id)',
		add: `INSERT INTO account_settings VALUES (${ACCOUNT}, ?)`,
	},
	'grant_balances.amount_micro': { read: '(SELECT amount_micro FROM grants WHERE account = t.account AND seq = t.seq)' },
};
const LABELS = (column: string): string => `(SELECT labels FROM label_sets WHERE id = t.${column})`;
/** Tables of this store alone. */
const INNER_TABLES = ['account_settings', 'label_sets'];

/** The capability for one open file. */
export class SqliteTransfer implements LedgerTransfer {
	readonly #db: Database;
	readonly #mark: MarkRow;
	readonly #in: Transactions;

	constructor(db: Database, mark: MarkRow, transactions: Transactions) {
		this.#db = db;
		this.#mark = mark;
		this.#in = transactions;
	}

	async mark(): Promise<MoveMark | null> {
		return this.#in.read(() => this.#mark.read());
	}

	async replaceMark({ onlyIfEmpty = false, ...change }: MarkChange & { readonly onlyIfEmpty?: boolean }): Promise<boolean> {
		const isEmpty = (): boolean => this.#db.prepare('SELECT 1 FROM accounts LIMIT 1').get() === undefined;
		return this.#change(change, () => !onlyIfEmpty || isEmpty());
	}

	async count({ table, accountId }: RowsOf): Promise<number> {
		const text = `SELECT count(*) FROM ${table.name} t WHERE ${owner(table)}`;
		return this.#in.read(() => Number(this.#db.prepare<[string]>(text).pluck().get(accountId)));
	}

	async rows({ table, accountId, after }: RowsOf & { readonly after: string | null }): Promise<RowPage> {
		const { name, columns, key, pageRows } = table;
		const values = Object.entries(columns).map(([column, type]) =>
			type === 'labels' ? LABELS(column) : (elsewhere(table, column)?.read ?? `t.${column}`),
		);
		const order = key.map((column) => `t.${column}`);
		const places = key.map(() => '?').join(', ');
		const isLater = after === null ? '' : ` AND (${order.join(', ')}) > (${places})`;
		const text = `SELECT ${[...values, ...order].join(', ')} FROM ${name} t WHERE ${owner(table)}${isLater}${order.length === 0 ? '' : ` ORDER BY ${order.join(', ')}`} LIMIT ?`;
		const start = after === null ? [] : readKey(table, after);
		const found = await this.#in.read(() =>
			this.#db
				.prepare<CopiedValue[], readonly unknown[]>(text)
				.raw()
				.all(accountId, ...start, BigInt(pageRows)),
		);
		const last = found.length < pageRows || key.length === 0 ? null : found.at(-1);
		return {
			rows: found.map((row) => row.slice(0, values.length).map(copied)),
			next: last ? JSON.stringify(last.slice(values.length).map(copied).map(keyText)) : null,
		};
	}

	async addRows({ table, accountId, rows }: RowsOf & { readonly rows: readonly CopiedRow[] }, change: MarkChange): Promise<boolean> {
		return this.#change(change, () => {
			this.#add(table, accountId, rows);
			return true;
		});
	}

	async clear(mark: MoveMark): Promise<boolean> {
		return this.#change({ from: mark, to: null }, () => {
			for (const name of [...LEDGER_TABLES.map((table) => table.name), ...INNER_TABLES]) this.#db.exec(`DELETE FROM ${name}`);
			return true;
		});
	}

	/** Does `work` and replaces the mark, in one transaction, unless another mark is there or `work` says no. */
	async #change({ from, to }: MarkChange, work: () => boolean): Promise<boolean> {
		return this.#in.write(() => {
			const found = encodeMark(this.#mark.readToWrite());
			if (found === encodeMark(to)) return { result: true, isChanged: false };
			if (found !== encodeMark(from) || !work()) return { result: false, isChanged: false };
			this.#mark.write(to);
			return { result: true, isChanged: true };
		});
	}

	#add(table: LedgerTable, accountId: string, rows: readonly CopiedRow[]): void {
		const all = Object.entries(table.columns).map(([column, type], index) => ({
			column,
			type,
			index,
			elsewhere: elsewhere(table, column),
		}));
		const own = all.filter(({ elsewhere }) => elsewhere === undefined);
		const names = own.map(({ column }) => column);
		const [owner, given] = isAccount(table) ? [[], []] : [['account'], [accountId]];
		const places = [...owner.map(() => ACCOUNT), ...names.map(() => '?')].join(', ');
		const insert = this.#db.prepare<CopiedValue[]>(`INSERT INTO ${table.name} (${[...owner, ...names].join(', ')}) VALUES (${places})`);
		const others = all.flatMap(({ index, elsewhere }) =>
			elsewhere?.add === undefined ? [] : [{ index, add: this.#db.prepare<CopiedValue[]>(elsewhere.add) }],
		);
		const labelSets = new LabelSets(this.#db);
		for (const row of rows) {
			const values = own.map(({ type, index }) => {
				const value = row[index] ?? null;
				return type === 'labels' && typeof value === 'string' ? labelSets.numberOf(value) : value;
			});
			insert.run(...given, ...values);
			for (const { index, add } of others) if ((row[index] ?? null) !== null) add.run(accountId, row[index] ?? null);
		}
	}
}

function elsewhere({ name }: LedgerTable, column: string): Elsewhere | undefined {
	return ELSEWHERE[`${name}.${column}`];
}

function isAccount({ columns }: LedgerTable): boolean {
	return 'public_id' in columns;
}

function owner(table: LedgerTable): string {
	return isAccount(table) ? 't.public_id = ?' : `t.account = ${ACCOUNT}`;
}

function readKey({ key, columns }: LedgerTable, after: string): CopiedValue[] {
	return keysOf(after).map((value, index) => {
		const type = columns[key[index] ?? ''];
		if (type === 'bytes') return bytesOf(value);
		return type === 'text' ? value : BigInt(value);
	});
}
