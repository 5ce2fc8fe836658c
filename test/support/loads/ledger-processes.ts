/** Owns starting processes that use a ledger, holding them until all are ready, and reading what they say and write. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { start, until, type Running } from '../machine/child';
import {
	GO,
	READY,
	type Answered,
	type ComputeOrder,
	type RaceOrder,
	type ShareOrder,
	type Synced,
	type WorkerOrder,
	type WorkerReport,
} from './ledger-worker';
import { cleanEnvironment } from '../machine/repository';
import { temporaryFolder } from '../machine/temporary-folder';

const PATIENCE_MS = 60_000;

function startWorker(order: WorkerOrder): Running {
	return start(process.execPath, [join(__dirname, 'ledger-worker.js'), JSON.stringify(order)], { env: cleanEnvironment() });
}

/** Runs processes that all begin at the same moment, to their end. Throws with the whole output of one that failed. */
export async function runTogether(orders: readonly (RaceOrder | ShareOrder | ComputeOrder)[]): Promise<WorkerReport[]> {
	const workers = orders.map(startWorker);
	const isReady = (worker: Running): true | null => (worker.output().includes(READY) || !worker.isRunning() ? true : null);
	for (const worker of workers) {
		await until(() => Promise.resolve(isReady(worker)), { timeoutMs: PATIENCE_MS, everyMs: 2, describe: () => worker.output() });
	}
	for (const worker of workers) worker.signal(GO);
	return Promise.all(workers.map(reportOf));
}

async function reportOf(worker: Running): Promise<WorkerReport> {
	const { code, stdout, stderr } = await worker.finished;
	if (code !== 0) throw new Error(`A ledger process ended with ${String(code)}:\n${stderr}`);
	return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as WorkerReport;
}

/** The value that a share of the waits is not above, in milliseconds. */
export function percentile(waitsMs: readonly number[], share: number): number {
	const sorted = [...waitsMs].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** How processes fared that ran together. */
export interface Contention {
	/** Operations of the slowest by those of the fastest. */
	readonly fairness: number;
	readonly p99Ms: number;
	readonly stallMs: number;
	readonly perSecond: number;
	/** Waits and stalls in words. */
	readonly waits: string;
}

/** Sums up the reports of processes that ran together. */
export function contentionOf(reports: readonly WorkerReport[]): Contention {
	const rates = reports.map(({ operations, tookMs }) => (operations * 1000) / tookMs);
	const waitsMs = reports.flatMap((report) => report.waitsMs);
	const p99Ms = percentile(waitsMs, 0.99);
	const stallMs = Math.max(...reports.map(({ longestStallMs }) => longestStallMs));
	const longestMs = percentile(waitsMs, 1);
	return {
		fairness: Math.min(...rates) / Math.max(...rates),
		p99Ms,
		stallMs,
		perSecond: rates.reduce((sum, rate) => sum + rate, 0),
		waits: `p99 wait ${p99Ms.toFixed(0)} ms, longest ${longestMs.toFixed(0)} ms, longest event-loop stall ${stallMs.toFixed(0)} ms`,
	};
}

/** Where processes take calls, and how. */
export interface LoadSettings {
	readonly place: string;
	/** Calls that each has under way; 6 unless said. */
	readonly concurrency?: number;
	readonly notesSyncs?: boolean;
}

/** So many that batches are full, and decided while the one before them is on its way to the disk. */
export const CROWD = 150;

/** Runs `work` with processes of these names that take made-up calls; whatever becomes of it, none of them stays. */
export async function withLoads<T>(
	{ names, ...settings }: LoadSettings & { readonly names: readonly string[] },
	work: (...loads: readonly Load[]) => Promise<T>,
): Promise<T> {
	const loads = names.map((name) => new Load(name, settings));
	try {
		return await work(...loads);
	} finally {
		await Promise.all(loads.map((load) => load.process.kill('SIGKILL')));
	}
}

/** A process that takes made-up calls until it is killed. */
export class Load {
	readonly name: string;
	readonly concurrency: number;
	readonly process: Running;
	readonly #log: string;

	constructor(name: string, { place, concurrency = 6, notesSyncs = false }: LoadSettings) {
		this.name = name;
		this.concurrency = concurrency;
		this.#log = join(temporaryFolder(), `${name}.log`);
		this.process = startWorker({ task: 'load', place, name, concurrency, log: this.#log, notesSyncs });
	}

	/** What it was answered so far. */
	answered(): Answered[] {
		return this.#lines().filter((line) => line.step !== 'synced');
	}

	/** What it knew to be on the disk so far, in order. */
	synced(): Synced[] {
		return this.#lines().filter((line) => line.step === 'synced');
	}

	/** A line that was cut off by its end is left out. */
	#lines(): (Answered | Synced)[] {
		if (!existsSync(this.#log)) return [];
		const lines = readFileSync(this.#log, 'utf8').split('\n').slice(0, -1);
		return lines.map((line) => JSON.parse(line) as Answered | Synced);
	}

	/** Resolves when the log has grown by so many bytes; a line has about 55. Throws when the process has ended by itself. */
	async untilGrown(bytes: number): Promise<void> {
		const target = this.#logBytes() + bytes;
		const hasGrown = (): true | null => {
			if (this.#logBytes() >= target) return true;
			if (!this.process.isRunning()) throw new Error(`The load ended by itself:\n${this.process.output()}`);
			return null;
		};
		const describe = (): string => `${this.#logBytes()} of ${target} bytes\n${this.process.output().slice(-2000)}`;
		await until(() => Promise.resolve(hasGrown()), { timeoutMs: PATIENCE_MS, everyMs: 1, describe });
	}

	/** Kills it. Throws when it has said anything before: that would be a defect. */
	async kill(): Promise<void> {
		const { stderr } = await this.process.kill('SIGKILL');
		if (stderr !== '') throw new Error(`The load failed before it was killed:\n${stderr}`);
	}

	#logBytes(): number {
		return statSync(this.#log, { throwIfNoEntry: false })?.size ?? 0;
	}
}
