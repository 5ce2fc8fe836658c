/**
 * Owns how amounts, counts and times look to people: exact credits with separators, aligned at the decimal point; times in the
 * account's zone. Refuses rounding of credits.
 */
import { frozenDocument } from '../../engine/credit-balance';
import type { Account } from '../../core/nouns/records';
import type { Plan } from '../../core/nouns/words';
import { MICRO_PER_CREDIT, type Micro } from '../../core/values/money';
import { credits, dollars, grouped } from '../../core/values/readable';
import type { Instant } from '../../core/values/time';

export { credits, dollars };

/** Exact credits of one column, padded behind the decimal point so that right-aligned they stand under each other. */
export function alignedCredits(amounts: readonly Micro[]): string[] {
	const texts = amounts.map(credits);
	const widest = texts.reduce((most, text) => Math.max(most, lengthFromPoint(text)), 0);
	return texts.map((text) => text + ' '.repeat(widest - lengthFromPoint(text)));
}

/** An average for orientation: to the hundredth of a credit below. */
export function rough(amountMicro: Micro): Micro {
	return amountMicro - (amountMicro % (MICRO_PER_CREDIT / 100n));
}

/** A whole number with thousands separators. */
export function count(value: number): string {
	return grouped(String(value));
}

/** One of a thing, or several: "1 entry", "12 entries". */
export function counted(value: number, one: string, several: string): string {
	return `${count(value)} ${value === 1 ? one : several}`;
}

/** "2026-07-08 00:00" in the zone, which the text around it names; "never" for `null`. */
export function localTime(atMs: Instant | null, timeZone: string): string {
	if (atMs === null) return 'never';
	const parts = new Map(
		formatIn(timeZone)
			.formatToParts(atMs)
			.map(({ type, value }) => [type, value]),
	);
	const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
	return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}`;
}

/** As {@link localTime}, with the zone: "2026-07-08 00:00 Europe/Berlin". */
export function zonedTime(atMs: Instant | null, timeZone: string): string {
	return atMs === null ? 'never' : `${localTime(atMs, timeZone)} ${timeZone}`;
}

/** The plan in a word that explains itself. */
export function planText(plan: Plan): string {
	return plan === 'trial' ? 'trial (cannot spend)' : 'paid';
}

/** The account as JSON: decimal strings and ISO times are made elsewhere, this has neither. */
export function accountDocument({
	id,
	name,
	timeZone,
	plan,
	unconfirmedPolicy,
	frozen,
	settings,
	lastSeq,
}: Account): Record<string, unknown> {
	return {
		id,
		name,
		timeZone,
		plan,
		unconfirmed: unconfirmedPolicy,
		mode: settings.enforcement,
		frozen: frozenDocument(frozen),
		entries: lastSeq,
	};
}

/** Made once for each zone: it takes longer to make than a row of a table does. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(timeZone: string): Intl.DateTimeFormat {
	const known = formats.get(timeZone);
	if (known) return known;
	const options = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
	const made = new Intl.DateTimeFormat('en-GB', { ...options, timeZone });
	formats.set(timeZone, made);
	return made;
}

function lengthFromPoint(text: string): number {
	const point = text.indexOf('.');
	return point < 0 ? 0 : text.length - point;
}
