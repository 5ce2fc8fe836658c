/**
 * Owns the ways in which a ledger cannot be used, for the store that the hosts' tests run on: each with what is then said. Refuses to
 * know what a host makes of it.
 */
import Database from 'better-sqlite3';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readAddress } from '../../../lib/ledger/postgres/connection/address';
import { isServerAddress } from '../../../lib/runtime/runtime';
import { freePort } from '../machine/free-port';
import { IS_ON_SERVER, newLedger } from './host-ledger';
import { grantCredits } from '../ledger/ledger-reader';
import { runSql } from '../postgres/postgres-server';

export interface UnusableLedger {
	readonly name: string;
	/** Makes it, in or beside `folder`, and says where it is. */
	readonly make: (folder: string) => Promise<string>;
	/** What people are told. */
	readonly says: RegExp;
}

const FILES: readonly UnusableLedger[] = [
	{
		name: 'a folder in its place',
		make: async (folder) => {
			const path = await newLedger(folder);
			mkdirSync(path, { recursive: true });
			return path;
		},
		says: /folder|directory/i,
	},
	{
		name: 'a corrupt file',
		make: async (folder) => {
			const path = await newLedger(folder);
			mkdirSync(dirname(path));
			writeFileSync(path, 'This is no database. '.repeat(500));
			return path;
		},
		says: /corrupt|not a ledger|damaged|not a database/i,
	},
	{
		name: 'a newer schema',
		make: async (folder) => {
			const path = await newLedger(folder);
			await grantCredits(path, '5');
			await makeNewer(path);
			return path;
		},
		says: /newer/i,
	},
	{ name: 'a folder that is a file', make: async (folder) => (await blockedFile(folder)).ledger, says: /\S/ },
];

const ON_SERVER: readonly UnusableLedger[] = [
	{ name: 'a schema of another program', make: async (folder) => (await blockedSchema(folder)).ledger, says: /another program/ },
	{
		name: 'a server that is not there',
		make: async (folder) => {
			const url = new URL(await newLedger(folder));
			url.port = String(await freePort());
			return url.href;
		},
		says: /cannot be reached/,
	},
	{
		name: 'a database that is not there',
		make: async (folder) => {
			const url = new URL(await newLedger(folder));
			url.pathname = '/nowhere';
			return url.href;
		},
		says: /does not exist/,
	},
	{
		name: 'a newer schema',
		make: async (folder) => {
			const url = await newLedger(folder);
			await grantCredits(url, '5');
			await makeNewer(url);
			return url;
		},
		says: /newer/i,
	},
];

/** Each way in which a ledger of this run's store cannot be used. */
export const UNUSABLE_LEDGERS: readonly UnusableLedger[] = IS_ON_SERVER ? ON_SERVER : FILES;

/** Makes a ledger one of a newer program, which this one leaves alone. Returns what makes it as it was. */
export async function makeNewer(ledger: string): Promise<() => Promise<void>> {
	const was = await setVersion(ledger, '999');
	return async () => {
		await setVersion(ledger, was);
	};
}

/** Returns the version that it had. */
async function setVersion(ledger: string, version: string): Promise<string> {
	if (isServerAddress(ledger)) {
		const { connectionString, schema } = readAddress(ledger);
		const [row] = await runSql(connectionString, `SELECT version FROM "${schema}".ledger_version`);
		await runSql(connectionString, `UPDATE "${schema}".ledger_version SET version = ${version}`);
		return String(row?.['version']);
	}
	const db = new Database(ledger);
	try {
		const was = db.pragma('user_version', { simple: true });
		db.pragma(`user_version = ${version}`);
		return String(was);
	} finally {
		db.close();
	}
}

/** A ledger that cannot be made because something is in its place, until it is cleared away. */
export interface BlockedLedger {
	readonly ledger: string;
	readonly clear: () => Promise<void>;
}

export function blockedLedger(folder: string): Promise<BlockedLedger> {
	return IS_ON_SERVER ? blockedSchema(folder) : blockedFile(folder);
}

async function blockedFile(folder: string): Promise<BlockedLedger> {
	const ledger = await newLedger(folder);
	writeFileSync(dirname(ledger), 'in the way');
	return {
		ledger,
		clear: async () => {
			rmSync(dirname(ledger));
			return Promise.resolve();
		},
	};
}

async function blockedSchema(folder: string): Promise<BlockedLedger> {
	const ledger = await newLedger(folder);
	const { connectionString, schema } = readAddress(ledger);
	await runSql(connectionString, `CREATE SCHEMA "${schema}"`, `CREATE TABLE "${schema}".orders (id integer)`);
	return {
		ledger,
		clear: async () => {
			await runSql(connectionString, `DROP SCHEMA "${schema}" CASCADE`);
		},
	};
}
