/**
 * Owns starting a real PostgreSQL server in a temporary folder on a free loopback port, ending it as crashes do, and statements of its owner.
 * Refuses to go on when there is no such server.
 */
import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { run, start, until, type Running } from '../machine/child';
import { freePort } from '../machine/free-port';
import { temporaryFolder } from '../machine/temporary-folder';
import { programFolder, serverIdentity, type Identity } from './postgres-programs';

const USER = 'ledger';
const PASSWORD = 'not-a-secret';
const READY_MS = 60_000;

/** A server that a test may end and start again. */
export interface PostgresServer {
	readonly port: number;
	/** Address of a database on it, with the rights of its owner. */
	url(database?: string): string;
	/** Ends it at once, as a loss of power would: nothing is flushed. */
	kill(): Promise<void>;
	/** Kills one of the processes that serve a ledger; the server then ends all others and recovers by itself. */
	killBackend(): Promise<void>;
	/** Starts it again after it has ended; resolves when it takes connections. */
	restart(): Promise<void>;
	/** An immediate shutdown: clients are told, nothing is flushed. */
	stop(): Promise<void>;
}

/** Runs statements one after the other as the owner, on a connection of their own. */
export async function runSql(url: string, ...statements: readonly string[]): Promise<Record<string, unknown>[]> {
	const client = new Client({ connectionString: url });
	await client.connect();
	try {
		let rows: Record<string, unknown>[] = [];
		for (const text of statements) rows = (await client.query<Record<string, unknown>>(text)).rows;
		return rows;
	} finally {
		await client.end();
	}
}

/** Starts a server of its own, for tests that kill it; the caller stops it. Its log may lie elsewhere than its tables. */
export async function startPostgres(
	settings: Readonly<Record<string, string>> = {},
	{ logFolder }: { logFolder?: string } = {},
): Promise<PostgresServer> {
	const binaries = programFolder();
	const folder = temporaryFolder();
	const data = join(folder, 'data');
	const identity = serverIdentity();
	giveToServer(folder);
	const log = logFolder === undefined ? [] : ['-X', join(logFolder, 'log'), '--wal-segsize=1'];
	await run(join(binaries, 'initdb'), ['-D', data, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', ...log], {
		env: serverEnv(),
		timeoutMs: READY_MS,
		...identity,
	}).then(({ code, stdout, stderr }) => {
		if (code !== 0)
			throw new Error(
				`PostgreSQL could not be set up for the tests:\n${stdout}\n${stderr}\nSet LLM_CREDITS_TEST_PG=postgres://user:password@host:port/database to use another server.`,
			);
	});
	const port = await freePort();
	const url = (database = 'postgres'): string => `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${database}`;
	const options = Object.entries({
		listen_addresses: '127.0.0.1',
		port: String(port),
		unix_socket_directories: '',
		max_connections: '100',
		...settings,
	}).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
	let server = await startServer(join(binaries, 'postgres'), ['-D', data, ...options], url(), identity);
	return {
		port,
		url,
		kill: async () => {
			await server.kill('SIGKILL');
		},
		killBackend: () => killBackend(url()),
		restart: async () => {
			server = await startServer(join(binaries, 'postgres'), ['-D', data, ...options], url(), identity);
		},
		stop: async () => {
			await server.kill('SIGQUIT');
		},
	};
}

async function killBackend(url: string): Promise<void> {
	const serving = `SELECT pid FROM pg_stat_activity WHERE application_name = 'llm-credits' ORDER BY state = 'active' DESC, random() LIMIT 1`;
	const pid = await until(async () => Number((await runSql(url, serving))[0]?.['pid'] ?? 0) || null, {
		timeoutMs: READY_MS,
		everyMs: 5,
		describe: () => 'no process serves a ledger',
	});
	process.kill(pid, 'SIGKILL');
}

/** The backends of a server that was killed hold its memory for a moment; until they are gone it does not start again. */
async function startServer(program: string, args: readonly string[], url: string, identity: Identity | null): Promise<Running> {
	let server = start(program, args, { env: serverEnv(), ...identity });
	const isReady = async (): Promise<Running | null> => {
		if (!server.isRunning()) {
			if (!/shared memory|lock file/.test(server.output())) throw new Error(`PostgreSQL did not start for the tests:\n${server.output()}`);
			server = start(program, args, { env: serverEnv(), ...identity });
		}
		return runSql(url, 'SELECT 1').then(
			() => server,
			() => null,
		);
	};
	return until(isReady, { timeoutMs: READY_MS, everyMs: 30, describe: () => server.output() });
}

/** Lets the server write into a folder. */
export function giveToServer(folder: string): void {
	const identity = serverIdentity();
	if (identity) chownSync(folder, identity.uid, identity.gid);
}

function serverEnv(): Record<string, string> {
	return { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' };
}
