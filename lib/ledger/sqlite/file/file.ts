/**
 * Owns the ledger's file as a file: its folder, its mode, making it, and whether it is still the file that was opened.
 * Refuses anything that is not a plain file, and never changes the mode of a file or folder that was there before.
 */
import { codeOf } from '../../../core/values/foreign';
import {
	accessSync,
	chmodSync,
	closeSync,
	constants,
	fchmodSync,
	fsyncSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	rmSync,
	statSync,
	type BigIntStats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { CreditError } from '../../../core/values/errors';
import { restoreHint } from '../../../core/values/restore-hint';
import { giveName } from './new-name';

/** Ledgers and their backups are for their owner alone. */
export const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/**
 * True when there is a file that may be a ledger, false when there is nothing. Throws `invalid_path` for what is no plain file,
 * `ledger_corrupt` for an empty one, which somebody else has made or cut, and what the system throws for one that cannot be written.
 */
export function hasLedgerFile(path: string): boolean {
	const found = statSync(path, { throwIfNoEntry: false });
	if (!found) return false;
	if (!found.isFile())
		throw new CreditError(
			'invalid_path',
			`The ledger's path ${path} is ${found.isDirectory() ? 'a folder' : 'not a plain file'}. Name a file.`,
		);
	if (found.size === 0) throw notOurs(path, 'an empty file');
	// Asked before SQLite is: it would leave side files beside a file that it can only read.
	accessSync(path, constants.R_OK | constants.W_OK);
	accessSync(dirname(path), constants.W_OK);
	return true;
}

/**
 * Makes a ledger file for its owner alone, in folders of mode 0700 where they are missing. `fill` makes the ledger in a draft beside it; it
 * appears under its name only when it is whole, so that nobody ever meets half of one. When another process was first, its file stays.
 * SQLite gives its side files the mode of the file.
 */
export function makeLedgerFile(path: string, fill: (draft: string) => void): void {
	const folder = dirname(path);
	makeFolder(folder);
	const drafts = mkdtempSync(join(folder, '.llm-credits-'));
	try {
		const draft = join(drafts, 'draft.db');
		createFile(draft);
		fill(draft);
		syncFile(draft);
		giveName(draft, path);
		syncFolder(folder);
	} finally {
		rmSync(drafts, { recursive: true, force: true });
	}
}

/** The fault for a file that LLM Credits did not make. */
export function notOurs(path: string, what: string): CreditError {
	return new CreditError(
		'ledger_corrupt',
		`${path} is ${what}, not a ledger. Nothing was changed in it. Choose another file, or remove it if nobody needs it. If a ledger was there: ${restoreHint(path)}.`,
	);
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

/** Makes an empty file for its owner alone. Throws `EEXIST` where something is. */
export function createFile(path: string): void {
	const file = openSync(path, 'wx', FILE_MODE);
	fchmodSync(file, FILE_MODE);
	closeSync(file);
}

/** Makes the content of a file durable. */
export function syncFile(path: string): void {
	const file = openSync(path, 'r+');
	fsyncSync(file);
	closeSync(file);
}

/** Another process may make the same thing at the same moment; that is as good. */
function unlessThere(make: () => void): void {
	try {
		make();
	} catch (error) {
		if (codeOf(error) !== 'EEXIST') throw error;
	}
}

/** Makes a new name in the folder durable. Windows cannot, and need not, sync a folder. */
export function syncFolder(folder: string): void {
	if (process.platform === 'win32') return;
	const handle = openSync(folder, 'r');
	fsyncSync(handle);
	closeSync(handle);
}
