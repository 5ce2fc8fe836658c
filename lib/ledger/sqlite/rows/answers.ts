/**
 * Owns answers in a ledger file: their statements and rows. Each call is one transaction of the store that owns the file; a closed or
 * busy file is the store's matter.
 */
import type { Database, Statement } from 'better-sqlite3';
import type { CacheLimits } from '../../../core/nouns/profile';
import type { Instant } from '../../../core/values/time';
import {
	bytesOfText,
	type AnswerChanges,
	type AnswerGroup,
	type AnswerSaving,
	type AnswerStore,
	type CachedAnswer,
	type KeptAnswer,
} from '../../answer-store';
import { readAnswer, readAnswerGroup, readAnswerSaving } from '../../beside-rows';
import { amountIn, bytesIn, numberIn, optional, type Row } from '../../columns';
import { bytesOf } from '../../rows';
import { SqlitePersons } from './persons';

/** How the store runs work: over one unchanging view, or in one transaction that is kept when something changed. */
export interface Transactions {
	read<T>(work: () => T): Promise<T>;
	write<T>(work: () => { readonly result: T; readonly isChanged: boolean }): Promise<T>;
}

const ACCOUNT = '(SELECT id FROM accounts WHERE public_id = ?)';

/** The answers in one file. */
export class SqliteAnswers implements AnswerStore {
	readonly #in: Transactions;
	readonly #accountId: Statement<[string], Row>;
	readonly #find: Statement<[string, Buffer, number], Row>;
	readonly #keep: Statement<[bigint, Buffer, string, string, number, number, number, bigint, number, string, string | null]>;
	readonly #persons: SqlitePersons;
	readonly #use: Statement<[number, bigint, Buffer, number]>;
	readonly #save: Statement<[bigint, string, string, number, bigint]>;
	readonly #total: Statement<[bigint], Row>;
	readonly #leastUsed: Statement<[bigint], Row>;
	readonly #remove: Statement<[bigint, Buffer]>;
	readonly #groups: Statement<[string], Row>;
	readonly #savings: Statement<[string], Row>;
	readonly #clear: Statement<[string, string | null, string | null, string | null, string | null]>;
	readonly #purge: Statement<[number]>;

	constructor(db: Database, transactions: Transactions) {
		this.#in = transactions;
		this.#persons = new SqlitePersons(db);
		this.#accountId = db.prepare('SELECT id FROM accounts WHERE public_id = ?');
		this.#find = db.prepare(
			`SELECT key, campaign, node, text, stored_at_ms, kept_until_ms, cost_micro FROM cached_answers WHERE account = ${ACCOUNT} AND key = ? AND kept_until_ms > ?`,
		);
		this.#keep = db.prepare(
			'REPLACE INTO cached_answers (account, key, campaign, node, stored_at_ms, used_at_ms, kept_until_ms, cost_micro, bytes, text, person) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
		);
		this.#use = db.prepare('UPDATE cached_answers SET used_at_ms = ? WHERE account = ? AND key = ? AND used_at_ms < ?');
		this.#save = db.prepare(
			'INSERT INTO answer_savings VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, saved_micro = saved_micro + excluded.saved_micro',
		);
		this.#total = db.prepare('SELECT count(*) AS answers, sum(bytes) AS bytes FROM cached_answers WHERE account = ?');
		this.#leastUsed = db.prepare('SELECT key, bytes FROM cached_answers WHERE account = ? ORDER BY used_at_ms, key');
		this.#remove = db.prepare('DELETE FROM cached_answers WHERE account = ? AND key = ?');
		this.#groups = db.prepare(
			`SELECT campaign, node, count(*) AS answers, sum(bytes) AS bytes, min(stored_at_ms) AS oldest_at_ms, max(stored_at_ms) AS newest_at_ms FROM cached_answers WHERE account = ${ACCOUNT} GROUP BY campaign, node`,
		);
		this.#savings = db.prepare(`SELECT day, campaign, calls, saved_micro FROM answer_savings WHERE account = ${ACCOUNT}`);
		this.#clear = db.prepare(
			`DELETE FROM cached_answers WHERE account = ${ACCOUNT} AND (? IS NULL OR campaign = ?) AND (? IS NULL OR node = ?)`,
		);
		this.#purge = db.prepare('DELETE FROM cached_answers WHERE kept_until_ms <= ?');
	}

	async find(accountId: string, key: string, atMs: Instant): Promise<CachedAnswer | null> {
		return this.#in.read(() => {
			const row = this.#find.get(accountId, bytesOf(key), atMs);
			return row ? readAnswer(row) : null;
		});
	}

	async write(accountId: string, { kept, used, saved }: AnswerChanges): Promise<void> {
		return this.#in.write(() => {
			const account = this.#account(accountId);
			if (account === null) return { result: undefined, isChanged: false };
			for (const answer of kept) this.#keepOne(account, answer);
			for (const { key, atMs } of used) this.#use.run(atMs, account, bytesOf(key), atMs);
			for (const { day, campaign, calls, savedMicro } of saved) this.#save.run(account, day, campaign, calls, savedMicro);
			return { result: undefined, isChanged: kept.length + used.length + saved.length > 0 };
		});
	}

	#keepOne(account: bigint, { key, campaign, node, text, storedAtMs, keptUntilMs, costMicro, person: name = null }: KeptAnswer): void {
		const person = name ? this.#persons.pseudonymOf(account, name) : null;
		if (person === undefined) return;
		const times = [storedAtMs, storedAtMs, keptUntilMs] as const;
		this.#keep.run(account, bytesOf(key), campaign, node, ...times, costMicro, bytesOfText(text), text, person);
	}

	async trim(accountId: string, { maxAnswers, maxBytes }: CacheLimits): Promise<number> {
		return this.#in.write(() => {
			const account = this.#account(accountId);
			const total = account === null ? undefined : this.#total.get(account);
			if (account === null || total === undefined) return { result: 0, isChanged: false };
			let answers = numberIn(total, 'answers');
			let bytes = optional(numberIn, total, 'bytes') ?? 0;
			const tooMany: Buffer[] = [];
			for (const row of answers > maxAnswers || bytes > maxBytes ? this.#leastUsed.iterate(account) : []) {
				if (answers <= maxAnswers && bytes <= maxBytes) break;
				tooMany.push(bytesIn(row, 'key'));
				answers -= 1;
				bytes -= numberIn(row, 'bytes');
			}
			for (const key of tooMany) this.#remove.run(account, key);
			return { result: tooMany.length, isChanged: tooMany.length > 0 };
		});
	}

	async summary(accountId: string): Promise<{ groups: AnswerGroup[]; savings: AnswerSaving[] }> {
		return this.#in.read(() => ({
			groups: this.#groups.all(accountId).map(readAnswerGroup),
			savings: this.#savings.all(accountId).map(readAnswerSaving),
		}));
	}

	async clear(accountId: string, { campaign = null, node = null }: { campaign?: string | null; node?: string | null }): Promise<number> {
		return this.#in.write(() => changed(this.#clear.run(accountId, campaign, campaign, node, node).changes));
	}

	async purge(atMs: Instant): Promise<number> {
		return this.#in.write(() => changed(this.#purge.run(atMs).changes));
	}

	#account(accountId: string): bigint | null {
		const row = this.#accountId.get(accountId);
		return row ? amountIn(row, 'id') : null;
	}
}

function changed(rows: number): { result: number; isChanged: boolean } {
	return { result: rows, isChanged: rows > 0 };
}
