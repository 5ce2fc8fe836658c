/**
 * Runs transactions on one open ledger file: each in its turn, durable before it is answered, and only while the file and its log are
 * those that were opened. Knows no table but the log.
 */
import type { Database, Statement } from 'better-sqlite3';
import { CreditError } from '../../../core/values/errors';
import { backUp, type BackupProgress } from './backup';
import { isBusy, ledgerFault } from './faults';
import { assertSameFile, fileIdentity } from './file';
import { checkpoint, type LogSync } from './log-sync';
import { SideFiles } from './side-files';
import { retryWhileBusy, Turns, type TurnsOptions } from './turns';

/** What a transaction came to; it is undone unless something changed. */
export interface Work<T> {
	readonly result: T;
	readonly isChanged: boolean;
}

export interface TransactionsOptions extends TurnsOptions {
	/** `null`: answers need not survive a loss of power. */
	readonly log: LogSync | null;
	/** Called when a transaction failed: what was remembered of it must be forgotten. */
	readonly onUndone: () => void;
}

/** The transactions of one connection. */
export class FileTransactions {
	readonly #db: Database;
	readonly #options: TransactionsOptions;
	readonly #identity: string | null;
	readonly #sideFiles: SideFiles;
	readonly #turns: Turns;
	readonly #writing = new Set<Promise<unknown>>();
	readonly #begin: Statement<[]>;
	readonly #beginRead: Statement<[]>;
	readonly #commit: Statement<[]>;
	readonly #rollback: Statement<[]>;
	readonly #dataVersion: Statement<[]>;
	#seenVersion: unknown;
	#closing: Promise<void> | null = null;

	constructor(db: Database, options: TransactionsOptions) {
		this.#db = db;
		this.#options = options;
		this.#identity = fileIdentity(options.path);
		this.#sideFiles = new SideFiles(options.path, () => usedLogBytes(db));
		this.#turns = new Turns(options);
		this.#begin = db.prepare('BEGIN IMMEDIATE');
		this.#beginRead = db.prepare('BEGIN');
		this.#commit = db.prepare('COMMIT');
		this.#rollback = db.prepare('ROLLBACK');
		this.#dataVersion = db.prepare<[]>('PRAGMA data_version').pluck();
	}

	/** True when the path leads to another file now, or the log was deleted: it is still open here, and comes into the file when it is closed. */
	isReplaced(): boolean {
		const found = fileIdentity(this.#options.path);
		return (found !== null && found !== this.#identity) || this.#sideFiles.state === 'gone';
	}

	/**
	 * Runs `work` in one immediate transaction when its turn comes, and resolves when it is durable; nothing stays of it when it throws or
	 * changes nothing.
	 */
	async write<T>(work: () => Work<T>, onWritten?: () => void): Promise<T> {
		this.#assertOpen();
		const writing = this.#writeDurably(work, onWritten);
		this.#writing.add(writing);
		try {
			return await writing;
		} catch (error) {
			throw ledgerFault(error, this.#options.path);
		} finally {
			this.#writing.delete(writing);
		}
	}

	/** Runs `work` over one unchanging view of the file. */
	async read<T>(work: () => T): Promise<T> {
		this.#assertOpen();
		try {
			return await retryWhileBusy(() => this.#transact(this.#beginRead, () => ({ result: work(), isChanged: false })), this.#options);
		} catch (error) {
			throw ledgerFault(error, this.#options.path);
		}
	}

	/**
	 * Brings the log into the file and cuts it, so that what was removed is in neither. Where another connection is in the way, the log is
	 * overwritten in time.
	 */
	emptyLog(): void {
		this.#db.pragma('wal_checkpoint(TRUNCATE)');
	}

	async backUp(to: string, onProgress: BackupProgress): Promise<void> {
		this.#assertOpen();
		await backUp(this.#options, { to, onProgress });
	}

	/** Waits for transactions under way and gives up the file. `onLast` is called when nothing more is written to what was opened. */
	async close(onLast: () => void): Promise<void> {
		this.#closing ??= this.#close(onLast);
		return this.#closing;
	}

	async #close(onLast: () => void): Promise<void> {
		await Promise.allSettled(this.#writing);
		await this.#options.log?.close();
		const isSame = fileIdentity(this.#options.path) === this.#identity;
		if (this.#sideFiles.state === 'gone') this.#rescueLog();
		// Closing would move what is left of a cut log into the file, with pages of charges that are not whole.
		if (this.#sideFiles.state !== 'cut' || !isSame) this.#db.close();
		if (isSame) onLast();
		else this.#sideFiles.putAway();
	}

	/**
	 * A log that was deleted is still open here, and goes with the last who has it open: closing moves it into the file for that one alone.
	 */
	#rescueLog(): void {
		try {
			this.#db.pragma('wal_checkpoint(PASSIVE)');
		} catch (error) {
			if (!isBusy(error)) throw error;
		}
	}

	async #writeDurably<T>(work: () => Work<T>, onWritten?: () => void): Promise<T> {
		const { log } = this.#options;
		const result = await this.#turns.take(() => {
			log?.mend(this.#db);
			return this.#transact(this.#begin, work);
		});
		onWritten?.();
		// Also when nothing changed: what was found may be a commit of another process that is not on the disk yet.
		await log?.flushed();
		return result;
	}

	#transact<T>(begin: Statement<[]>, work: () => Work<T>): T {
		let isUnderWay = false;
		try {
			assertSameFile(this.#options.path, this.#identity);
			this.#sideFiles.assertWhole();
			begin.run();
			isUnderWay = true;
			if (begin === this.#begin) this.#lookForOthers();
			const { result, isChanged } = work();
			(isChanged ? this.#commit : this.#rollback).run();
			isUnderWay = false;
			return result;
		} finally {
			// A full disk, among others, ends the transaction by itself: then it is not to be rolled back, but to be forgotten all the same.
			if (isUnderWay) this.#options.onUndone();
			if (this.#db.inTransaction) this.#rollback.run();
		}
	}

	/** SQLite changes this number when another connection has written; that process deserves its turns. */
	#lookForOthers(): void {
		const version = this.#dataVersion.get();
		if (this.#seenVersion !== undefined && version !== this.#seenVersion) this.#turns.noticeOther();
		this.#seenVersion = version;
	}

	#assertOpen(): void {
		if (!this.#closing) return;
		throw new CreditError('ledger_closed', `The ledger ${this.#options.path} was closed. Open it again before using it.`);
	}
}

const LOG_HEAD_BYTES = 32;
const FRAME_HEAD_BYTES = 24;

/** How long the log must be for what is in it, as SQLite counts; asking changes nothing. */
function usedLogBytes(db: Database): number {
	const frames = checkpoint(db, 'NOOP').logged;
	return frames <= 0 ? 0 : LOG_HEAD_BYTES + frames * (FRAME_HEAD_BYTES + Number(db.pragma('page_size', { simple: true })));
}
