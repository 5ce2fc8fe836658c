/**
 * Owns the dates and times that are written in a text, in whatever order and language; what can be read in two ways keeps both.
 * Refuses relative dates ("next Friday"): without a clock they say nothing.
 */
import { monthNames } from './month-names';

/** A calendar day; `year` `null` where none is written. */
export interface DateReading {
	readonly year: number | null;
	readonly month: number;
	readonly day: number;
}

export interface WrittenDate {
	readonly text: string;
	readonly readings: readonly DateReading[];
	/** True where the same letters are as likely something else: 1/2, or "20 may". */
	readonly isDoubtful: boolean;
}

/** What was found, and the text with it blanked out, so that nothing is read twice. */
export interface Scan<T> {
	readonly found: readonly T[];
	readonly rest: string;
}

/** Names of months that are everyday words as well. */
const EVERYDAY = new Set('may march mar mars set out ago sie lis mag mai maj maja elo dis mart mei'.split(' '));

interface Shape {
	readonly pattern: RegExp;
	readonly read: (groups: Readonly<Record<string, string | undefined>>) => DateReading[];
	readonly isDoubtful?: (groups: Readonly<Record<string, string | undefined>>) => boolean;
}

/** The day that a number such as 24.12 may stand for; `null` for any other. */
export function dayOfNumber(written: string): DateReading | null {
	const [, day, month] = /^(\d{1,2})\.(\d{1,2})$/.exec(written) ?? [];
	const reading = { year: null, month: Number(month), day: Number(day) };
	return day !== undefined && isDay(reading) ? reading : null;
}

/** More different dates than this are a calendar. */
const MAX_DATES = 500;

let shapes: readonly Shape[] | null = null;

/** The named groups of a pattern. */
type Groups = Readonly<Record<string, string | undefined>>;
/** What a replacer is given after what was found: groups, the place, the text, and the named groups at last. */
type Captured = string | number | Groups | undefined;

function groupsOf(args: readonly Captured[]): Groups {
	const groups = args.at(-1);
	return typeof groups === 'object' ? groups : {};
}

/** The dates of a folded text with ASCII digits, in order of their shapes. */
export function readDates(text: string): Scan<WrittenDate> {
	shapes ??= makeShapes();
	const found = new Map<string, WrittenDate>();
	let rest = text;
	for (const { pattern, read, isDoubtful } of shapes) {
		rest = rest.replace(pattern, (written: string, ...args: Captured[]) => {
			const groups = groupsOf(args);
			const readings = read(groups).filter(isDay);
			if (readings.length === 0) return written;
			if (!found.has(written) && found.size < MAX_DATES)
				found.set(written, { text: written.trim(), readings, isDoubtful: isDoubtful?.(groups) ?? false });
			return ' '.repeat(written.length);
		});
	}
	return { found: [...found.values()], rest };
}

/** True when two readings can be the same day; a missing year fits every year. */
export function isSameDay(a: DateReading, b: DateReading): boolean {
	return a.month === b.month && a.day === b.day && (a.year === null || b.year === null || a.year === b.year);
}

/** The day before and the day after: where an instant has a time zone, its reader may be in another. */
export function neighbours({ year, month, day }: DateReading): DateReading[] {
	return [-1, 1].map((shift) => {
		const date = new Date(Date.UTC(year ?? 2024, month - 1, day + shift));
		return { year: year === null ? null : date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
	});
}

/** Letters of Chinese, Japanese and Thai stand beside dates without a space. */
const BEFORE = '(?<![\\d.,/-]|[\\p{Script=Latin}\\p{Script=Cyrillic}\\p{Script=Greek}])';
const AFTER = '(?![\\d]|[/-]\\d)';

function makeShapes(): Shape[] {
	const names = [...monthNames().keys()].sort((a, b) => b.length - a.length).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
	const month = `(?<month>${names.join('|')})(?![\\p{L}\\p{M}])\\.?`;
	const year = `(?:[,/-]?\\s*(?:de |del |r\\. ?|พ\\.ศ\\. ?)?(?<year>(?:19|20|21|24|25|26)\\d{2}|(?<=[/-])\\d{2}|'\\d{2})(?!\\d))?`;
	const isEveryday = ({ month: name }: Readonly<Record<string, string | undefined>>): boolean => EVERYDAY.has(name ?? '');
	const named = (groups: Readonly<Record<string, string | undefined>>): DateReading[] => {
		const number = monthNames().get(groups['month'] ?? '');
		return number === undefined ? [] : days({ ...groups, month: String(number) });
	};
	return [
		{
			pattern: /(?:令和|reiwa\s?)(?<era>\d{1,2})年(?<month>\d{1,2})月(?<day>\d{1,2})日/gu,
			read: ({ era, ...rest }) => days({ ...rest, year: String(2018 + Number(era)) }),
		},
		{ pattern: /(?<year>\d{4})\s?[年년]\s?(?<month>\d{1,2})\s?[月월]\s?(?<day>\d{1,2})\s?[日일號号]?/gu, read: days },
		{ pattern: /(?<month>\d{1,2})\s?[月월]\s?(?<day>\d{1,2})\s?[日일號号]/gu, read: days },
		{ pattern: new RegExp(`${BEFORE}(?<year>\\d{4})(?<mark>[-/.])(?<month>\\d{1,2})\\k<mark>(?<day>\\d{1,2})(?!\\d)`, 'gu'), read: days },
		{
			pattern: new RegExp(`${BEFORE}(?<a>\\d{1,2})(?<mark>[-/.])\\s?(?<b>\\d{1,2})\\k<mark>\\s?(?<year>\\d{4}|\\d{2})${AFTER}`, 'gu'),
			read: eitherOrder,
		},
		{
			pattern: new RegExp(`${BEFORE}(?<day>\\d{1,2})(?:st|nd|rd|th|er|\\.|º|ª|o)?[\\s/-]?(?:de |of |d'|ב)?\\s?${month}${year}`, 'gu'),
			read: named,
			isDoubtful: isEveryday,
		},
		{
			pattern: new RegExp(
				`(?<![\\p{L}\\p{M}])${month}[\\s/-](?:the )?(?<day>\\d{1,2})(?:st|nd|rd|th)?(?![\\d:%]|[.,]\\d|\\s?%)${year}`,
				'gu',
			),
			read: named,
			isDoubtful: isEveryday,
		},
		{ pattern: new RegExp(`${BEFORE}(?<day>\\d{1,2})\\.\\s?(?<month>\\d{1,2})\\.(?!\\d)`, 'gu'), read: days },
		{
			pattern: new RegExp(`${BEFORE}(?<day>\\d{1,2})\\s?thang\\s?(?<month>\\d{1,2})(?:(?:\\s?nam\\s?|/)(?<year>\\d{4}))?(?!\\d)`, 'gu'),
			read: days,
		},
		{
			// 5-10 % are shares.
			pattern: new RegExp(`${BEFORE}(?<a>\\d{1,2})(?<mark>[/-])(?<b>\\d{1,2})${AFTER}(?![.,:]\\d|\\s?[%€$£])`, 'gu'),
			read: eitherOrder,
			isDoubtful: () => true,
		},
	];
}

/** One day for each year that may be meant: two digits, or the Buddhist era of Thailand. */
function days({ year, month, day }: Readonly<Record<string, string | undefined>>): DateReading[] {
	const years = year === undefined ? [null] : yearsOf(Number(year.replace("'", '')));
	return years.map((meant) => ({ year: meant, month: Number(month), day: Number(day) }));
}

function yearsOf(written: number): number[] {
	if (written < 100) return [2000 + written, 1900 + written, 1957 + written];
	return written > 2400 ? [written - 543] : [written];
}

/** With points the day comes first; with strokes and dashes either may. */
function eitherOrder({ a, b, year, mark }: Readonly<Record<string, string | undefined>>): DateReading[] {
	const shared = year === undefined ? {} : { year };
	const dayFirst = days({ ...shared, day: a, month: b });
	return mark === '.' ? dayFirst : [...dayFirst, ...days({ ...shared, day: b, month: a })];
}

function isDay({ month, day }: DateReading): boolean {
	return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

const TIMES: readonly RegExp[] = [
	/(?<![\d.,])(?<hour>\d{1,2})[:.](?<minute>\d{2})(?::\d{2}(?:\.\d+)?)?\s?(?<half>[ap])\.?\s?m\b\.?/g,
	/(?<![\d.,:])(?<hour>\d{1,2})\s?(?<half>[ap])\.?\s?m\b\.?/g,
	/(?<![\d.,])(?<hour>\d{1,2}):(?<minute>\d{2})(?::\d{2}(?:\.\d+)?)?(?!\d)/g,
	/(?<![\d.,])(?<hour>\d{1,2})\s?h\s?(?<minute>\d{2})(?!\d)/g,
	/(?<![\d.,])(?<hour>\d{1,2})[.:](?<minute>\d{2})\s?(?:uur|h|hrs?|heures|ore|godz|ч|год)(?!\p{L})/gu,
	// A point stands in prices too.
	/(?<=(?<![\p{L}])(?:kl\.?|klo|klockan|klokken|alle|ore|om|um|ab|saat|pukul|as|godz\.?|в|о)\s?)(?<hour>\d{1,2})\.(?<minute>\d{2})(?![\d.]|\s?(?:[€$£¥%]|eur|zl|kr|руб|грн))/gu,
	/(?:(?<noon>午後|下午|晚上|夜|오후|저녁|밤|午前|上午|早上|오전|아침)\s?)?(?<![\d.,])(?<hour>\d{1,2})(?:[.:](?<minute>\d{2}))?\s?(?:uhr|[時时](?![間间])|点|點|시(?!간)|น\.)(?:\s?(?<minutes>\d{1,2})\s?[分분]?(?!\d)|(?<past>半|\s?반))?/g,
];

export interface WrittenTime {
	readonly text: string;
	/** Minutes after midnight, every reading. */
	readonly minutes: readonly number[];
}

/** The times of day of a folded text with ASCII digits. */
export function readTimes(text: string): Scan<WrittenTime> {
	const found: WrittenTime[] = [];
	let rest = text;
	for (const pattern of TIMES) {
		rest = rest.replace(pattern, (written: string, ...args: Captured[]) => {
			const { hour, minute, minutes, half, noon, past } = groupsOf(args);
			const readings = timeReadings(
				Number(hour),
				Number(minute ?? minutes ?? (past === undefined ? 0 : 30)),
				half ?? halfOf(noon, Number(hour)),
			);
			if (readings.length === 0) return written;
			found.push({ text: written.trim(), minutes: readings });
			return ' '.repeat(written.length);
		});
	}
	return { found, rest };
}

/** Which half of the day a word names; none where the hour says it. */
function halfOf(noon: string | undefined, hour: number): 'a' | 'p' | undefined {
	if (noon === undefined || hour > 12 || hour === 0) return undefined;
	return /午前|上午|早上|오전|아침/u.test(noon) ? 'a' : 'p';
}

function timeReadings(hour: number, minute: number, half: string | undefined): number[] {
	if (hour > 24 || minute > 59 || (half !== undefined && (hour > 12 || hour === 0))) return [];
	if (half !== undefined) return [((hour % 12) + (half === 'p' ? 12 : 0)) * 60 + minute];
	const isTwoWay = hour >= 1 && hour <= 12;
	return [...new Set([(hour % 24) * 60 + minute, ...(isTwoWay ? [((hour + 12) % 24) * 60 + minute] : [])])];
}
