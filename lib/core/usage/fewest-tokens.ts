/**
 * Gives a lower bound of the tokens of a text. Vocabularies keep words apart, so a text has about as many tokens as words at least; a
 * bound may be far too low, as it is for scripts without spaces, and must never be too high.
 */

/** Some vocabularies hold short phrases, and "don't" is one token with two runs of letters. */
const RUNS_PER_TOKEN = 2;

/** True for a sign that stands between words: white space, punctuation and control characters of Latin texts. Others are taken for letters. */
function isBetweenWords(code: number): boolean {
	if (code < 0x80) return code < 0x30 || (code > 0x39 && code < 0x41) || (code > 0x5a && code < 0x61) || code > 0x7a;
	return code < 0xc0;
}

/**
 * Tokens that a text has at least, with any vocabulary that is in use: half the number of its words and numbers, rounded down. Signs that
 * may be repeated within one token, such as spaces and dashes, count for nothing. Linear in the length of the text.
 */
export function fewestTokens(text: string): number {
	let runs = 0;
	let isInWord = false;
	for (let index = 0; index < text.length; index += 1) {
		const isBetween = isBetweenWords(text.charCodeAt(index));
		if (!isBetween && !isInWord) runs += 1;
		isInWord = !isBetween;
	}
	return Math.floor(runs / RUNS_PER_TOKEN); // ratio: runs, no amount
}
