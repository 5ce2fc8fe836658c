/**
 * Owns a ledger in one SQLite file: opening it, and the port over it. One immediate transaction for each batch; durable before it
 * is answered; never blocking the host while another process holds the file. Refuses to know any rule of the ledger.
 */
import type { Database } from 'better-sqlite3';
import { spansNeeded } from '../../core/rules/draft/spent-before';
import type { SpentIn } from '../../core/nouns/usage-totals';
import type { Command, Outcome } from '../../core/nouns/commands';
import type { AccountNow } from '../../core/nouns/snapshot';
import type { Account, BudgetCounter, Entry, Hold } from '../../core/nouns/records';
import type { HoldMark } from '../../core/proof/verify-holds';
import type { CarriedKey } from '../../core/proof/verify-keys';
import { assertNotFrozen, decideUnder } from '../../core/rules/move';
import { batchTime, type BatchTime } from '../../core/rules/draft/ledger-time';
import type { Instant } from '../../core/values/time';
import { olderLedger } from '../absent';
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
import type { LedgerProof } from '../store';
import type { LedgerTransfer } from '../transfer';
import { totalUsage } from '../usage-totals';
import type { Transactions } from './rows/answers';
import { besideJournal } from './rows/beside';
import { backUp, type BackupProgress } from './file/backup';
import { connect, type SqliteLedgerOptions } from './file/connection';
import { ledgerFault } from './file/faults';
import { ledgerPathOf } from './file/ledger-path';
import { SCHEMA_VERSION } from './file/migrations';
import { copyAside, keepOlder, olderVersionOf } from './file/older-schema';
import { SeenEnds } from './file/seen';
import { NOTHING } from '../related';
import { LastingRows } from './rows/lasting-rows';
import { MarkRow } from './file/mark-row';
import { SqliteProof } from './rows/proof';
import { Reader, type StoredAccount } from './rows/reader';
import { LogSync } from './file/log-sync';
import { SqliteTransfer } from './rows/transfer';
import { FileTransactions, type Work } from './file/transactions';
import { retryWhileBusy, type TurnsOptions } from './file/turns';
import { Writer } from './rows/writer';

export type { SqliteLedgerOptions } from './file/connection';

const DEFAULT_BUSY_DEADLINE_MS = 10_000;

/**
 * Opens the ledger file, making it and its folder when they are missing, unless they may not be made. Rejects with `invalid_path`, `ledger_busy`,
 * `ledger_read_only`, `ledger_full`, `ledger_corrupt`, `ledger_newer` or `ledger_unavailable`; each names the path and the mend.
 */
export async function openSqliteLedger(options: SqliteLedgerOptions): Promise<LedgerStore> {
	const path = ledgerPathOf(options.path);
	const { pause, jitter, busyDeadlineMs = DEFAULT_BUSY_DEADLINE_MS } = options;
	const waiting = { path, pause, jitter, busyDeadlineMs };
	try {
		const older = await olderVersionOf(waiting);
		if (older === null) return await openThere(waiting, options);
		switch (options.older ?? 'migrate') {
			case 'refuse':
				throw olderLedger(path, { version: older, known: SCHEMA_VERSION });
			case 'copy': {
				const { path: copy, remove } = await copyAside(waiting);
				return await openThere({ ...waiting, path: copy }, { ...options, original: waiting, onClosed: remove });
			}
			case 'migrate': {
				const migration = await keepOlder(waiting, older);
				const store = await openThere(waiting, options);
				options.onMigrated?.(migration);
				return store;
			}
		}
	} catch (error) {
		throw ledgerFault(error, path);
	}
}

/** Of a ledger that is read through a copy. */
interface CopyOptions {
	readonly original?: TurnsOptions;
	readonly onClosed?: () => void;
}

async function openThere(waiting: TurnsOptions, options: SqliteLedgerOptions & CopyOptions): Promise<LedgerStore> {
	const { path } = waiting;
	const { clock, original, onClosed, newPersonKey } = options;
	const db = await retryWhileBusy(() => connect(path, options), waiting);
	const log = options.synchronous === 'normal' || original ? null : new LogSync(path, options.syncFile);
	return new SqliteStore(db, {
		...waiting,
		clock,
		log,
		newPersonKey,
		...(original ? { original } : {}),
		...(onClosed ? { onClosed } : {}),
	});
}

interface SqliteStoreOptions extends TurnsOptions, CopyOptions {
	readonly clock: () => Instant;
	readonly log: LogSync | null;
	readonly newPersonKey: (() => string) | undefined;
}

class SqliteStore implements LedgerStore {
	readonly location: string;
	readonly decidesAhead = true;
	readonly answers: LedgerStore['answers'];
	readonly checks: LedgerStore['checks'];
	readonly learned: LedgerStore['learned'];
	readonly tries: LedgerStore['tries'];
	readonly names: LedgerStore['names'];
	readonly transfer: LedgerTransfer;
	readonly proof: LedgerProof;
	readonly #clock: () => Instant;
	readonly #newPersonKey: (() => string) | undefined;
	readonly #transactions: FileTransactions;
	/** `null`: what need not survive a loss of power is not noted as durable. */
	readonly #seen: SeenEnds | null;
	/** The ledger itself, where this is a copy of it. */
	readonly #original: TurnsOptions | null;
	readonly #onClosed: (() => void) | undefined;
	readonly #openHolds = new OpenHolds();
	readonly #lasting = new LastingRows();
	readonly #reader: Reader;
	readonly #writer: Writer;
	readonly #mark: MarkRow;

	constructor(db: Database, { clock, log, original, onClosed, newPersonKey, ...waiting }: SqliteStoreOptions) {
		this.location = original?.path ?? waiting.path;
		this.#original = original ?? null;
		this.#onClosed = onClosed;
		this.#clock = clock;
		this.#newPersonKey = newPersonKey;
		this.#seen = log === null ? null : new SeenEnds(waiting.path, waiting);
		this.#transactions = new FileTransactions(db, { ...waiting, log, onUndone: () => this.#writer.forget() });
		this.#reader = new Reader(db, { openHolds: this.#openHolds, lasting: this.#lasting });
		this.#writer = new Writer(db);
		this.#mark = new MarkRow(db, waiting.path);
		const writeRows: Transactions['write'] = (work) => this.#transactions.write(work).finally(() => this.#lasting.forget());
		this.transfer = new SqliteTransfer(db, this.#mark, { read: (work) => this.#transactions.read(work), write: writeRows });
		this.proof = new SqliteProof(db, waiting.path, (work) => this.#transactions.read(work));
		const writeBeside: Transactions['write'] = (work) => this.#writeBeside(work);
		const kept = besideJournal(db, { read: (work) => this.#transactions.read(work), write: writeRows, writeBeside, clock });
		({ answers: this.answers, checks: this.checks, learned: this.learned, tries: this.tries, names: this.names } = kept);
	}

	async commit(accountId: string, commands: readonly Command[], onWritten?: () => void): Promise<readonly Outcome[]> {
		const { stored, decision } = await this.#transactions.write(() => {
			const mark = this.#mark.readToWrite();
			const stored = this.#reader.account(accountId);
			const time = this.#time(stored);
			const loaded = stored ? this.#reader.snapshot(stored, commands, time) : this.#reader.withoutAccount(this.#newPersonKey?.());
			const snapshot = { ...loaded, spent: this.#spent(stored, commands, time.atMs) };
			const decision = decideUnder(mark, { snapshot, commands, accountId, clockMs: time.clockMs, location: this.location });
			this.#writer.write(decision, stored);
			return { result: { stored, decision }, isChanged: decision.account !== null };
		}, onWritten);
		if (stored) this.#openHolds.take(stored.id, decision.holds);
		const { account } = decision;
		if (account) this.#seen?.note(accountId, { seq: account.lastSeq, hash: account.chainHash, nowMs: this.#clock() });
		if (decision.people.forgotten.length > 0) this.#transactions.emptyLog();
		return decision.outcomes;
	}

	async snapshot(accountId: string): Promise<AccountNow> {
		return this.#transactions.read(() => {
			const stored = this.#reader.account(accountId);
			const time = this.#time(stored);
			return { ...(stored ? this.#reader.wholeSnapshot(stored, time) : NOTHING), clockMs: time.clockMs };
		});
	}

	async accounts(): Promise<readonly Account[]> {
		return this.#transactions.read(() => this.#reader.accounts());
	}

	async counters(accountId: string): Promise<readonly BudgetCounter[]> {
		return this.#readAccount(accountId, [], ({ id }) => this.#reader.counters(id));
	}

	async usage(accountId: string, query: UsageQuery): Promise<readonly UsageRow[]> {
		const readDays = { ...query, fromDay: null, untilDay: null };
		return this.#readAccount(accountId, [], ({ id }) => totalUsage(this.#reader.usage.totals(id, query), readDays));
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

	clockNow(): Instant {
		return this.#clock();
	}

	async purgeResults(atMs: Instant): Promise<number> {
		return this.#writeBeside(() => {
			const purged = this.#writer.purgeResults(atMs);
			return { result: purged, isChanged: purged > 0 };
		});
	}

	async backup(to: string, onProgress: BackupProgress): Promise<void> {
		if (this.#original) await backUp(this.#original, { to, onProgress });
		else await this.#transactions.backUp(to, onProgress);
	}

	isReplaced(): boolean {
		return this.#transactions.isReplaced();
	}

	async close(): Promise<void> {
		await this.#transactions.close(() => this.#seen?.close());
		this.#onClosed?.();
	}

	/** As a write, for what lies beside the journal: not while the ledger is being copied. */
	async #writeBeside<T>(work: () => Work<T>): Promise<T> {
		return this.#transactions.write(() => {
			assertNotFrozen(this.#mark.readToWrite(), this.location);
			return work();
		});
	}

	async #readAccount<T>(accountId: string, absent: T, work: (stored: StoredAccount) => T): Promise<T> {
		return this.#transactions.read(() => {
			const stored = this.#reader.account(accountId);
			return stored ? work(stored) : absent;
		});
	}

	/** Totals of days, which only a batch with a new budget needs. */
	#spent(stored: StoredAccount | null, commands: readonly Command[], atMs: Instant): SpentIn[] {
		if (!stored) return [];
		const { id, account } = stored;
		const spans = spansNeeded(commands, { atMs, timeZone: account.timeZone });
		return spans.map((span) => ({ span, totals: [...this.#reader.usage.totals(id, { groupBy: [], ...span })] }));
	}

	#time(stored: StoredAccount | null): BatchTime {
		return batchTime(stored?.account ?? null, this.#clock());
	}
}
