/** What is learned of models in a ledger file: its statements and rows. Each call is one transaction of the store that owns the file. */
import type { Database, Statement } from 'better-sqlite3';
import type { Instant } from '../../../core/values/time';
import { readLearnedFact } from '../../beside-rows';
import type { LearnedFact, LearnedStore } from '../../learned-store';
import { amountIn, type Row } from '../../columns';
import type { Transactions } from './answers';

/** The facts in one file. */
export class SqliteLearned implements LearnedStore {
	readonly #in: Transactions;
	readonly #accountId: Statement<[string], Row>;
	readonly #find: Statement<[string, string, number], Row>;
	readonly #keep: Statement<[bigint, string, string, string, string, number]>;
	readonly #purge: Statement<[number]>;

	constructor(db: Database, transactions: Transactions) {
		this.#in = transactions;
		this.#accountId = db.prepare('SELECT id FROM accounts WHERE public_id = ?');
		this.#find = db.prepare(
			'SELECT endpoint, model, name, value, until_ms FROM learned WHERE account = (SELECT id FROM accounts WHERE public_id = ?) AND endpoint = ? AND until_ms > ?',
		);
		this.#keep = db.prepare('REPLACE INTO learned VALUES (?, ?, ?, ?, ?, ?)');
		this.#purge = db.prepare('DELETE FROM learned WHERE until_ms <= ?');
	}

	async find(accountId: string, endpoint: string, atMs: Instant): Promise<readonly LearnedFact[]> {
		return this.#in.read(() => this.#find.all(accountId, endpoint, atMs).map(readLearnedFact));
	}

	async keep(accountId: string, facts: readonly LearnedFact[]): Promise<void> {
		return this.#in.write(() => {
			const row = this.#accountId.get(accountId);
			if (row === undefined) return { result: undefined, isChanged: false };
			const account = amountIn(row, 'id');
			for (const { endpoint, model, name, value, untilMs } of facts) this.#keep.run(account, endpoint, model, name, value, untilMs);
			return { result: undefined, isChanged: facts.length > 0 };
		});
	}

	async purge(atMs: Instant): Promise<number> {
		return this.#in.write(() => {
			const { changes } = this.#purge.run(atMs);
			return { result: changes, isChanged: changes > 0 };
		});
	}
}
