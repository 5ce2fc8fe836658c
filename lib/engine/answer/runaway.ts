/**
 * Tells an answer that went round in circles until the limit ended it: blanks without end, or the same words again and again. More room would
 * buy more of the same. Bounded: only the end of the text is looked at.
 */

/** So much of the end has to repeat itself, and with no longer a period than this, in UTF-16 units. */
const LOOKED_AT = 240;
const MAX_PERIOD = 60;
/** So many blanks in a row behind an answer are no layout. */
const BLANK_TAIL = 40;

/** True where the end of the text repeats itself. */
export function goesInCircles(text: string): boolean {
	const end = text.slice(-LOOKED_AT);
	if (end.length < LOOKED_AT) return false;
	for (let period = 1; period <= MAX_PERIOD; period += 1) if (end.slice(period) === end.slice(0, -period)) return true;
	return false;
}

/** The text in front of blanks without end, where it ends as JSON does; `null` for any other. */
export function beforeBlanks(text: string): string | null {
	const trimmed = text.trimEnd();
	return text.length - trimmed.length >= BLANK_TAIL && /[}\]]$/.test(trimmed) ? trimmed : null;
}
