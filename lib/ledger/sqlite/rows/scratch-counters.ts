/**
 * Owns the counters of a proof in a scratch file that SQLite keeps in memory while it is small, writes beside it where it is not, and
 * removes with the connection. So the memory of a proof does not grow with the people who have a budget each.
 */
import type { Database, Statement } from 'better-sqlite3';
import type { CounterBook, CounterDifference } from '../../../core/proof/counter-book';
import { counterKey } from '../../../core/nouns/counters';
import type { BudgetCounter } from '../../../core/nouns/records';
import { openScratch } from '../file/connection';

/** How much of it stays in memory: 32 MiB. */
const CACHE_KIB = 32 * 1024;
const MADE = 'CREATE TABLE counters (key TEXT PRIMARY KEY, stored TEXT, replayed TEXT) WITHOUT ROWID';
const DIFFERENT = `SELECT key, CASE WHEN stored IS NULL THEN 'not_stored' WHEN replayed IS NULL THEN 'not_in_journal' ELSE 'changed' END AS kind
	FROM counters WHERE stored IS NOT replayed`;

/** A book for one proof of one account. */
export class ScratchCounters implements CounterBook {
	readonly #db: Database;
	readonly #get: Statement<[string], string | null>;
	readonly #set: Statement<[string, string]>;
	readonly #tell: Statement<[string, string]>;
	readonly #different: Statement<[], CounterDifference>;

	constructor() {
		const db = openScratch();
		this.#db = db;
		db.pragma('journal_mode = OFF');
		db.pragma('synchronous = OFF');
		db.pragma(`cache_size = -${String(CACHE_KIB)}`);
		db.exec(`${MADE}; BEGIN`);
		this.#get = db.prepare<[string], string | null>('SELECT replayed FROM counters WHERE key = ?').pluck();
		this.#set = db.prepare('INSERT INTO counters (key, replayed) VALUES (?, ?) ON CONFLICT DO UPDATE SET replayed = excluded.replayed');
		this.#tell = db.prepare('INSERT INTO counters (key, stored) VALUES (?, ?) ON CONFLICT DO UPDATE SET stored = excluded.stored');
		this.#different = db.prepare(DIFFERENT);
	}

	get(key: string): BudgetCounter | undefined {
		const text = this.#get.get(key);
		return text ? decode(text) : undefined;
	}

	set(key: string, counter: BudgetCounter): void {
		this.#set.run(key, encode(counter));
	}

	tell(counter: BudgetCounter): void {
		this.#tell.run(counterKey(counter), encode(counter));
	}

	differences(): Iterable<CounterDifference> {
		return this.#different.iterate();
	}

	close(): void {
		this.#db.close();
	}
}

type Written = readonly [number, string, string, string, string, string | null, string];

/** Equal counters have equal texts. */
function encode({ budgetSeq, period, value, heldMicro, settledMicro, reachedRoomMicro, reachMicro }: BudgetCounter): string {
	const [held, settled, reach] = [heldMicro, settledMicro, reachMicro].map(String) as [string, string, string];
	const written: Written = [budgetSeq, period, value, held, settled, reachedRoomMicro?.toString() ?? null, reach];
	return JSON.stringify(written);
}

function decode(text: string): BudgetCounter {
	const [budgetSeq, period, value, held, settled, reachedRoom, reach] = JSON.parse(text) as Written;
	return {
		budgetSeq,
		period,
		value,
		heldMicro: BigInt(held),
		settledMicro: BigInt(settled),
		reachedRoomMicro: reachedRoom === null ? null : BigInt(reachedRoom),
		reachMicro: BigInt(reach),
	};
}
