/** Reads running totals from a ledger file. Runs inside the transaction of its caller. */
import type { Database, Statement } from 'better-sqlite3';
import type { UsageDelta } from '../../../core/nouns/usage-totals';
import { usageSums, type Row } from '../../columns';
import { readUsageTotal } from '../../rows';
import type { UsageQuery } from '../../store';

const SUMS = usageSums('');
const USAGE_FROM = 'FROM usage_days u JOIN label_sets l ON l.id = u.label_set WHERE u.account = ? AND u.day >= ? AND u.day <= ?';
/** Texts that every calendar day lies between. */
const FIRST_DAY = '';
const LAST_DAY = '~';

/** The totals in one file. */
export class UsageReader {
	readonly #byDay: Statement<[bigint, string, string], Row>;
	readonly #inAll: Statement<[bigint, string, string], Row>;

	constructor(db: Database) {
		this.#byDay = db.prepare(`SELECT u.day, l.labels, ${SUMS} ${USAGE_FROM} GROUP BY u.label_set, u.day`);
		this.#inAll = db.prepare(`SELECT '' AS day, l.labels, ${SUMS} ${USAGE_FROM} GROUP BY u.label_set`);
	}

	/** Totals within the days asked for; by day only when days are asked for, so that what is read stays small. */
	*totals(id: bigint, { groupBy, fromDay, untilDay }: Omit<UsageQuery, 'where'>): Iterable<UsageDelta> {
		const statement = groupBy.includes('day') ? this.#byDay : this.#inAll;
		for (const row of statement.iterate(id, fromDay ?? FIRST_DAY, untilDay ?? LAST_DAY)) yield readUsageTotal(row);
	}
}
