/**
 * Owns what an item and its prompt give a model to work with, in the form that answers are compared with. Refuses values without
 * end: it looks at a bounded number of values and characters, and says nothing about the rest.
 */
import { isSameDay, neighbours, type DateReading } from './date-readings';
import { foldAccents } from './fold';
import { canonical, readingsOfValue } from './number-readings';
import { dateText, isPlainRecord } from './plain-data';
import { readQuantities } from './quantities';

/** What was given. */
export interface GivenFacts {
	/** Canonical decimal texts. */
	readonly numbers: ReadonlySet<string>;
	readonly dates: readonly DateReading[];
	/** Minutes after midnight. */
	readonly times: ReadonlySet<number>;
	/** An instant with a time zone was given: its reader may see another hour. */
	readonly hasZonedTime: boolean;
	/** All texts, folded, without spaces and hyphens: codes and links are looked up here. */
	readonly squeezed: string;
	/** The same without the marks that telephone numbers are written with. */
	readonly unmarked: string;
	/** All texts as they are, for what may be repeated from the item. */
	readonly texts: readonly string[];
}

const MAX_VALUES = 2000;
const MAX_CHARACTERS = 100_000;
const MAX_DEPTH = 8;
const ZONED = /\d{4}-\d{2}-\d{2}t\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})/i;

/** Collects from any values: the item's data, and the texts of its prompt. */
export function givenFacts(values: readonly unknown[]): GivenFacts {
	const leaves = leavesOf(values);
	const numbers = new Set<string>(leaves.lengths.map(String));
	const dates: DateReading[] = [];
	const times = new Set<number>();
	for (const value of leaves.numbers) for (const reading of readingsOfValue(value)) numbers.add(reading);
	for (const text of leaves.texts) {
		const isZoned = ZONED.test(text);
		const read = readQuantities(text);
		for (const { readings, parts } of read.numbers) for (const value of [...readings, ...parts]) numbers.add(value);
		for (const { readings, text: written } of read.dates) {
			dates.push(...readings, ...(isZoned ? readings.flatMap(neighbours) : []));
			for (const digits of written.match(/\d+/g) ?? []) numbers.add(canonical(digits));
			for (const { year } of readings) if (year !== null) numbers.add(String(year));
		}
		// The digits of a code may be said without its letters.
		for (const code of read.codes) for (const digits of code.match(/\d+/g) ?? []) numbers.add(canonical(digits));
		for (const { minutes } of [...read.times, ...read.wholeHours]) for (const minute of minutes) times.add(minute);
	}
	const squeezed = squeeze(leaves.texts.join('\n'));
	const unmarked = squeezed.replace(/[()/+.]/g, '');
	return { numbers, dates, times, hasZonedTime: leaves.texts.some((text) => ZONED.test(text)), squeezed, unmarked, texts: leaves.texts };
}

/** The texts alone, as they are, for what does not ask for numbers and dates: finding those takes longer than all else about an answer. */
export function givenTexts(values: readonly unknown[]): readonly string[] {
	return leavesOf(values).texts;
}

/** Folded, without spaces, hyphens and the protocol of links. */
export function squeeze(text: string): string {
	return foldAccents(text).replace(/https?:\/\/|www\.|[\s-]/g, '');
}

/** True when the day was given, or its instant may fall on it. */
export function isGivenDay({ dates }: GivenFacts, readings: readonly DateReading[]): boolean {
	return readings.some((reading) => dates.some((given) => isSameDay(given, reading)));
}

interface Leaves {
	readonly numbers: number[];
	readonly texts: string[];
	/** How long the lists are: "your three orders" is no invention. */
	readonly lengths: number[];
}

function leavesOf(values: readonly unknown[]): Leaves {
	const leaves: Leaves = { numbers: [], texts: [], lengths: [] };
	let seen = 0;
	let characters = 0;
	const visit = (value: unknown, depth: number): void => {
		seen += 1;
		if (seen > MAX_VALUES || depth > MAX_DEPTH) return;
		if (typeof value === 'number' || typeof value === 'bigint') leaves.numbers.push(Number(value));
		else if (Array.isArray(value)) {
			leaves.lengths.push(value.length);
			for (const inner of value.slice(0, MAX_VALUES)) visit(inner, depth + 1);
		} else if (isPlainRecord(value)) for (const inner of Object.values(value)) visit(inner, depth + 1);
		const text = (typeof value === 'string' ? value : (dateText(value) ?? '')).slice(0, MAX_CHARACTERS - characters);
		characters += text.length;
		if (text !== '') leaves.texts.push(text);
	};
	for (const value of values) visit(value, 0);
	return leaves;
}
