/**
 * Owns where the ledgers of the hosts' end-to-end tests lie, so that every test runs unchanged on each store: in files, or on a
 * PostgreSQL server when LLM_CREDITS_LEDGER is `postgres` (the tests start one) or the `postgres://` address of one. Each ledger is a
 * file or a schema of its own. Refuses to use a file that LLM_CREDITS_LEDGER names: that is somebody's ledger.
 */
import { join } from 'node:path';
import { before } from 'mocha';
import { readAddress } from '../../../lib/ledger/postgres/connection/address';
import { defaultLedgerPath } from '../../../lib/runtime/ledger-place';
import { isServerAddress } from '../../../lib/runtime/runtime';
import { newLedgerUrl, postgresUrl } from '../postgres/postgres';
import { runSql } from '../postgres/postgres-server';

const LEDGER_VARIABLE = 'LLM_CREDITS_LEDGER';
const ASKED = process.env[LEDGER_VARIABLE]?.trim() ?? '';

/** True when the ledgers of this run are on a PostgreSQL server. */
export const IS_ON_SERVER = ASKED === 'postgres' || isServerAddress(ASKED);

let ledgers = 0;

if (IS_ON_SERVER) {
	before('the store of the ledgers is told', async function () {
		this.timeout(60_000);
		const [row] = await runSql(await serverUrl(), 'SHOW server_version');
		process.stdout.write(`  The ledgers of the hosts are on PostgreSQL ${String(row?.['server_version'])}.\n`);
	});
}

function serverUrl(): Promise<string> {
	return isServerAddress(ASKED) ? Promise.resolve(ASKED) : postgresUrl();
}

/** A place without a ledger: a path inside `folder`, or the address of a schema that is not there. */
export async function newLedger(folder: string): Promise<string> {
	if (IS_ON_SERVER) return newLedgerUrl(await serverUrl());
	ledgers += 1;
	return join(folder, `ledger-${process.pid}-${ledgers}`, 'ledger.db');
}

/** The ledger that a host uses where its settings name none, and the environment in which it does. */
export interface UsualLedger {
	readonly ledger: string;
	readonly env: Readonly<Record<string, string>>;
}

/** The usual ledger of a host that keeps its data in `folder`. */
export async function usualLedger(folder: string): Promise<UsualLedger> {
	if (!IS_ON_SERVER) return { ledger: defaultLedgerPath(folder), env: {} };
	const ledger = await newLedger(folder);
	return { ledger, env: { [LEDGER_VARIABLE]: ledger } };
}

/** A ledger as a connection of a host names it. */
export function connectionTo(ledger: string): { readonly path: string; readonly postgresUrl: string } {
	return isServerAddress(ledger) ? { path: '', postgresUrl: ledger } : { path: ledger, postgresUrl: '' };
}

/** A ledger as messages name it: the path, or the address without its password. */
export function locationOf(ledger: string): string {
	return isServerAddress(ledger) ? readAddress(ledger).location : ledger;
}

/** What of a ledger's place must never be seen. */
export function secretsOf(ledger: string): readonly string[] {
	const password = isServerAddress(ledger) ? new URL(ledger).password : '';
	return password === '' ? [] : [password];
}
