/**
 * Owns measuring the ledger on PostgreSQL: pairs on one hot account from four processes, beside pgbench's TPC-B on the same server and
 * beside bare `pg` writing the same rows. The server syncs every commit, as it does by default. Processes of both sides have written for a
 * while before the time is taken, as hosts have: at first a third of a process's time is the compiling of its code.
 */
import { join } from 'node:path';
import { GroupCommit } from '../../lib/ledger/group-commit';
import { openPostgresLedger } from '../../lib/ledger/postgres/store';
import type { LedgerStore } from '../../lib/ledger/store';
import { jitter, monotonicMs, pause, systemClock } from '../../lib/runtime/system';
import { runOrThrow, start, until, type Running } from '../support/machine/child';
import { GO, READY } from '../support/loads/ledger-worker';
import { runTogether } from '../support/loads/ledger-processes';
import { runSql, startPostgres, type PostgresServer } from '../support/postgres/postgres-server';
import { cleanEnvironment } from '../support/machine/repository';
import { fill, openFilled } from './filling';
import { inTurns, type Bench, type Measured } from './measure';
import { ensurePgbench, type Pgbench } from './pgbench';
import type { RawOrder } from './raw-postgres';

const VS_PGBENCH = 'postgres.pairs.vs-pgbench';
const VS_RAW = 'postgres.pairs.vs-raw';
const PROCESSES = 4;
const CLIENTS = 64;
const GROUP = 64;
const WARM_MS = 5000;
const FOR_MS = 4000;
const ROUNDS = 3;
/** Groups that each process of the bare side writes in a round, at first untimed. */
const RAW_WARM_GROUPS = 120;
const RAW_GROUPS = 200;
const RAW_PAIRS = PROCESSES * GROUP * RAW_GROUPS;
const PGBENCH_CLIENTS = 16;
const START_MS = 60_000;

/** The rows of the ledger on a server. */
export const POSTGRES_BENCH: Bench = {
	names: [VS_PGBENCH, VS_RAW],
	run: async () => {
		const pgbench = await ensurePgbench();
		const server = await startPostgres();
		try {
			return await measured(server, pgbench);
		} finally {
			await server.stop();
		}
	},
};

async function measured(server: PostgresServer, pgbench: Pgbench): Promise<Measured[]> {
	await runSql(server.url(), 'CREATE DATABASE pgbench');
	const asOwner = ['-h', '127.0.0.1', '-p', String(server.port), '-U', 'ledger'];
	await runOrThrow(pgbench.program, [...asOwner, '-q', '-i', '-s', '1', 'pgbench'], { env: pgbench.env, timeoutMs: START_MS });
	await makeSource(server);
	let round = 0;
	const ours = (): Promise<number> => ourPairs(server, `ours_${String((round += 1))}`);
	const tpcB = (): Promise<number> => transactionsPerSecond(pgbench, asOwner);
	const raw = (): Promise<number> => rawPairs(server, `raw_${String((round += 1))}`);
	const besidePgbench = await inTurns(ROUNDS, { ours, peer: tpcB });
	const besideRaw = await inTurns(ROUNDS, { ours, peer: raw });
	const note = `${String(PROCESSES)} processes × ${String(CLIENTS)} clients on one account, ${String(ROUNDS)} rounds of ${String(FOR_MS / 1000)} s after ${String(WARM_MS / 1000)} s to warm up, every commit synced`;
	return [
		{
			name: VS_PGBENCH,
			unit: 'pairs/s',
			...besidePgbench,
			reach: { atLeast: 5 },
			note: `${note}; the peer is TPC-B of scale 1 with ${String(PGBENCH_CLIENTS)} clients, in transactions`,
		},
		{
			name: VS_RAW,
			unit: 'pairs/s',
			...besideRaw,
			reach: { atLeast: 0.6 },
			note: `${note}; the peer writes rows of ours in groups of ${String(GROUP)} from as many processes, the first ${String(RAW_WARM_GROUPS)} of ${String(RAW_GROUPS)} to warm up`,
		},
	];
}

function open(server: PostgresServer, schema: string): Promise<LedgerStore> {
	return openPostgresLedger({ url: `${server.url()}?schema=${schema}`, clock: systemClock, pause, jitter, monotonicMs });
}

/** A ledger whose rows the bare side writes again. */
async function makeSource(server: PostgresServer): Promise<void> {
	const store = await open(server, 'source');
	await openFilled(store);
	await fill(store, { first: 0, calls: RAW_PAIRS });
	await new GroupCommit(store).drain();
	await store.close();
}

async function ourPairs(server: PostgresServer, schema: string): Promise<number> {
	const place = `${server.url()}?schema=${schema}`;
	const reports = await runTogether(
		Array.from({ length: PROCESSES }, (_, index) => ({
			task: 'share' as const,
			place,
			name: `p${String(index)}`,
			concurrency: CLIENTS,
			warmMs: WARM_MS,
			forMs: FOR_MS,
		})),
	);
	await runSql(server.url(), `DROP SCHEMA "${schema}" CASCADE`);
	return reports.reduce((sum, { operations, tookMs }) => sum + (operations * 500) / tookMs, 0);
}

async function transactionsPerSecond({ program, env }: Pgbench, asOwner: readonly string[]): Promise<number> {
	const args = [...asOwner, '-n', '-c', String(PGBENCH_CLIENTS), '-j', '2', '-T', String(FOR_MS / 1000), 'pgbench'];
	const { stdout } = await runOrThrow(program, args, { env, timeoutMs: START_MS });
	const [, tps] = /tps = ([\d.]+)/.exec(stdout) ?? [];
	if (tps === undefined) throw new Error(`pgbench did not tell its rate:\n${stdout}`);
	return Number(tps);
}

async function rawPairs(server: PostgresServer, schema: string): Promise<number> {
	const target = await open(server, schema);
	await openFilled(target);
	await target.close();
	const orders = Array.from({ length: PROCESSES }, (_, first): RawOrder => {
		return { url: server.url(), source: 'source', target: schema, groupSize: GROUP, warmGroups: RAW_WARM_GROUPS, first, of: PROCESSES };
	});
	const writers = orders.map((order) =>
		start(process.execPath, [join(__dirname, 'raw-postgres.js'), JSON.stringify(order)], { env: cleanEnvironment() }),
	);
	for (const writer of writers) await until(() => readiness(writer), { timeoutMs: START_MS, everyMs: 2, describe: () => writer.output() });
	for (const writer of writers) writer.signal(GO);
	const reports = await Promise.all(writers.map(reportOf));
	await runSql(server.url(), `DROP SCHEMA "${schema}" CASCADE`);
	return (reports.reduce((sum, { pairs }) => sum + pairs, 0) * 1000) / Math.max(...reports.map(({ tookMs }) => tookMs));
}

function readiness(writer: Running): Promise<true | null> {
	return Promise.resolve(writer.output().includes(READY) || !writer.isRunning() ? true : null);
}

async function reportOf(writer: Running): Promise<{ pairs: number; tookMs: number }> {
	const { code, stdout, stderr } = await writer.finished;
	if (code !== 0) throw new Error(`A bare writer ended with ${String(code)}:\n${stderr}`);
	return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { pairs: number; tookMs: number };
}
