/** A ledger file, and what befalls it: a full disk, a log that is deleted or cut, a file that goes away, comes back or is another one. */
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteError, type Database } from 'better-sqlite3';
import { z } from 'zod';
import { openFile } from '../../../../lib/ledger/sqlite/file/connection';
import { openSqliteLedger } from '../../../../lib/ledger/sqlite/store';
import { openPostgresLedger } from '../../../../lib/ledger/postgres/store';
import type { LedgerStore } from '../../../../lib/ledger/store';
import { restoreLedger } from '../../../../lib/runtime/restore';
import { openWatched, type Watch } from '../../ledger/failing-database';
import { temporaryFolder } from '../../machine/temporary-folder';
import { NOTHING_KNOWN, type Acknowledged } from '../ledger-end';
import { asSeenBy, COMMON_FAULTS, someTime, unlessRefused, type Fault, type Ground, type SimulatedProcess, type Struck } from './ground';
import type { SimulatedTime } from './simulated-time';

/** As they are now, whatever a simulation puts in their place. */
const openUsual = openSqliteLedger;
/** Whoever waits for a lock of another process waits for nothing here. */
const LOCKED_MS = 200;
const END = z.object({ last_seq: z.coerce.number(), last_at_ms: z.coerce.number() });
const ENDINGS = ['', '-wal', '-seen'] as const;

export class SqliteGround implements Ground {
	readonly folder = temporaryFolder();
	readonly place = join(this.folder, 'ledger.db');
	readonly accountId = 'default';
	readonly faults: readonly Fault[];
	readonly open: Ground['open'];
	readonly #time: SimulatedTime;
	readonly #backup = join(this.folder, 'backup.db');
	/** What processes have open. */
	readonly #opened = new Set<Promise<LedgerStore>>();
	readonly #databases = new Map<Database, number>();
	#isFull = false;
	#failsToSync = false;
	#hasFailed = false;
	#locker: Database | null = null;

	constructor({ time, process }: { time: SimulatedTime; process: () => SimulatedProcess }) {
		this.#time = time;
		this.open = {
			openSqliteLedger: async (options) => {
				const opener = process();
				const opening = time.track(
					openUsual({
						...options,
						...time.adapters,
						busyDeadlineMs: LOCKED_MS,
						openDatabase: (path) => this.#openDatabase(path),
						syncFile: this.#sync,
					}),
				);
				this.#opened.add(opening);
				const store = await opening;
				return asSeenBy(store, { time, process: opener });
			},
			openPostgresLedger,
		};
		this.faults = [...COMMON_FAULTS, ...this.#ownFaults()];
	}

	async beside<T>(use: (store: LedgerStore) => Promise<T>): Promise<T> {
		const { adapters } = this.#time;
		const store = await this.#time.track(openUsual({ path: this.place, ...adapters, syncFile: (_file, done) => done(null) }));
		try {
			return await use(store);
		} finally {
			await this.#time.track(store.close());
		}
	}

	/** The files are what they were at the moment of the death, the same files, whatever closing them does. */
	async bury(): Promise<void> {
		this.#unlock();
		const left = ENDINGS.map((ending) => ({ path: `${this.place}${ending}`, bytes: readIfThere(`${this.place}${ending}`) }));
		await this.close();
		// A store leaves a cut log open, because closing it would move it into the file; the end of a process does not.
		for (const database of this.#databases.keys()) database.close();
		this.#databases.clear();
		rmSync(`${this.place}-shm`, { force: true });
		for (const { path, bytes } of left) {
			if (bytes !== null) writeFileSync(path, bytes);
			else rmSync(path, { force: true });
		}
	}

	acknowledged(): Acknowledged {
		let known = NOTHING_KNOWN;
		const now = statSync(this.place, { throwIfNoEntry: false })?.ino;
		for (const [database, file] of this.#databases) {
			// One that has an older file open knows nothing of this one.
			if (file !== now || !database.open || database.inTransaction) continue;
			const row = END.safeParse(database.prepare('SELECT last_seq, last_at_ms FROM accounts').get()).data;
			if (row && row.last_seq > known.lastSeq) known = { lastSeq: row.last_seq, lastAtMs: row.last_at_ms };
		}
		// What was written while the disk failed was acknowledged to nobody.
		return this.#hasFailed ? { ...known, lastAtMs: -Infinity } : known;
	}

	async close(): Promise<void> {
		const opened = [...this.#opened];
		this.#opened.clear();
		// What was being opened is given up too.
		for (const one of await Promise.allSettled(opened)) if (one.status === 'fulfilled') await one.value.close();
	}

	async backUp(): Promise<void> {
		const draft = `${this.#backup}.draft`;
		rmSync(draft, { force: true });
		await this.beside(async (store) => store.backup?.(draft, () => undefined));
		renameSync(draft, this.#backup);
	}

	heal(): Promise<void> {
		this.#isFull = false;
		this.#failsToSync = false;
		this.#unlock();
		return Promise.resolve();
	}

	remove(): Promise<void> {
		rmSync(this.folder, { recursive: true, force: true });
		return Promise.resolve();
	}

	#openDatabase(path: string): Database {
		const database = openWatched(path, this.#disk(path));
		this.#databases.set(database, statSync(path).ino);
		return database;
	}

	/** A disk without room takes no commit. */
	#disk(of: string): Watch {
		return (sql, run, db) => {
			if (!this.#isFull || of !== this.place || sql !== 'COMMIT') return run();
			if (db.inTransaction) db.exec('ROLLBACK');
			throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
		};
	}

	readonly #sync = (_file: number, done: (error: Error | null) => void): void => {
		if (this.#failsToSync) this.#hasFailed = true;
		const failure = this.#failsToSync ? Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }) : null;
		setImmediate(() => done(failure));
	};

	#ownFaults(): Fault[] {
		const lasting = (begin: () => void, end: () => void) => async (struck: Struck) => {
			begin();
			await this.#time.pause(someTime(struck));
			end();
		};
		return [
			{
				name: 'the disk is full',
				overlaps: true,
				strike: lasting(
					() => (this.#isFull = true),
					() => (this.#isFull = false),
				),
			},
			{
				name: 'the disk fails',
				overlaps: true,
				strike: lasting(
					() => (this.#failsToSync = true),
					() => (this.#failsToSync = false),
				),
			},
			{ name: 'another process keeps the file locked', strike: (struck) => this.#lock(struck) },
			{
				name: 'the log is deleted',
				strike: () => {
					this.#deleteLog();
					return Promise.resolve();
				},
			},
			{ name: 'the log is cut, and a backup restored', strike: (struck) => this.#cutAndRestore(struck) },
			{ name: 'the ledger is moved away and back', strike: (struck) => this.#moveAway(struck) },
			{ name: 'the ledger is replaced by a backup', strike: (struck) => this.#replace(struck) },
			{ name: 'a backup is made', strike: ({ backUp }) => unlessRefused(backUp) },
			{ name: 'the process dies', strike: (struck) => this.#dieDamaged(struck, () => undefined) },
			{ name: 'the process dies, and its log is deleted', strike: (struck) => this.#dieDamaged(struck, () => this.#deleteLog()) },
			{ name: 'the process dies, and its log is cut', strike: (struck) => this.#dieDamaged(struck, () => this.#cutLog(struck)) },
		];
	}

	async #lock(struck: Struck): Promise<void> {
		try {
			this.#locker = openFile(this.place);
			this.#locker.exec('BEGIN IMMEDIATE');
		} catch (error) {
			// Whose log was deleted a moment ago cannot be locked by another process.
			if (!(error instanceof SqliteError) || !error.code.startsWith('SQLITE_IOERR')) throw error;
			return;
		}
		await this.#time.pause(someTime(struck));
		this.#unlock();
	}

	#unlock(): void {
		if (this.#locker?.inTransaction) this.#locker.exec('ROLLBACK');
		this.#locker?.close();
		this.#locker = null;
	}

	#deleteLog(): void {
		rmSync(`${this.place}-wal`, { force: true });
	}

	#cutLog({ chance }: Struck): void {
		const bytes = statSync(`${this.place}-wal`, { throwIfNoEntry: false })?.size ?? 0;
		if (bytes > 0) truncateSync(`${this.place}-wal`, chance.below(bytes));
	}

	/** Whoever runs it stops the host, and restores. */
	async #cutAndRestore(struck: Struck): Promise<void> {
		this.#cutLog(struck);
		await this.#time.pause(someTime(struck));
		await struck.die(() => this.#restore(struck));
	}

	async #restore(struck: Struck): Promise<void> {
		const { verification } = await this.#time.track(restoreLedger({ from: this.#backup, to: this.place }));
		if (!verification.ok) throw new Error(`The backup is not right: ${JSON.stringify(verification.violations)}`);
		struck.wasRestored();
	}

	async #moveAway(struck: Struck): Promise<void> {
		renameSync(this.place, `${this.place}.away`);
		await this.#time.pause(someTime(struck));
		renameSync(`${this.place}.away`, this.place);
	}

	#replace(struck: Struck): Promise<void> {
		copyFileSync(this.#backup, `${this.place}.new`);
		renameSync(`${this.place}.new`, this.place);
		// As whoever does it by hand has to: the log of the old file is not that of the new one.
		for (const ending of ['-wal', '-shm']) rmSync(`${this.place}${ending}`, { force: true });
		struck.wasRestored();
		return Promise.resolve();
	}

	async #dieDamaged(struck: Struck, damage: () => void): Promise<void> {
		const before = struck.acknowledged();
		await struck.die(async () => {
			damage();
			const missing = await struck.prove('after the log of a dead process was damaged', before);
			if (missing > 0) await this.#restore(struck);
		});
	}
}

function readIfThere(path: string): Buffer | null {
	return existsSync(path) ? readFileSync(path) : null;
}
