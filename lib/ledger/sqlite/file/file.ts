/**
 * Owns the ledger's file as a file: a checked path, its folder, its mode, and whether it is still the file that was opened.
 * Refuses anything that is not a plain file, and never changes the mode of a file or folder that was there before.
 */
import {
	accessSync,
	chmodSync,
	closeSync,
	constants,
	fchmodSync,
	fsyncSync,
	mkdirSync,
	openSync,
	statSync,
	type BigIntStats,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CreditError } from '../../../core/values/errors';
import { absentLedger } from '../../absent';

/** Ledgers and their backups are for their owner alone. */
export const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** The absolute path of a ledger file. Throws `invalid_path` for what cannot name one. */
export function checkedLedgerPath(path: string): string {
	const given = path.trim();
	if (given === '') throw new CreditError('invalid_path', 'The ledger has no path. Name a file, for example /home/me/ledger.db.');
	if (given.includes('\0') || given.startsWith('file:') || given === ':memory:' || /[\\/]$/.test(given)) {
		throw new CreditError(
			'invalid_path',
			`The ledger's path is ${JSON.stringify(given)}, which does not name a file. Write a plain path such as /home/me/ledger.db.`,
		);
	}
	return resolve(given);
}

/**
 * Makes sure that the file exists: an empty one of mode 0600, in folders of mode 0700 where they are missing. SQLite gives its
 * side files the mode of the file. Throws `ledger_unavailable` for a missing file that may not be made, `invalid_path`, and what the
 * system throws.
 */
export function ensureLedgerFile(path: string, { mayMake }: { mayMake: boolean }): void {
	const found = statSync(path, { throwIfNoEntry: false });
	if (found) {
		if (!found.isFile())
			throw new CreditError(
				'invalid_path',
				`The ledger's path ${path} is ${found.isDirectory() ? 'a folder' : 'not a plain file'}. Name a file.`,
			);
		// Asked before SQLite is: it would leave side files beside a file that it can only read.
		accessSync(path, constants.R_OK | constants.W_OK);
		accessSync(dirname(path), constants.W_OK);
		return;
	}
	if (!mayMake) throw absentLedger(path);
	const folder = dirname(path);
	makeFolder(folder);
	createFile(path);
	syncFolder(folder);
}

/** Which file a path leads to now; `null` when to none. */
export function fileIdentity(path: string): string | null {
	const found: BigIntStats | undefined = statSync(path, { bigint: true, throwIfNoEntry: false });
	return found ? `${String(found.dev)}:${String(found.ino)}` : null;
}

/** Throws `ledger_unavailable` when the path no longer leads to the file that was opened: what is written then would be lost. */
export function assertSameFile(path: string, identity: string | null): void {
	if (fileIdentity(path) === identity) return;
	throw new CreditError(
		'ledger_unavailable',
		`The ledger ${path} was moved, deleted or replaced while it was open. Put it back, or restart this host to use the new file.`,
	);
}

/** Folder by folder: Node's own recursive way never ends where a folder cannot be made in one that exists, as in /proc. */
function makeFolder(folder: string): void {
	if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
	if (dirname(folder) !== folder) makeFolder(dirname(folder));
	unlessThere(() => {
		mkdirSync(folder, { mode: FOLDER_MODE });
		chmodSync(folder, FOLDER_MODE);
	});
	if (!statSync(folder).isDirectory()) throw Object.assign(new Error(`${folder} is not a folder`), { code: 'ENOTDIR' });
}

function createFile(path: string): void {
	unlessThere(() => {
		const file = openSync(path, 'wx', FILE_MODE);
		fchmodSync(file, FILE_MODE);
		closeSync(file);
	});
}

/** Another process may make the same thing at the same moment; that is as good. */
function unlessThere(make: () => void): void {
	try {
		make();
	} catch (error) {
		const isThereNow = (error as { code?: unknown }).code === 'EEXIST';
		if (!isThereNow) throw error;
	}
}

/** Makes a new name in the folder durable. Windows cannot, and need not, sync a folder. */
export function syncFolder(folder: string): void {
	if (process.platform === 'win32') return;
	const handle = openSync(folder, 'r');
	fsyncSync(handle);
	closeSync(handle);
}
