/**
 * Owns a process that uses a ledger file as a host would, for tests of several processes. Started with one JSON argument; says on
 * standard output, line by line, what was answered to it. Refuses to test anything itself.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { isCreditError } from '../../lib/core/errors';
import type { Command } from '../../lib/core/commands';
import { GroupCommit, type Settlement } from '../../lib/ledger/group-commit';
import { openSqliteLedger } from '../../lib/ledger/sqlite/store';
import type { LedgerStore } from '../../lib/ledger/store';
import { grant, openAccount, reserve, settle } from './ledger-commands';

/** What the process is told to do. */
export type WorkerOrder =
	/** Opens the ledger and reserves one credit `count` times, `concurrency` at once. */
	| {
			readonly task: 'race';
			readonly path: string;
			readonly name: string;
			readonly count: number;
			readonly concurrency: number;
			readonly startAtMs: number;
			readonly credits: number;
	  }
	/** Reserves and settles until it is killed, and says each answer when it has it. */
	| { readonly task: 'load'; readonly path: string; readonly name: string; readonly concurrency: number }
	/** Commits in groups for `forMs` and says how many. */
	| {
			readonly task: 'share';
			readonly path: string;
			readonly name: string;
			readonly concurrency: number;
			readonly startAtMs: number;
			readonly forMs: number;
	  };

/** What a racing or sharing process says at its end. */
export interface WorkerReport {
	readonly name: string;
	readonly reserved: number;
	readonly refused: number;
	readonly operations: number;
	readonly waitsMs: readonly number[];
	readonly longestStallMs: number;
	readonly tookMs: number;
}

/** One answer under load. */
export interface Acknowledged {
	readonly kind: 'reserved' | 'settled';
	readonly key: string;
	readonly holdSeq: number;
}

export const WORKER_ACCOUNT = 'acme';

class Worker {
	readonly #commits: GroupCommit;
	readonly waitsMs: number[] = [];
	reserved = 0;
	refused = 0;

	constructor(store: LedgerStore) {
		this.#commits = new GroupCommit(store);
	}

	async ask(command: Command): Promise<Settlement> {
		const startMs = performance.now();
		const answer = await this.#commits.submit(WORKER_ACCOUNT, command);
		this.waitsMs.push(performance.now() - startMs);
		if (answer.kind === 'reserved') this.reserved += 1;
		if (answer.kind === 'refused') this.refused += 1;
		return answer;
	}

	async openAccount(whole: number): Promise<void> {
		await this.ask(openAccount());
		await this.ask(grant('first', whole));
	}
}

/** Measures how long the event loop was ever kept from turning. */
function watchStalls(): () => number {
	let longestMs = 0;
	let lastMs = performance.now();
	const timer = setInterval(() => {
		const nowMs = performance.now();
		longestMs = Math.max(longestMs, nowMs - lastMs - 2);
		lastMs = nowMs;
	}, 2);
	return () => {
		clearInterval(timer);
		return longestMs;
	};
}

async function inParallel(count: number, work: (index: number) => Promise<void>): Promise<void> {
	await Promise.all(Array.from({ length: count }, (_, index) => work(index)));
}

async function waitUntil(startAtMs: number): Promise<void> {
	await wait(Math.max(0, startAtMs - Date.now()));
}

async function race(store: LedgerStore, order: Extract<WorkerOrder, { task: 'race' }>): Promise<WorkerReport> {
	const worker = new Worker(store);
	await worker.openAccount(order.credits);
	const stalls = watchStalls();
	const startMs = performance.now();
	let next = 0;
	await inParallel(order.concurrency, async () => {
		while (next < order.count) {
			const index = next;
			next += 1;
			await worker.ask(reserve(`${order.name}-${String(index)}`, 1));
		}
	});
	return report(order.name, worker, { stalls, startMs });
}

async function share(store: LedgerStore, order: Extract<WorkerOrder, { task: 'share' }>): Promise<WorkerReport> {
	const worker = new Worker(store);
	await worker.openAccount(1_000_000);
	await waitUntil(order.startAtMs);
	const stalls = watchStalls();
	const startMs = performance.now();
	const endMs = startMs + order.forMs;
	await inParallel(order.concurrency, async (client) => {
		for (let index = 0; performance.now() < endMs; index += 1) {
			const answer = await worker.ask(reserve(`${order.name}-${String(client)}-${String(index)}`, 1));
			if (answer.kind === 'reserved') await worker.ask(settle(answer.hold.seq, 1));
		}
	});
	return report(order.name, worker, { stalls, startMs });
}

function report(name: string, worker: Worker, { stalls, startMs }: { stalls: () => number; startMs: number }): WorkerReport {
	const { reserved, refused, waitsMs } = worker;
	return { name, reserved, refused, operations: waitsMs.length, waitsMs, longestStallMs: stalls(), tookMs: performance.now() - startMs };
}

async function load(store: LedgerStore, order: Extract<WorkerOrder, { task: 'load' }>): Promise<void> {
	const worker = new Worker(store);
	await worker.openAccount(1_000_000);
	say({ kind: 'ready' });
	await inParallel(order.concurrency, async (client) => {
		for (let index = 0; ; index += 1) {
			const key = `${order.name}-${String(client)}-${String(index)}`;
			const answer = await worker.ask(reserve(key, 3, { timeoutMs: 60_000 }));
			if (answer.kind !== 'reserved') throw new Error(`Reserving gave ${answer.kind}.`);
			say({ kind: 'reserved', key, holdSeq: answer.hold.seq } satisfies Acknowledged);
			await worker.ask(settle(answer.hold.seq, 1));
			say({ kind: 'settled', key, holdSeq: answer.hold.seq } satisfies Acknowledged);
		}
	});
}

function say(value: unknown): void {
	process.stdout.write(`${JSON.stringify(value)}\n`);
}

async function main(order: WorkerOrder): Promise<void> {
	if (order.task === 'race') await waitUntil(order.startAtMs);
	const store = await openSqliteLedger({ path: order.path, clock: Date.now, pause: (delayMs) => wait(delayMs), jitter: Math.random });
	switch (order.task) {
		case 'race':
			say(await race(store, order));
			break;
		case 'share':
			say(await share(store, order));
			break;
		case 'load':
			await load(store, order);
			break;
		default:
			order satisfies never;
	}
	await store.close();
}

if (require.main === module) {
	main(JSON.parse(process.argv[2] ?? '{}') as WorkerOrder).catch((error: unknown) => {
		process.stderr.write(
			`${isCreditError(error) ? `${error.code}: ` : ''}${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
		);
		process.exitCode = 1;
	});
}
