/** Owns counts of checks in a ledger file: their statements and rows. Each call is one transaction of the store that owns the file. */
import type { Database, Statement } from 'better-sqlite3';
import { readCheckCount } from '../../beside-rows';
import type { CheckCount, CheckQuery, CheckStore } from '../../check-store';
import { amountIn, type Row } from '../../columns';
import type { Transactions } from './answers';

/** The counts in one file. */
export class SqliteChecks implements CheckStore {
	readonly #in: Transactions;
	readonly #accountId: Statement<[string], Row>;
	readonly #add: Statement<[bigint, string, string, string, string, string, number]>;
	readonly #counts: Statement<[string, string | null, string | null, string | null, string | null], Row>;

	constructor(db: Database, transactions: Transactions) {
		this.#in = transactions;
		this.#accountId = db.prepare('SELECT id FROM accounts WHERE public_id = ?');
		this.#add = db.prepare('INSERT INTO check_days VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET items = items + excluded.items');
		this.#counts = db.prepare(
			'SELECT day, campaign, segment, gate, outcome, items FROM check_days WHERE account = (SELECT id FROM accounts WHERE public_id = ?) AND (? IS NULL OR day >= ?) AND (? IS NULL OR day <= ?)',
		);
	}

	async add(accountId: string, counts: readonly CheckCount[]): Promise<void> {
		return this.#in.write(() => {
			const row = this.#accountId.get(accountId);
			if (row === undefined) return { result: undefined, isChanged: false };
			const account = amountIn(row, 'id');
			for (const { day, campaign, segment, gate, outcome, items } of counts)
				this.#add.run(account, day, campaign, segment, gate, outcome, items);
			return { result: undefined, isChanged: counts.length > 0 };
		});
	}

	async counts(accountId: string, { fromDay, untilDay }: CheckQuery): Promise<readonly CheckCount[]> {
		return this.#in.read(() => this.#counts.all(accountId, fromDay, fromDay, untilDay, untilDay).map(readCheckCount));
	}
}
