/** Reads the path of a ledger file as people write it, and says which file it leads to. Opens and makes nothing. */
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreditError } from '../../../core/values/errors';

/**
 * The absolute path that a text means: blanks around it do not count, and `~/` is the home folder. Throws `invalid_path` for what does
 * not name a file, such as a `file:` URL, which would else be taken for a folder named "file:".
 */
export function ledgerPathOf(text: string): string {
	const given = text.trim();
	if (given === '') throw new CreditError('invalid_path', 'The ledger has no path. Name a file, for example /home/me/ledger.db.');
	if (/^file:/i.test(given)) throw noPath(given, `Write the plain path ${plainPathOf(given)}`);
	if (given.includes('\0') || given === ':memory:' || /[\\/]$/.test(given))
		throw noPath(given, 'Write a plain path such as /home/me/ledger.db');
	if (given === '~' || /^~[\\/]/.test(given)) return named(join(homedir(), given.slice(1)), given);
	if (/^~[^\\/]*[\\/]/.test(given)) throw noPath(given, 'Only your own home folder can be written as ~/; write the whole path');
	return resolve(given);
}

/** True for a text that means the same file whatever folder a process was started in; what is refused is told by {@link ledgerPathOf}. */
export function isWholeLedgerPath(text: string): boolean {
	return isAbsolute(text.trim()) || /^(?:~|file:)/i.test(text.trim());
}

/**
 * The path with every link of its folders and of the file itself resolved, as far as they exist: what the system opens, or makes. What does
 * not exist yet keeps the name that was given.
 */
export function withoutLinks(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		const folder = dirname(path);
		return folder === path ? path : join(withoutLinks(folder), basename(path));
	}
}

function noPath(given: string, mend: string): CreditError {
	return new CreditError('invalid_path', `The ledger's path is ${JSON.stringify(given)}, which does not name a file. ${mend}.`);
}

function named(path: string, given: string): string {
	if (path === homedir()) throw noPath(given, 'Name a file in it, such as ~/ledger.db');
	return path;
}

/** What is most likely meant by a `file:` URL. */
function plainPathOf(url: string): string {
	try {
		return fileURLToPath(url.split(/[?#]/, 1)[0] ?? url);
	} catch {
		return 'such as /home/me/ledger.db';
	}
}
