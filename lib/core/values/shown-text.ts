/**
 * Makes text of people, flows and providers safe to show in a terminal, a status or a log: what would move the cursor, change the order of
 * what is read, begin a new line or hide something is written out instead.
 */

/** Control characters of ASCII and Latin 1, marks that change the direction of text or hide it, line separators, halves of characters. */
const UNSAFE =
	// eslint-disable-next-line no-control-regex -- they are what is looked for
	/[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\udb40[\udc00-\udc7f]/g;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text in one line, with each unsafe character written as `\n`, `\r`, `\t` or `\u001b`. Other text stays as it is. */
export function shownText(text: string): string {
	return text.replace(
		UNSAFE,
		(found) => SHORT[found] ?? Array.from({ length: found.length }, (_, index) => written(found, index)).join(''),
	);
}

function written(text: string, index: number): string {
	return `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`;
}
