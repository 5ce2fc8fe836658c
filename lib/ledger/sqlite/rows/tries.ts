/** Tries at the admin keys of a ledger file: one row, changed under the write lock of the file. */
import type { Database, Statement } from 'better-sqlite3';
import type { KeyTries } from '../../../core/rules/key-tries';
import type { Instant } from '../../../core/values/time';
import { decodeTries, encodeTries, type TriesAfter, type TryStore } from '../../ports/try-store';
import { textIn, type Row } from '../../columns';
import type { Transactions } from './answers';

/** The tries at one file. */
export class SqliteTries implements TryStore {
	readonly #write: Transactions['write'];
	readonly #clock: () => Instant;
	readonly #read: Statement<[], Row>;
	readonly #put: Statement<[string]>;

	constructor(db: Database, { write, clock }: { write: Transactions['write']; clock: () => Instant }) {
		this.#write = write;
		this.#clock = clock;
		this.#read = db.prepare('SELECT tries FROM ledger_tries');
		this.#put = db.prepare<[string]>('REPLACE INTO ledger_tries VALUES (1, ?)');
	}

	async change<T>(work: (tries: KeyTries, atMs: Instant) => TriesAfter<T>): Promise<T> {
		return this.#write(() => {
			const row = this.#read.get();
			const before = decodeTries(row ? textIn(row, 'tries') : null);
			const { tries, result } = work(before, this.#clock());
			if (tries !== before) this.#put.run(encodeTries(tries));
			return { result, isChanged: tries !== before };
		});
	}
}
