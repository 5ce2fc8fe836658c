/** Everything that a ledger file keeps beside the journal. */
import type { Database } from 'better-sqlite3';
import type { LedgerStore } from '../../store';
import { SqliteAnswers, type Transactions } from './answers';
import { SqliteChecks } from './checks';
import { SqliteLearned } from './learned';

/** The ports of what lies beside the journal. */
export function besideJournal(db: Database, transactions: Transactions): Pick<LedgerStore, 'answers' | 'checks' | 'learned'> {
	return {
		answers: new SqliteAnswers(db, transactions),
		checks: new SqliteChecks(db, transactions),
		learned: new SqliteLearned(db, transactions),
	};
}
