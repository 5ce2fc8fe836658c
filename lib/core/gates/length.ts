/** Owns the length of a text as people count it: characters as they are seen, words in every script. Refuses tokens and bytes. */

const CHARACTERS = new Intl.Segmenter('en', { granularity: 'grapheme' });
const WORDS = new Intl.Segmenter('en', { granularity: 'word' });

/** How many characters people see: an emoji, or a letter with its marks, is one. White space at the ends does not count. */
export function countCharacters(text: string): number {
	return [...CHARACTERS.segment(text.trim().normalize('NFC'))].length;
}

/** How many words a text has, also where none are spaced: Chinese, Japanese and Thai are cut by a dictionary. */
export function countWords(text: string): number {
	let words = 0;
	for (const { isWordLike } of WORDS.segment(text)) if (isWordLike) words += 1;
	return words;
}
