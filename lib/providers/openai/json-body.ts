/** Reads the text of a body: JSON whatever it is said to be, a stream as one answer, all else as text; always without secrets. */
import { parseForeignJson } from '../../core/values/foreign-json';
import { showsSecret, withoutSecrets } from '../transport/redact';
import { assembledStream, isEventStream } from './event-stream';

const MAX_BLANKS = 1_000;

/** The body as a value. Throws where what looks like JSON is none, or is nested deeper than any answer. */
export function readBody(text: string, secrets: readonly string[]): unknown {
	if (isEventStream(text)) return withoutSecrets(assembledStream(text), secrets);
	const start = /\S/.exec(text.slice(0, MAX_BLANKS))?.[0] ?? '';
	if (start === '' || !'{["-0123456789'.includes(start)) return withoutSecrets(text, secrets);
	const body = parseForeignJson(text);
	// Nearly every body is clean, and one look at the whole is quicker than one at each of its texts.
	return showsSecret(text, secrets) ? withoutSecrets(body, secrets) : body;
}
