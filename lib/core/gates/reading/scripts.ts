/**
 * Owns which script a text is in and which scripts a language is written in. Refuses to tell languages of one script apart; see
 * language.ts.
 */

export type Script = 'Latin' | 'Cyrillic' | 'Greek' | 'Arabic' | 'Hebrew' | 'Thai' | 'Devanagari' | 'Hangul' | 'Han' | 'Kana' | 'Other';

const PATTERNS: readonly (readonly [script: Script, letters: RegExp])[] = [
	['Latin', /\p{Script=Latin}/gu],
	['Cyrillic', /\p{Script=Cyrillic}/gu],
	['Greek', /\p{Script=Greek}/gu],
	['Arabic', /\p{Script=Arabic}/gu],
	['Hebrew', /\p{Script=Hebrew}/gu],
	['Thai', /\p{Script=Thai}/gu],
	['Devanagari', /\p{Script=Devanagari}/gu],
	['Hangul', /\p{Script=Hangul}/gu],
	['Han', /\p{Script=Han}/gu],
	['Kana', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
];
/** One sign says as much as a few letters do. */
const DENSE: ReadonlySet<Script> = new Set(['Han', 'Kana', 'Hangul']);
const DENSITY = 2;

const SCRIPTS_OF: Readonly<Record<string, readonly Script[]>> = {
	ar: ['Arabic'],
	be: ['Cyrillic'],
	bg: ['Cyrillic'],
	el: ['Greek'],
	fa: ['Arabic'],
	he: ['Hebrew'],
	hi: ['Devanagari'],
	ja: ['Kana', 'Han'],
	ko: ['Hangul'],
	mk: ['Cyrillic'],
	mr: ['Devanagari'],
	ru: ['Cyrillic'],
	sr: ['Cyrillic', 'Latin'],
	th: ['Thai'],
	uk: ['Cyrillic'],
	ur: ['Arabic'],
	zh: ['Han'],
};
/** Scripts that we do not tell apart from one another. */
const OTHER_SCRIPTS: ReadonlySet<string> = new Set('am bn gu hy ka kn km lo ml my ne or pa si ta te kk ky mn tg'.split(' '));
/** Languages that put endings on names. */
const INFLECTED: ReadonlySet<string> = new Set('pl cs sk sl hr sr bs mk bg ru uk be lt lv et fi hu el la tr az eu'.split(' '));

/** The scripts of a language by its ISO 639 code; Latin for the many that are not listed, empty for those we cannot count. */
export function scriptsOf(language: string): readonly Script[] {
	return SCRIPTS_OF[language] ?? (OTHER_SCRIPTS.has(language) ? [] : ['Latin']);
}

/** How much of a text each script makes up, in letters; signs of dense scripts count double. */
export function scriptCounts(text: string): ReadonlyMap<Script, number> {
	const counts = new Map<Script, number>();
	let known = 0;
	for (const [script, letters] of PATTERNS) {
		const count = text.match(letters)?.length ?? 0;
		known += count;
		if (count > 0) counts.set(script, count * (DENSE.has(script) ? DENSITY : 1));
	}
	const others = (text.match(/\p{L}/gu)?.length ?? 0) - known;
	if (others > 0) counts.set('Other', others);
	return counts;
}

/** The script most of a text is in, Chinese and Japanese signs taken together as Han; `null` for a text without letters. */
export function mainScript(text: string): Script | null {
	const counts = new Map(scriptCounts(text));
	counts.set('Han', (counts.get('Han') ?? 0) + (counts.get('Kana') ?? 0));
	counts.delete('Kana');
	const [most] = [...counts].filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
	return most?.[0] ?? null;
}

/** True for languages that put endings on names, such as Polish: Anna is greeted as Anno. */
export function isInflected(language: string): boolean {
	return INFLECTED.has(language);
}
