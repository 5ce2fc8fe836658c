/** Reads the text of a body: JSON whatever it is said to be, a stream as one answer, all else as text; always without secrets. */
import { parseForeignJson } from '../../core/values/foreign-json';
import { showsSecret, withoutSecrets } from '../transport/redact';
import { assembledStream, isEventStream } from './event-stream';

/** What a server says while one waits: comments of a stream, in front of a body that is none. */
const COMMENTS = /^\uFEFF?(?:[ \t]*(?::[^\n]*)?\r?\n)+/;

/** The body as a value. Throws where what looks like JSON is none, or is nested deeper than any answer. */
export function readBody(text: string, secrets: readonly string[]): unknown {
	if (isEventStream(text)) {
		const stream = assembledStream(text);
		const behind = stream === null ? text.replace(COMMENTS, '') : text;
		return behind === text ? withoutSecrets(stream, secrets) : readBody(behind, secrets);
	}
	// Servers that let one wait send blanks meanwhile, as many as it takes.
	const start = /\S/.exec(text)?.[0] ?? '';
	if (start === '' || !'{["-0123456789'.includes(start)) return withoutSecrets(text, secrets);
	const body = parseForeignJson(text);
	// Nearly every body is clean, and one look at the whole is quicker than one at each of its texts.
	return showsSecret(text, secrets) ? withoutSecrets(body, secrets) : body;
}
