/** Says what a left-over is: the letters that must not leave, and where they stand. */

export interface Mark {
	readonly mark: string;
	/** Place in the text, in code units. */
	readonly index: number;
}

/** What a pattern found, without white space around it. */
export function markAt(found: RegExpExecArray): Mark {
	return { mark: found[0].trim(), index: found.index };
}

/** The text in small letters, each in its place: the dotted capital of Turkish becomes two characters, of which one is left. */
export function smallLetters(text: string): string {
	return text.toLowerCase().replaceAll('i\u0307', 'i');
}
