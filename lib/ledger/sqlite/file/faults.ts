/**
 * Owns the translation of what SQLite and the file system report into faults with a name, the path and the mend. The one place
 * where their codes are read. Refuses to hide anything: what it does not know keeps its own words.
 */
import { codeOf, wordsOf } from '../../../core/values/foreign';
import { accessSync, constants, mkdtempSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CreditError, isCreditError, type CreditErrorCode } from '../../../core/values/errors';
import { restoreHint } from '../../../core/values/restore-hint';
import { notOurs } from './file';

interface Description {
	readonly code: CreditErrorCode;
	readonly text: string;
}

const READ_ONLY_MEND = 'Give the user that runs this host the right to write the file and its folder, or choose another path.';
const FULL_MEND = 'Make room on the disk; nothing of this operation was written.';

/** True when another connection holds the lock and the same attempt may be made again. */
export function isBusy(error: unknown): boolean {
	const code = codeOf(error);
	return code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED') || code === 'SQLITE_PROTOCOL';
}

/** The fault to reject with for anything that was thrown while the ledger at `path` was used. */
export function ledgerFault(cause: unknown, path: string): CreditError {
	if (isCreditError(cause)) return cause;
	const { code, text } = describe(cause, path);
	return new CreditError(code, text, { cause, isRetryable: code === 'ledger_busy' || code === 'ledger_full' });
}

/** The fault for a lock that did not come free in `waitedMs`. */
export function busyFault(cause: unknown, { path, waitedMs }: { path: string; waitedMs: number }): CreditError {
	const text = `The ledger ${path} was locked by another process for ${String(Math.round(waitedMs))} ms. Try again; if it stays so, end the program that holds the file open for writing.`;
	return new CreditError('ledger_busy', text, { cause, isRetryable: true });
}

function describe(cause: unknown, path: string): Description {
	const code = codeOf(cause);
	if (isBusy(cause)) return { code: 'ledger_busy', text: `The ledger ${path} is locked by another process. Try again.` };
	if (code.startsWith('SQLITE')) return describeSqlite(cause, { code, path });
	switch (code) {
		case 'EACCES':
		case 'EPERM':
		case 'EROFS':
			return { code: 'ledger_read_only', text: `The ledger ${path} cannot be written (${code}). ${READ_ONLY_MEND}` };
		case 'ENOSPC':
		case 'EDQUOT':
			return { code: 'ledger_full', text: `The disk is full at ${path}. ${FULL_MEND}` };
		case 'ENOTDIR':
		case 'EEXIST':
			return { code: 'invalid_path', text: `The ledger's path ${path} leads through something that is not a folder. Choose another path.` };
		case 'EISDIR':
			return {
				code: 'invalid_path',
				text: `The ledger's path ${path} is a folder. Name a file in it, for example ${join(path, 'ledger.db')}.`,
			};
		case 'ENAMETOOLONG':
			return { code: 'invalid_path', text: `The ledger's path ${path} is too long for this system. Choose a shorter one.` };
		default:
			return { code: 'ledger_unavailable', text: `The ledger ${path} cannot be used: ${wordsOf(cause)}. Check the path and the disk.` };
	}
}

function describeSqlite(cause: unknown, { code, path }: { code: string; path: string }): Description {
	const isCode = (...starts: string[]): boolean => starts.some((start) => code.startsWith(start));
	if (isCode('SQLITE_READONLY', 'SQLITE_PERM', 'SQLITE_AUTH'))
		return { code: 'ledger_read_only', text: `The ledger ${path} cannot be written. ${READ_ONLY_MEND}` };
	if (isCode('SQLITE_FULL')) return { code: 'ledger_full', text: `The disk is full at ${path}. ${FULL_MEND}` };
	if (isCode('SQLITE_NOTADB')) return { code: 'ledger_corrupt', text: notOurs(path, 'a file of another program').message };
	if (isCode('SQLITE_CORRUPT'))
		return { code: 'ledger_corrupt', text: `The ledger ${path} is damaged; the file was left as it is. To go on: ${restoreHint(path)}.` };
	if (isCode('SQLITE_CONSTRAINT'))
		return {
			code: 'ledger_corrupt',
			text: `The ledger ${path} contradicts itself: ${wordsOf(cause)}. Nothing was written. Run "llm-credits verify" on it.`,
		};
	if (isCode('SQLITE_IOERR_SHM', 'SQLITE_IOERR_LOCK', 'SQLITE_NOLFS'))
		return {
			code: 'ledger_unavailable',
			text: `The ledger ${path} lies on a mount without shared memory or locks (${code}), such as a network share, or a folder of Windows or macOS that is mounted into a container. Put the file on a named volume of Docker or a local disk, or use a ledger on PostgreSQL.`,
		};
	if (isCode('SQLITE_CANTOPEN', 'SQLITE_IOERR')) {
		const obstacle = writeObstacle(path);
		if (obstacle) return describe(obstacle, path);
	}
	return {
		code: 'ledger_unavailable',
		text: `The ledger ${path} cannot be used: ${wordsOf(cause)} (${code}). Check the path and the disk.`,
	};
}

/**
 * What the system says about writing the file, or making one beside it; `null` when both can be done. The file itself is never opened
 * here: closing it again would drop the locks that this process holds on it through SQLite.
 */
function writeObstacle(path: string): unknown {
	try {
		accessSync(path, constants.R_OK | constants.W_OK);
		rmdirSync(mkdtempSync(join(dirname(path), '.llm-credits-')));
		return null;
	} catch (error) {
		return error;
	}
}
