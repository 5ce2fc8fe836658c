/**
 * Owns whether a text is in the language it should be in. The script decides where it can; languages of one script are told apart by
 * a model that is handed in. Refuses to decide on little: short texts, names and borrowed words ("Black Friday Sale") pass.
 */
import { excerpt } from './finding';
import { mainScript, scriptCounts, scriptsOf, type Script } from './reading/scripts';
import { visibleText } from './reading/visible-text';

/** Tells languages apart by statistics; scores lie in [0, 1]. Loaded only where a language is asked for. */
export interface LanguageModel {
	/** ISO 639-1 codes it knows. */
	readonly languages: ReadonlySet<string>;
	scores(text: string): Readonly<Record<string, number>>;
}

export type LanguageVerdict =
	| { readonly kind: 'fits' }
	| { readonly kind: 'undecided' }
	/** `found`: a language's code, or a script in words. */
	| { readonly kind: 'other'; readonly found: string };

const FITS: LanguageVerdict = { kind: 'fits' };
const UNDECIDED: LanguageVerdict = { kind: 'undecided' };

/** Below this a model that is trained on sentences guesses. */
const MIN_LETTERS = 25;
const MIN_WORDS = 5;
/** By how much another language must lead; short texts need a clear lead, because a few borrowed words make up much of them. */
const LEAD = 0.05;
const SHORT_LEAD = 0.2;
/** In other scripts than Latin hardly anything is borrowed letter by letter, and neighbours are near. */
const LEAD_OF_OTHER_SCRIPTS = 0.03;
const SHORT_LETTERS = 60;
/** So few letters or words of another script may be brands and names alone. */
const FEW_LETTERS = 20;
const FEW_WORDS = 4;
/** A text of another script with this many letters more than borrows from it. */
const MANY_LETTERS = 30;
const BORROWED_SHARE = 0.25;

/** Judges one text. `expected` is a code as `languageCode` gives it, `names` are words of the item that belong to no language. */
export function languageOf(
	text: string,
	{ expected, names, model }: { expected: string; names: readonly string[]; model: LanguageModel },
): LanguageVerdict {
	const words = bareWords(visibleText(text), names);
	const counts = scriptCounts(words);
	const byScript = verdictOfScript(counts, { expected, text: words });
	if (byScript) return byScript;
	if (!model.languages.has(expected)) return UNDECIDED;
	const letters = [...counts.values()].reduce((sum, count) => sum + count, 0);
	const wordCount = words.split(' ').filter((word) => /\p{L}{2}/u.test(word)).length;
	if (letters < MIN_LETTERS || wordCount < MIN_WORDS) return UNDECIDED;
	const scores = model.scores(words);
	const [best = '', score = 0] = Object.entries(scores).sort(([, a], [, b]) => b - a)[0] ?? [];
	const lead = score - (scores[expected] ?? 0);
	if (lead <= 0) return FITS;
	const enough = !scriptsOf(expected).includes('Latin') ? LEAD_OF_OTHER_SCRIPTS : letters < SHORT_LETTERS ? SHORT_LEAD : LEAD;
	return lead > enough ? { kind: 'other', found: best } : UNDECIDED;
}

/** The sentence for a text in another language. Codes are written as English names. */
export function languageDetail(found: string, expected: readonly string[]): string {
	const shown = /^[a-z]{2,3}$/.test(found) ? nameOf(found) : found;
	return `is in ${shown}, not in ${expected.map((code) => nameOf(code)).join(' or ')}`;
}

/** What the script alone says; `null` where only a model can tell. */
function verdictOfScript(
	counts: ReadonlyMap<Script, number>,
	{ expected, text }: { expected: string; text: string },
): LanguageVerdict | null {
	const scripts = scriptsOf(expected);
	const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
	if (scripts.length === 0 || total === 0) return UNDECIDED;
	const own = scripts.reduce((sum, script) => sum + (counts.get(script) ?? 0), 0);
	const others = total - own;
	const isSentence = others >= FEW_LETTERS && (mainScript(text) !== 'Latin' || text.split(' ').length >= FEW_WORDS);
	const isForeign = own === 0 ? isSentence : others >= MANY_LETTERS && own < total * BORROWED_SHARE;
	if (isForeign) return { kind: 'other', found: `another script (${excerpt(text)})` };
	if (own === 0) return UNDECIDED;
	if (expected === 'ja' || expected === 'zh') return eastAsian(text, expected);
	return scripts.includes('Thai') || scripts.includes('Hangul') || scripts.includes('Greek') ? FITS : null;
}

/** Words that Chinese uses all the time and Japanese does not have. */
const ONLY_CHINESE = /[们們这這吗嗎您你她么哪吧啊給给]/u;
const LONG_WITHOUT_KANA = 15;
const FEW_KANA = 3;

/** Kana make a text Japanese; a long one without any is Chinese. */
function eastAsian(text: string, expected: 'ja' | 'zh'): LanguageVerdict {
	const kana = text.match(/[\p{Script=Hiragana}\p{Script=Katakana}]/gu)?.length ?? 0;
	const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
	if (expected === 'ja') {
		if (kana > 0) return FITS;
		return ONLY_CHINESE.test(text) || han >= LONG_WITHOUT_KANA ? { kind: 'other', found: 'zh' } : UNDECIDED;
	}
	// の stands on Chinese shop signs too; more of it is Japanese.
	return kana > FEW_KANA && kana * 6 > han ? { kind: 'other', found: 'ja' } : han > 0 ? FITS : UNDECIDED;
}

/** Without links, tags, digits and the names of the item. */
function bareWords(text: string, names: readonly string[]): string {
	let bare = text.replace(/(?:https?:\/\/|www\.)\S+|(?<!\S)\S{1,64}@\S{1,200}/g, ' ');
	for (const name of names) bare = bare.replaceAll(name, ' ');
	return bare.replace(/[^\p{L}\p{M}'’]+/gu, ' ').trim();
}

/** The same language under several codes, or so near that a model cannot part them. */
const SAME: Readonly<Record<string, string>> = {
	nb: 'no',
	nn: 'no',
	bs: 'hr',
	id: 'ms',
	fil: 'tl',
	iw: 'he',
	in: 'ms',
	cmn: 'zh',
	yue: 'zh',
};
const CODES =
	'ar az be bg bn bs ca cs da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko lo lt lv mk ml mn mr ms my nb ne nl no or pa pl pt ro ru si sk sl sq sr sv sw ta te th tl tr uk ur uz vi zh'.split(
		' ',
	);

let codesByName: ReadonlyMap<string, string> | null = null;

/**
 * The ISO 639-1 code of a language that is written as a code (de, de-AT, pt_BR) or by its English or own name (German, Deutsch);
 * empty for an empty text, `null` for what is none of these.
 */
export function languageCode(written: string): string | null {
	const text = written.trim().toLowerCase();
	if (text === '') return '';
	const [, code] = /^([a-z]{2,3})(?:[-_][a-z0-9]{2,8})*$/.exec(text) ?? [];
	if (code !== undefined && (CODES.includes(code) || code in SAME)) return SAME[code] ?? code;
	codesByName ??= new Map(
		CODES.flatMap((known) => [known, 'en'].map((locale): [string, string] => [nameOf(known, locale).toLowerCase(), known])),
	);
	const found = codesByName.get(text);
	return found === undefined ? null : (SAME[found] ?? found);
}

function nameOf(code: string, locale = 'en'): string {
	return new Intl.DisplayNames([locale], { type: 'language' }).of(code) ?? code;
}
