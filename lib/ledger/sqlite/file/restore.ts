/**
 * Puts a proved copy of a backup in the place of a ledger file: at one moment, with the replaced file kept beside it, and without side files
 * of the old one, which SQLite would else play into the backup.
 */
import { existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { CreditError } from '../../../core/values/errors';
import { openFile } from './connection';
import { isBusy } from './faults';
import { syncFolder } from './file';
import { seenPath } from './seen';
import { freeName } from './side-files';

const SIDE_ENDINGS = ['-wal', '-shm', '-journal'] as const;

/**
 * Moves `draft` to `path` and returns under which name the replaced file lies, `null` when there was none. Throws `ledger_busy` while a host
 * has the file open, and what the system throws.
 */
export function replaceLedgerFile(draft: string, path: string): string | null {
	const isThere = existsSync(path);
	if (isThere) emptyLog(path);
	const kept = freeName(`${path}.replaced`);
	// Both names lead to the old file until the new one takes the first: at no moment is there no ledger, which a host would make anew.
	if (isThere) linkSync(path, kept);
	for (const ending of SIDE_ENDINGS) if (existsSync(`${path}${ending}`)) renameSync(`${path}${ending}`, `${kept}${ending}`);
	rmSync(seenPath(path), { force: true });
	renameSync(draft, path);
	syncFolder(dirname(path));
	return isThere ? kept : null;
}

/** Brings the log into the file, which only its last user can do. What is no sound database is left as it is. */
function emptyLog(path: string): void {
	let mode: unknown;
	try {
		const db = openFile(path);
		try {
			mode = db.pragma('journal_mode = DELETE', { simple: true });
		} finally {
			db.close();
		}
	} catch (error) {
		if (!isBusy(error)) return;
		mode = 'wal';
	}
	if (mode !== 'wal') return;
	throw new CreditError(
		'ledger_busy',
		`A host, or another program, has the ledger ${path} open. Stop it first, so that nothing is spent meanwhile; nothing was changed.`,
	);
}
