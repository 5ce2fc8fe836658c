/**
 * Owns the peer of the ledger on SQLite: bare better-sqlite3 writing, into the same tables and with the same durability, exactly the
 * rows that a ledger wrote, in groups. Refuses to think: it decides nothing, hashes nothing and reads nothing while the time is taken.
 */
import Database from 'better-sqlite3';
import { openSqliteLedger } from '../../lib/ledger/sqlite/store';
import { jitter, pause, systemClock } from '../../lib/runtime/system';
import { newLedgerPath } from '../support/ledger/sqlite-ledger';

type Row = readonly (string | number | bigint | Buffer | null)[];

/** The rows of one transaction: so many entries, the holds that they make and those that they close. */
interface Group {
	readonly entries: readonly Row[];
	readonly holds: readonly Row[];
	readonly closings: readonly Row[];
}

/** What a ledger wrote, ready to be written again. */
export interface Script {
	readonly groups: readonly Group[];
	readonly account: Row;
	readonly grant: Row;
	readonly usage: Row;
}

/** Opens an empty file with the tables of a ledger, as durable as a ledger is. */
export async function openRaw(): Promise<Database.Database> {
	const path = newLedgerPath();
	const store = await openSqliteLedger({ path, clock: systemClock, pause, jitter });
	await store.close();
	const db = new Database(path);
	db.pragma('journal_mode = WAL');
	db.pragma('synchronous = FULL');
	return db;
}

/** Reads what a ledger wrote after its first two entries, the account's opening and its grant. */
export function readScript(path: string, groupSize: number): Script {
	const db = new Database(path, { readonly: true });
	const rows = (sql: string): Row[] => db.prepare<[], Row>(sql).raw().all();
	const entries = rows('SELECT * FROM entries WHERE seq > 2 ORDER BY seq');
	const holds = rows('SELECT account, seq, 0, timeout_at_ms, NULL FROM holds ORDER BY seq');
	const closings = rows('SELECT state, closed_seq, account, seq FROM holds ORDER BY closed_seq');
	const within = (all: readonly Row[], column: number, { from, to }: { from: number; to: number }): Row[] =>
		all.filter((row) => Number(row[column]) >= from && Number(row[column]) < to);
	const groups = Array.from({ length: Math.ceil(entries.length / groupSize) }, (_, index): Group => {
		const seqs = { from: 3 + index * groupSize, to: 3 + (index + 1) * groupSize };
		return { entries: within(entries, 1, seqs), holds: within(holds, 1, seqs), closings: within(closings, 1, seqs) };
	});
	const [account = []] = rows('SELECT * FROM accounts');
	const [grant = []] = rows('SELECT * FROM grant_balances');
	const [usage = []] = rows('SELECT * FROM usage_days');
	db.close();
	return { groups, account, grant, usage };
}

/** Writes all of it; the caller takes the time. */
export function writeScript(db: Database.Database, { groups, account, grant, usage }: Script): void {
	const put = (table: string, columns: number): Database.Statement =>
		db.prepare(`REPLACE INTO ${table} VALUES (${Array.from({ length: columns }, () => '?').join(', ')})`);
	const addEntry = put('entries', 10);
	const addHold = put('holds', 5);
	const closeHold = db.prepare('UPDATE holds SET state = ?, closed_seq = ? WHERE account = ? AND seq = ?');
	const putAccount = put('accounts', account.length);
	const putGrant = put('grant_balances', grant.length);
	const putUsage = put('usage_days', usage.length);
	const transact = db.transaction((work: () => void) => {
		putAccount.run(...account);
		putGrant.run(...grant);
		work();
	});
	for (const { entries, holds, closings } of groups) {
		transact.immediate(() => {
			for (const row of entries) addEntry.run(...row);
			for (const row of holds) addHold.run(...row);
			for (const row of closings) closeHold.run(...row);
			if (closings.length > 0) putUsage.run(...usage);
		});
	}
}
