/**
 * Owns an n8n in queue mode for tests, as on several machines: a main process and workers that share n8n's database, Redis and the
 * encryption key, and no folder. Refuses to share anything with other tests.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until, type Running } from '../machine/child';
import { N8nSession } from './n8n-session';
import { packOnce } from '../machine/pack';
import { runSql, startPostgres, type PostgresServer } from '../postgres/postgres-server';
import { installPackage, launchN8n } from './real-n8n';
import { startRedis, type RedisServer } from '../machine/redis';

/** Executions that one worker runs side by side; n8n's default. */
export const WORKER_CONCURRENCY = 10;
/** n8n gives a worker up when it has not renewed its lock for so long; a minute by default, shorter so that the test need not wait. */
const LOCK_MS = 10_000;

/** A worker, and what it says of its executions. */
export interface N8nWorker {
	readonly process: Running;
	/** Ids of the executions it began. */
	began(): readonly string[];
	/** Ids of those that it ended. */
	ended(): readonly string[];
}

export interface QueueN8n {
	readonly main: N8nSession;
	readonly workers: readonly N8nWorker[];
	/** The address of a database on the server that also has n8n's own. */
	readonly ledgerDatabase: string;
	stop(): Promise<void>;
}

/** Starts main and `workers`; `env` is added to the environment of all, and is told the ledger's database. Leaves nothing when it fails. */
export async function startQueueN8n(workers: number, env: (ledgerDatabase: string) => Record<string, string>): Promise<QueueN8n> {
	const running: (() => Promise<unknown>)[] = [];
	const stop = async (): Promise<void> => {
		for (const end of running.splice(0).reverse()) await end();
	};
	try {
		const redis = await startRedis();
		running.push(() => redis.stop());
		const postgres = await startPostgres({ fsync: 'off', full_page_writes: 'off' });
		running.push(() => postgres.stop());
		await runSql(postgres.url(), 'CREATE DATABASE n8n', 'CREATE DATABASE credits');
		const ledgerDatabase = postgres.url('credits');
		const shared = { ...queueEnvironment(redis, postgres), ...env(ledgerDatabase) };
		const main = await N8nSession.start(shared);
		running.push(() => main.stop());
		const started = await Promise.all(Array.from({ length: workers }, () => startWorker(shared, running)));
		return { main, workers: started, ledgerDatabase, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

function queueEnvironment(redis: RedisServer, postgres: PostgresServer): Record<string, string> {
	const { hostname, username, password } = new URL(postgres.url());
	return {
		EXECUTIONS_MODE: 'queue',
		QUEUE_BULL_REDIS_HOST: '127.0.0.1',
		QUEUE_BULL_REDIS_PORT: String(redis.port),
		QUEUE_WORKER_LOCK_DURATION: String(LOCK_MS),
		QUEUE_WORKER_LOCK_RENEW_TIME: String(LOCK_MS / 5),
		QUEUE_WORKER_STALLED_INTERVAL: String(LOCK_MS / 2),
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: hostname,
		DB_POSTGRESDB_PORT: String(postgres.port),
		DB_POSTGRESDB_DATABASE: 'n8n',
		DB_POSTGRESDB_USER: username,
		DB_POSTGRESDB_PASSWORD: password,
	};
}

async function startWorker(env: Readonly<Record<string, string>>, running: (() => Promise<unknown>)[]): Promise<N8nWorker> {
	const userFolder = mkdtempSync(join(tmpdir(), 'llm-credits-n8n-worker-'));
	await installPackage(await packOnce(), userFolder);
	const args = ['worker', `--concurrency=${WORKER_CONCURRENCY}`];
	const process = await launchN8n(args, { userFolder, env: { N8N_LOG_LEVEL: 'info', ...env } });
	running.push(async () => {
		await process.stop(5_000);
		rmSync(userFolder, { recursive: true, force: true });
	});
	const isReady = async (): Promise<true | null> => {
		if (!process.isRunning()) throw new Error(`The worker ended while it was starting:\n${process.output()}`);
		return Promise.resolve(process.output().includes('n8n worker is now ready') ? true : null);
	};
	await until(isReady, { timeoutMs: 90_000, everyMs: 200, describe: () => `the worker is not ready:\n${process.output()}` });
	const idsIn = (verb: 'started' | 'finished'): readonly string[] =>
		[...process.output().matchAll(new RegExp(`Worker ${verb} execution (\\d+) `, 'g'))].map(([, id]) => id ?? '');
	return { process, began: () => idsIn('started'), ended: () => idsIn('finished') };
}
