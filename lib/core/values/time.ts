/**
 * Owns instants: epoch milliseconds in UTC, half-open intervals, and calendar days of a time zone.
 * The only module that compares instants. It never reads a clock: the instant is always given.
 */
import { DateTime, IANAZone } from 'luxon';
import { CreditError } from './errors';

/** An instant in epoch milliseconds, UTC. */
export type Instant = number;

/** How a span of days is counted: whole calendar days of the account's zone, or exactly n × 24 hours. */
export type ExpiryRule = 'end_of_day' | 'exact';

const EXACT_DAY_MS = 86_400_000;
/** 9999-12-31T23:59:59.999Z: the last instant that ISO 8601 writes with four digits. */
const LAST_INSTANT_MS: Instant = 253_402_300_799_999;

/** True while `atMs` lies in the half-open interval `[fromMs, untilMs)`; `null` means without end. */
export function isWithin(atMs: Instant, { fromMs, untilMs }: { fromMs: Instant; untilMs: Instant | null }): boolean {
	return atMs >= fromMs && (untilMs === null || atMs < untilMs);
}

/** True once `instantMs` has been reached at `atMs`: an end that equals now has passed. `null` never passes. */
export function hasPassed(instantMs: Instant | null, { atMs }: { atMs: Instant }): boolean {
	return instantMs !== null && atMs >= instantMs;
}

/** Orders instants ascending with `null` (never) last. */
export function compareInstants(a: Instant | null, b: Instant | null): number {
	if (a === b) return 0;
	if (a === null) return 1;
	if (b === null) return -1;
	return a < b ? -1 : 1;
}

/** The earlier of two instants. */
export function earlier(a: Instant, b: Instant): Instant {
	return a < b ? a : b;
}

/** The later of two instants. */
export function later(a: Instant, b: Instant): Instant {
	return a > b ? a : b;
}

/**
 * The instant at which credits of `days` days granted at `grantedAtMs` end.
 * `end_of_day`: `days` calendar days of `timeZone` are counted after the day of the grant, and the credits end when the last
 * of them has ended: granted any time on April 8, 2026 with 90 days, they end July 8, 00:00 local. Days of 23 or 25 hours count as days.
 * `exact`: `days` × 24 hours later. Throws `invalid_time` for a bad zone, or days outside 1…36,500.
 */
export function expiryAfterDays({
	grantedAtMs,
	days,
	rule,
	timeZone,
}: {
	grantedAtMs: Instant;
	days: number;
	rule: ExpiryRule;
	timeZone: string;
}): Instant {
	if (!Number.isInteger(days) || days < 1 || days > 36_500) {
		throw new CreditError('invalid_time', `The expiry is ${String(days)} days; give a whole number of days from 1 to 36500.`);
	}
	if (rule === 'exact') return grantedAtMs + days * EXACT_DAY_MS;
	const local = DateTime.fromMillis(grantedAtMs, { zone: checkedZone(timeZone) });
	return local
		.startOf('day')
		.plus({ days: days + 1 })
		.startOf('day')
		.toMillis();
}

/** The calendar day of an instant in a time zone, as YYYY-MM-DD. */
export function dayOf(atMs: Instant, timeZone: string): string {
	const known = lastDays.get(timeZone);
	if (known && isWithin(atMs, known)) return known.day;
	const local = DateTime.fromMillis(atMs, { zone: checkedZone(timeZone) });
	const day = local.toISODate() ?? '';
	const [fromMs, untilMs] = [local.startOf('day').toMillis(), local.endOf('day').toMillis() + 1];
	// A day whose clocks change may tell the same hour twice, even across midnight; it is looked up each time.
	if (untilMs - fromMs === EXACT_DAY_MS) lastDays.set(timeZone, { fromMs, untilMs, day });
	return day;
}

/** Looks at the calendar once. The first look takes the runtime 15 to 20 ms, which had better pass before calls are waiting. */
export function readyCalendar(): void {
	dayOf(0, 'UTC');
}

/** The ISO week of an instant in a time zone, as YYYY-Www. Weeks start on Monday. */
export function weekOf(atMs: Instant, timeZone: string): string {
	return DateTime.fromMillis(atMs, { zone: checkedZone(timeZone) }).toFormat("kkkk-'W'WW");
}

/** The first and the last day of the week of an instant in a time zone, as YYYY-MM-DD. */
export function weekDaysOf(atMs: Instant, timeZone: string): { readonly fromDay: string; readonly untilDay: string } {
	const monday = DateTime.fromMillis(atMs, { zone: checkedZone(timeZone) }).startOf('week');
	return { fromDay: monday.toISODate() ?? '', untilDay: monday.plus({ days: 6 }).toISODate() ?? '' };
}

/** The calendar month of an instant in a time zone, as YYYY-MM. */
export function monthOf(atMs: Instant, timeZone: string): string {
	return dayOf(atMs, timeZone).slice(0, 7);
}

/** ISO 8601 in UTC with milliseconds; `null` stays `null`. */
export function toIso(atMs: Instant): string;
export function toIso(atMs: Instant | null): string | null;
export function toIso(atMs: Instant | null): string | null {
	return atMs === null ? null : new Date(atMs).toISOString();
}

/**
 * Reads an ISO 8601 date or instant. A date without a time is the start of that day in `timeZone`; a time without an
 * offset is local to it. Throws `invalid_time` naming the field.
 */
export function parseInstant(text: string, { field, timeZone }: { field: string; timeZone: string }): Instant {
	const parsed = DateTime.fromISO(text, { zone: checkedZone(timeZone) });
	if (!parsed.isValid) {
		throw new CreditError(
			'invalid_time',
			`${field} is ${JSON.stringify(text)}, which is not a date. Write 2026-07-08 or 2026-07-08T00:00:00Z.`,
		);
	}
	return checkedInstant(parsed.toMillis(), field);
}

/** Returns the instant unchanged, or throws `invalid_time` when it is not an integer between 1970 and 9999. */
export function checkedInstant(atMs: Instant, field: string): Instant {
	if (!Number.isSafeInteger(atMs) || atMs < 0 || atMs > LAST_INSTANT_MS) {
		throw new CreditError(
			'invalid_time',
			`${field} is ${String(atMs)}; it must be an instant between the years 1970 and 9999 in milliseconds.`,
		);
	}
	return atMs;
}

/** The last day asked for in each zone: nearly every call asks for the same one, and the calendar takes longer than the rest of a decision. */
const lastDays = new Map<string, { readonly fromMs: Instant; readonly untilMs: Instant; readonly day: string }>();

/** Zones found valid before: asking the runtime costs more than a whole reservation. */
const knownZones = new Set<string>();

/** Returns the IANA zone name unchanged, or throws `invalid_time` when the runtime does not know it. */
export function checkedZone(timeZone: string): string {
	if (!isZone(timeZone)) {
		throw new CreditError(
			'invalid_time',
			`The time zone is ${JSON.stringify(timeZone)}, which is not an IANA zone. Use a name such as Europe/Berlin or UTC.`,
		);
	}
	return timeZone;
}

/** True for the name of an IANA zone that the runtime knows. */
export function isZone(timeZone: string): boolean {
	if (knownZones.has(timeZone)) return true;
	const isKnown = IANAZone.isValidZone(timeZone);
	if (isKnown) knownZones.add(timeZone);
	return isKnown;
}
