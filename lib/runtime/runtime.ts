/**
 * Owns the composition: which store, provider, clock and memory the engine is given. One store per ledger and process,
 * shared by every node that names the file or the server, also across a reload of this package. Hosts and the CLI start here.
 */
import type { LlmActionOptions } from '../engine/plan/action-types';
import { EngineMemory } from '../engine/learned/engine-memory';
import { LlmAction } from '../engine/llm-action';
import { LedgerAccount } from '../engine/account/ledger-account';
import type { Timing } from '../engine/waiting/timing';
import { GroupCommit } from '../ledger/group-commit';
import { isAbsentLedger } from '../ledger/absent';
import type { CounterBook } from '../core/proof/counter-book';
import { readyCalendar } from '../core/values/time';
import { isPostgresAddress, readAddress } from '../ledger/postgres/connection/address';
import { openPostgresLedger } from '../ledger/postgres/store';
import { ledgerPathOf } from '../ledger/sqlite/file/ledger-path';
import { ScratchCounters } from '../ledger/sqlite/rows/scratch-counters';
import type { Migration, OlderSchema } from '../ledger/sqlite/file/migrations';
import { openSqliteLedger } from '../ledger/sqlite/store';
import type { LedgerStore } from '../ledger/store';
import type { LEDGER_PARAMS } from '../params/connection';
import type { ValuesOf } from '../params/param';
import { placeOf, type Environment } from './ledger-place';
import { tellMigration } from './notices';
import { owedCosts } from './owed';
import { processWide } from './process-wide';
import { jitter, later, monotonicMs, newId, pause, systemClock } from './system';

type LedgerValues = ValuesOf<typeof LEDGER_PARAMS>;
type Always = 'path' | 'account' | 'timeZone';

/** Where a ledger is and which of its accounts is meant: the values of its connection. What is absent is empty, or nothing. */
export type LedgerSettings = Pick<LedgerValues, Always> &
	Partial<Omit<LedgerValues, Always>> & {
		/** Who gives commands here, for the entries of administrators: the host and its flow. */
		readonly actor?: string;
		/** Of a new account; absent: its id. */
		readonly accountName?: string;
	};

/** The use of a ledger; its file or connections are closed some time after the last lease was released. */
export interface LedgerLease {
	/** As it was opened. */
	readonly ledger: LedgerAccount;
	readonly store: LedgerStore;
	/**
	 * The account now: the same, unless the ledger's file was replaced meanwhile, by a restored backup for example; then it is opened again.
	 * Rejects with a `CreditError` while what is there cannot be used.
	 */
	current(): Promise<LedgerAccount>;
	release(): Promise<void>;
}

interface SharedLedger {
	readonly store: LedgerStore;
	readonly commits: GroupCommit;
	readonly accounts: Map<string, Promise<LedgerAccount>>;
	leases: number;
	purgedAtMs: number;
	/** True when another file has taken its place: nobody joins it any more. */
	isRetired: boolean;
	closing: { cancel(): void } | null;
}

/** Answers kept for retries and for identical requests are removed at most this late after their time. */
const PURGE_EVERY_MS = 10 * 60_000;
/** A host often opens the same ledger again within seconds; opening costs more than keeping. */
const IDLE_CLOSE_MS = 5_000;

/** Places whose ledger was replaced while it was open: what is missing there now must not be made anew, empty. */
const retired = new Set<string>();

interface Registry {
	readonly ledgers: Map<string, Promise<SharedLedger>>;
	readonly memory: EngineMemory;
}

/** Time as it passes. */
export const timing: Timing = { clock: systemClock, monotonicMs, pause, jitter };

/**
 * Opens a ledger, or joins the one this process has open, and opens the account when it is new. `folder` is where the host keeps its
 * data. Rejects with a `CreditError`.
 */
export async function leaseLedger(settings: LedgerSettings, folder: string, environment: Environment = process.env): Promise<LedgerLease> {
	const place = placeOf(settings, { folder, environment });
	let part = await takePart(place, settings);
	let renewal: Promise<void> | null = null;
	let isReleased = false;
	const renew = async (): Promise<void> => {
		const old = part;
		part = await takePart(place, settings);
		await old.giveBack();
		if (isReleased) await part.giveBack();
	};
	return {
		ledger: part.ledger,
		store: part.shared.store,
		current: async () => {
			if (!isReleased && (renewal !== null || isStale(part.shared))) await (renewal ??= renew().finally(() => (renewal = null)));
			return part.ledger;
		},
		release: async () => {
			if (isReleased) return;
			isReleased = true;
			await part.giveBack();
		},
	};
}

/** One of the leases of a ledger that this process has open. */
interface Part {
	readonly shared: SharedLedger;
	readonly ledger: LedgerAccount;
	readonly giveBack: () => Promise<void>;
}

async function takePart(place: string, settings: LedgerSettings): Promise<Part> {
	const shared = await openShared(place);
	shared.leases += 1;
	shared.closing?.cancel();
	shared.closing = null;
	purgeNowAndThen(shared);
	let isGivenBack = false;
	const giveBack = (): void => {
		if (isGivenBack) return;
		isGivenBack = true;
		shared.leases -= 1;
		// Nobody waits for this, and a ledger that cannot even be closed must not end the host.
		if (shared.leases === 0) shared.closing = later(IDLE_CLOSE_MS, () => void closeShared(place, shared).catch(() => undefined));
	};
	try {
		const ledger = (await openAccount(shared, settings)).asAdministrator(settings.adminKey ?? '', settings);
		const drained = async (): Promise<void> => {
			// What is left of a file that was replaced has nowhere to go.
			await Promise.allSettled([ledger.answers.drain(), ledger.checks.drain()]);
			giveBack();
		};
		return { shared, ledger, giveBack: drained };
	} catch (error) {
		giveBack();
		throw error;
	}
}

/** True when the file of an open ledger was replaced. */
function isStale({ store, isRetired }: SharedLedger): boolean {
	return isRetired || store.isReplaced?.() === true;
}

/**
 * Opens a ledger, a file or a `postgres://` address, for one command and nothing else; the caller closes it. Rejects with a `CreditError`,
 * also for a place without a ledger where none may be made.
 */
export async function openLedgerStore(place: string, options: OpenOptions = {}): Promise<LedgerStore> {
	readyCalendar();
	const { mayMake = true, older = 'refuse', onMigrated } = options;
	const shared = { pause, jitter, mayMake, ...(onMigrated ? { onMigrated } : {}) };
	if (isPostgresAddress(place)) return openPostgresLedger({ url: place, monotonicMs, refusesOlder: older !== 'migrate', ...shared });
	return openSqliteLedger({ path: place, older, clock: systemClock, ...shared });
}

/** How a ledger is opened. */
export interface OpenOptions {
	/** Default true. */
	readonly mayMake?: boolean;
	/** What is done with a ledger of an older schema: only hosts and `llm-credits migrate` bring it forward. Default `refuse`; a server has no `copy`. */
	readonly older?: OlderSchema;
	/** Told when a ledger was brought forward. */
	readonly onMigrated?: (migration: Migration) => void;
}

/** Opens a ledger that is there, for one command; `null` where there is none. Nothing is made. Rejects like {@link openLedgerStore}. */
export async function openLedgerIfThere(place: string): Promise<LedgerStore | null> {
	try {
		return await openLedgerStore(place, { mayMake: false });
	} catch (error) {
		if (isAbsentLedger(error)) return null;
		throw error;
	}
}

/** The place for people: the absolute path, or the address without the password. Throws `invalid_path` for an address that cannot be read. */
export function nameOfPlace(place: string): string {
	return isPostgresAddress(place) ? readAddress(place).location : ledgerPathOf(place);
}

/** True for a text that names a ledger on a PostgreSQL server rather than a file. */
export function isServerAddress(text: string): boolean {
	return isPostgresAddress(text);
}

/** An account of a store that the caller opened. */
export function accountOf(store: LedgerStore, accountId: string): LedgerAccount {
	return new LedgerAccount({ accountId, store, commits: new GroupCommit(store), timing });
}

/** An LLM Action with the real clock, and with what this process has learned so far. */
export function createLlmAction(options: Omit<LlmActionOptions, 'timing' | 'memory' | 'newId'>): LlmAction {
	return new LlmAction({ ...options, timing, memory: registry().memory, owed: owedCosts(), newId });
}

/** The zone of this machine. */
export function machineTimeZone(): string {
	return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function registry(): Registry {
	return processWide('runtime.v1', () => ({ ledgers: new Map(), memory: new EngineMemory(monotonicMs) }));
}

async function openShared(place: string): Promise<SharedLedger> {
	const { ledgers } = registry();
	const known = ledgers.get(place);
	const joined = await known;
	if (joined && !isStale(joined)) return joined;
	// While this one waited, another may have begun to open the ledger again.
	if (ledgers.get(place) !== known) return openShared(place);
	const opening = (joined ? retire(place, joined) : Promise.resolve())
		.then(() => openLedgerStore(place, { mayMake: !retired.has(place), older: 'migrate', onMigrated: tellMigration }))
		.then((store) => {
			retired.delete(place);
			return sharedBy(store);
		});
	ledgers.set(place, opening);
	// A ledger that could not be opened is tried afresh the next time: the disk or the server may be back by then.
	opening.catch(() => {
		if (ledgers.get(place) === opening) ledgers.delete(place);
	});
	return opening;
}

function sharedBy(store: LedgerStore): SharedLedger {
	return {
		store,
		commits: new GroupCommit(store),
		accounts: new Map(),
		leases: 0,
		purgedAtMs: 0,
		isRetired: false,
		closing: null,
	};
}

/** Closes a ledger whose file was replaced, before the new one is opened: its side files must not be taken for those of the new one. */
async function retire(place: string, shared: SharedLedger): Promise<void> {
	retired.add(place);
	shared.isRetired = true;
	shared.closing?.cancel();
	await shared.commits.drain();
	await shared.store.close();
}

/** What budget counters are kept in while a ledger is proven: memory does not grow with them. */
export function scratchCounters(): CounterBook {
	return new ScratchCounters();
}

/** In passing, so that no timer is needed; a ledger that cannot be purged now is purged another time. */
function purgeNowAndThen(shared: SharedLedger): void {
	const nowMs = systemClock();
	if (nowMs - shared.purgedAtMs < PURGE_EVERY_MS) return;
	shared.purgedAtMs = nowMs;
	Promise.all([shared.store.purgeResults(nowMs), shared.store.answers.purge(nowMs), shared.store.learned.purge(nowMs)]).catch(
		() => undefined,
	);
}

async function closeShared(place: string, shared: SharedLedger): Promise<void> {
	if (shared.leases > 0 || shared.isRetired) return;
	registry().ledgers.delete(place);
	await shared.commits.drain();
	await shared.store.close();
}

async function openAccount(shared: SharedLedger, settings: LedgerSettings): Promise<LedgerAccount> {
	const { account, timeZone, accountName } = settings;
	const known = shared.accounts.get(account);
	if (known) return known;
	const opened = (async () => {
		const ledger = new LedgerAccount({ accountId: account, store: shared.store, commits: shared.commits, timing });
		const terms = { ...(accountName ? { name: accountName } : {}), timeZone: timeZone === '' ? machineTimeZone() : timeZone };
		await ledger.asAdministrator(settings.adminKey ?? '', settings).open(terms);
		return ledger;
	})();
	shared.accounts.set(account, opened);
	opened.catch(() => shared.accounts.delete(account));
	return opened;
}
