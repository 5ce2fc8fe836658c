/**
 * What is done with a ledger file of an older schema: brought forward after a copy was put beside it, read through a copy that is thrown
 * away, or refused. A file is changed for good by a host or by somebody who asks for it, never by looking at it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { backUp } from './backup';
import { openFile } from './connection';
import { hasLedgerFile } from './file';
import { assertLedger, SCHEMA_VERSION, versionOf, type Migration } from './migrations';
import { giveName } from './new-name';
import { freeName } from './side-files';
import { retryWhileBusy, type TurnsOptions } from './turns';

/** The schema of the ledger at `waiting.path` where it is an older one, else `null`. Changes nothing. */
export async function olderVersionOf(waiting: TurnsOptions): Promise<number | null> {
	if (!hasLedgerFile(waiting.path)) return null;
	const db = openFile(waiting.path);
	try {
		return await retryWhileBusy(() => {
			assertLedger(db, waiting.path);
			const version = versionOf(db);
			return version < SCHEMA_VERSION ? version : null;
		}, waiting);
	} finally {
		db.close();
	}
}

/** Copies the ledger as it is to a name beside it that says its schema, before it is brought forward. */
export async function keepOlder(waiting: TurnsOptions, version: number): Promise<Migration> {
	const folder = mkdtempSync(join(dirname(waiting.path), '.llm-credits-'));
	try {
		const draft = join(folder, 'ledger.db');
		await backUp(waiting, { to: draft, onProgress: () => undefined });
		// Two hosts that start at once after an update keep a copy each.
		for (;;) {
			const backup = freeName(`${waiting.path}.schema-${String(version)}`);
			if (giveName(draft, backup)) return { location: waiting.path, from: version, to: SCHEMA_VERSION, backup };
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Copies the ledger into a folder of its own; `remove` takes it away again. */
export async function copyAside(waiting: TurnsOptions): Promise<{ readonly path: string; readonly remove: () => void }> {
	const folder = mkdtempSync(join(tmpdir(), 'llm-credits-'));
	const remove = (): void => rmSync(folder, { recursive: true, force: true });
	try {
		const path = join(folder, 'ledger.db');
		await backUp(waiting, { to: path, onProgress: () => undefined });
		return { path, remove };
	} catch (error) {
		remove();
		throw error;
	}
}
