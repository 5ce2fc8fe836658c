/**
 * Owns moving a ledger out of a schema of a server and into one: rows in pages as every store understands them, and the mark, which lies
 * beside the schema's version, where every role reads it and the owner alone writes it. Makes its statements from the list of tables.
 * Refuses to decide which mark may follow which.
 */
import { sha256 } from '../../../core/values/idempotency';
import { assertNotFrozen, decodeMark, encodeMark, type MoveMark } from '../../../core/rules/move';
import { amountIn, optional, textIn, type Row } from '../../columns';
import { bytesOf } from '../../rows';
import { LEDGER_TABLES, type LedgerTable } from '../../tables';
import {
	copiedIn,
	keysOf,
	keyText,
	type CopiedRow,
	type CopiedValue,
	type LedgerTransfer,
	type MarkChange,
	type RowPage,
	type RowsOf,
} from '../../transfer';
import type { LedgerAddress } from '../connection/address';
import type { Beside, BesideWriter } from './answers';
import { beginRead, beginWrite, COMMIT, ROLLBACK, type Session } from '../connection/connection';
import { MARK_TABLE } from '../connection/migrations';
import type { Statement } from '../connection/packet';
import { insertRows, type Column } from './row-statements';
import { arrayOf } from '../connection/wire-values';

/** Runs work on a connection of the store, again where that is safe; `longestMs` is for work that takes its time. */
export type Insist = <T>(work: (session: Session, timeoutMs: number) => Promise<T>, longestMs?: number) => Promise<T>;

const LONG_MS = 120_000;
const TYPES = { integer: 'bigint', labels: 'bigint', text: 'text', bytes: 'bytea' } as const;

/** The capability for one schema. */
export class PostgresTransfer implements LedgerTransfer, BesideWriter {
	readonly #in: string;
	readonly #location: string;
	readonly #insist: Insist;

	constructor({ schema, location }: LedgerAddress, insist: Insist) {
		this.#in = `"${schema}".`;
		this.#location = location;
		this.#insist = insist;
	}

	async mark(): Promise<MoveMark | null> {
		return this.#insist(async (session) => readMark((await session.run(this.#find('')))[0]));
	}

	async replaceMark({ onlyIfEmpty = false, ...change }: MarkChange & { readonly onlyIfEmpty?: boolean }): Promise<boolean> {
		const count = { text: `SELECT count(*) AS count FROM (SELECT FROM ${this.#in}accounts LIMIT 1) AS any_account` };
		return this.#change(change, async (session) => !onlyIfEmpty || (await session.run(count))[0]?.[0]?.['count'] === 0n);
	}

	async count({ table, accountId }: RowsOf): Promise<number> {
		const text = `SELECT count(*) AS count FROM ${this.#in}${table.name} t WHERE ${this.#owner(table)}`;
		return this.#insist(async (session) => Number((await session.run({ text, values: [accountId] }))[0]?.[0]?.['count'] ?? 0n), LONG_MS);
	}

	async rows({ table, accountId, after }: RowsOf & { readonly after: string | null }): Promise<RowPage> {
		const { columns, key, pageRows } = table;
		const values = Object.entries(columns).map(([name, type]) =>
			type === 'labels' ? `(SELECT labels FROM ${this.#in}label_sets WHERE id = t.${name}) AS ${name}` : `t.${name}`,
		);
		const order = key.map((name) => `t.${name}`).join(', ');
		const start = after === null ? [] : readKey(table, after);
		const isLater = after === null ? '' : ` AND (${order}) > (${start.map((_value, index) => `$${String(index + 3)}`).join(', ')})`;
		const keys = key.map((name, index) => `, t.${name} AS key_${String(index)}`).join('');
		const text = `SELECT ${values.join(', ')}${keys} FROM ${this.#in}${table.name} t WHERE ${this.#owner(table)}${isLater}${order === '' ? '' : ` ORDER BY ${order}`} LIMIT $2`;
		return this.#insist(async (session, timeoutMs) => {
			const [, , found = []] = await session.run(...beginRead(timeoutMs), { text, values: [accountId, pageRows, ...start] });
			await session.run(ROLLBACK);
			const last = found.length < pageRows || key.length === 0 ? undefined : found.at(-1);
			return {
				rows: found.map((row) => Object.keys(columns).map((name) => copiedIn(row, name))),
				next: last ? JSON.stringify(key.map((_name, index) => keyText(copiedIn(last, `key_${String(index)}`)))) : null,
			};
		});
	}

	async addRows({ table, accountId, rows }: RowsOf & { readonly rows: readonly CopiedRow[] }, change: MarkChange): Promise<boolean> {
		return this.#change(change, async (session) => {
			await this.#add(session, { table, accountId, rows });
			return true;
		});
	}

	async clear(mark: MoveMark): Promise<boolean> {
		const names = [...LEDGER_TABLES.map(({ name }) => name), 'label_sets'].map((name) => `${this.#in}${name}`);
		return this.#change({ from: mark, to: null }, async (session) => {
			await session.run({ text: `TRUNCATE ${names.join(', ')}` });
			return true;
		});
	}

	/**
	 * Runs statements that write what lies beside the journal; resolves with their rows. Rejects with `ledger_moved` while everything is being
	 * copied: a new mark waits for the locks on these tables.
	 */
	async writeBeside(tables: readonly string[], statements: Beside): Promise<Row[][]> {
		const lock = { text: `LOCK TABLE ${tables.map((name) => `${this.#in}${name}`).join(', ')} IN ROW EXCLUSIVE MODE` };
		return this.#insist(async (session, timeoutMs) => {
			const given = typeof statements === 'function' ? await statements(session) : statements;
			if (given.length === 0) return [];
			const [, , , marks, ...rows] = await session.run(...beginWrite(timeoutMs), lock, this.#find(''), ...given);
			assertNotFrozen(readMark(marks), this.#location);
			await session.run(COMMIT);
			return rows;
		});
	}

	/**
	 * Does `work` and replaces the mark, in one transaction, unless another mark is there or `work` says no. Whoever writes waits for the
	 * locks; a commit then reads the new mark, because it reads it after its own first lock.
	 */
	async #change({ from, to }: MarkChange, work: (session: Session) => Promise<boolean>): Promise<boolean> {
		const names = LEDGER_TABLES.map(({ name }) => `${this.#in}${name}`).join(', ');
		return this.#insist(async (session, timeoutMs) => {
			const [, , , rows] = await session.run(
				...beginWrite(timeoutMs),
				{ text: `LOCK TABLE ${names} IN EXCLUSIVE MODE` },
				this.#find(' FOR UPDATE'),
			);
			const found = encodeMark(readMark(rows));
			const isThere = found === encodeMark(to);
			if (isThere || found !== encodeMark(from) || !(await work(session))) {
				await session.run(ROLLBACK);
				return isThere;
			}
			await session.run({ text: `UPDATE ${this.#in}${MARK_TABLE} SET move = $1`, values: [encodeMark(to)] }, COMMIT);
			return true;
		}, LONG_MS);
	}

	#find(lock: string): Statement {
		return { text: `SELECT move FROM ${this.#in}${MARK_TABLE}${lock}` };
	}

	#owner(table: LedgerTable): string {
		return isAccount(table) ? 't.public_id = $1' : `t.account = (SELECT id FROM ${this.#in}accounts WHERE public_id = $1)`;
	}

	async #add(session: Session, { table, accountId, rows }: RowsOf & { readonly rows: readonly CopiedRow[] }): Promise<void> {
		const names = Object.keys(table.columns);
		if (isAccount(table)) {
			const text = `INSERT INTO ${this.#in}${table.name} (${names.join(', ')}) VALUES (${names.map((_name, index) => `$${String(index + 1)}`).join(', ')})`;
			await session.run(...rows.map((row) => ({ text, values: row })));
			return;
		}
		const [found] = await session.run({ text: `SELECT id FROM ${this.#in}accounts WHERE public_id = $1`, values: [accountId] });
		const account = amountIn(found?.[0] ?? {}, 'id');
		const labels = await this.#labelNumbers(session, account, { table, rows });
		const columns = Object.entries(table.columns).map(([name, type], index): Column<CopiedRow> => {
			const valueOf = (row: CopiedRow): CopiedValue => row[index] ?? null;
			return [name, TYPES[type], type === 'labels' ? (row) => labels.get(valueOf(row)) ?? null : valueOf];
		});
		const insert = insertRows(this.#in, account, { name: table.name, columns }, rows);
		if (insert) await session.run({ text: insert.text, ...(insert.values ? { values: insert.values } : {}) });
	}

	async #labelNumbers(
		session: Session,
		account: bigint,
		{ table, rows }: { readonly table: LedgerTable; readonly rows: readonly CopiedRow[] },
	): Promise<Map<CopiedValue, bigint>> {
		const places = Object.values(table.columns).flatMap((type, index) => (type === 'labels' ? [index] : []));
		const texts = [...new Set(places.flatMap((index) => rows.map((row) => row[index])))].filter((text) => typeof text === 'string');
		if (texts.length === 0) return new Map();
		const hashes = arrayOf('bytea', texts.map(sha256));
		const add = `INSERT INTO ${this.#in}label_sets (account, hash, labels) SELECT $1, * FROM unnest($2::bytea[], $3::text[]) ON CONFLICT (account, hash) DO NOTHING`;
		const find = `SELECT id, labels FROM ${this.#in}label_sets WHERE account = $1 AND hash = ANY ($2::bytea[])`;
		const [, found = []] = await session.run(
			{ text: add, values: [account, hashes, arrayOf('text', texts)] },
			{ text: find, values: [account, hashes] },
		);
		return new Map(found.map((row) => [textIn(row, 'labels'), amountIn(row, 'id')]));
	}
}

/** The mark in the row that {@link MARK_TABLE} has. */
export function readMark([row]: readonly Row[] = []): MoveMark | null {
	return row ? decodeMark(optional(textIn, row, 'move')) : null;
}

function isAccount({ columns }: LedgerTable): boolean {
	return 'public_id' in columns;
}

function readKey({ key, columns }: LedgerTable, after: string): (string | Buffer)[] {
	return keysOf(after).map((value, index) => (columns[key[index] ?? ''] === 'bytes' ? bytesOf(value) : value));
}
