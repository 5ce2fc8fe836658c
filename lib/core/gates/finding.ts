/**
 * Owns what a gate says when something does not pass: which gate, where, and a few words that are safe to show. Refuses long
 * copies of texts: an excerpt has at most 40 characters, on one line, in quotes. It may hold any character; who shows it as
 * HTML escapes it there.
 */

/** The gates by name, those before the call first. */
export type Gate =
	| 'required_context'
	| 'prompt_size'
	| 'length'
	| 'required_phrases'
	| 'banned_phrases'
	| 'placeholders'
	| 'language'
	| 'facts'
	| 'invented'
	| 'judge';

/** One thing that did not pass. */
export interface Finding {
	readonly gate: Gate;
	/** Name of the output attribute; `null`: the answer as a whole, or the item. */
	readonly attribute: string | null;
	/** A clause without a final period, for people. */
	readonly detail: string;
}

/** One text of an answer. An attribute that is a list or an object has several. */
export interface AnswerText {
	readonly attribute: string;
	readonly text: string;
}

const MAX_EXCERPT = 40;

/** An excerpt in quotes, at most 40 characters, white space and control characters as single spaces. */
export function excerpt(text: string): string {
	const line = text.replace(/[\s\p{C}]+/gu, ' ').trim();
	const letters = Array.from(line);
	return JSON.stringify(letters.length > MAX_EXCERPT ? `${letters.slice(0, MAX_EXCERPT - 1).join('')}…` : line);
}
