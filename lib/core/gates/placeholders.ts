/**
 * Owns what must never reach a person: marks of a template that nobody filled in, values of programs, greetings without a name,
 * and a model that speaks about itself. Refuses legitimate brackets: footnotes, links, asides, HTML, and whatever the item itself
 * holds. Patterns look at a bounded stretch, so a long text takes time in proportion to its length.
 */
import { withoutEnd, withoutStart } from '../values/ends';
import { excerpt } from './finding';
import { foldCase } from './reading/fold';
import { withoutStyles } from './reading/visible-text';
import { labelsIn } from './left-overs/labels';
import { smallLetters } from './left-overs/mark';
import { talkIn } from './left-overs/model-talk';
import { selfTalkIn } from './left-overs/self-talk';
import { TaskTexts, type AskedFor } from './left-overs/task-texts';
import { thinkingIn } from './left-overs/thinking';
import {
	BARE_DATA,
	BUTTON,
	COMPOUND_DATA,
	DATA_OF,
	GREETINGS_WITHOUT_NAME,
	HTML_ELEMENTS,
	INSTRUCTION,
	NAMED_GREETINGS,
	OTHER_DATA,
	PERSONAL_DATA,
	UNMADE_CHOICE,
} from './placeholder-words';

interface Suspect {
	readonly pattern: RegExp;
	/** False when the match is legitimate after all. */
	readonly isLeftOver?: (match: RegExpExecArray, text: string) => boolean;
	/** True for marks that an item's own text may hold on purpose. */
	readonly mayBeGiven: boolean;
	/** What instructions may ask for that looks like this. */
	readonly asked?: AskedFor;
}

/** Dates, times and telephone numbers whose digits are not there. */
const DATE_MASK =
	/(?<![\p{L}\p{N}])(?:(?:DD|TT|JJ|GG|dd|tt|jj|gg|ДД|дд)[./-](?:MM|mm|ММ|мм)[./-](?:YYYY|YY|JJJJ|AAAA|yyyy|jjjj|aaaa|RRRR|rrrr|ГГГГ|гггг)|(?:MM|mm)[./-](?:DD|dd)[./-](?:YYYY|yyyy)|(?:YYYY|AAAA)[./-]MM[./-]DD|X{2}[:.]X{2}(?!\.)|X{2}[/.-]X{2}[/.-]X{2,4}|\(?X{3}\)?[ .-]?X{3}[ .-]X{4})(?![\p{L}\p{N}])/gu;

/** Marks of template languages. A prompt that was not filled in holds them too, so that they are in it excuses nothing. */
const TEMPLATE_MARKS: readonly Suspect[] = [
	{ pattern: /\{\{[^{}\n]{0,80}\}\}|\{[%#][^{}\n]{0,80}[%#]\}|\{\{|\}\}/g, mayBeGiven: false },
	{ pattern: /[$#@]\{[^{}\n]{0,80}\}/g, mayBeGiven: false },
	{ pattern: /<%[^<>\n]{0,80}%>/g, mayBeGiven: false },
	{ pattern: /\*\|[^|\n]{1,60}\|\*/g, mayBeGiven: false },
	{ pattern: /(?<!\{)\{[$!#/]?[\p{L}_][\p{L}\p{M}\p{N}_.'’ -]{0,60}\}(?!\})/gu, mayBeGiven: true, asked: 'braces' },
	{
		// 10%オフと20% holds two percentages.
		pattern: /(?<![\p{L}\p{N}]|\d\s)%%?[\p{L}_][\p{L}\p{N}_.-]{0,40}%%?(?![\p{L}\p{N}])/gu,
		isLeftOver: ([mark]) => !/^%[0-9a-f]{2}%$/i.test(mark),
		mayBeGiven: true,
	},
	{ pattern: /«[\p{L}_][\p{L}\p{M}\p{N}_.'’-]{0,40}»/gu, isLeftOver: ([mark]) => isBareData(mark.slice(1, -1)), mayBeGiven: true },
	{ pattern: /\$(?:[A-Z][A-Z0-9]{0,30}_[A-Z0-9_]{1,30}|\p{L}{2,20}_?(?:name|Name))(?![\p{L}\p{N}])/gu, mayBeGiven: true },
	{ pattern: DATE_MASK, mayBeGiven: true },
	{ pattern: /\(\(?[^()\n]{2,40}\)|（[^（）\n]{1,20}）/g, isLeftOver: ([mark]) => isParenthesisLeftOver(mark), mayBeGiven: true },
	{
		pattern:
			/(?:www\.|https?:\/\/(?:www\.)?)(?:your-?|ihre-?|deine-?|votre-?|tu-?|mijn-?)(?:web-?site|site|company|domain|store|shop|brand|link|business|url|webseite|seite|firma|entreprise|sitio|empresa)\.[a-z]{2,8}/gi,
		mayBeGiven: true,
	},
	{
		pattern: /(?<![\p{L}\p{N}_])##?[A-Z][A-Z0-9_]{1,40}##?(?![\p{L}\p{N}_])/gu,
		isLeftOver: ([mark]) => mark.endsWith('#'),
		mayBeGiven: true,
	},
	{ pattern: /(?<![\p{L}\p{N}_])_{3,}(?![\p{L}\p{N}_])/gu, mayBeGiven: true },
	{ pattern: /[€$£¥]\s?X{1,5}(?!\p{L})|(?<![\p{L}\p{N}])X{1,5}(?:[.,]X{1,3})?\s?[%€£](?!\s?\d)/gu, mayBeGiven: true },
	{
		pattern: /(?<![\p{L}\p{N}])XX\.XX(?:\.X{2,4})?(?!\p{L})|(?<![\p{Script=Latin}\p{N}])(?:X{2,3}|\*{3}|某某)(?=\p{Script=Han})/gu,
		mayBeGiven: true,
	},
	// Round signs also rate: ●●●○○.
	{ pattern: /(?<![〇○◯●])[〇○◯]{2,40}(?![〇○◯●])|(?<!\p{L})O{2,3}(?=\s?(?:고객|님|様|さん))/gu, mayBeGiven: true },
	{
		pattern: /(?<!\])\[[^[\]\n]{1,120}\](?![([])|【[^【】\n]{1,60}】/g,
		isLeftOver: isBracketLeftOver,
		mayBeGiven: true,
		asked: 'brackets',
	},
	{ pattern: /<(?!\/)[^<>\n]{1,60}>/g, isLeftOver: ([mark], text) => isAngleLeftOver(mark, text), mayBeGiven: true },
];

/** Values of programs. */
const PROGRAM_VALUES: readonly Suspect[] = [
	{ pattern: /\[object \p{Lu}\p{L}{1,20}\](?!\()|(?<![\p{L}\p{N}_])(?:NaN|undefined|Invalid Date)(?![\p{L}\p{N}_])/gu, mayBeGiven: false },
	{ pattern: /(?<![\p{L}\p{N}_])(?:null|NULL)(?![\p{L}\p{N}_-])/gu, isLeftOver: isNullLeftOver, mayBeGiven: false },
	{ pattern: /\blorem ipsum\b/giu, mayBeGiven: true },
	{ pattern: /(?<![\p{L}\p{N}_])TBD(?![\p{L}\p{N}_])/gu, mayBeGiven: true },
];

/** Greetings that lost their name: before a comma that has a gap before it. */
const LOST_NAMES: readonly Suspect[] = [
	{ pattern: new RegExp(`(?<=^|[\\n>.!?¡]\\s{0,3})(?:${GREETINGS_WITHOUT_NAME})\\s+[,،，、]`, 'giu'), mayBeGiven: false },
];

/** Greetings that need a name, and have none. */
const NO_NAMES: readonly Suspect[] = [
	{
		pattern: new RegExp(`(?<=^|[\\n>]\\s{0,3})(?:${NAMED_GREETINGS})\\s*(?:[,،:](?=\\s|$|\\p{Script=Han})|[，、])`, 'giu'),
		mayBeGiven: false,
	},
];

/** Greetings of a value. */
const GREETED_VALUES: readonly Suspect[] = [
	{
		pattern: new RegExp(
			`(?<=^|[\\n>]\\s{0,3})(?:${GREETINGS_WITHOUT_NAME}|${NAMED_GREETINGS})\\s+(?:none|nil|n/a|nan|null)(?=[\\s,!.،，]|$)`,
			'giu',
		),
		mayBeGiven: false,
	},
];

/** Titles that follow a name, at the start of a line. */
const BARE_TITLES: readonly Suspect[] = [
	// 様々な and さんま are words, and 先生 is what a teacher is called.
	{ pattern: /(?<=^|\n)[^\S\n]{0,20}(?:様|さん|さま)(?=[^\S\n]{0,5}(?:[、,，:：\n]|$))/g, mayBeGiven: false },
];

/** The suspects, with what every mark of theirs holds: most texts hold none of it, and are not searched for each of them. */
const KINDS: readonly { readonly sign: RegExp; readonly suspects: readonly Suspect[] }[] = [
	{ sign: /[{}<*%#_[【X〇○◯«$(（]|DD|TT|JJ|GG|MM|YYYY|AAAA|дд|某某|OO|www\.|https?:/i, suspects: TEMPLATE_MARKS },
	{ sign: /object|NaN|undefined|Invalid Date|null|lorem|TBD/i, suspects: PROGRAM_VALUES },
	{ sign: /\s[,،，、]/, suspects: LOST_NAMES },
	{ sign: /[,،:，、]/, suspects: NO_NAMES },
	{ sign: /none|nil|n\/a|nan|null/iu, suspects: GREETED_VALUES },
	{ sign: /様|さん|さま|先生/, suspects: BARE_TITLES },
];
/** So many are told; more say nothing new. */
const MAX_TOLD = 3;
/** A text with more marks of one kind than this is no message. */
const MAX_LOOKED_AT = 200;

/** What was asked for. */
interface Task {
	/** The instructions and the prompt. */
	readonly prompts: readonly string[];
	/** Names of the attributes of the answer. */
	readonly attributes: readonly string[];
}

/** What is left over in a text, as short clauses, at most three. `given` are the texts of the item. */
export function leftOvers(text: string, given: readonly string[], { prompts, attributes }: Task = NO_TASK): string[] {
	const held = heldBy(given);
	const asked = new TaskTexts(prompts, attributes);
	const shown = withoutStyles(text);
	const found = new Map<string, number>();
	const suspects = KINDS.flatMap(({ sign, suspects: ofKind }) => (sign.test(shown) ? ofKind : []));
	for (const { pattern, isLeftOver, mayBeGiven, asked: kind } of suspects) {
		// `matchAll` copies its pattern, which takes ten times as long as finding nothing.
		if (shown.search(pattern) === -1) continue;
		let looked = 0;
		for (const match of shown.matchAll(pattern)) {
			const [mark] = match;
			looked += 1;
			if (looked > MAX_LOOKED_AT) break;
			if (found.has(mark) || isLeftOver?.(match, shown) === false || (mayBeGiven && held(mark))) continue;
			if (asked.keeps(mark) || (kind !== undefined && asked.isFor(kind))) continue;
			found.set(mark, match.index);
		}
	}
	for (const { mark, index } of [...thinkingIn(shown), ...talkIn(shown), ...selfTalkIn(smallLetters(shown)), ...labelsIn(shown, asked)]) {
		if (!found.has(mark)) found.set(mark, index);
	}
	return [...found]
		.sort(([, a], [, b]) => a - b)
		.slice(0, MAX_TOLD)
		.map(([mark]) => `has ${excerpt(mark)} left over`);
}

const NO_TASK: Task = { prompts: [], attributes: [] };

/** Tells whether the given texts hold a mark. They are folded at the first question: most answers raise none. */
function heldBy(given: readonly string[]): (mark: string) => boolean {
	let folded: string | null = null;
	return (mark) => {
		folded ??= foldCase(given.join('\n'));
		return folded.includes(foldCase(mark));
	};
}

/**
 * A bracket that asks to be filled in. At the start of a text a bracket is often a tag ("[Webinar] …"), so there only what never is
 * one counts; elsewhere words that name data, or a few words with capitals, are enough.
 */
function isBracketLeftOver([mark]: RegExpExecArray, text: string): boolean {
	const inside = mark.slice(1, -1).trim();
	const folded = foldCase(inside);
	if (!/\p{L}/u.test(inside)) return false;
	if (/^.$/u.test(inside)) return inside === 'X';
	// user.name is data, and Node.js is not.
	const field = folded.slice(folded.lastIndexOf('.') + 1);
	if (PERSONAL_DATA.test(field) || INSTRUCTION.test(folded) || IDENTIFIER.test(inside)) return true;
	if (mark.startsWith('【')) return false;
	if (text.trimStart().startsWith(mark) || BUTTON.test(folded)) return false;
	if (DATA_OF.test(folded) || UNMADE_CHOICE.test(inside) || COMPOUND_DATA.test(folded)) return true;
	return OTHER_DATA.test(field) || /^\p{Lu}[\p{Ll}'’-]+(?:\s+\p{Lu}[\p{Ll}'’-]+){1,3}$/u.test(inside);
}

/** A name of data in marks that also quote: «Vorname». */
function isBareData(inside: string): boolean {
	return IDENTIFIER.test(inside) || BARE_DATA.test(foldCase(inside));
}

/** Parentheses hold asides; only the bare name of data in them waits for it. */
function isParenthesisLeftOver(mark: string): boolean {
	const inside = withoutEnd(withoutStart(mark, '(（'), ')）').trim();
	const folded = foldCase(inside);
	if (/^[\p{L}\p{N}]+(?:_[\p{L}\p{N}]+)+$/u.test(inside)) return true;
	const isTold = INSTRUCTION.test(folded) && (PERSONAL_DATA.test(folded) || OTHER_DATA.test(folded));
	return (
		isTold ||
		/^(?:customer|recipient|client|first|last|company|your) name$|^(?:name|date)$/.test(folded) ||
		(mark.startsWith('（') && BARE_DATA.test(folded))
	);
}

/** As programs write names: first_name, firstName, FIRST_NAME. */
const IDENTIFIER = /^[\p{L}\p{N}]+(?:_[\p{L}\p{N}]+)+$|^\p{Ll}+\p{Lu}\p{L}*$/u;
/** Elements of HTML whose names are also what templates wait for; they count as HTML only where they are closed. */
const AMBIGUOUS_ELEMENT = /^(?:address|code|link|source|time|title)$/;

/** A tag that is no HTML, such as <name>; links and addresses in angle brackets are none. */
function isAngleLeftOver(mark: string, text: string): boolean {
	const inside = mark.slice(1, -1).trim();
	if (!/^[\p{L}_][\p{L}\p{N}_' .-]*$/u.test(inside) || /^\S+\.\p{L}{2,}$/u.test(inside)) return false;
	const element = inside.toLowerCase();
	if (AMBIGUOUS_ELEMENT.test(element)) return !text.toLowerCase().includes(`</${element}>`);
	return !HTML_ELEMENTS.has(element);
}

const GERMAN_WORDS =
	/(?<!\p{L})(?:der|die|das|und|für|dein|deine|ihr|ihre|mit|auf|bei|nur|ist|ein|eine|zum|zur|du|dich|wir|sie|jetzt)(?!\p{L})|[äöüß]/iu;

/** In German "null" is a number: before a word or a unit in a German text it is taken for one. */
function isNullLeftOver({ index }: RegExpExecArray, text: string): boolean {
	const isBeforeWord = /^\s*(?:[\p{L}%€]|\d)/u.test(text.slice(index + 4, index + 24));
	return !(isBeforeWord && GERMAN_WORDS.test(text.slice(Math.max(0, index - 200), index + 200)));
}
