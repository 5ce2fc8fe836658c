/** Everything that a ledger file keeps beside the journal. */
import type { Database } from 'better-sqlite3';
import type { Instant } from '../../../core/values/time';
import type { LedgerStore } from '../../store';
import { SqliteAnswers, type Transactions } from './answers';
import { SqliteChecks } from './checks';
import { SqliteLearned } from './learned';
import { SqliteNames } from './names';
import { SqliteTries } from './tries';

/** How what lies beside the journal is read and written; `write` at all times, `writeBeside` not while the ledger is copied. */
interface Besides extends Transactions {
	readonly writeBeside: Transactions['write'];
	readonly clock: () => Instant;
}

/** The ports of what lies beside the journal. */
export function besideJournal(db: Database, besides: Besides): Pick<LedgerStore, 'answers' | 'checks' | 'learned' | 'names' | 'tries'> {
	const { clock } = besides;
	const transactions: Transactions = { read: (work) => besides.read(work), write: (work) => besides.writeBeside(work) };
	return {
		answers: new SqliteAnswers(db, transactions),
		checks: new SqliteChecks(db, transactions),
		learned: new SqliteLearned(db, transactions),
		names: new SqliteNames(db, (work) => besides.read(work)),
		tries: new SqliteTries(db, { write: (work) => besides.write(work), clock }),
	};
}
