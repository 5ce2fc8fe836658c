/**
 * Owns the peer of the ledger on SQLite: bare better-sqlite3 writing, into the same tables and with the same durability, exactly the
 * rows that a ledger wrote, in groups. Refuses to think: it decides nothing, hashes nothing and reads nothing while the time is taken.
 */
import Database from 'better-sqlite3';
import { openSqliteLedger } from '../../lib/ledger/sqlite/store';
import { jitter, pause, systemClock } from '../../lib/runtime/system';
import { newLedgerPath } from '../support/sqlite-ledger';

type Row = readonly (string | number | bigint | Buffer | null)[];

/** The rows of one group: that many reservations, then as many settlements, each half in a transaction of its own. */
interface Group {
	readonly reserved: readonly Row[];
	readonly settled: readonly Row[];
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
	const closings = rows('SELECT state, closed_seq, account, seq FROM holds ORDER BY seq');
	const groups = Array.from({ length: holds.length / groupSize }, (_, index): Group => {
		const pairs = { from: index * groupSize, to: (index + 1) * groupSize };
		return {
			reserved: entries.slice(pairs.from * 2, pairs.from * 2 + groupSize),
			settled: entries.slice(pairs.from * 2 + groupSize, pairs.to * 2),
			holds: holds.slice(pairs.from, pairs.to),
			closings: closings.slice(pairs.from, pairs.to),
		};
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
	for (const { reserved, settled, holds, closings } of groups) {
		transact.immediate(() => {
			for (const row of reserved) addEntry.run(...row);
			for (const row of holds) addHold.run(...row);
		});
		transact.immediate(() => {
			for (const row of settled) addEntry.run(...row);
			for (const row of closings) closeHold.run(...row);
			putUsage.run(...usage);
		});
	}
}
