/**
 * Owns whether an answer says numbers, dates, times, codes or links that nobody gave it. Refuses words: "three" and "tomorrow" are
 * not looked at, and what a model worked out itself counts as invented.
 */
import { excerpt } from './finding';
import { dayOfNumber } from './reading/date-readings';
import { isGivenDay, squeeze, type GivenFacts } from './reading/given-facts';
import type { WrittenNumber } from './reading/number-readings';
import { readQuantities } from './reading/quantities';

/** So many are told; more say nothing new. */
const MAX_TOLD = 3;

/** What a text says that was not given, as short clauses, at most three. */
export function inventions(text: string, given: GivenFacts): string[] {
	const said = readQuantities(text);
	/** An hour or a day that was given is not always written as one: alle 19, 24.12. */
	const isHour = (index: number): boolean => said.wholeHours.some((hour) => hour.index === index && isKnownTime(given, hour.minutes));
	const isDay = (written: string): boolean => {
		const day = dayOfNumber(written);
		return day !== null && isGivenDay(given, [day]);
	};
	const isKnown = ({ readings, parts, index, text: written }: WrittenNumber): boolean =>
		readings.some((value) => given.numbers.has(value)) ||
		(parts.length > 0 && parts.every((value) => given.numbers.has(value))) ||
		isHour(index) ||
		isDay(written);
	const areKnown = (written: string): boolean => (written.match(/\d+/g) ?? []).every((digits) => given.numbers.has(String(Number(digits))));
	const found: string[] = [
		...said.links.filter((link) => !given.squeezed.includes(squeeze(link))).map((link) => `the link ${excerpt(link)}`),
		...said.dates
			.filter(({ readings, isDoubtful, text: written }) => !isGivenDay(given, readings) && !(isDoubtful && areKnown(written)))
			.map(({ text: written }) => `the date ${excerpt(written)}`),
		...said.times.filter(({ minutes }) => !isKnownTime(given, minutes)).map(({ text: written }) => `the time ${excerpt(written)}`),
		...said.digitRuns
			.filter(({ text: run, digits }) => !hasDigits(given, digits) && !areKnown(run))
			.map(({ text: run }) => `the number ${excerpt(run)}`),
		...said.codes.filter((code) => !given.squeezed.includes(squeeze(code))).map((code) => `the code ${excerpt(code)}`),
		...said.numbers.filter((number) => !isKnown(number)).map(({ text: written }) => `the number ${excerpt(written)}`),
	];
	return [...new Set(found)].slice(0, MAX_TOLD).map((what) => `says ${what}, which was not given`);
}

/** A telephone number may be written with the country or with the zero that stands for it. */
function hasDigits({ unmarked }: GivenFacts, digits: string): boolean {
	return unmarked.includes(digits.replace(/^0+/, ''));
}

/** In another time zone the hour differs, and in nearly all of them the minutes do not. */
function isKnownTime({ times, hasZonedTime }: GivenFacts, minutes: readonly number[]): boolean {
	if (minutes.some((minute) => times.has(minute))) return true;
	return hasZonedTime && minutes.some((minute) => [...times].some((known) => known % 30 === minute % 30));
}
