/**
 * Owns processes that load a ledger in tests, and holding the ledger to what they were told: nothing acknowledged is missing, nothing is
 * paid twice, and the whole is proven.
 */
import { expect } from 'chai';
import { join } from 'node:path';
import type { Entry } from '../../lib/core/model';
import { verifyLedger } from '../../lib/engine/verify-ledger';
import type { LedgerStore } from '../../lib/ledger/store';
import { start, until, type Running } from './child';
import { credits } from './ledger-commands';
import type { Acknowledged } from './server-ledger-worker';

const ACCOUNT = 'acme';
const WORKER = join(__dirname, 'server-ledger-worker.js');
const PAGE = 5000;

/** Starts a process that reserves and settles without end, `atOnce` calls at a time. */
export function startLoad(place: string, name: string, atOnce = 8): Running {
	return startWorker(['load', place, name, '0', String(atOnce)]);
}

/** Starts a worker with these arguments. */
export function startWorker(args: readonly string[]): Running {
	return start(process.execPath, [WORKER, ...args], { env: { PATH: process.env['PATH'] ?? '' } });
}

/** What a process was told so far; a line that was cut off by its end is left out. */
export function acknowledgedBy(worker: Running): Acknowledged[] {
	const whole = worker.output().split('\n').slice(0, -1);
	return whole.map((line) => JSON.parse(line) as Acknowledged);
}

/** Resolves when the process was given at least `count` answers more than it had. */
export async function untilAnswers(worker: Running, count: number): Promise<void> {
	const before = linesOf(worker);
	await until(() => Promise.resolve(linesOf(worker) - before >= count ? true : null), {
		timeoutMs: 60_000,
		everyMs: 2,
		describe: () => `${linesOf(worker) - before} of ${count} answers\n${worker.output().slice(-2000)}`,
	});
}

function linesOf(worker: Running): number {
	return worker.output().split('\n').length - 1;
}

/** Holds the ledger to everything that was acknowledged. */
export async function expectKept(store: LedgerStore, acknowledged: readonly Acknowledged[]): Promise<void> {
	const { violations } = await verifyLedger(store);
	expect(violations).to.deep.equal([]);
	const entries = await allEntries(store);
	const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
	const settledWith = new Map<number, bigint>();
	for (const { body } of entries) {
		if (body.kind !== 'settled') continue;
		expect(settledWith.has(body.holdSeq), `h${body.holdSeq} is settled twice`).to.equal(false);
		settledWith.set(body.holdSeq, body.actualMicro);
	}
	for (const answer of acknowledged) {
		if (answer.kind === 'fault') continue;
		expect(answer.isReplayed, `${JSON.stringify(answer)} was answered as somebody else's`).to.equal(false);
		if (answer.kind === 'reserved') expect(bySeq.get(answer.seq)?.body.kind, JSON.stringify(answer)).to.equal('reserved');
		else expect(settledWith.get(answer.seq), JSON.stringify(answer)).to.equal(credits(answer.credits));
	}
	const keys = entries.flatMap(({ keyHash }) => keyHash ?? []);
	expect(new Set(keys).size).to.equal(keys.length);
}

async function allEntries(store: LedgerStore): Promise<Entry[]> {
	const entries: Entry[] = [];
	for (;;) {
		const page = await store.entries(ACCOUNT, { afterSeq: entries.at(-1)?.seq ?? 0, limit: PAGE });
		if (page.length === 0) return entries;
		entries.push(...page);
	}
}
