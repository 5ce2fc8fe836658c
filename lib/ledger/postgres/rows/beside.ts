/** Everything that a PostgreSQL server keeps beside the journal. */
import type { LedgerStore } from '../../store';
import { PostgresAnswers, type BesideWriter, type Insist } from './answers';
import { PostgresChecks } from './checks';
import { PostgresLearned } from './learned';
import { PostgresNames } from './names';
import { PostgresTries } from './tries';
import type { ServerClock } from '../connection/server-clock';

/** The ports of what lies beside the journal. */
export function besideJournal(
	schema: string,
	{ insist, writer, clock }: { insist: Insist; writer: BesideWriter; clock: ServerClock },
): Pick<LedgerStore, 'answers' | 'checks' | 'learned' | 'names' | 'tries'> {
	return {
		answers: new PostgresAnswers(schema, { insist, writer, clock }),
		checks: new PostgresChecks(schema, insist, writer),
		learned: new PostgresLearned(schema, { insist, writer, clock }),
		names: new PostgresNames(schema, insist),
		tries: new PostgresTries(schema, insist, clock),
	};
}
