/**
 * Finds markup and labels that a person would read: fences, left-overs of JSON, written-out line breaks, "Subject:", texts to choose
 * from. What the instructions ask for is no left-over.
 */
import { CHOICE_LABELS, PART_LABELS, SUBJECT_LABELS, TOPIC_LABELS } from './label-words';
import type { Mark } from './mark';
import type { TaskTexts } from './task-texts';

const FENCE = /```|(?<=^|\n)~~~/u;

/** An object begins, a key stands alone, or an object ends. */
const JSON_START =
	/^\s*(?:\[\s*)?\{\s*(?:["'“”][\p{L}_][\p{L}\p{N}_ -]{0,40}["'“”]\s*:|\\")|^\s*["“][\p{L}_][\p{L}\p{N}_]{0,40}["”]\s*:\s*["“[{\d]/u;
/** A list of texts, and a value with its name. */
const JSON_PIECE = /^\s*\[\s*["“][^\n]{1,400}["”]\s?[,\]]|^\s*(?:message|text|body|content|output|response|result)\s?[:=]\s?["“]/iu;
const JSON_END = /["”][\s,\]}]{1,6}$/u;
/** `\n` in letters; a path such as C:\new is none. */
const WRITTEN_BREAK = /\\n\\n|\\r\\n|[.,!?:;。，！？：、>]\\n|\\n(?=[-•*]|\d+\.)|\\u[0-9a-f]{4}|[^\\]\\"/iu;

const DECORATION = '[*_#>\\s"“„]{0,6}';
const COLON = '(?: \\([^)\\n]{1,30}\\))?[*_]{0,3}\\s?[:：][*_]{0,3}';
const SUBJECT_AT_START = new RegExp(
	`^${DECORATION}(?:e-?mail[- ])?(?:${SUBJECT_LABELS})${COLON}|^\\s*[【\\[](?:${SUBJECT_LABELS}|${TOPIC_LABELS})[】\\]]`,
	'iu',
);
/** In the middle of a text only what is set off as a label is one. */
const SUBJECT_BELOW = new RegExp(`\\n\\s{0,3}[*_#]{1,4}(?:${SUBJECT_LABELS})${COLON}|(?<=\\n[^\\S\\n]{0,3})subject line\\s?:`, 'iu');
const TOPIC_AT_START = new RegExp(`^${DECORATION}(?:${TOPIC_LABELS})${COLON}[^\\n]{1,160}\\n\\s*\\S`, 'iu');
const PART_AT_START = new RegExp(`^${DECORATION}(?:${PART_LABELS})${COLON}`, 'iu');

const NUMBER = '(?:\\s?(?:#|no\\.?|nr\\.?|n[°º])?\\s?(?:\\d{1,2}|[A-Ca-c]|one|two|three|[一二三①②③١٢٣१२३])|[①②③])';
const CHOICE_END = '(?![\\p{L}\\p{N}])(?:\\s?\\([^)\\n]{1,40}\\)|\\s?[-–—][^:：\\n]{1,40})?[*_]{0,3}\\s?(?:[:：.)–—-]|\\n)';
const CHOICE = new RegExp(`(?<=^|\\n)[*_#>\\s"“„【\\[]{0,6}(?:${CHOICE_LABELS})${NUMBER}[】\\]]?${CHOICE_END}`, 'giu');
const LETTER_FIRST = /^[*_#\s]{0,6}A[).][*_]{0,2}\s[^\n]{1,200}\n+[*_#\s]{0,6}B[).][*_]{0,2}\s/u;
const NUMBER_FIRST = /^[*_#\s]{0,6}(?:1[.)、]|①)\s?[*_]{0,2}["“„«「『][^\n]{1,200}\n+\s{0,3}[*_#]{0,4}(?:2[.)、]|②)\s?[*_]{0,2}["“„«「『]/u;
const ALTERNATIVE =
	/\n[ \t]{0,3}-{3,10}\s{1,6}[*_#]{0,4}(?:alternative|alternativ|alternativa|alternatief|or|oder|ou|o bien|option|version|另一|または)[^\n:]{0,30}[:：*]/iu;

/** The markup and the labels in a text. */
export function labelsIn(text: string, asked: TaskTexts): Mark[] {
	return [fence(text, asked), json(text, asked), label(text, asked), choice(text, asked)].filter((mark) => mark !== null);
}

function fence(text: string, asked: TaskTexts): Mark | null {
	const index = text.search(FENCE);
	if (index === -1 || asked.isFor('fences')) return null;
	// In a text that is Markdown a piece of code may be fenced; a fence around all of it is the model's own.
	if (asked.isFor('markdown') && !isFencedWhole(text.trim())) return null;
	return { mark: text.slice(index, index + 12), index };
}

function json(text: string, asked: TaskTexts): Mark | null {
	const found = JSON_START.exec(text) ?? JSON_PIECE.exec(text) ?? endOfObject(text) ?? WRITTEN_BREAK.exec(text);
	return found && !asked.isFor('json') ? { mark: found[0].trim(), index: found.index } : null;
}

/** True where a fence around the text is all there is. */
function isFencedWhole(text: string): boolean {
	return text.startsWith('```') && text.endsWith('```') && text.split('```').length === 3;
}

/** The end of an object of which the text holds no beginning. */
function endOfObject(text: string): RegExpExecArray | null {
	return text.trimEnd().endsWith('}') && !text.includes('{') ? JSON_END.exec(text.slice(-40)) : null;
}

function label(text: string, asked: TaskTexts): Mark | null {
	const start = text.slice(0, 400);
	if (/[:：】\]]/.test(start)) {
		const found = SUBJECT_AT_START.exec(start) ?? TOPIC_AT_START.exec(start) ?? PART_AT_START.exec(start);
		if (found && !asked.names(found[0], 'labels')) return { mark: firstLine(found[0]), index: found.index };
	}
	const below = text.includes('\n') ? SUBJECT_BELOW.exec(text) : null;
	return below && !asked.names(below[0], 'labels') ? { mark: below[0].trim(), index: below.index } : null;
}

/** Texts to choose from: they begin the text, or are set off by marks. What stands before choices that a person has is said to that person. */
function choice(text: string, asked: TaskTexts): Mark | null {
	const quoted = NUMBER_FIRST.exec(text) ?? LETTER_FIRST.exec(text) ?? ALTERNATIVE.exec(text);
	if (quoted && !asked.isFor('choices')) return { mark: firstLine(quoted[0]), index: quoted.index };
	if (text.search(CHOICE) === -1) return null;
	const [first, second] = text.matchAll(CHOICE);
	if (!first || !second || asked.isFor('choices') || asked.names(first[0], 'choices')) return null;
	const isAtStart = text.slice(0, first.index).trim() === '';
	const isSetOff = /[*#(【[]/.test(first[0]);
	return isAtStart || isSetOff ? { mark: firstLine(first[0]), index: first.index } : null;
}

function firstLine(text: string): string {
	return text.trim().split('\n')[0] ?? '';
}
