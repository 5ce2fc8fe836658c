/**
 * Owns the names of months in many languages, as the runtime knows them: long and short, alone and beside a day. Refuses a table
 * by hand: the names come from Unicode's data, which Node brings along.
 */
import { foldAccents } from './fold';

/** Arabic has four sets of names. Chinese, Japanese and Korean write numbers and need none. */
const LOCALES =
	'en de fr es it pt nl pl sv da nb fi cs sk hu ro hr sl et lv lt tr el ru uk bg sr id ms th ar-EG ar-SY ar-MA ar-DZ he hi'.split(' ');
/** Short names of further languages are everyday words of others too often ("des", "pro"). */
const WITH_SHORT_NAMES = LOCALES.slice(0, LOCALES.indexOf('sv')).concat('th');

let names: ReadonlyMap<string, number> | null = null;

/**
 * Folded names with the months (1 to 12) they stand for. Where two languages mean different months by one name, the first of the list
 * wins: listopad is the November of Poles and Czechs, not the October of Croats.
 */
export function monthNames(): ReadonlyMap<string, number> {
	names ??= collect();
	return names;
}

function collect(): Map<string, number> {
	const found = new Map<string, number>();
	const forms = LOCALES.flatMap((locale) => {
		const lengths = WITH_SHORT_NAMES.includes(locale) ? (['long', 'short'] as const) : (['long'] as const);
		return lengths.flatMap((month) => [
			new Intl.DateTimeFormat(locale, { month, timeZone: 'UTC', calendar: 'gregory' }),
			// Beside a day many languages bend the name: lipiec, but 8 lipca.
			new Intl.DateTimeFormat(locale, { month, day: 'numeric', timeZone: 'UTC', calendar: 'gregory' }),
		]);
	});
	for (const form of forms) {
		for (let month = 1; month <= 12; month += 1) {
			const part = form.formatToParts(Date.UTC(2026, month - 1, 15)).find(({ type }) => type === 'month')?.value ?? '';
			const name = foldAccents(part).replace(/\.$/, '');
			if (!/\p{L}/u.test(name)) continue;
			if (!found.has(name)) found.set(name, month);
		}
	}
	return found;
}
