/** The names in a ledger file, for showing them: read in a transaction of their own. */
import type { Database, Statement } from 'better-sqlite3';
import type { Person } from '../../../core/nouns/person';
import { amountIn, type Row } from '../../columns';
import type { NameStore } from '../../ports/name-store';
import type { Transactions } from './answers';
import { SqlitePersons } from './persons';

/** The names in one file. */
export class SqliteNames implements NameStore {
	readonly #read: Transactions['read'];
	readonly #persons: SqlitePersons;
	readonly #accountId: Statement<[string], Row>;

	constructor(db: Database, read: Transactions['read']) {
		this.#read = read;
		this.#persons = new SqlitePersons(db);
		this.#accountId = db.prepare('SELECT id FROM accounts WHERE public_id = ?');
	}

	async find(accountId: string, held: readonly string[]): Promise<readonly Person[]> {
		return this.#read(() => {
			const row = this.#accountId.get(accountId);
			return row ? this.#persons.find(amountIn(row, 'id'), held) : [];
		});
	}
}
