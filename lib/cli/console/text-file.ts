/** Owns reading a text of people from a file or from what is typed in. Refuses what is not UTF-8. */
import { withoutEnd } from '../../core/values/ends';
import { readFileSync } from 'node:fs';
import { wrongUse } from './failure';

/** The standard input in place of a file. */
const TYPED = '-';

/** The text of a file without the line breaks at its end; `-` reads the standard input. Throws a {@link CliFailure} naming the file. */
export function textInFile(path: string, option: string): string {
	const bytes = bytesOf(path, option);
	try {
		return withoutEnd(new TextDecoder('utf-8', { fatal: true }).decode(bytes), '\r\n');
	} catch {
		throw wrongUse(`${option} names ${path}, which is not text in UTF-8.`, 'Save it as plain text in UTF-8.');
	}
}

function bytesOf(path: string, option: string): Buffer {
	try {
		return readFileSync(path === TYPED ? process.stdin.fd : path);
	} catch {
		throw wrongUse(`${option} names ${path}, which cannot be read.`, 'Check the path, and that the file is yours to read.');
	}
}
