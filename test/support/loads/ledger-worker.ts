/**
 * Owns a process that uses a ledger, a file or on a server, as a host would, for tests of several processes. Started with one JSON argument;
 * races and shares are reported on standard output, answers under load are written to a log before the work goes on. Refuses to test
 * anything itself, and to try again what failed.
 */
import { fdatasync, openSync, writeSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isCreditError } from '../../../lib/core/values/errors';
import type { Command } from '../../../lib/core/nouns/commands';
import { GroupCommit, type Settlement } from '../../../lib/ledger/group-commit';
import type { SyncFile } from '../../../lib/ledger/sqlite/file/log-sync';
import { openSqliteLedger } from '../../../lib/ledger/sqlite/store';
import type { LedgerStore } from '../../../lib/ledger/store';
import { openLedgerStore } from '../../../lib/runtime/runtime';
import { jitter, pause, systemClock } from '../../../lib/runtime/system';
import { grant, openAccount, reserve, settle } from '../ledger/ledger-commands';
import { loadSetUp, madeUpCall } from './made-up-calls';
import { LogRuler, type LogExtent } from '../ledger/write-ahead-log';

export const WORKER_ACCOUNT = 'acme';
/** So much that a load never ends for want of credits. */
export const LOAD_CREDITS = 100_000_000;
/** Said by a process that waits for the others. */
export const READY = 'ready';
/** What a waiting process is sent when all are ready. */
export const GO: NodeJS.Signals = 'SIGUSR2';

interface CommonOrder {
	/** The path of a file, or the address of a server. */
	readonly place: string;
	readonly name: string;
	/** How many commands are under way at once. */
	readonly concurrency: number;
}

/** Waits, opens the ledger, and reserves one credit `count` times. Every racer makes the ledger, the account and the credits. */
export interface RaceOrder extends CommonOrder {
	readonly task: 'race';
	readonly count: number;
	readonly credits: number;
}

/** Opens the ledger, waits, commits for `warmMs` as a host that has run for a while, and then for `forMs` while it is measured. */
export interface ShareOrder extends CommonOrder {
	readonly task: 'share';
	readonly warmMs?: number;
	readonly forMs: number;
}

/** Takes made-up calls, one after the other, until it is killed. */
export interface LoadOrder extends CommonOrder {
	readonly task: 'load';
	readonly log: string;
	/** Also notes what of the write-ahead log of a file is on the disk. */
	readonly notesSyncs: boolean;
}

/** Uses no ledger: computes for half a millisecond at a time and rests for one, for `warmMs` and then for `forMs` while it is measured. */
export interface ComputeOrder {
	readonly task: 'compute';
	readonly name: string;
	readonly warmMs: number;
	readonly forMs: number;
}

export type WorkerOrder = RaceOrder | ShareOrder | LoadOrder | ComputeOrder;

/** What a racing or sharing process says at its end. */
export interface WorkerReport {
	readonly name: string;
	readonly reserved: number;
	readonly refused: number;
	readonly operations: number;
	readonly waitsMs: readonly number[];
	/** How long the event loop was ever kept from turning. */
	readonly longestStallMs: number;
	readonly tookMs: number;
}

/** One line of a log: what was answered about the call of this number, or that it failed. */
export type Answered =
	| { readonly step: 'reserved' | 'closed' | 'refunded'; readonly number: number; readonly seq: number; readonly isReplayed: boolean }
	| { readonly step: 'fault'; readonly number: number; readonly code: string };

/** Another line: the write-ahead log was on the disk as far as this. */
export interface Synced extends LogExtent {
	readonly step: 'synced';
}

const STALL_RESOLUTION_MS = 1;
const COMPUTE_MS = 0.5;
const COMPUTE_REST_MS = 1;
const REST_MS = 10;

class Worker {
	readonly #commits: GroupCommit;
	readonly #name: string;
	readonly #stalls = monitorEventLoopDelay({ resolution: STALL_RESOLUTION_MS });
	#waitsMs: number[] = [];
	#startMs = 0;
	#reserved = 0;
	#refused = 0;

	constructor(store: LedgerStore, name: string) {
		this.#commits = new GroupCommit(store);
		this.#name = name;
	}

	async ask(command: Command): Promise<Settlement> {
		const startMs = performance.now();
		const answer = await this.#commits.submit(WORKER_ACCOUNT, command);
		this.#waitsMs.push(performance.now() - startMs);
		if (answer.kind === 'reserved') this.#reserved += 1;
		if (answer.kind === 'refused') this.#refused += 1;
		return answer;
	}

	async openAccount(whole: number): Promise<void> {
		await this.ask(openAccount());
		await this.ask(grant('first', whole));
	}

	/** Measures from now on. */
	begin(): void {
		this.#waitsMs = [];
		this.#stalls.enable();
		this.#startMs = performance.now();
	}

	report(): WorkerReport {
		this.#stalls.disable();
		return {
			name: this.#name,
			reserved: this.#reserved,
			refused: this.#refused,
			operations: this.#waitsMs.length,
			waitsMs: this.#waitsMs,
			longestStallMs: this.#stalls.max / 1e6,
			tookMs: performance.now() - this.#startMs,
		};
	}
}

async function inParallel(count: number, work: (index: number) => Promise<void>): Promise<void> {
	await Promise.all(Array.from({ length: count }, (_, index) => work(index)));
}

/** Says that this process is ready, and waits until all are. */
async function whenAllAreReady(): Promise<void> {
	// A signal alone keeps no process alive.
	const alive = setInterval(() => undefined, 1000);
	await new Promise<void>((go) => {
		process.once(GO, () => {
			go();
		});
		process.stdout.write(`${READY}\n`);
	});
	clearInterval(alive);
}

async function race({ place, name, count, concurrency, credits }: RaceOrder): Promise<void> {
	await whenAllAreReady();
	const store = await openLedgerStore(place);
	const worker = new Worker(store, name);
	worker.begin();
	await worker.openAccount(credits);
	let next = 0;
	await inParallel(concurrency, async () => {
		for (let index = next++; index < count; index = next++) await worker.ask(reserve(`${name}-${index}`, 1));
	});
	say(worker.report());
	await store.close();
}

async function share({ place, name, concurrency, warmMs = 0, forMs }: ShareOrder): Promise<void> {
	const store = await openLedgerStore(place);
	const worker = new Worker(store, name);
	await worker.openAccount(LOAD_CREDITS);
	await whenAllAreReady();
	const takePairs = (prefix: string, longMs: number): Promise<void> => {
		const endMs = performance.now() + longMs;
		return inParallel(concurrency, async (client) => {
			for (let index = 0; performance.now() < endMs; index += 1) {
				const answer = await worker.ask(reserve(`${prefix}-${client}-${index}`, 1));
				if (answer.kind === 'reserved') await worker.ask(settle(answer.hold.seq, 1));
			}
		});
	};
	await takePairs(`${name}-warm`, warmMs);
	worker.begin();
	await takePairs(name, forMs);
	say(worker.report());
	await store.close();
}

async function compute({ name, warmMs, forMs }: ComputeOrder): Promise<void> {
	await whenAllAreReady();
	await computeFor(warmMs);
	const stalls = monitorEventLoopDelay({ resolution: STALL_RESOLUTION_MS });
	stalls.enable();
	const startMs = performance.now();
	const operations = await computeFor(forMs);
	stalls.disable();
	const tookMs = performance.now() - startMs;
	say({ name, reserved: 0, refused: 0, operations, waitsMs: [], longestStallMs: stalls.max / 1e6, tookMs });
}

async function computeFor(forMs: number): Promise<number> {
	const endMs = performance.now() + forMs;
	let turns = 0;
	while (performance.now() < endMs) {
		const untilMs = performance.now() + COMPUTE_MS;
		while (performance.now() < untilMs);
		turns += 1;
		await pause(COMPUTE_REST_MS);
	}
	return turns;
}

async function load({ place, name, concurrency, log, notesSyncs }: LoadOrder): Promise<void> {
	const file = openSync(log, 'a');
	const note = (line: Answered | Synced): void => void writeSync(file, `${JSON.stringify(line)}\n`);
	const worker = new Worker(await (notesSyncs ? openNotingSyncs(place, note) : openLedgerStore(place)), name);
	for (const command of loadSetUp(LOAD_CREDITS)) await worker.ask(command);
	let next = 0;
	await inParallel(concurrency, async () => {
		for (;;) await takeCall(worker, { name, number: next++ }, note);
	});
}

/** What is in the log when a sync begins is on the disk when it ends. */
function openNotingSyncs(path: string, note: (line: Synced) => void): Promise<LedgerStore> {
	const ruler = new LogRuler();
	const syncFile: SyncFile = (file, done) => {
		const extent = ruler.extent(file);
		fdatasync(file, (error) => {
			if (!error) note({ step: 'synced', ...extent });
			done(error);
		});
	};
	return openSqliteLedger({ path, clock: systemClock, pause, jitter, syncFile });
}

async function takeCall(worker: Worker, { name, number }: { name: string; number: number }, note: (line: Answered) => void): Promise<void> {
	const call = madeUpCall(name, number);
	try {
		const reserved = await worker.ask(call.reserve);
		if (reserved.kind !== 'reserved') throw new Error(`${name}-${number} was ${reserved.kind}.`);
		const { seq } = reserved.hold;
		note({ step: 'reserved', number, seq, isReplayed: reserved.isReplayed });
		const closed = await worker.ask(call.close(seq));
		if (closed.kind !== 'closed') throw new Error(`Closing ${name}-${number} gave ${closed.kind}.`);
		note({ step: 'closed', number, seq, isReplayed: closed.isReplayed });
		if (!call.refund) return;
		const refunded = await worker.ask(call.refund(seq));
		if (refunded.kind !== 'refunded') throw new Error(`Refunding ${name}-${number} gave ${refunded.kind}.`);
		note({ step: 'refunded', number, seq, isReplayed: refunded.isReplayed });
	} catch (error) {
		if (!isCreditError(error)) throw error;
		note({ step: 'fault', number, code: error.code });
		// A ledger that takes nothing is not asked without a rest: the log would be of nothing else.
		await pause(REST_MS);
	}
}

function say(report: WorkerReport): void {
	process.stdout.write(`${JSON.stringify(report)}\n`);
}

async function main(order: WorkerOrder): Promise<void> {
	switch (order.task) {
		case 'race':
			return race(order);
		case 'share':
			return share(order);
		case 'load':
			return load(order);
		case 'compute':
			return compute(order);
		default:
			order satisfies never;
	}
}

if (require.main === module) {
	main(JSON.parse(process.argv[2] ?? '{}') as WorkerOrder).catch((error: unknown) => {
		const code = isCreditError(error) ? `${error.code}: ` : '';
		process.stderr.write(`${code}${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
		process.exitCode = 1;
	});
}
