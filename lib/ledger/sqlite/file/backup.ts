/**
 * Owns copying a ledger file while it is used: one unchanging view of it, whatever others write meanwhile. The copy appears under its
 * name only when it is whole, for its owner alone. Refuses to replace anything.
 */
import { existsSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { CreditError } from '../../../core/values/errors';
import { openFile } from './connection';
import { ledgerFault } from './faults';
import { createFile, syncFile, syncFolder } from './file';
import { ledgerPathOf } from './ledger-path';
import { giveName } from './new-name';
import { retryWhileBusy, type TurnsOptions } from './turns';

/** How far a copy has come, in pages of the file. */
export type BackupProgress = (done: number, total: number) => void;

/** Short enough that a bar moves and the event loop runs. */
const PAGES_AT_ONCE = 512;
/**
 * Copies the ledger at `waiting.path` to `to`. Rejects with `invalid_path` when something is there already, and with the faults of
 * files otherwise; then nothing of the copy stays.
 */
export async function backUp(waiting: TurnsOptions, { to, onProgress }: { to: string; onProgress: BackupProgress }): Promise<void> {
	const path = ledgerPathOf(to);
	const partial = `${path}.${String(process.pid)}.partial`;
	try {
		assertFree(path);
		rmSync(partial, { force: true });
		createFile(partial);
		await copy(waiting, { partial, onProgress });
		syncFile(partial);
		if (!giveName(partial, path)) assertFree(path);
		syncFolder(dirname(path));
	} catch (error) {
		throw ledgerFault(error, path);
	} finally {
		for (const rest of [partial, `${partial}-journal`]) rmSync(rest, { force: true });
	}
}

/** A connection of its own keeps one read transaction open: SQLite then copies that view and never has to begin again. */
async function copy(waiting: TurnsOptions, { partial, onProgress }: { partial: string; onProgress: BackupProgress }): Promise<void> {
	const db = openFile(waiting.path);
	try {
		await retryWhileBusy(() => {
			if (!db.inTransaction) db.exec('BEGIN');
			db.prepare('SELECT count(*) FROM sqlite_schema').get();
		}, waiting);
		await db.backup(partial, {
			progress: ({ totalPages, remainingPages }) => {
				onProgress(totalPages - remainingPages, totalPages);
				return PAGES_AT_ONCE;
			},
		});
	} finally {
		db.close();
	}
}

function assertFree(path: string): void {
	if (!existsSync(path)) return;
	throw new CreditError('invalid_path', `There is something at ${path} already, and a backup replaces nothing. Choose another path.`);
}
