/**
 * Owns the composition: which store, provider, clock and memory the engine is given. One store per ledger and process,
 * shared by every node that names the file or the server, also across a reload of this package. Hosts and the CLI start here.
 */
import { resolve } from 'node:path';
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
import { ScratchCounters } from '../ledger/sqlite/rows/scratch-counters';
import { openSqliteLedger } from '../ledger/sqlite/store';
import type { LedgerStore } from '../ledger/store';
import { placeOf, type Environment } from './ledger-place';
import { jitter, later, monotonicMs, newId, pause, systemClock } from './system';

/** Where a ledger is and which of its accounts is meant. */
export interface LedgerSettings {
	/** Empty: the place that the environment names, else the usual place of the host. */
	readonly path: string;
	/** Address of a ledger on a PostgreSQL server, with its password; then the path is not used. Empty or absent: a file. */
	readonly postgresUrl?: string;
	/** For what needs the account's admin key; spending never does. */
	readonly adminKey?: string;
	readonly account: string;
	/** IANA zone of a new account. Empty: the zone of this machine. */
	readonly timeZone: string;
	/** What this machine may spend while the ledger cannot be reached, decimal credits; absent or "0": nothing. */
	readonly outageCredits?: string;
	/** Of a new account; absent: its id. */
	readonly accountName?: string;
}

/** The use of a ledger; its file or connections are closed some time after the last lease was released. */
export interface LedgerLease {
	readonly ledger: LedgerAccount;
	readonly store: LedgerStore;
	release(): Promise<void>;
}

interface SharedLedger {
	readonly store: LedgerStore;
	readonly commits: GroupCommit;
	readonly accounts: Map<string, Promise<LedgerAccount>>;
	leases: number;
	purgedAtMs: number;
	closing: { cancel(): void } | null;
}

/** Answers kept for retries and for identical requests are removed at most this late after their time. */
const PURGE_EVERY_MS = 10 * 60_000;
/** A host often opens the same ledger again within seconds; opening costs more than keeping. */
const IDLE_CLOSE_MS = 5_000;
const REGISTRY = Symbol.for('llm-credits.runtime.v1');

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
	const shared = await openShared(place);
	shared.leases += 1;
	shared.closing?.cancel();
	shared.closing = null;
	purgeNowAndThen(shared);
	let isReleased = false;
	const giveBack = (): void => {
		shared.leases -= 1;
		if (shared.leases === 0) shared.closing = later(IDLE_CLOSE_MS, () => void closeShared(place, shared));
	};
	try {
		const ledger = (await openAccount(shared, settings)).asAdministrator(settings.adminKey ?? '');
		const release = async (): Promise<void> => {
			if (isReleased) return;
			isReleased = true;
			await Promise.all([ledger.answers.drain(), ledger.checks.drain()]);
			giveBack();
		};
		return { ledger, store: shared.store, release };
	} catch (error) {
		giveBack();
		throw error;
	}
}

/**
 * Opens a ledger, a file or a `postgres://` address, for one command and nothing else; the caller closes it. Rejects with a `CreditError`,
 * also for a place without a ledger where none may be made.
 */
export async function openLedgerStore(place: string, { mayMake = true }: { mayMake?: boolean } = {}): Promise<LedgerStore> {
	readyCalendar();
	if (isPostgresAddress(place)) return openPostgresLedger({ url: place, clock: systemClock, pause, jitter, monotonicMs, mayMake });
	return openSqliteLedger({ path: resolve(place), clock: systemClock, pause, jitter, mayMake });
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
	return isPostgresAddress(place) ? readAddress(place).location : resolve(place);
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
	return new LlmAction({ ...options, timing, memory: registry().memory, newId });
}

/** The zone of this machine. */
export function machineTimeZone(): string {
	return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function registry(): Registry {
	const holder = globalThis as { [REGISTRY]?: Registry };
	const registry = holder[REGISTRY] ?? { ledgers: new Map(), memory: new EngineMemory(monotonicMs) };
	holder[REGISTRY] = registry;
	return registry;
}

async function openShared(place: string): Promise<SharedLedger> {
	const { ledgers } = registry();
	const known = ledgers.get(place);
	if (known) return known;
	const opening = openLedgerStore(place).then((store): SharedLedger => ({
		store,
		commits: new GroupCommit(store),
		accounts: new Map(),
		leases: 0,
		purgedAtMs: 0,
		closing: null,
	}));
	ledgers.set(place, opening);
	// A ledger that could not be opened is tried afresh the next time: the disk or the server may be back by then.
	opening.catch(() => ledgers.delete(place));
	return opening;
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
	if (shared.leases > 0) return;
	registry().ledgers.delete(place);
	await shared.commits.drain();
	await shared.store.close();
}

async function openAccount(shared: SharedLedger, { account, timeZone, accountName }: LedgerSettings): Promise<LedgerAccount> {
	const known = shared.accounts.get(account);
	if (known) return known;
	const opened = (async () => {
		const ledger = new LedgerAccount({ accountId: account, store: shared.store, commits: shared.commits, timing });
		await ledger.open({ ...(accountName ? { name: accountName } : {}), timeZone: timeZone === '' ? machineTimeZone() : timeZone });
		return ledger;
	})();
	shared.accounts.set(account, opened);
	opened.catch(() => shared.accounts.delete(account));
	return opened;
}
