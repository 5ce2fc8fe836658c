/**
 * Owns how texts are compared: what counts as the same letter, and where a word ends, in scripts with and without spaces.
 * Refuses to know what is compared.
 */

/** Letters that carry their mark inside, and so do not come apart by normalisation. */
const UNMARKED: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i', ĸ: 'k' };

/** The same letters in one form: case, width, quotes and white space folded. Accents are kept: a name is written with them. */
export function foldCase(text: string): string {
	return text
		.normalize('NFKC')
		.toLowerCase()
		.replace(/[’‘ʼ´`]/g, "'")
		.replace(/[‐‑‒–—]/g, '-')
		.replace(/(?:\u00ad|[\u200b-\u200f]|\u2060|\ufeff)/g, '')
		.replace(/\s+/g, ' ')
		.trim();
}

/** As `foldCase`, and without accents on Latin and Greek letters and without the optional marks of Arabic. */
export function foldAccents(text: string): string {
	return foldCase(text)
		.normalize('NFD')
		.replace(/(?<=[\p{Script=Latin}\p{Script=Greek}][\u0300-\u036f]{0,3})[\u0300-\u036f]/gu, '')
		.replace(/\u0640|[\u064b-\u0652]|\u0670/g, '')
		.normalize('NFC')
		.replace(/[ßæœøłđðþıĸ]/g, (letter) => UNMARKED[letter] ?? letter);
}

const WORD = /[\p{L}\p{N}\p{M}_]/u;
/** Written without spaces between words: a word may begin and end anywhere. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** Words of borrowed sounds stand among other letters, but a run of them is one word. */
const KATAKANA = /[\p{Script=Katakana}ー]/u;

/** True when a word may end between the two characters, of which either may be missing at the ends of a text. */
function isBoundary(left: string, right: string): boolean {
	if (!WORD.test(left) || !WORD.test(right)) return true;
	if (KATAKANA.test(left) && KATAKANA.test(right)) return false;
	const isLoose = (character: string): boolean => UNSPACED.test(character) || KATAKANA.test(character);
	return isLoose(left) || isLoose(right);
}

/**
 * True when `phrase` stands in `text` as whole words; both must be folded alike. A `*` at an end of the phrase lets the word go on
 * there. An empty phrase is never found.
 */
export function hasPhrase(text: string, phrase: string): boolean {
	const goesOnLeft = phrase.startsWith('*');
	const goesOnRight = phrase.endsWith('*') && phrase.length > 1;
	const words = phrase.slice(goesOnLeft ? 1 : 0, goesOnRight ? -1 : undefined).trim();
	if (words === '') return false;
	for (let at = text.indexOf(words); at !== -1; at = text.indexOf(words, at + 1)) {
		const end = at + words.length;
		const first = characterAt(text, at);
		const last = characterBefore(text, end);
		const isStart = goesOnLeft || isBoundary(characterBefore(text, at), first);
		const isEnd = goesOnRight || isBoundary(last, characterAt(text, end));
		if (isStart && isEnd) return true;
	}
	return false;
}

function characterAt(text: string, index: number): string {
	const code = text.codePointAt(index);
	return code === undefined ? '' : String.fromCodePoint(code);
}

function characterBefore(text: string, index: number): string {
	if (index <= 0) return '';
	const low = text.charCodeAt(index - 1);
	const isLowHalf = low >= 0xdc00 && low < 0xe000 && index > 1;
	return characterAt(text, isLowHalf ? index - 2 : index - 1);
}
