/**
 * Owns a ledger in one schema of a PostgreSQL server: opening it, and the port over it. One transaction under the account's row lock for
 * each batch, sent in three round trips; durable before it is answered; what may pass is tried again where that is safe. Refuses to
 * know any rule of the ledger.
 */
import type { Pool } from 'pg';
import { CreditError, isCreditError } from '../../core/values/errors';
import type { Command, Outcome } from '../../core/nouns/commands';
import type { AccountNow } from '../../core/nouns/snapshot';
import type { Account, BudgetCounter, Entry, Hold } from '../../core/nouns/records';
import type { HoldMark } from '../../core/proof/verify-holds';
import type { CarriedKey } from '../../core/proof/verify-keys';
import { decideUnder } from '../../core/rules/move';
import { batchTime } from '../../core/rules/draft/ledger-time';
import { earlier, type Instant } from '../../core/values/time';
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
import { totalUsage } from '../usage-totals';
import { lockAccount } from './rows/account-lock';
import { readAddress, type LedgerAddress } from './connection/address';
import { besideJournal } from './rows/beside';
import { beginRead, openPool, ROLLBACK, sendCommit, withSession, type Session } from './connection/connection';
import { ledgerFault, passing, UnansweredCommit } from './connection/faults';
import { migrate } from './connection/migrations';
import type { PostgresLedgerOptions, PostgresStoreOptions } from './connection/options';
import { Retries } from './connection/patience';
import { Reader, readStored, type StoredAccount } from './rows/reader';
import { ServerClock } from './connection/server-clock';
import { wasWritten, type SentBatch } from './rows/sent-batch';
import { PostgresProof } from './rows/proof';
import { PostgresTransfer } from './rows/transfer';
import { Snapshots } from './rows/snapshot';
import { Writer } from './rows/writer';

export type { PostgresLedgerOptions } from './connection/options';

const DEFAULT_DEADLINE_MS = 10_000;
/** Whoever opens a ledger can be told that the server is away, and try again; who spends from it cannot so easily. */
const OPENING_DEADLINE_MS = 2_000;
const DEFAULT_POOL_SIZE = 4;
/** Totals and proofs of millions of calls are read at one go. */
const LONG_READ_MS = 120_000;

/**
 * Opens the ledger, making its schema when it is missing and may be made, and bringing it up to date. Rejects with `invalid_path`, `ledger_busy`,
 * `ledger_read_only`, `ledger_full`, `ledger_corrupt`, `ledger_newer` or `ledger_unavailable`; none shows the password.
 */
export async function openPostgresLedger(options: PostgresLedgerOptions): Promise<LedgerStore> {
	const { poolSize = DEFAULT_POOL_SIZE, mayMake = true, deadlineMs = DEFAULT_DEADLINE_MS } = options;
	const address = readAddress(options.url, options.schema);
	let pool: Pool | null = null;
	try {
		const opened = openPool({ address, poolSize, timeoutMs: deadlineMs });
		pool = opened;
		const opening = new Retries(options, { busy: deadlineMs, unreachable: Math.min(deadlineMs, OPENING_DEADLINE_MS) });
		await opening.insist((timeoutMs) =>
			migrate(opened, address, { mayMake, timeoutMs, refusesOlder: options.refusesOlder ?? false, onMigrated: options.onMigrated }),
		);
		return new PostgresStore(opened, {
			address,
			clock: new ServerClock(options),
			newPersonKey: options.newPersonKey,
			patience: new Retries(options, { busy: deadlineMs, unreachable: deadlineMs }),
		});
	} catch (error) {
		await pool?.end();
		throw ledgerFault(error, address.location);
	}
}

class PostgresStore implements LedgerStore {
	readonly location: string;
	readonly answers: LedgerStore['answers'];
	readonly checks: LedgerStore['checks'];
	readonly learned: LedgerStore['learned'];
	readonly tries: LedgerStore['tries'];
	readonly names: LedgerStore['names'];
	readonly transfer: PostgresTransfer;
	readonly proof: LedgerProof;
	readonly #pool: Pool;
	readonly #address: LedgerAddress;
	readonly #clock: ServerClock;
	readonly #patience: Retries;
	readonly #openHolds = new OpenHolds();
	readonly #reader: Reader;
	readonly #snapshots: Snapshots;
	readonly #writer: Writer;
	readonly #underWay = new Set<Promise<unknown>>();
	#closing: Promise<void> | null = null;

	constructor(pool: Pool, { address, clock, patience, newPersonKey }: PostgresStoreOptions) {
		this.location = address.location;
		this.#pool = pool;
		this.#address = address;
		this.#clock = clock;
		this.#patience = patience;
		this.#reader = new Reader(address.schema, newPersonKey);
		this.#snapshots = new Snapshots(address.schema, { reader: this.#reader, openHolds: this.#openHolds });
		this.#writer = new Writer(address.schema);
		this.transfer = new PostgresTransfer(address, (work, longestMs) => this.#insist(work, { longestMs: longestMs ?? null }));
		this.proof = new PostgresProof(address.schema, (work, longestMs) => this.#insist(work, { longestMs: longestMs ?? null }));
		const kept = besideJournal(address.schema, { insist: (work) => this.#insist(work), writer: this.transfer, clock });
		({ answers: this.answers, checks: this.checks, learned: this.learned, tries: this.tries, names: this.names } = kept);
	}

	async commit(accountId: string, commands: readonly Command[]): Promise<readonly Outcome[]> {
		try {
			return await this.#commitBatch(accountId, commands);
		} catch (error) {
			// One command that this role may not give must not cost the others of its batch their answer.
			const isOneOfMany = isCreditError(error) && error.code === 'ledger_read_only' && commands.length > 1;
			if (!isOneOfMany) throw error;
			return this.#commitApart(accountId, commands);
		}
	}

	async #commitApart(accountId: string, commands: readonly Command[]): Promise<readonly Outcome[]> {
		const outcomes: Outcome[] = [];
		for (const command of commands) {
			try {
				outcomes.push(...(await this.#commitBatch(accountId, [command])));
			} catch (error) {
				outcomes.push({ kind: 'fault', error: ledgerFault(error, this.location) });
			}
		}
		return outcomes;
	}

	async #commitBatch(accountId: string, commands: readonly Command[]): Promise<readonly Outcome[]> {
		let sent: SentBatch | null = null;
		return this.#insist(
			async (session, timeoutMs) => {
				const asked = this.#snapshots.askEarly(accountId, { commands, nowMs: this.#clock.estimate() });
				const { stored, transaction, mark, clockMs, rows } = await lockAccount(session, {
					reader: this.#reader,
					address: this.#address,
					accountId,
					clock: this.#clock,
					timeoutMs,
					along: asked?.statements ?? [],
				});
				if (sent) {
					// The lock came free, so the transaction that was not answered is over, one way or the other.
					if (await wasWritten(session, { schema: this.#address.schema, stored, sent })) return this.#giveUp(session, sent.outcomes);
					sent = null;
				}
				const time = batchTime(stored?.account ?? null, clockMs);
				const snapshot = stored
					? await this.#snapshots.read(session, stored, { commands, time, early: asked && rows && { asked, rows } })
					: await this.#reader.withoutAccount(session);
				const decision = decideUnder(mark, { snapshot, commands, accountId, clockMs, location: this.location });
				const { account, outcomes } = decision;
				if (!account) return this.#giveUp(session, outcomes);
				const { statements, remember } = await this.#writer.prepare(session, { decision, account, stored });
				await sendCommit(session, statements, () => {
					sent = { outcomes, lastSeq: account.lastSeq, chainHash: account.chainHash, transaction };
				});
				remember();
				if (stored) this.#openHolds.take(stored.id, decision.holds);
				return outcomes;
			},
			{ explain: (error) => (sent && passing(error) ? new UnansweredCommit(error) : error) },
		);
	}

	readonly clockNow = (): Instant | null => this.#clock.estimate();

	async snapshot(accountId: string): Promise<AccountNow> {
		const clock = this.#clock;
		return this.#insist((session, timeoutMs) => this.#snapshots.now(session, { accountId, clock, timeoutMs }));
	}

	async accounts(): Promise<readonly Account[]> {
		return this.#insist((session) => this.#reader.accounts(session));
	}

	async usage(accountId: string, query: UsageQuery): Promise<readonly UsageRow[]> {
		const readDays = { ...query, fromDay: null, untilDay: null };
		return this.#readAccount<readonly UsageRow[]>(
			accountId,
			[],
			async (session, { id }) => totalUsage(await this.#reader.usage(session, id, query), readDays),
			LONG_READ_MS,
		);
	}

	async counters(accountId: string): Promise<readonly BudgetCounter[]> {
		return this.#readAccount<readonly BudgetCounter[]>(accountId, [], (session, { id }) => this.#reader.counters(session, id));
	}

	async holds(accountId: string, query: PageQuery & { readonly state: Hold['state'] | null }): Promise<readonly Hold[]> {
		return this.#readAccount<readonly Hold[]>(accountId, [], (session, { id }) => this.#reader.holds(session, id, query));
	}

	async holdMarks(accountId: string, range: SeqRange): Promise<readonly HoldMark[]> {
		return this.#readAccount<readonly HoldMark[]>(accountId, [], (session, { id }) => this.#reader.holdMarks(session, id, range));
	}

	async carriedKeys(accountId: string, query: KeyQuery): Promise<readonly CarriedKey[]> {
		return this.#readAccount<readonly CarriedKey[]>(accountId, [], (session, { id }) => this.#reader.carriedKeys(session, id, query));
	}

	async materialised(accountId: string, takeCounter?: (counter: BudgetCounter) => void): Promise<MaterialisedAccount | null> {
		return this.#readAccount<MaterialisedAccount | null>(
			accountId,
			null,
			async (session, stored) => {
				if (takeCounter) await this.#reader.eachCounter(session, stored.id, takeCounter);
				return this.#reader.materialised(session, stored);
			},
			LONG_READ_MS,
		);
	}

	async profile(accountId: string): Promise<AccountProfile | null> {
		return this.#readAccount<AccountProfile | null>(accountId, null, (session, stored) => this.#reader.profile(session, stored));
	}

	async entries(accountId: string, page: EntryQuery): Promise<readonly Entry[]> {
		return this.#readAccount<readonly Entry[]>(accountId, [], (session, { id }) => this.#reader.entries(session, id, page));
	}

	async entryByKey(accountId: string, keyHash: string): Promise<Entry | null> {
		return this.#readAccount<Entry | null>(accountId, null, (session, { id }) => this.#reader.entryByKey(session, id, keyHash));
	}

	async keptResult(accountId: string, holdSeq: number): Promise<string | null> {
		return this.#readAccount<string | null>(accountId, null, async (session, { id }) =>
			this.#reader.keptResult(session, id, { holdSeq, atMs: await this.#clock.ask(session) }),
		);
	}

	async purgeResults(atMs: Instant): Promise<number> {
		// A host whose clock is ahead must not remove what others keep.
		const clockMs = await this.#insist((session) => this.#clock.ask(session));
		const [purged = []] = await this.transfer.writeBeside(['kept_results'], [this.#writer.purgeResults(earlier(atMs, clockMs))]);
		return purged.length;
	}

	async close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	async #close(): Promise<void> {
		await Promise.allSettled(this.#underWay);
		await this.#pool.end();
	}

	async #giveUp<T>(session: Session, result: T): Promise<T> {
		await session.run(ROLLBACK);
		return result;
	}

	/** Runs `work` over one unchanging view of the account. */
	async #readAccount<T>(
		accountId: string,
		absent: T,
		work: (session: Session, stored: StoredAccount) => Promise<T>,
		longestMs: number | null = null,
	): Promise<T> {
		return this.#insist(
			async (session, timeoutMs) => {
				const [, , rows] = await session.run(...beginRead(longestMs ?? timeoutMs), this.#reader.account(accountId, { isLocked: false }));
				const stored = readStored(rows);
				return this.#giveUp(session, stored ? await work(session, stored) : absent);
			},
			{ longestMs },
		);
	}

	/** Runs `work` on a connection, again while what stood in the way may pass; nothing stays of a try that failed. */
	async #insist<T>(
		work: (session: Session, timeoutMs: number) => Promise<T>,
		{ explain = (error) => error, longestMs = null }: { explain?: (error: unknown) => unknown; longestMs?: number | null } = {},
	): Promise<T> {
		if (this.#closing) throw new CreditError('ledger_closed', `The ledger ${this.location} was closed. Open it again before using it.`);
		const running = this.#patience.insist((timeoutMs) => withSession(this.#pool, (session) => work(session, timeoutMs), longestMs));
		this.#underWay.add(running);
		try {
			return await running;
		} catch (error) {
			throw ledgerFault(explain(error), this.location);
		} finally {
			this.#underWay.delete(running);
		}
	}
}
