/**
 * Parses JSON that somebody else wrote: answers of models, bodies of servers. How deep it nests is looked at first, in one pass: a few
 * megabytes of brackets would cost seconds and hundreds of megabytes, and whatever walks the result would run out of stack.
 */

/** No form that is asked for, and no body of a provider, nests nearly as deep. */
export const MAX_JSON_DEPTH = 128;

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

/** The value. Throws a `SyntaxError` for what is no JSON, and for what nests deeper than {@link MAX_JSON_DEPTH}. */
export function parseForeignJson(text: string): unknown {
	if (opensMoreThan(text, MAX_JSON_DEPTH) && isTooDeep(text))
		throw new SyntaxError(`JSON that nests deeper than ${String(MAX_JSON_DEPTH)} is not read.`);
	return JSON.parse(text);
}

/** Whether more brackets open than that. Most bodies have a dozen, and finding those is quicker than a look at every character. */
function opensMoreThan(text: string, most: number): boolean {
	let found = 0;
	for (const bracket of ['{', '[']) {
		for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
			found += 1;
			if (found > most) return true;
		}
	}
	return false;
}

/** True for JSON that nests too deep. Brackets inside of strings do not count. */
function isTooDeep(text: string): boolean {
	let depth = 0;
	for (let index = 0; index < text.length; index += 1) {
		const code = text.charCodeAt(index);
		if (code === QUOTE) index = endOfString(text, index);
		else if (code === OPEN_LIST || code === OPEN_OBJECT) {
			depth += 1;
			if (depth > MAX_JSON_DEPTH) return true;
		} else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
	}
	return false;
}

/** Where the string that begins at `start` ends: the place of its quote, or the length of the text for one without an end. */
export function endOfString(text: string, start: number): number {
	for (let index = start + 1; index < text.length; index += 1) {
		const code = text.charCodeAt(index);
		if (code === BACKSLASH) index += 1;
		else if (code === QUOTE) return index;
	}
	return text.length;
}
