/**
 * Owns whether a value of the item is in an answer as it was given: numbers in any grouping and with the right currency, dates in any
 * order and language, names letter by letter. Refuses to decide where letters change their script ("Tanaka" in a Japanese text) or
 * where a value cannot be said (yes or no): that passes.
 */
import { isList } from '../values/foreign';
import { currenciesBeside, currenciesCalled } from './reading/currencies';
import { dayOfNumber, isSameDay, neighbours, readDates, readTimes } from './reading/date-readings';
import { foldAccents, foldCase, hasPhrase } from './reading/fold';
import { squeeze } from './reading/given-facts';
import { readingsOfValue } from './reading/number-readings';
import { NUMBER_WORDS } from './reading/number-words';
import { dateText, isPlainRecord } from './reading/plain-data';
import { plainDigits, readQuantities, type Quantities } from './reading/quantities';
import { isInflected, mainScript } from './reading/scripts';
import { visibleText } from './reading/visible-text';

/** An answer, read once for all its facts. */
export interface ReadAnswer {
	readonly said: Quantities;
	/** Folded with accents kept. */
	readonly names: string;
	/** ISO 639 codes of the languages the answer may be in; none when nobody said. */
	readonly languages: readonly string[];
}

/** Reads all texts of an answer together. */
export function readAnswer(texts: readonly string[], languages: readonly string[]): ReadAnswer {
	const all = texts.join('\n');
	return { said: readQuantities(all), names: foldCase(plainDigits(visibleText(all))), languages };
}

const MAX_PARTS = 20;

/** True when the value, or every part of it, is in the answer, or when that cannot be decided. Empty values are no facts. */
export function hasFact(answer: ReadAnswer, value: unknown): boolean {
	if (typeof value === 'number' || typeof value === 'bigint') return hasNumber(answer, readingsOfValue(Number(value)), []);
	if (typeof value === 'string') return value.trim() === '' || hasText(answer, value.trim());
	const date = dateText(value);
	if (date !== null) return date === '' || hasText(answer, date);
	const parts = isList(value) ? value : isPlainRecord(value) ? Object.values(value) : [];
	return parts.slice(0, MAX_PARTS).every((part) => hasFact(answer, part));
}

const ZONED_TIME = /t\d{2}:\d{2}.{0,20}(?:z|[+-]\d{2}:?\d{2})$/;
/** A number with a sign, a unit or a currency, and nothing else. */
const AMOUNT = /^[^\p{L}\d]{0,12}(?:\p{L}{1,4}\.?\$?\s?)?[\d.,' ]{0,40}\d\s?[^\d]{0,12}$/u;

function hasText(answer: ReadAnswer, value: string): boolean {
	const folded = foldAccents(plainDigits(value));
	const { found: dates, rest } = readDates(folded);
	const [date] = dates;
	if (date && !date.isDoubtful && /^[\s,]*(?:t?[\d:.]+\s?(?:z|[+-]\d{2}:?\d{2})?)?$/.test(rest)) {
		const days = ZONED_TIME.test(folded) ? date.readings.flatMap((day) => [day, ...neighbours(day)]) : date.readings;
		const said = [
			...answer.said.dates.flatMap(({ readings }) => readings),
			...answer.said.numbers.flatMap(({ text: written }) => dayOfNumber(written) ?? []),
		];
		return said.some((saidDay) => days.some((day) => isSameDay(saidDay, day)));
	}
	const { found: times, rest: beside } = readTimes(folded);
	const [time] = times;
	if (time && beside.trim() === '') {
		const hours = [...answer.said.times, ...answer.said.wholeHours];
		return hours.some(({ minutes }) => minutes.some((minute) => time.minutes.includes(minute)));
	}
	if (AMOUNT.test(folded)) {
		const { numbers, text } = readQuantities(value);
		const [number, ...others] = numbers;
		if (number && others.length === 0) return hasNumber(answer, number.readings, currenciesOf(text, number));
	}
	const currencies = currenciesCalled(folded);
	if (currencies.length > 0) return isPaidIn(answer, currencies) || hasName(answer, value);
	return hasName(answer, value);
}

/** Some number has a sign or a word of the currency beside it. */
function isPaidIn({ said }: ReadAnswer, currencies: readonly string[]): boolean {
	return said.numbers.some((number) => currenciesOf(said.text, number).some((code) => currencies.includes(code)));
}

function currenciesOf(text: string, { index, text: written }: { index: number; text: string }): readonly string[] {
	return currenciesBeside(text.slice(0, index), text.slice(index + written.length));
}

/** The number with the right currency or none; a small whole one also as a word. */
function hasNumber({ said }: ReadAnswer, readings: readonly string[], currencies: readonly string[]): boolean {
	const isMeant = (value: string): boolean => readings.includes(value);
	const fits = said.numbers.some((number) => {
		if (![...number.readings, ...number.parts].some(isMeant)) return false;
		const beside = currenciesOf(said.text, number);
		return currencies.length === 0 || beside.length === 0 || beside.some((code) => currencies.includes(code));
	});
	if (fits) return true;
	const asDate = said.dates.some(({ readings: days }) => days.some(({ year, day }) => isMeant(String(year)) || isMeant(String(day))));
	const words = readings.flatMap((value) => NUMBER_WORDS[Number(value)] ?? []);
	return asDate || words.some((word) => hasPhrase(said.text, word));
}

const POSSESSIVE = /^(?:'s|s|'|s')$/;

/** As written, apart from case; with an ending where the language bends names. */
function hasName({ names, languages }: ReadAnswer, value: string): boolean {
	const name = foldCase(plainDigits(value));
	if (hasPhrase(names, name)) return true;
	// A number or code may be written in groups of its own.
	if (/\d/.test(name)) return squeeze(names).includes(squeeze(name));
	const script = mainScript(name);
	if (script !== null && mainScript(names) !== script) return true;
	const last = name.split(' ').at(-1) ?? name;
	const before = name.slice(0, name.length - last.length);
	const mayBend = languages.some(isInflected);
	const isBent = (word: string): boolean => {
		if (word.startsWith(last)) return POSSESSIVE.test(word.slice(last.length)) || (mayBend && word.length <= last.length + 3);
		const stem = last.slice(0, Math.max(3, last.length - 2));
		return mayBend && last.length >= 4 && word.startsWith(stem) && Math.abs(word.length - last.length) <= 3;
	};
	const words = new Set(names.match(/[\p{L}\p{M}']+/gu) ?? []);
	return [...words].some((word) => isBent(word) && (before === '' || mayBend || names.includes(before + word)));
}
