/**
 * Owns making a write-ahead log durable beside the event loop: SQLite writes commits into the log, the system syncs the log in a thread of
 * its own, and whoever waits is told when that is done. Refuses to call anything durable that was written after a sync had begun, or
 * after one that failed: the system may take what it could not write for written.
 */
import type { Database } from 'better-sqlite3';
import { isList, isObject } from '../../../core/values/foreign';
import { numberIn } from '../../columns';
import { close, fdatasync, open, realpathSync } from 'node:fs';

type Done = (error: Error | null) => void;

/** Syncs an open file and tells when it is on the disk; given by tests that let it fail or wait. */
export type SyncFile = (file: number, done: Done) => void;

/** The log of one ledger file that a connection has opened. */
export class LogSync {
	readonly #path: string;
	readonly #syncFile: SyncFile;
	#file: number | null = null;
	#underWay: Promise<void> | null = null;
	#next: Promise<void> | null = null;
	/** Why a sync failed, until what it left is mended. */
	#doubt: Error | null = null;

	constructor(ledgerPath: string, syncFile: SyncFile = fdatasync) {
		// SQLite keeps its side files beside the file itself, not beside a link to it.
		this.#path = `${realpathSync(ledgerPath)}-wal`;
		this.#syncFile = syncFile;
	}

	/** Resolves when everything written to the log so far is on the disk. Calls that come while a sync is under way share the next one. */
	async flushed(): Promise<void> {
		if (!this.#underWay) return this.#begin();
		const after = (): Promise<void> => this.#begin();
		this.#next ??= this.#underWay.then(after, after);
		return this.#next;
	}

	/**
	 * To be called before a transaction begins: when a sync has failed, everything in the log is moved into the file and the file synced.
	 * Throws what SQLite throws, busy while another connection is in the way.
	 */
	mend(db: Database): void {
		if (this.#doubt === null) return;
		const { isBusy, logged, moved } = checkpoint(db, 'FULL');
		if (isBusy || logged !== moved)
			throw Object.assign(new Error('Another connection keeps the log from being emptied'), { code: 'SQLITE_BUSY' });
		this.#doubt = null;
	}

	/** Waits for syncs under way and gives up the file. */
	async close(): Promise<void> {
		await Promise.allSettled([this.#underWay, this.#next]);
		const file = this.#file;
		this.#file = null;
		if (file !== null) await ended((done) => close(file, done));
	}

	#begin(): Promise<void> {
		this.#next = null;
		const underWay = this.#sync().finally(() => {
			if (this.#underWay === underWay) this.#underWay = null;
		});
		this.#underWay = underWay;
		return underWay;
	}

	async #sync(): Promise<void> {
		// What came while a sync failed lies behind what that one may have lost.
		if (this.#doubt) throw this.#doubt;
		const file = (this.#file ??= await opened(this.#path));
		try {
			await ended((done) => this.#syncFile(file, done));
		} catch (error) {
			this.#doubt = error instanceof Error ? error : new Error(String(error));
			throw error;
		}
	}
}

function ended(call: (done: Done) => void): Promise<void> {
	return new Promise((resolve, reject) => {
		call((error) => {
			if (error) reject(error);
			else resolve();
		});
	});
}

function opened(path: string): Promise<number> {
	return new Promise((resolve, reject) => {
		open(path, 'r+', (error, file) => {
			if (error) reject(error);
			else resolve(file);
		});
	});
}

/** How far a log was moved into its file, in frames. */
export interface Checkpoint {
	readonly isBusy: boolean;
	/** In the log; -1 for a file without one. */
	readonly logged: number;
	readonly moved: number;
}

/** Moves the log into its file as the mode says; `NOOP` only counts. Throws what SQLite throws, and `ledger_corrupt` for an answer that cannot be read. */
export function checkpoint(db: Database, mode: 'FULL' | 'NOOP'): Checkpoint {
	const rows = db.pragma(`wal_checkpoint(${mode})`);
	const row: unknown = isList(rows) ? rows[0] : null;
	const state = isObject(row) ? row : {};
	return { isBusy: numberIn(state, 'busy') !== 0, logged: numberIn(state, 'log'), moved: numberIn(state, 'checkpointed') };
}
