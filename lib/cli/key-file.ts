/** Owns reading a key from a file. Refuses empty files; never repeats what is in one. */
import { readFileSync } from 'node:fs';
import { wrongUse } from './failure';

/** The key in the first line of a file. Throws a {@link CliFailure} naming the option and the file. */
export function keyInFile(path: string, option: string): string {
	const key = (contentOf(path, option).split(/\r?\n/)[0] ?? '').trim();
	if (key === '') throw wrongUse(`${option} names ${path}, whose first line is empty.`, 'Put the key into the first line of the file.');
	return key;
}

function contentOf(path: string, option: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		throw wrongUse(`${option} names ${path}, which cannot be read.`, 'Check the path, and that the file is yours to read.');
	}
}
