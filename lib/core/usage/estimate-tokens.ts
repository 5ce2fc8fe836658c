/**
 * Estimates how many tokens a text is, without a tokenizer (which costs 70 MB and blocks). It counts by script, because characters / 4 is
 * off by up to six times in Thai and three times in Japanese, and by bytes where no vocabulary knows a script. It leans towards too many,
 * since a reservation that is too small is the expensive error. One pass, integers only, no regular expressions.
 */

/**
 * Weights in hundredths of a token. Calibrated on o200k with the translations of the Universal Declaration of Human Rights and the
 * corpus in test/support, then raised, since older and smaller vocabularies cut non-English text finer. A word of n letters costs `WORD` once and its letters each.
 */
const WORD = 60;
const LATIN_LETTER = 18;
/** Words longer than `COMMON_LETTERS` are seldom in the vocabulary whole. */
const LATE_LETTER = 24;
const COMMON_LETTERS = 5;
/** An uppercase letter inside a word mostly begins a new piece: names of code, Base64, capitals. */
const INNER_CAPITAL = 38;
/** Letters with marks (é, ß, ł, ế) often stand alone or split their word. */
const MARKED_LETTER = 115;
/** Vietnamese letters with two marks. */
const TWICE_MARKED_LETTER = 70;
/** Vocabularies hold numbers of up to three digits. */
const DIGIT = 58;
/** Where digits and letters alternate (identifiers, hashes), nearly every change begins a token. */
const LETTER_DIGIT_CHANGE = 45;
const PUNCTUATION = 85;
const REPEATED_PUNCTUATION = 45;
const LINE_BREAK = 80;
/** One space joins the word after it; each further one may cost. */
const FURTHER_SPACE = 30;
/** Control characters. */
const CONTROL = 110;
/** A surrogate half: emoji and rare signs are two to three tokens for the pair. */
const SURROGATE_HALF = 140;
/** Joiners and variation selectors inside emoji. */
const SIGN = 140;
const HUNDREDTHS = 100;

enum Kind {
	Space,
	LineBreak,
	Digit,
	Lower,
	Upper,
	Marked,
	Punctuation,
	Other,
	/** A letter that is counted by its bytes. */
	Rare,
}

const ASCII_KINDS: readonly Kind[] = Array.from({ length: 128 }, (_, code) => asciiKind(code));

/**
 * Estimated tokens of a text: an integer, 0 only for the empty text. At or above the count of OpenAI's o200k for ordinary text
 * in the scripts of the test corpus, and at most {@link upperBoundTokens}. Time is linear: a million characters take milliseconds.
 */
export function estimateTokens(text: string): number {
	let hundredths = 0;
	let previous: Kind = Kind.Space;
	let letters = 0;
	for (let index = 0; index < text.length; index += 1) {
		const code = text.charCodeAt(index);
		if (code < 128) {
			const kind = ASCII_KINDS[code] ?? Kind.Other;
			letters = isLetter(kind) ? letters + 1 : 0;
			hundredths += asciiWeight(kind, previous) + (letters > COMMON_LETTERS ? LATE_LETTER : 0);
			previous = kind;
		} else {
			const isMarked = code < 0x250 || (code >= 0x1e00 && code < 0x1f00);
			const weight = WEIGHTS[code] ?? THREE_BYTES;
			hundredths += weight + (isMarked && !isLetter(previous) ? WORD : 0);
			letters = isMarked ? letters + 1 : 0;
			previous = isMarked ? Kind.Marked : weight >= TWO_BYTES ? Kind.Rare : Kind.Other;
		}
	}
	return Math.min(upperBoundTokens(text), Math.ceil(hundredths / HUNDREDTHS)); // ratio: tokens, no amount
}

/** Upper bound of the tokens of a text for any byte-level vocabulary: its length in UTF-8 bytes (rule 29, `strict`). */
export function upperBoundTokens(text: string): number {
	// A lone half of a pair becomes a replacement sign of 3 bytes, and is counted as such.
	return Buffer.byteLength(text);
}

function asciiWeight(kind: Kind, previous: Kind): number {
	switch (kind) {
		case Kind.Space:
			if (previous === Kind.Rare) return SPACE_BESIDE_BYTES;
			return previous === Kind.Space || previous === Kind.LineBreak ? FURTHER_SPACE : 0;
		case Kind.LineBreak:
			return previous === Kind.LineBreak ? FURTHER_SPACE : LINE_BREAK;
		case Kind.Digit:
			return DIGIT + (isLetter(previous) ? LETTER_DIGIT_CHANGE : 0);
		case Kind.Lower:
			return LATIN_LETTER + wordStart(previous);
		case Kind.Upper:
			return LATIN_LETTER + (isLetter(previous) ? INNER_CAPITAL : wordStart(previous));
		case Kind.Punctuation:
			return previous === Kind.Punctuation ? REPEATED_PUNCTUATION : PUNCTUATION;
		case Kind.Marked:
		case Kind.Rare:
		case Kind.Other:
			return CONTROL;
		default:
			return kind satisfies never;
	}
}

function wordStart(previous: Kind): number {
	if (isLetter(previous)) return 0;
	return previous === Kind.Digit ? WORD + LETTER_DIGIT_CHANGE : WORD;
}

function isLetter(kind: Kind): boolean {
	return kind === Kind.Lower || kind === Kind.Upper || kind === Kind.Marked;
}

function asciiKind(code: number): Kind {
	if (code === 0x20 || code === 0x09) return Kind.Space;
	if (code === 0x0a || code === 0x0d) return Kind.LineBreak;
	if (code >= 0x30 && code <= 0x39) return Kind.Digit;
	if (code >= 0x61 && code <= 0x7a) return Kind.Lower;
	if (code >= 0x41 && code <= 0x5a) return Kind.Upper;
	return code < 0x20 || code === 0x7f ? Kind.Other : Kind.Punctuation;
}

/** Unknown scripts by bytes: tokenizers that never saw a letter take one token for each of its bytes. */
const TWO_BYTES = 200;
const THREE_BYTES = 300;
/** The second half of a pair adds what the first leaves of four bytes. */
const FOUR_BYTES = 400 - SURROGATE_HALF;
/** A space joins the word after it only where the vocabulary holds such words. */
const SPACE_BESIDE_BYTES = 100;

/** Where ranges of code units end (exclusive), ascending, with the weight of what lies below each end and not below the one before. */
const RANGES: readonly (readonly [end: number, weight: number, what: string])[] = [
	[0x00c0, SIGN, 'signs'],
	[0x0250, MARKED_LETTER, 'Latin'],
	[0x0370, SIGN, 'phonetic signs, joined marks'],
	[0x0400, 55, 'Greek'],
	[0x0530, 50, 'Cyrillic'],
	[0x0590, 40, 'Armenian'],
	[0x0600, 62, 'Hebrew'],
	[0x0700, 55, 'Arabic'],
	[0x0750, TWO_BYTES, 'Syriac'],
	[0x0780, 55, 'Arabic'],
	[0x0800, TWO_BYTES, "Thaana, N'Ko"],
	[0x0900, THREE_BYTES, 'Samaritan, Mandaic'],
	[0x0980, 52, 'Devanagari'],
	[0x0a00, 52, 'Bengali'],
	[0x0a80, 78, 'Gurmukhi'],
	[0x0b00, 52, 'Gujarati'],
	[0x0b80, 52, 'Oriya'],
	[0x0c00, 52, 'Tamil'],
	[0x0c80, 60, 'Telugu'],
	[0x0d00, 56, 'Kannada'],
	[0x0d80, 46, 'Malayalam'],
	[0x0e00, 80, 'Sinhala'],
	[0x0e80, 56, 'Thai'],
	[0x0f00, 230, 'Lao'],
	[0x1000, 185, 'Tibetan'],
	[0x10a0, 110, 'Myanmar'],
	[0x1100, 41, 'Georgian'],
	[0x1200, THREE_BYTES, 'letters of Hangul'],
	[0x1380, THREE_BYTES, 'Ethiopic'],
	[0x1400, THREE_BYTES, 'Cherokee'],
	[0x1680, THREE_BYTES, 'Canadian syllabics'],
	[0x1780, THREE_BYTES, 'Ogham, Runic, Philippine scripts'],
	[0x1800, 80, 'Khmer'],
	[0x18b0, THREE_BYTES, 'Mongolian'],
	[0x1c90, THREE_BYTES, 'scripts of Southeast Asia'],
	[0x1cc0, 41, 'capitals of Georgian'],
	[0x1e00, THREE_BYTES, 'further scripts'],
	[0x1f00, TWICE_MARKED_LETTER, 'Vietnamese'],
	[0x2000, 170, 'Greek with several marks'],
	[0x2c00, SIGN, 'signs'],
	[0x2e80, THREE_BYTES, 'Glagolitic, Tifinagh and others'],
	[0x3000, SIGN, 'radicals'],
	[0x3040, PUNCTUATION, 'punctuation of East Asia'],
	[0x3100, 95, 'kana'],
	[0x3400, SIGN, 'signs of East Asia'],
	[0xa000, 115, 'Han'],
	[0xac00, THREE_BYTES, 'Yi, Vai, Javanese and others'],
	[0xd7b0, 100, 'Hangul'],
	[0xd800, THREE_BYTES, 'letters of Hangul'],
	[0xd83c, FOUR_BYTES, 'scripts of two code units'],
	[0xd840, SURROGATE_HALF, 'emoji'],
	[0xdc00, FOUR_BYTES, 'rare Han and others'],
	[0xe000, SURROGATE_HALF, 'second halves of pairs'],
	[0xf900, THREE_BYTES, 'private use'],
	[0xfb00, 115, 'Han'],
	[0xfb50, SIGN, 'ligatures'],
	[0xfe00, 55, 'Arabic'],
	[0xfe70, SIGN, 'signs'],
	[0xff00, 55, 'Arabic'],
	[0x10000, PUNCTUATION, 'wide and narrow forms'],
];

const WEIGHTS = weightTable();

/** One weight for each code unit, because a search among the ranges takes longer the higher a script lies. */
function weightTable(): Uint16Array {
	const table = new Uint16Array(0x10000);
	let start = 0;
	for (const [end, weight] of RANGES) {
		table.fill(weight, start, end);
		start = end;
	}
	return table;
}
