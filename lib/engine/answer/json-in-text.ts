/**
 * Finds the JSON in what a model said: bare, in a fence, among words, broken in ways that can be mended. It must not mend a text that ends
 * too early: what would have to be closed for it was cut off. Linear in the length of the text, or bounded.
 */
import { jsonrepair } from 'jsonrepair';
import { endOfString, MAX_JSON_DEPTH, parseForeignJson } from '../../core/values/foreign-json';

export type FoundJson =
	/** In the order of the text. */
	| { readonly kind: 'found'; readonly values: readonly unknown[] }
	/** JSON begins in it and does not end. */
	| { readonly kind: 'cut_off' }
	/** `isBroken`: it was meant to be JSON. */
	| { readonly kind: 'none'; readonly isBroken: boolean };

/** Mending may take time with the square of the length, so a longer text is not mended. In UTF-16 units. */
const MAX_MENDED_LENGTH = 32_000;
/** So many pieces of a text are looked at. */
const MAX_PIECES = 64;
/** How JSON begins, and prose hardly ever. */
const JSON_START = /\{\s{0,200}(["“”'}]|[A-Za-z_]\w{0,60}\s?:)|\[\s{0,200}[[{"“]/;
const OPEN_FENCE = /^```[\w-]{0,20}[ \t]*\r?\n/;

/** The JSON in a text. */
export function jsonIn(text: string): FoundJson {
	const bare = withoutEscapes(withoutFence(text));
	const whole = parsed(bare);
	if (whole !== undefined) return { kind: 'found', values: [whole] };
	const start = bare.search(JSON_START);
	if (start === -1) return { kind: 'none', isBroken: false };
	const values = pieces(bare);
	if (values.length > 0) return { kind: 'found', values };
	return mended(bare.slice(start));
}

/** The text without a code fence around all of it, and without space around it. */
export function withoutFence(text: string): string {
	const trimmed = text.replace(/^\uFEFF/, '').trim();
	const opened = trimmed.replace(OPEN_FENCE, '');
	return (opened !== trimmed && opened.endsWith('```') ? opened.slice(0, -3) : opened).trim();
}

const ENTITIES: Readonly<Record<string, string>> = {
	quot: '"',
	'#34': '"',
	'#x22': '"',
	apos: "'",
	'#39': "'",
	'#x27': "'",
	amp: '&',
	lt: '<',
	gt: '>',
};

/** JSON whose quotes were escaped once more on its way, as for a page or within a text. */
function withoutEscapes(text: string): string {
	const start = text.slice(0, 300);
	if (/^[[{]\s*&(?:quot|#34|#x22);/i.test(start))
		return text.replace(/&(quot|#34|#x22|apos|#39|#x27|amp|lt|gt);/gi, (entity, name: string) => ENTITIES[name.toLowerCase()] ?? entity);
	const inner = /^[[{]\s*\\"/.test(start) ? parsed(`"${text}"`) : null;
	return typeof inner === 'string' ? inner : text;
}

/** Objects and lists that stand in the text whole and well-formed. None, where the first that looks like JSON has no end. */
function pieces(text: string): unknown[] {
	const values: unknown[] = [];
	let looked = 0;
	for (let index = 0; index < text.length && looked < MAX_PIECES; index += 1) {
		if (text[index] !== '{' && text[index] !== '[') continue;
		looked += 1;
		const end = endOfPiece(text, index);
		if (end === null) {
			if (isJsonStart(text, index)) return values;
			continue;
		}
		const value = parsed(text.slice(index, end));
		if (value !== undefined) values.push(value);
		index = end - 1;
	}
	return values;
}

function isJsonStart(text: string, index: number): boolean {
	return text.slice(index, index + 300).search(JSON_START) === 0;
}

/** Behind the bracket that closes the one at `start`; `null` where none does, or what is in between nests too deep. */
function endOfPiece(text: string, start: number): number | null {
	let depth = 0;
	for (let index = start; index < text.length; index += 1) {
		const letter = text[index];
		if (letter === '"') index = endOfString(text, index);
		else if (letter === '{' || letter === '[') depth += 1;
		else if (letter === '}' || letter === ']') depth -= 1;
		if (depth === 0) return index + 1;
		if (depth > MAX_JSON_DEPTH) return null;
	}
	return null;
}

/** What begins as JSON, mended where it ends as JSON. A note may follow. */
function mended(text: string): FoundJson {
	if (text.length > MAX_MENDED_LENGTH) return { kind: 'none', isBroken: true };
	const end = endOfLoose(text);
	if (end === 'cut_off') return { kind: 'cut_off' };
	if (end === 'too_deep') return { kind: 'none', isBroken: true };
	try {
		const value = parsed(jsonrepair(text.slice(0, end)));
		return typeof value === 'object' && value !== null ? { kind: 'found', values: [value] } : { kind: 'none', isBroken: true };
	} catch {
		return { kind: 'none', isBroken: true };
	}
}

/** Where loosely written JSON ends: a quote ends a string only where JSON could go on behind it. */
function endOfLoose(text: string): number | 'cut_off' | 'too_deep' {
	let depth = 0;
	let isInString = false;
	for (let index = 0; index < text.length; index += 1) {
		const letter = text[index];
		if (letter === '\\') index += 1;
		else if (letter === '"') isInString = !isInString || !/^"\s{0,50}([,:}\]]|$)/.test(text.slice(index, index + 60));
		else if (isInString) continue;
		else if (letter === '{' || letter === '[') depth += 1;
		else if (letter === '}' || letter === ']') {
			depth -= 1;
			if (depth === 0) return index + 1;
		}
		if (depth > MAX_JSON_DEPTH) return 'too_deep';
	}
	// Quotes inside of a text may look like its end; whole is what still ends with a quote and its brackets.
	return isInString && /"\s{0,50}[}\]]{1,16}$/.test(text.slice(-80).trimEnd()) ? text.length : 'cut_off';
}

/** `undefined` for what is no JSON. */
function parsed(text: string): unknown {
	try {
		return parseForeignJson(text);
	} catch {
		return undefined;
	}
}
