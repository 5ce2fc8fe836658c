/**
 * Owns copying a ledger file while it is used: one unchanging view of it, whatever others write meanwhile. The copy appears under its
 * name only when it is whole, for its owner alone. Refuses to replace anything.
 */
import { closeSync, existsSync, fchmodSync, fsyncSync, linkSync, openSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { CreditError } from '../../../core/values/errors';
import { openFile } from './connection';
import { ledgerFault } from './faults';
import { checkedLedgerPath, FILE_MODE, syncFolder } from './file';
import { retryWhileBusy, type TurnsOptions } from './turns';

/** How far a copy has come, in pages of the file. */
export type BackupProgress = (done: number, total: number) => void;

/** Short enough that a bar moves and the event loop runs. */
const PAGES_AT_ONCE = 512;
/** File systems that know no second name for a file. */
const NO_LINKS: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL']);

/**
 * Copies the ledger at `waiting.path` to `to`. Rejects with `invalid_path` when something is there already, and with the faults of
 * files otherwise; then nothing of the copy stays.
 */
export async function backUp(waiting: TurnsOptions, { to, onProgress }: { to: string; onProgress: BackupProgress }): Promise<void> {
	const path = checkedLedgerPath(to);
	const partial = `${path}.${String(process.pid)}.partial`;
	try {
		assertFree(path);
		rmSync(partial, { force: true });
		createForOwner(partial);
		await copy(waiting, { partial, onProgress });
		sync(partial);
		giveName(partial, path);
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

function createForOwner(path: string): void {
	const file = openSync(path, 'wx', FILE_MODE);
	fchmodSync(file, FILE_MODE);
	closeSync(file);
}

function sync(path: string): void {
	const file = openSync(path, 'r+');
	fsyncSync(file);
	closeSync(file);
}

/** A link fails where a name is taken, a rename would replace what has it. */
function giveName(partial: string, path: string): void {
	try {
		linkSync(partial, path);
		unlinkSync(partial);
	} catch (error) {
		const code = (error as { code?: unknown }).code;
		if (code === 'EEXIST') assertFree(path);
		if (!NO_LINKS.has(code)) throw error;
		assertFree(path);
		renameSync(partial, path);
	}
}

function assertFree(path: string): void {
	if (!existsSync(path)) return;
	throw new CreditError('invalid_path', `There is something at ${path} already, and a backup replaces nothing. Choose another path.`);
}
