/** Reads the text of a body: JSON whatever it is said to be, a stream as one answer, all else as text; always without secrets. */
import { showsSecret, withoutSecrets } from '../transport/redact';
import { assembledStream, isEventStream } from './event-stream';

/** Below this length no nesting is deep enough to hurt. */
const SHORT_CHARACTERS = 1_000;
const DEEPEST = 500;
const MAX_BLANKS = 1_000;

/** The body as a value. Throws where what looks like JSON is none, or is nested deeper than any answer. */
export function readBody(text: string, secrets: readonly string[]): unknown {
	if (isEventStream(text)) return withoutSecrets(assembledStream(text), secrets);
	const start = /\S/.exec(text.slice(0, MAX_BLANKS))?.[0] ?? '';
	if (start === '' || !'{["-0123456789'.includes(start)) return withoutSecrets(text, secrets);
	if (text.length > SHORT_CHARACTERS && isTooDeep(text)) throw new SyntaxError('nested too deep');
	const body: unknown = JSON.parse(text);
	// Nearly every body is clean, and one look at the whole is quicker than one at each of its texts.
	return showsSecret(text, secrets) ? withoutSecrets(body, secrets) : body;
}

function isTooDeep(text: string): boolean {
	let depth = 0;
	let isInString = false;
	for (let at = 0; at < text.length; at += 1) {
		const character = text.charCodeAt(at);
		if (character === QUOTE) isInString = !isInString;
		else if (isInString && character === BACKSLASH) at += 1;
		else if (!isInString && (character === BRACKET || character === BRACE)) depth += 1;
		else if (!isInString && (character === BRACKET_END || character === BRACE_END)) depth -= 1;
		if (depth > DEEPEST) return true;
	}
	return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const BRACE = 0x7b;
const BRACE_END = 0x7d;
