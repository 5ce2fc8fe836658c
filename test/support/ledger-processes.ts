/** Owns starting processes that use a ledger file, and reading what they say. */
import { join } from 'node:path';
import { start, type Running } from './child';
import type { WorkerOrder, WorkerReport } from './ledger-worker';
import { cleanEnvironment } from './repository';

/** Starts a process with an order. */
export function startWorker(order: WorkerOrder): Running {
	return start(process.execPath, [join(__dirname, 'ledger-worker.js'), JSON.stringify(order)], { env: cleanEnvironment() });
}

/** The report a process gave at its end. Throws with its whole output when it failed. */
export async function reportOf(worker: Running): Promise<WorkerReport> {
	const { code, stdout, stderr } = await worker.finished;
	if (code !== 0) throw new Error(`A ledger process ended with ${String(code)}:\n${stderr}`);
	return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as WorkerReport;
}

/** The value that a share of the waits is not above, in milliseconds. */
export function percentile(waitsMs: readonly number[], share: number): number {
	const sorted = [...waitsMs].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
