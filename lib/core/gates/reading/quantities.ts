/**
 * Owns finding what can be checked against data in a text: links, dates, times, telephone numbers, codes, numbers. Each stretch is
 * read once. Refuses to judge: what was given is in given-facts.ts.
 */
import { withoutEnd } from '../../values/ends';
import { readDates, readTimes, type WrittenDate, type WrittenTime } from './date-readings';
import { foldAccents } from './fold';
import { readNumbers, type WrittenNumber } from './number-readings';
import { visibleText } from './visible-text';
import { withoutMyriads } from './myriads';
import { readWholeHours, type WholeHour } from './whole-hours';

/** What a text says that can be checked. */
export interface Quantities {
	/** Addresses of pages and mailboxes, folded. */
	readonly links: readonly string[];
	readonly dates: readonly WrittenDate[];
	readonly times: readonly WrittenTime[];
	/** Hours that some of the numbers may stand for. */
	readonly wholeHours: readonly WholeHour[];
	/** Long runs of digits with marks between them, as digits alone. */
	readonly digitRuns: readonly { readonly text: string; readonly digits: string }[];
	/** Words of letters and digits, such as save20. */
	readonly codes: readonly string[];
	readonly numbers: readonly WrittenNumber[];
	/** The folded text without links and tags, with ASCII digits. */
	readonly text: string;
}

const HOST = '[\\p{L}\\p{N}-]{1,63}(?:\\.[\\p{L}\\p{N}-]{1,63}){1,4}';
/** Addresses of pages, of mailboxes, and hosts that are written bare: with a path, or with an ending that is no word. */
const LINK = new RegExp(
	[
		'(?:https?:\\/\\/|www\\.)[^\\s<>"\'()]+',
		`(?<![\\p{L}\\p{N}._%+-])[\\p{L}\\p{N}._%+-]{1,64}@${HOST}`,
		`(?<![\\p{L}\\p{N}.@-])(?=\\p{L})${HOST}(?:(?<=\\.(?:com|net|org|io|eu|info|biz|shop|app))(?![\\p{L}\\p{N}/])|(?<=\\.[a-z]{2,10})\\/[^\\s<>"'()]*)`,
	].join('|'),
	'giu',
);
/** 12€50 is 12.50 €. */
const CURRENCY_INSIDE = /(?<![\d.,])(\d{1,6})\s?([€$£])(\d{2})(?![\d.,])/g;
const LIST_NUMBER = /(?<=^|\n)[^\S\n]{0,20}(\d{1,2})[.)](?=\s)/g;
/** Footnotes, and digits inside an emoji. */
const MARKERS = /\[\d{1,2}\]|\d\ufe0f?\u20e3/g;
const DIGIT_RUN = /(?<![\p{L}\d.,])\+?\(?\d[\d ()/-]{5,24}\d(?![\p{L}\d])/gu;
const CODE = /(?<![\p{L}\p{N}.,-])(?=[a-z-]*\d)(?=[\d-]*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*(?![\p{L}\p{N}])/gu;
/** A short word such as B2B and 4K. */
const WORD_WITH_DIGIT = /^(?:[48]k|[345]g|[234]d)$|^(?=\D+\d\D*$).{1,4}$/;
/** A number with its unit or ending. */
const NUMBER_WITH_UNIT = /^\d+[a-z]{1,4}\d?$/;

/** Reads a text. Time grows with its length; callers bound it. */
export function readQuantities(raw: string): Quantities {
	const unmarked = plainDigits(withoutListNumbers(raw).replace(MARKERS, ' '));
	const links = [...unmarked.matchAll(LINK)].map(([link]) => foldAccents(withoutEnd(link, '.,;:!?…')));
	const shown = foldAccents(visibleText(unmarked).replace(LINK, ' '));
	const text = withoutMyriads(shown).replace(CURRENCY_INSIDE, '$1.$3$2');
	const { found: dates, rest: withoutDates } = readDates(text);
	const { found: times, rest: withoutTimes } = readTimes(withoutDates);
	const digitRuns: { text: string; digits: string }[] = [];
	const withoutRuns = withoutTimes.replace(DIGIT_RUN, (run) => {
		const digits = run.replace(/\D/g, '');
		if (digits.length < 7 || /^\d+$/.test(run) || /^\d{1,3}(?: \d{3})+$/.test(run)) return run;
		digitRuns.push({ text: run.trim(), digits });
		return ' '.repeat(run.length);
	});
	const codes: string[] = [];
	const withoutCodes = withoutRuns.replace(CODE, (code) => {
		if (NUMBER_WITH_UNIT.test(code) && !WORD_WITH_DIGIT.test(code)) return code;
		if (!WORD_WITH_DIGIT.test(code)) codes.push(code);
		return ' '.repeat(code.length);
	});
	return { links, dates, times, wholeHours: readWholeHours(withoutTimes), digitRuns, codes, numbers: readNumbers(withoutCodes), text };
}

/** Lines that are counted from one; "8. Juli" at the start of a line is a date. */
function withoutListNumbers(text: string): string {
	const numbers = [...text.matchAll(LIST_NUMBER)].map(([, number]) => Number(number));
	const isList = numbers.length > 1 && numbers.every((number, index) => number === index + 1);
	return isList ? text.replace(LIST_NUMBER, ' ') : text;
}

/** Digits of every script as 0 to 9, one for one; marks of Arabic numbers as the usual ones. */
export function plainDigits(text: string): string {
	return text
		.replace(/\p{Nd}/gu, (digit) => String(digitValue(digit)))
		.replaceAll('٫', '.')
		.replaceAll('٬', ',')
		.replaceAll('٪', '%');
}

/** Unicode lays the digits of each script side by side, so their distance from the zero is their value. */
function digitValue(digit: string): number {
	const code = digit.codePointAt(0) ?? 0x30;
	let value = 0;
	while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value += 1;
	return value;
}
