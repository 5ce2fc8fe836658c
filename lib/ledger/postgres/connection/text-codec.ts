/**
 * Owns how texts of people are kept in PostgreSQL, which has no place for the character zero: it is written as two others, and read back
 * as itself. Refuses nothing: one odd character of one item must not fail the batch of all the others.
 */

/** A character of the private use area begins a pair; itself is written as a pair too. */
const MARK = '\uE000';
const PAIRS: readonly (readonly [plain: string, pair: string])[] = [
	[MARK, `${MARK}1`],
	['\0', `${MARK}0`],
];

/** The text as it is stored. */
export function encodeText(text: string): string {
	const isPlain = !text.includes('\0') && !text.includes(MARK);
	return isPlain ? text : PAIRS.reduce((written, [plain, pair]) => written.replaceAll(plain, pair), text);
}

/** The inverse of {@link encodeText}. */
export function decodeText(stored: string): string {
	return stored.includes(MARK) ? stored.replace(/\uE000([01])/g, (_pair, digit) => (digit === '1' ? MARK : '\0')) : stored;
}
