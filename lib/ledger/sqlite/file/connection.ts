/**
 * Owns one connection to a ledger file, checked and set up. The only module that loads better-sqlite3, and only when a file
 * is opened. Refuses to leave a connection open that could not be set up.
 */
import type { Database } from 'better-sqlite3';
import { CreditError } from '../../../core/values/errors';
import type { Instant } from '../../../core/values/time';
import { absentLedger } from '../../absent';
import { hasLedgerFile, makeLedgerFile } from './file';
import type { SyncFile } from './log-sync';
import { assertLedger, migrate, raise, type Migration, type OlderSchema } from './migrations';
import { assertNodeFits } from './node-version';
import { MAX_IDLE_LOG_BYTES } from './side-files';
import type { Waiting } from './turns';

export interface SqliteLedgerOptions extends Waiting {
	readonly path: string;
	/** Epoch milliseconds, UTC. */
	readonly clock: () => Instant;
	/** `full` (default): an answered batch survives a loss of power. `normal`: it survives the end of the process only. */
	readonly synchronous?: 'full' | 'normal';
	/** Longest wait for a lock that another process holds; default 10,000 ms. */
	readonly busyDeadlineMs?: number;
	/** False: a ledger that is not there is told as `ledger_unavailable`, and nothing is made. Default true. */
	readonly mayMake?: boolean;
	/** What is done with a ledger of an older schema. Default `migrate`. */
	readonly older?: OlderSchema;
	/** Told when a ledger was brought forward, with where it lies as it was. */
	readonly onMigrated?: (migration: Migration) => void;
	/** Makes the log durable; given by tests that let it fail or wait. */
	readonly syncFile?: SyncFile;
	/** Makes the key of a new account's pseudonyms, 32 bytes in hexadecimal; given by tests that compare journals. */
	readonly newPersonKey?: () => string;
	/** Opens the file; given by tests that let statements fail. */
	readonly openDatabase?: (path: string) => Database;
}

/** Makes the file if it is missing and may be made, opens it and brings its schema up to date. Throws what the system, SQLite and the checks throw. */
export function connect(path: string, { mayMake = true, openDatabase = openFile }: SqliteLedgerOptions): Database {
	if (!hasLedgerFile(path)) {
		if (!mayMake) throw absentLedger(path);
		makeLedgerFile(path, makeSchema);
	}
	const db = openDatabase(path);
	try {
		db.transaction(() => assertLedger(db, path)).deferred();
		configure(db, path);
		migrate(db, path);
		db.defaultSafeIntegers(true);
		return db;
	} catch (error) {
		db.close();
		throw error;
	}
}

/** Makes a ledger of an empty file that nobody else knows yet. */
function makeSchema(draft: string): void {
	const db = openFile(draft);
	try {
		configure(db, draft);
		raise(db);
	} finally {
		db.close();
	}
}

/** Opens a file without ever waiting inside SQLite: a lock is reported at once. */
export function openFile(path: string): Database {
	return new (driver())(path, { timeout: 0, fileMustExist: true });
}

/** An empty database of its own that is gone when it is closed. */
export function openScratch(): Database {
	return new (driver())('');
}

let loaded: typeof import('better-sqlite3') | null = null;

/** Loaded on first use, and looked for once: later the process may have other rights. A host without a ledger file must not need the native library. Throws `ledger_unavailable` for a Node that it would end. */
function driver(): typeof import('better-sqlite3') {
	if (loaded) return loaded;
	assertNodeFits();
	// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import is not loaded on first use
	return (loaded = require('better-sqlite3') as typeof import('better-sqlite3'));
}

function configure(db: Database, path: string): void {
	const mode = String(db.pragma('journal_mode = WAL', { simple: true }));
	if (mode !== 'wal') {
		throw new CreditError(
			'ledger_unavailable',
			`The ledger ${path} lies on a file system that cannot share a write-ahead log (it answered "${mode}"). Choose a path on a local disk.`,
		);
	}
	// FULL would sync the log within COMMIT and stop the host meanwhile; the store syncs it itself before it answers (log-sync).
	db.pragma('synchronous = NORMAL');
	db.pragma(`journal_size_limit = ${String(MAX_IDLE_LOG_BYTES)}`);
	// What is removed, such as the name of a person, is overwritten too.
	db.pragma('secure_delete = ON');
	db.pragma('trusted_schema = OFF');
	db.pragma('cell_size_check = ON');
}
