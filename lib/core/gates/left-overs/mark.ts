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
