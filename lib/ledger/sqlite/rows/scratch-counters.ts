/**
 * Owns the counters of a proof in a scratch file that SQLite keeps in memory while it is small, writes beside it where it is not, and
 * removes with the connection. So the memory of a proof does not grow with the people who have a budget each.
 */
import { isList } from '../../../core/values/foreign';
import type { Database, Statement } from 'better-sqlite3';
import { amount, count, optionalText } from '../../../core/journal/compact';
import type { CounterBook, CounterDifference } from '../../../core/proof/counter-book';
import { counterKey } from '../../../core/nouns/counters';
import type { BudgetCounter } from '../../../core/nouns/records';
import { optional, textIn, truthIn, type Row } from '../../columns';
import { openScratch } from '../file/connection';

/** How much of it stays in memory: 32 MiB. */
const CACHE_KIB = 32 * 1024;
const MADE = 'CREATE TABLE counters (key TEXT PRIMARY KEY, stored TEXT, replayed TEXT) WITHOUT ROWID';
const DIFFERENT =
	'SELECT key, stored IS NULL AS is_not_stored, replayed IS NULL AS is_not_in_journal FROM counters WHERE stored IS NOT replayed';

/** A book for one proof of one account. */
export class ScratchCounters implements CounterBook {
	readonly #db: Database;
	readonly #get: Statement<[string], Row>;
	readonly #set: Statement<[string, string]>;
	readonly #tell: Statement<[string, string]>;
	readonly #different: Statement<[], Row>;

	constructor() {
		const db = openScratch();
		this.#db = db;
		db.pragma('journal_mode = OFF');
		db.pragma('synchronous = OFF');
		db.pragma(`cache_size = -${String(CACHE_KIB)}`);
		db.exec(`${MADE}; BEGIN`);
		this.#get = db.prepare('SELECT replayed FROM counters WHERE key = ?');
		this.#set = db.prepare('INSERT INTO counters (key, replayed) VALUES (?, ?) ON CONFLICT DO UPDATE SET replayed = excluded.replayed');
		this.#tell = db.prepare('INSERT INTO counters (key, stored) VALUES (?, ?) ON CONFLICT DO UPDATE SET stored = excluded.stored');
		this.#different = db.prepare(DIFFERENT);
	}

	get(key: string): BudgetCounter | undefined {
		const row = this.#get.get(key);
		const text = row ? optional(textIn, row, 'replayed') : null;
		return text === null ? undefined : decode(text);
	}

	set(key: string, counter: BudgetCounter): void {
		this.#set.run(key, encode(counter));
	}

	tell(counter: BudgetCounter): void {
		this.#tell.run(counterKey(counter), encode(counter));
	}

	*differences(): Iterable<CounterDifference> {
		for (const row of this.#different.iterate()) yield { key: textIn(row, 'key'), kind: kindOf(row) };
	}

	close(): void {
		this.#db.close();
	}
}

function kindOf(row: Row): CounterDifference['kind'] {
	if (truthIn(row, 'is_not_stored')) return 'not_stored';
	return truthIn(row, 'is_not_in_journal') ? 'not_in_journal' : 'changed';
}

/** Equal counters have equal texts. */
function encode({ budgetSeq, period, value, heldMicro, settledMicro, reachedRoomMicro, reachMicro }: BudgetCounter): string {
	return JSON.stringify([
		budgetSeq,
		period,
		value,
		String(heldMicro),
		String(settledMicro),
		reachedRoomMicro === null ? null : String(reachedRoomMicro),
		String(reachMicro),
	]);
}

/** By hand and not by a schema: a proof reads each counter once for every call of its budget. */
function decode(text: string): BudgetCounter {
	const written: unknown = JSON.parse(text);
	const [budgetSeq, period, value, held, settled, reachedRoom, reach] = isList(written) ? written : [];
	return {
		budgetSeq: count(budgetSeq),
		period: optionalText(period) ?? '',
		value: optionalText(value) ?? '',
		heldMicro: amount(held),
		settledMicro: amount(settled),
		reachedRoomMicro: reachedRoom === null ? null : amount(reachedRoom),
		reachMicro: amount(reach),
	};
}
