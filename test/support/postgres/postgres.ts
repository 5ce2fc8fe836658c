/**
 * Owns the PostgreSQL server that tests share: started on first use, ended with the test process. `LLM_CREDITS_TEST_PG` names another server
 * to use instead. Refuses to skip anything when there is none.
 */
import { spawnSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { after } from 'mocha';
import { newPersonKey } from '../machine/manual-clock';
import type { LedgerStore } from '../../../lib/ledger/store';
import { openPostgresLedger, type PostgresLedgerOptions } from '../../../lib/ledger/postgres/store';
import { repositoryRoot } from '../machine/repository';
import { runSql, startPostgres, type PostgresServer } from './postgres-server';

let shared: Promise<PostgresServer> | null = null;
let schemas = 0;
/** Addresses of ledgers that may have been made on servers that stay. */
const leftOnServers: URL[] = [];

/**
 * Where files run in parallel, this module is loaded once for many of them and a hook would belong to the first: the server then ends with
 * the process that started it.
 */
const IS_SHARED_BY_FILES = process.env['MOCHA_WORKER_ID'] !== undefined;

// Outside of mocha there are no hooks: the benchmarks load this module too, and start servers of their own.
if ('describe' in globalThis && !IS_SHARED_BY_FILES) {
	after('the shared PostgreSQL server is stopped', async function () {
		this.timeout(30_000);
		for (const url of leftOnServers.splice(0)) await dropSchema(url);
		await (await shared?.catch(() => null))?.stop();
		shared = null;
	});
}

/** Removes the schemas of the addresses that it is given; for a process that is ending and can wait for nothing. */
const DROP_SCHEMAS = `const { Client } = require('pg');
const drop = async (address) => {
	const url = new URL(address), schema = url.searchParams.get('schema');
	url.searchParams.delete('schema');
	const client = new Client({ connectionString: url.href });
	await client.connect();
	await client.query('DROP SCHEMA IF EXISTS "' + schema + '" CASCADE');
	await client.end();
};
(async () => { for (const address of JSON.parse(process.argv[1])) await drop(address); })();`;

if (IS_SHARED_BY_FILES)
	process.on('exit', () => {
		if (leftOnServers.length > 0)
			spawnSync(process.execPath, ['-e', DROP_SCHEMAS, JSON.stringify(leftOnServers)], { cwd: repositoryRoot() });
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
		newPersonKey,
		...options,
		url,
	});
}
