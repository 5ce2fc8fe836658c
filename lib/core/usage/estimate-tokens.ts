/**
 * Owns the estimate of how many tokens a text is, without a tokenizer (which costs 70 MB and blocks). It counts by script, because
 * characters / 4 is off by up to six times in Thai and three times in Japanese. Refuses to be exact: it leans towards too many,
 * since a reservation that is too small is the expensive error. One pass, integers only, no regular expressions.
 */

/**
 * Weights in hundredths of a token. Calibrated on o200k with the corpus in test/support, then raised, since older and smaller
 * vocabularies cut non-English text finer. A word of n letters costs `WORD` once and its letters each.
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
const CYRILLIC_LETTER = 50;
const GREEK_LETTER = 55;
const ARABIC_LETTER = 55;
const HEBREW_LETTER = 62;
const INDIC_LETTER = 52;
const THAI_LETTER = 56;
const HANGUL_SYLLABLE = 100;
const KANA = 95;
const HAN = 115;
/** Scripts seldom seen in training: about one token a letter. */
const OTHER_LETTER = 110;
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
			hundredths += weightOf(code) + (isMarked && !isLetter(previous) ? WORD : 0);
			letters = isMarked ? letters + 1 : 0;
			previous = isMarked ? Kind.Marked : Kind.Other;
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
		case Kind.Other:
			return OTHER_LETTER;
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

/** Ends of ranges of code units (exclusive), ascending, with the weight of what lies below each end and above the one before. */
const RANGES: readonly (readonly [end: number, weight: number])[] = [
	[0x00c0, SIGN],
	[0x0250, MARKED_LETTER],
	[0x0370, SIGN],
	[0x0400, GREEK_LETTER],
	[0x0530, CYRILLIC_LETTER],
	[0x0590, OTHER_LETTER],
	[0x0600, HEBREW_LETTER],
	[0x0780, ARABIC_LETTER],
	[0x0900, OTHER_LETTER],
	[0x0d80, INDIC_LETTER],
	[0x0e00, OTHER_LETTER],
	[0x0e80, THAI_LETTER],
	[0x1e00, OTHER_LETTER],
	[0x1f00, TWICE_MARKED_LETTER],
	[0x2000, GREEK_LETTER],
	[0x3000, SIGN],
	[0x3040, PUNCTUATION],
	[0x3100, KANA],
	[0x3400, SIGN],
	[0xa000, HAN],
	[0xac00, OTHER_LETTER],
	[0xd7b0, HANGUL_SYLLABLE],
	[0xe000, SURROGATE_HALF],
	[0xfb50, HAN],
	[0xfe00, ARABIC_LETTER],
	[0xfe70, SIGN],
	[0xff00, ARABIC_LETTER],
	[0x10000, PUNCTUATION],
];

function weightOf(code: number): number {
	for (const [end, weight] of RANGES) if (code < end) return weight;
	return OTHER_LETTER;
}
