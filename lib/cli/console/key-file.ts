/** Owns reading a key from a file. Refuses empty files; never repeats what is in one. */
import { readFileSync } from 'node:fs';
import { wrongUse } from './failure';

/** The key in the first line of a file. Throws a {@link CliFailure} naming the option. */
export function keyInFile(path: string, option: string): string {
	const key = (contentOf(path, option).split(/\r?\n/)[0] ?? '').trim();
	if (key === '')
		throw wrongUse(`The first line of the file that ${option} names is empty.`, 'Put the key into the first line of the file.');
	return key;
}

/** The keys in a file, one in each line that is not empty. Throws a {@link CliFailure} naming the option. */
export function keysInFile(path: string, option: string): string[] {
	keyInFile(path, option);
	return linesOf(contentOf(path, option));
}

/** The lines that are not empty. */
export function linesOf(text: string): string[] {
	return text.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
}

function contentOf(path: string, option: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		// What was typed is not repeated: it may be the key itself.
		throw wrongUse(`The file that ${option} names cannot be read.`, 'Check the path, and that the file is yours to read.');
	}
}
