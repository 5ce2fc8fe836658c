/**
 * Owns a ledger in one SQLite file: opening it, and the port over it. One immediate transaction for each batch; durable before it
 * is answered; never blocking the host while another process holds the file. Refuses to know any rule of the ledger.
 */
import type { Database, Statement } from 'better-sqlite3';
import { CreditError } from '../../core/values/errors';
import type { Command, Outcome } from '../../core/nouns/commands';
import type { AccountSnapshot } from '../../core/nouns/snapshot';
import type { Account, BudgetCounter, Entry, Hold } from '../../core/nouns/records';
import type { HoldMark } from '../../core/proof/verify-holds';
import type { CarriedKey } from '../../core/proof/verify-keys';
import { assertNotFrozen, decideUnder } from '../../core/rules/move';
import { later, type Instant } from '../../core/values/time';
import type {
	AccountProfile,
	EntryQuery,
	KeyQuery,
	LedgerStore,
	MaterialisedAccount,
	PageQuery,
	SeqRange,
	UsageQuery,
	UsageRow,
} from '../store';
import { OpenHolds } from '../open-holds';
import type { LedgerTransfer } from '../transfer';
import { totalUsage } from '../usage-totals';
import type { Transactions } from './rows/answers';
import { besideJournal } from './rows/beside';
import { backUp, type BackupProgress } from './file/backup';
import { connect, type SqliteLedgerOptions } from './file/connection';
import { ledgerFault } from './file/faults';
import { assertSameFile, checkedLedgerPath, fileIdentity } from './file/file';
import { NOTHING } from '../related';
import { LastingRows } from './rows/lasting-rows';
import { MarkRow } from './file/mark-row';
import { Reader, type StoredAccount } from './rows/reader';
import { LogSync } from './file/log-sync';
import { SqliteTransfer } from './rows/transfer';
import { retryWhileBusy, Turns, type TurnsOptions } from './file/turns';
import { Writer } from './rows/writer';

export type { SqliteLedgerOptions } from './file/connection';

const DEFAULT_BUSY_DEADLINE_MS = 10_000;

/**
 * Opens the ledger file, making it and its folder when they are missing, unless they may not be made. Rejects with `invalid_path`, `ledger_busy`,
 * `ledger_read_only`, `ledger_full`, `ledger_corrupt`, `ledger_newer` or `ledger_unavailable`; each names the path and the mend.
 */
export async function openSqliteLedger(options: SqliteLedgerOptions): Promise<LedgerStore> {
	const path = checkedLedgerPath(options.path);
	const { pause, jitter, busyDeadlineMs = DEFAULT_BUSY_DEADLINE_MS } = options;
	const waiting = { path, pause, jitter, busyDeadlineMs };
	try {
		const db = await retryWhileBusy(() => connect(path, options), waiting);
		const log = options.synchronous === 'normal' ? null : new LogSync(path, options.syncFile);
		return new SqliteStore(db, { ...waiting, clock: options.clock, log });
	} catch (error) {
		throw ledgerFault(error, path);
	}
}

interface SqliteStoreOptions extends TurnsOptions {
	readonly clock: () => Instant;
	readonly log: LogSync | null;
}

/** What a transaction came to; it is undone unless something changed. */
interface Work<T> {
	readonly result: T;
	readonly isChanged: boolean;
}

class SqliteStore implements LedgerStore {
	readonly location: string;
	readonly decidesAhead = true;
	readonly answers: LedgerStore['answers'];
	readonly checks: LedgerStore['checks'];
	readonly learned: LedgerStore['learned'];
	readonly transfer: LedgerTransfer;
	readonly #db: Database;
	readonly #clock: () => Instant;
	readonly #waiting: TurnsOptions;
	readonly #identity: string | null;
	readonly #turns: Turns;
	readonly #writing = new Set<Promise<unknown>>();
	/** `null`: answers need not survive a loss of power. */
	readonly #log: LogSync | null;
	readonly #openHolds = new OpenHolds();
	readonly #lasting = new LastingRows();
	readonly #reader: Reader;
	readonly #writer: Writer;
	readonly #mark: MarkRow;
	readonly #begin: Statement<[]>;
	readonly #beginRead: Statement<[]>;
	readonly #commit: Statement<[]>;
	readonly #rollback: Statement<[]>;
	readonly #dataVersion: Statement<[], bigint>;
	#seenVersion: bigint | undefined;
	#isClosed = false;

	constructor(db: Database, { clock, log, ...waiting }: SqliteStoreOptions) {
		this.location = waiting.path;
		this.#db = db;
		this.#clock = clock;
		this.#log = log;
		this.#waiting = waiting;
		this.#identity = fileIdentity(waiting.path);
		this.#turns = new Turns(waiting);
		this.#reader = new Reader(db, { openHolds: this.#openHolds, lasting: this.#lasting });
		this.#writer = new Writer(db);
		this.#mark = new MarkRow(db, waiting.path);
		this.#begin = db.prepare('BEGIN IMMEDIATE');
		this.#beginRead = db.prepare('BEGIN');
		this.#commit = db.prepare('COMMIT');
		this.#rollback = db.prepare('ROLLBACK');
		this.#dataVersion = db.prepare<[], bigint>('PRAGMA data_version').pluck();
		const writeRows: Transactions['write'] = (work) => this.#write(work).finally(() => this.#lasting.forget());
		this.transfer = new SqliteTransfer(db, this.#mark, { read: (work) => this.#read(work), write: writeRows });
		const beside: Transactions = { read: (work) => this.#read(work), write: (work) => this.#writeBeside(work) };
		({ answers: this.answers, checks: this.checks, learned: this.learned } = besideJournal(db, beside));
	}

	async commit(accountId: string, commands: readonly Command[], onWritten?: () => void): Promise<readonly Outcome[]> {
		const { stored, decision } = await this.#write(() => {
			const mark = this.#mark.readToWrite();
			const stored = this.#reader.account(accountId);
			const atMs = this.#now(stored);
			const snapshot = this.#reader.snapshot(stored, commands, atMs);
			const decision = decideUnder(mark, { snapshot, commands, accountId, atMs, location: this.location });
			this.#writer.write(decision, stored);
			return { result: { stored, decision }, isChanged: decision.account !== null };
		}, onWritten);
		if (stored) this.#openHolds.take(stored.id, decision.holds);
		return decision.outcomes;
	}

	async snapshot(accountId: string): Promise<AccountSnapshot> {
		return this.#read(() => {
			const stored = this.#reader.account(accountId);
			const atMs = this.#now(stored);
			return stored ? this.#reader.wholeSnapshot(stored, atMs) : NOTHING;
		});
	}

	async accounts(): Promise<readonly Account[]> {
		return this.#read(() => this.#reader.accounts());
	}

	async counters(accountId: string): Promise<readonly BudgetCounter[]> {
		return this.#readAccount(accountId, [], ({ id }) => this.#reader.counters(id));
	}

	async usage(accountId: string, query: UsageQuery): Promise<readonly UsageRow[]> {
		const readDays = { ...query, fromDay: null, untilDay: null };
		return this.#readAccount(accountId, [], ({ id }) => totalUsage(this.#reader.usage(id, query), readDays));
	}

	async holds(accountId: string, query: PageQuery & { readonly state: Hold['state'] | null }): Promise<readonly Hold[]> {
		return this.#readAccount(accountId, [], ({ id }) => this.#reader.holds(id, query));
	}

	async holdMarks(accountId: string, range: SeqRange): Promise<readonly HoldMark[]> {
		return this.#readAccount(accountId, [], ({ id }) => this.#reader.holdMarks(id, range));
	}

	async carriedKeys(accountId: string, query: KeyQuery): Promise<readonly CarriedKey[]> {
		return this.#readAccount(accountId, [], ({ id }) => this.#reader.carriedKeys(id, query));
	}

	async materialised(accountId: string, takeCounter?: (counter: BudgetCounter) => void): Promise<MaterialisedAccount | null> {
		return this.#readAccount<MaterialisedAccount | null>(accountId, null, (stored) => {
			if (takeCounter) for (const counter of this.#reader.eachCounter(stored.id)) takeCounter(counter);
			return this.#reader.materialised(stored);
		});
	}

	async profile(accountId: string): Promise<AccountProfile | null> {
		return this.#readAccount<AccountProfile | null>(accountId, null, ({ id, account }) => ({ account, texts: this.#reader.texts(id) }));
	}

	async entries(accountId: string, page: EntryQuery): Promise<readonly Entry[]> {
		return this.#readAccount(accountId, [], ({ id }) => this.#reader.entries(id, page));
	}

	async entryByKey(accountId: string, keyHash: string): Promise<Entry | null> {
		return this.#readAccount<Entry | null>(accountId, null, ({ id }) => this.#reader.entryByKey(id, keyHash) ?? null);
	}

	async keptResult(accountId: string, holdSeq: number): Promise<string | null> {
		return this.#readAccount<string | null>(accountId, null, ({ id }) => this.#reader.keptResult(id, { holdSeq, atMs: this.#clock() }));
	}

	async purgeResults(atMs: Instant): Promise<number> {
		return this.#writeBeside(() => {
			const purged = this.#writer.purgeResults(atMs);
			return { result: purged, isChanged: purged > 0 };
		});
	}

	async backup(to: string, onProgress: BackupProgress): Promise<void> {
		this.#assertOpen();
		await backUp(this.#waiting, { to, onProgress });
	}

	async close(): Promise<void> {
		if (this.#isClosed) return;
		this.#isClosed = true;
		await Promise.allSettled(this.#writing);
		await this.#log?.close();
		this.#db.close();
	}

	/**
	 * Runs `work` in one immediate transaction when its turn comes, and resolves when it is durable; nothing stays of it when it throws or
	 * changes nothing.
	 */
	async #write<T>(work: () => Work<T>, onWritten?: () => void): Promise<T> {
		this.#assertOpen();
		const writing = this.#writeDurably(work, onWritten);
		this.#writing.add(writing);
		try {
			return await writing;
		} catch (error) {
			throw ledgerFault(error, this.location);
		} finally {
			this.#writing.delete(writing);
		}
	}

	async #writeDurably<T>(work: () => Work<T>, onWritten?: () => void): Promise<T> {
		const result = await this.#turns.take(() => {
			this.#log?.mend(this.#db);
			return this.#transact(this.#begin, work);
		});
		onWritten?.();
		// Also when nothing changed: what was found may be a commit of another process that is not on the disk yet.
		await this.#log?.flushed();
		return result;
	}

	/** As `#write`, for what lies beside the journal: not while the ledger is being copied. */
	async #writeBeside<T>(work: () => Work<T>): Promise<T> {
		return this.#write(() => {
			assertNotFrozen(this.#mark.readToWrite(), this.location);
			return work();
		});
	}

	/** Runs `work` over one unchanging view of the file. */
	async #read<T>(work: () => T): Promise<T> {
		this.#assertOpen();
		try {
			return await retryWhileBusy(() => this.#transact(this.#beginRead, () => ({ result: work(), isChanged: false })), this.#waiting);
		} catch (error) {
			throw ledgerFault(error, this.location);
		}
	}

	async #readAccount<T>(accountId: string, absent: T, work: (stored: StoredAccount) => T): Promise<T> {
		return this.#read(() => {
			const stored = this.#reader.account(accountId);
			return stored ? work(stored) : absent;
		});
	}

	#transact<T>(begin: Statement<[]>, work: () => Work<T>): T {
		let isUnderWay = false;
		try {
			begin.run();
			isUnderWay = true;
			assertSameFile(this.location, this.#identity);
			if (begin === this.#begin) this.#lookForOthers();
			const { result, isChanged } = work();
			(isChanged ? this.#commit : this.#rollback).run();
			isUnderWay = false;
			return result;
		} finally {
			// A full disk, among others, ends the transaction by itself: then it is not to be rolled back, but to be forgotten all the same.
			if (isUnderWay) this.#writer.forget();
			if (this.#db.inTransaction) this.#rollback.run();
		}
	}

	/** SQLite changes this number when another connection has written; that process deserves its turns. */
	#lookForOthers(): void {
		const version = this.#dataVersion.get();
		if (this.#seenVersion !== undefined && version !== this.#seenVersion) this.#turns.noticeOther();
		this.#seenVersion = version;
	}

	#now(stored: StoredAccount | null): Instant {
		return stored ? later(this.#clock(), stored.account.lastAtMs) : this.#clock();
	}

	#assertOpen(): void {
		if (this.#isClosed) throw new CreditError('ledger_closed', `The ledger ${this.location} was closed. Open it again before using it.`);
	}
}
