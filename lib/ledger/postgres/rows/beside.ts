/** Everything that a PostgreSQL server keeps beside the journal. */
import type { LedgerStore } from '../../store';
import { PostgresAnswers, type BesideWriter, type Insist } from './answers';
import { PostgresChecks } from './checks';
import { PostgresLearned } from './learned';

/** The ports of what lies beside the journal. */
export function besideJournal(schema: string, insist: Insist, writer: BesideWriter): Pick<LedgerStore, 'answers' | 'checks' | 'learned'> {
	return {
		answers: new PostgresAnswers(schema, insist, writer),
		checks: new PostgresChecks(schema, insist, writer),
		learned: new PostgresLearned(schema, insist, writer),
	};
}
