/**
 * Finds secrets in text in every form in which they are echoed: as they are, in base64 of either alphabet and with or without padding, in
 * hex, URL-encoded, escaped as in JSON or HTML, in either case, and cut at their ends. Linear in the text.
 */
import { withoutEnd } from '../../core/values/ends';

/** A stretch of the text that shows a secret; half-open. */
export interface Stretch {
	readonly start: number;
	readonly end: number;
}

/** A text as it reads when its escapes are resolved: each character, and the stretch of the original that stands for it. */
interface View {
	readonly text: string;
	/** Where each character begins in the original; one more for the end. `null`: they are the same. */
	readonly places: readonly number[] | null;
}

/** One way of writing a secret, in the letters of {@link folded}. */
interface SecretForm {
	/** Pieces of one length. */
	readonly grams: ReadonlySet<string>;
	readonly gramLength: number;
	/** So many characters of the form in a row show the secret. */
	readonly shortest: number;
	/** Looking at every place of this distance misses no stretch of the shortest length. */
	readonly step: number;
	/** Every stretch of the shortest length holds one of these pieces. */
	readonly anchors: readonly string[];
	readonly whole: string;
}

const GRAM = 6;
/** A secret shorter than this is found whole only, and in no other letters: parts of it are words of every language. */
const LONG = 8;
/** An escape may be escaped again. */
const MAX_ROUNDS = 3;
const ESCAPE = /%([0-9a-f]{2})|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|&#x([0-9a-f]{1,6});|&#(\d{1,7});|\\([/"\\])|&(amp|quot|lt|gt|apos);/gi;
/** Escapes that may stand for a letter of a secret, or for the beginning of such an escape. A quote in the JSON of a body is none of them. */
const ESCAPE_OF_LETTER = /\\[ux\\/]|%[0-9a-f]{2}|&(?:#|amp|quot|lt|gt|apos)/i;
const ESCAPE_SIGN = /[%\\&]/;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', quot: '"', lt: '<', gt: '>', apos: "'" };

/** Looks for a set of secrets. Making one takes longer than using it. */
export class SecretFinder {
	readonly #forms: readonly SecretForm[];
	readonly #anchors: readonly string[];
	/** Finds out whether a text has escapes that matter for these secrets. */
	readonly #escapes: RegExp;

	/** Secrets shorter than `shortest` characters are not looked for. */
	constructor(secrets: readonly string[], shortest: number) {
		const wanted = [...new Set(secrets)].filter((secret) => secret.length >= shortest);
		this.#forms = wanted.flatMap(formsOf);
		this.#anchors = [...new Set(this.#forms.flatMap(({ anchors }) => anchors))];
		this.#escapes = this.#forms.some(({ whole }) => whole.includes('"')) ? ESCAPE_SIGN : ESCAPE_OF_LETTER;
	}

	/** The stretches that show a secret, in order, none touching another. */
	find(text: string): readonly Stretch[] {
		if (this.#forms.length === 0 || text.length < 4 || !this.#mayShow(text)) return [];
		const found: Stretch[] = [];
		let view: View = { text, places: null };
		for (let round = 0; ; round += 1) {
			this.#findIn(view, found);
			if (round === MAX_ROUNDS) break;
			const next = unescaped(view);
			if (next === null) break;
			view = next;
		}
		return joined(found);
	}

	/**
	 * False where no secret can be. Nearly every text is clean, and looking for a few pieces by the engine's own search takes a tenth of the
	 * time of a look at every place.
	 */
	#mayShow(text: string): boolean {
		let layer = text;
		for (let round = 0; ; round += 1) {
			const letters = folded(layer);
			if (this.#anchors.some((anchor) => letters.includes(anchor))) return true;
			if (round === MAX_ROUNDS || !this.#escapes.test(layer)) return false;
			const next = layer.replace(ESCAPE, (...found: string[]) => resolved(found));
			if (next === layer) return false;
			layer = next;
		}
	}

	#findIn({ text, places }: View, found: Stretch[]): void {
		const letters = folded(text);
		for (const form of this.#forms) {
			for (let at = 0; at + form.gramLength <= letters.length; at += form.step) {
				if (!form.grams.has(letters.slice(at, at + form.gramLength))) continue;
				const { start, end } = grown(letters, at, form);
				at = Math.max(at, end - form.gramLength);
				if (end - start < form.shortest) continue;
				found.push(places === null ? { start, end } : { start: places[start] ?? 0, end: places[end] ?? 0 });
			}
		}
	}
}

/** The stretch around a piece that was found, as long as its neighbours are pieces too. */
function grown(letters: string, at: number, { grams, gramLength, whole }: SecretForm): Stretch {
	let start = at;
	let end = at + gramLength;
	const longest = whole.length * 2;
	while (start > 0 && end - start < longest && grams.has(letters.slice(start - 1, start - 1 + gramLength))) start -= 1;
	while (end < letters.length && end - start < longest && grams.has(letters.slice(end - gramLength + 1, end + 1))) end += 1;
	return { start, end };
}

function formsOf(secret: string): readonly SecretForm[] {
	if (secret.length < LONG) return [formOf(folded(secret), secret.length)];
	const bytes = Buffer.from(secret);
	// Where a secret stands behind something else, its base64 begins within a group of three bytes.
	const shifted = [0, 1, 2].map((lead) => {
		const text = withoutEnd(Buffer.concat([Buffer.alloc(lead), bytes]).toString('base64'), '=');
		return lead === 0 ? text.slice(0, -1) : text.slice(lead + 1, -1);
	});
	// URL-encoding writes bytes, not letters.
	const forms = new Set([secret, bytes.toString('latin1'), bytes.toString('hex'), ...shifted]);
	return [...forms].map((form) => {
		const letters = folded(form);
		const cut = Math.min(8, Math.max(1, Math.floor(letters.length * CUT_SHARE)));
		return formOf(letters, Math.min(LONGEST_NEEDED, letters.length - 2 * cut));
	});
}

/** Of either end of a secret, so much may be missing; and no more than this must be there. */
const CUT_SHARE = 0.15;
const LONGEST_NEEDED = 24;

function formOf(whole: string, shortest: number): SecretForm {
	const gramLength = Math.min(GRAM, shortest);
	const grams = new Set<string>();
	const anchors: string[] = [];
	const step = shortest - gramLength + 1;
	for (let at = 0; at + gramLength <= whole.length; at += 1) {
		const gram = whole.slice(at, at + gramLength);
		grams.add(gram);
		if (at % step === 0) anchors.push(gram);
	}
	return { grams, gramLength, shortest, step, anchors, whole };
}

/** In lower case, and both alphabets of base64 as one. The length stays. */
function folded(text: string): string {
	const lower = text.toLowerCase();
	return (lower.length === text.length ? lower : text).replaceAll('-', '+').replaceAll('_', '/');
}

/** The text with one layer of escapes resolved; `null` where there is none. */
function unescaped({ text, places }: View): View | null {
	const pieces: string[] = [];
	const starts: number[] = [];
	let at = 0;
	const keep = (until: number): void => {
		for (let place = at; place < until; place += 1) starts.push(places?.[place] ?? place);
		pieces.push(text.slice(at, until));
	};
	for (const found of text.matchAll(ESCAPE)) {
		keep(found.index);
		const character = resolved(found);
		const place = places?.[found.index] ?? found.index;
		starts.push(...Array.from({ length: character.length }, () => place));
		pieces.push(character);
		at = found.index + found[0].length;
	}
	if (at === 0) return null;
	keep(text.length);
	starts.push(places?.[text.length] ?? text.length);
	return { text: pieces.join(''), places: starts };
}

function resolved([, percent, unicode, hex, htmlHex, html, plain, entity]: readonly (string | undefined)[]): string {
	if (plain !== undefined) return plain;
	if (entity !== undefined) return ENTITIES[entity.toLowerCase()] ?? '';
	const code = html === undefined ? Number.parseInt(percent ?? unicode ?? hex ?? htmlHex ?? '0', 16) : Number(html);
	return code <= 0x10ffff ? String.fromCodePoint(code) : ' ';
}

function joined(found: readonly Stretch[]): readonly Stretch[] {
	const inOrder = found.toSorted((a, b) => a.start - b.start || b.end - a.end);
	const result: { start: number; end: number }[] = [];
	for (const { start, end } of inOrder) {
		const last = result.at(-1);
		if (last && start <= last.end) last.end = Math.max(last.end, end);
		else result.push({ start, end });
	}
	return result;
}
