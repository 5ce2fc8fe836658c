/**
 * Owns measuring a ledger with millions of settled calls in one account beside an empty one: what a reservation and a balance cost, what a
 * proof needs in memory. Filling takes long, so this runs only when it is asked for: npm run bench -- --scale 10m [--ledger FILE] [--person-budget]
 */
import Database, { type Database as Connection } from 'better-sqlite3';
import { copyFileSync, existsSync, statSync } from 'node:fs';
import { LedgerAccount } from '../../lib/engine/account/ledger-account';
import { GroupCommit } from '../../lib/ledger/group-commit';
import { openFile } from '../../lib/ledger/sqlite/file/connection';
import { openSqliteLedger } from '../../lib/ledger/sqlite/store';
import type { LedgerStore } from '../../lib/ledger/store';
import { jitter, monotonicMs, pause, systemClock } from '../../lib/runtime/system';
import { runOrThrow } from '../support/machine/child';
import { priceNamed, reserve, settle, tokens } from '../support/ledger/ledger-commands';
import { cleanEnvironment, outputRoot } from '../support/machine/repository';
import { newLedgerPath } from '../support/ledger/sqlite-ledger';
import { fill, FILLED_ACCOUNT, LABELS, openFilled } from './filling';
import { inTurns, spreadOf, timed, type Bench, type Measured, type Sample } from './measure';

const FILL_AT_ONCE = 100_000;
const WARM_UP = 200;
const ROUNDS = 9;
const SAMPLES = 200;
const MEGABYTE = 1e6;

export interface ScaleOptions {
	readonly calls: number;
	/** A ledger that was filled before, or where to fill and keep one: a folder in memory spares the disk. `null` keeps none. */
	readonly ledger: string | null;
	/** A budget for each person, and every call of another person: the proof has a counter for each call. */
	readonly hasPersonBudget: boolean;
}

/** Reads `10m`, `500k` or a plain number. Throws for anything else. */
export function callsOf(text: string): number {
	const [, digits, unit] = /^(\d+)([km]?)$/i.exec(text) ?? [];
	if (digits === undefined) throw new Error(`${JSON.stringify(text)} is no number of calls; give one such as 10m.`);
	return Number(digits) * ({ k: 1000, m: 1_000_000 }[unit?.toLowerCase() ?? ''] ?? 1);
}

/** The rows of a large ledger; their names carry its size. */
export function largeBench({ calls, ledger, hasPersonBudget }: ScaleOptions): Bench {
	const size = calls % 1_000_000 === 0 ? `${String(calls / 1_000_000)}m` : `${String(calls / 1000)}k`;
	const kind = hasPersonBudget ? `${size}-budgets` : size;
	const names = ['reserve', 'balance', 'bytes-per-call', 'verify.entries-per-s', 'verify.rss-mb'].map((name) => `scale.${kind}.${name}`);
	return {
		names,
		run: async () => {
			const path = newLedgerPath();
			if (ledger === null) await fillLarge(path, { calls, hasPersonBudget });
			else {
				if (!existsSync(ledger)) await fillLarge(ledger, { calls, hasPersonBudget });
				copyFileSync(ledger, path);
			}
			const emptyPath = newLedgerPath();
			const costs = await costsOf(path, emptyPath, names);
			const rows = [...costs, ...(await proofOf(path, { emptyPath, calls, names }))];
			// What was agreed to reach is agreed for a ledger without budgets.
			return hasPersonBudget ? rows.map((row) => ({ ...row, reach: null })) : rows;
		},
	};
}

/** The way of a host, only without waiting for the disk: reserving and settling in batches of 256 commands. */
async function fillLarge(path: string, { calls, hasPersonBudget }: Omit<ScaleOptions, 'ledger'>): Promise<void> {
	const store = await open(path, { synchronous: 'normal', openDatabase: openToFill });
	await openFilled(store, { hasPersonBudget });
	const startMs = performance.now();
	for (let first = 0; first < calls; first += FILL_AT_ONCE) {
		await fill(store, { first, calls: Math.min(FILL_AT_ONCE, calls - first) });
		const minutes = (performance.now() - startMs) / 60_000;
		process.stderr.write(`filled ${Math.min(first + FILL_AT_ONCE, calls).toLocaleString('en')} calls in ${minutes.toFixed(1)} minutes\n`);
	}
	await store.close();
}

/** A cache for the whole index of keys, and a log that is emptied rarely: what would be read and written many times is so once. */
function openToFill(path: string): Connection {
	const db = openFile(path);
	db.pragma('cache_size = -1000000');
	db.pragma('wal_autocheckpoint = 50000');
	return db;
}

function open(path: string, options: Partial<Parameters<typeof openSqliteLedger>[0]> = {}): Promise<LedgerStore> {
	return openSqliteLedger({ path, clock: systemClock, pause, jitter, ...options });
}

/** What a reservation and a balance cost in both ledgers, each sample of one right after one of the other. */
async function costsOf(path: string, emptyPath: string, [reserveName = '', balanceName = '']: readonly string[]): Promise<Measured[]> {
	const [large, empty] = [await open(path), await open(emptyPath)];
	await openFilled(empty);
	const [ours, peer] = [new Spender(large), new Spender(empty)];
	for (let index = 0; index < WARM_UP; index += 1) {
		await ours.reserve();
		await peer.reserve();
	}
	const reserves = await alternately({ ours: () => ours.reserve(), peer: () => peer.reserve() });
	const balances = await alternately({ ours: () => ours.balance(), peer: () => peer.balance() });
	await large.close();
	await empty.close();
	const note = `medians of ${String(ROUNDS)} rounds of ${String(SAMPLES)}, one at a time and alternately, durable; the peer is an empty ledger`;
	return [
		{ name: reserveName, unit: 'ms', ...reserves, reach: { atMost: 1.25 }, note },
		{ name: balanceName, unit: 'ms', ...balances, reach: { atMost: 1.25 }, note },
	];
}

async function alternately(sides: { readonly ours: Sample; readonly peer: Sample }): Promise<{ ours: number[]; peer: number[] }> {
	const medians = { ours: [] as number[], peer: [] as number[] };
	for (let round = 0; round < ROUNDS; round += 1) {
		const taken = await inTurns(SAMPLES, sides);
		medians.ours.push(spreadOf(taken.ours).median);
		medians.peer.push(spreadOf(taken.peer).median);
	}
	return medians;
}

/** Reserves and settles under keys of its own. */
class Spender {
	readonly #store: LedgerStore;
	readonly #ledger: LedgerAccount;
	#spent = 0;

	constructor(store: LedgerStore) {
		this.#store = store;
		const timing = { clock: systemClock, monotonicMs, pause, jitter };
		this.#ledger = new LedgerAccount({ accountId: FILLED_ACCOUNT, store, commits: new GroupCommit(store), timing });
	}

	/** Time of a reservation, in milliseconds; it is settled afterwards. */
	async reserve(): Promise<number> {
		const command = reserve(`measured-${String((this.#spent += 1))}`, 3, { labels: LABELS, price: priceNamed('openai/gpt-4.1-mini/1') });
		const startMs = performance.now();
		const [outcome] = await this.#store.commit(FILLED_ACCOUNT, [command]);
		const tookMs = performance.now() - startMs;
		if (outcome?.kind !== 'reserved') throw new Error(`Reserving gave ${String(outcome?.kind)}.`);
		await this.#store.commit(FILLED_ACCOUNT, [settle(outcome.hold.seq, 1, { usage: tokens(100, 20) })]);
		return tookMs;
	}

	/** Time of a balance, in milliseconds. */
	balance(): Promise<number> {
		return timed(async () => {
			await this.#ledger.balance();
		});
	}
}

/** Proves a ledger in a process of its own, and says on one line how long it took and what the process needed at most. */
const PROVER = `
	const { verifyLedger } = require(process.argv[1] + '/lib/engine/verify-ledger');
	const { openSqliteLedger } = require(process.argv[1] + '/lib/ledger/sqlite/store');
	const { scratchCounters } = require(process.argv[1] + '/lib/runtime/runtime');
	const { jitter, pause, systemClock } = require(process.argv[1] + '/lib/runtime/system');
	(async () => {
		const store = await openSqliteLedger({ path: process.argv[2], clock: systemClock, pause, jitter });
		const startMs = performance.now();
		let peakBytes = 0;
		const onProgress = () => { peakBytes = Math.max(peakBytes, process.memoryUsage.rss()); };
		const { ok, entries, violations } = await verifyLedger(store, { onProgress, makeCounters: scratchCounters });
		const tookMs = performance.now() - startMs;
		await store.close();
		console.log(JSON.stringify({ ok, entries, violation: violations[0], tookMs, peakBytes }));
	})();`;

interface Proof {
	readonly ok: boolean;
	readonly entries: number;
	readonly tookMs: number;
	readonly peakBytes: number;
}

async function proofOf(
	path: string,
	{
		emptyPath,
		calls,
		names: [, , sizeName = '', speedName = '', memoryName = ''],
	}: { emptyPath: string; calls: number; names: readonly string[] },
): Promise<Measured[]> {
	const prove = async (ledger: string): Promise<Proof> => {
		const { stdout } = await runOrThrow(process.execPath, ['-e', PROVER, outputRoot(), ledger], {
			env: cleanEnvironment(),
			timeoutMs: 3_600_000,
		});
		const proof = JSON.parse(stdout) as Proof;
		if (!proof.ok) throw new Error(`The ledger does not add up: ${stdout}`);
		return proof;
	};
	const [large, empty] = [await prove(path), await prove(emptyPath)];
	const bytes = statSync(path).size / calls;
	const selected = selectPerSecond(path);
	const entriesNote = `${large.entries.toLocaleString('en')} entries in ${(large.tookMs / 1000).toFixed(0)} s, once, in a process of its own; the peer is one bare SELECT of all columns, row by row`;
	return [
		{ name: sizeName, unit: 'bytes', ours: [bytes], peer: null, reach: { atMost: 400 }, note: 'size of the file over its calls' },
		{
			name: speedName,
			unit: 'entries/s',
			ours: [(large.entries * 1000) / large.tookMs],
			peer: [selected],
			reach: { atLeast: 0.3 },
			note: entriesNote,
		},
		{
			name: memoryName,
			unit: 'MB',
			ours: [large.peakBytes / MEGABYTE],
			peer: [empty.peakBytes / MEGABYTE],
			reach: null,
			note: `peak resident memory of the proving process, looked at after every page; the peer proves the small ledger of ${empty.entries.toLocaleString('en')} entries`,
		},
	];
}

function selectPerSecond(path: string): number {
	const db = new Database(path, { readonly: true });
	let count = 0;
	const startMs = performance.now();
	for (const _row of db.prepare('SELECT * FROM entries ORDER BY account, seq').iterate()) count += 1;
	const tookMs = performance.now() - startMs;
	db.close();
	return (count * 1000) / tookMs;
}
