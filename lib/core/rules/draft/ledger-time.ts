/**
 * Says what it means that a clock is behind the newest entry of an account (ledger rules 3 and 46). Entries are stamped with that entry's
 * instant then, so the account's time stands still; only how long calls have been open is told by the clock. Pure; instants are epoch
 * milliseconds UTC.
 */
import { CLOCK_AHEAD, type StandingAlert } from '../../nouns/alert';
import type { Account, Hold } from '../../nouns/records';
import { hasPassed, later, type Instant } from '../../values/time';

/** Clocks that are set by the network differ by less than this. */
const TOLERANCE_MS = 5 * 60_000;

/** How far the newest entry of an account is ahead of the clock. */
export interface ClockAhead {
	/** The instant of the newest entry: until then the account's time stands still. */
	readonly untilMs: Instant;
	readonly byMs: number;
}

/** What a store must know to load what a batch needs. */
export interface BatchTime {
	readonly clockMs: Instant;
	/** What entries are stamped with: the clock's instant, or that of the newest entry where it is later. */
	readonly atMs: Instant;
	/** Each hold whose time is over has a timeout that is no later. */
	readonly dueUntilMs: Instant;
}

/** `null` where the newest entry is no more than five minutes ahead of the clock. */
export function clockAheadOf({ lastAtMs }: Pick<Account, 'lastAtMs'>, clockMs: Instant): ClockAhead | null {
	const byMs = lastAtMs - clockMs;
	return byMs > TOLERANCE_MS ? { untilMs: lastAtMs, byMs } : null;
}

/** The times of a batch on an account that the clock says `clockMs` for; `null`: it is not open yet. */
export function batchTime(account: Account | null, clockMs: Instant): BatchTime {
	if (account === null) return { clockMs, atMs: clockMs, dueUntilMs: clockMs };
	const noticed = noticedIn(account);
	const sinceMs = noticed === null ? 0 : clockMs - noticed.clockMs - TOLERANCE_MS;
	const dueUntilMs = sinceMs > 0 ? later(clockMs, account.lastAtMs + sinceMs) : clockMs;
	return { clockMs, atMs: later(clockMs, account.lastAtMs), dueUntilMs };
}

/**
 * True when the time of an open hold is over. A timeout is an instant of the clock that its call was made by. Where that one was ahead, it
 * would lie in the far future: such a hold was there when the account was warned, so its whole time after that moment, by the clock of
 * now, is certainly enough.
 */
export function isOver(
	{ seq, reservedAtMs, timeoutAtMs }: Pick<Hold, 'seq' | 'reservedAtMs' | 'timeoutAtMs'>,
	{ account, clockMs }: { readonly account: Pick<Account, 'alerts'>; readonly clockMs: Instant },
): boolean {
	if (hasPassed(timeoutAtMs, { atMs: clockMs })) return true;
	const noticed = noticedIn(account);
	const wasMadeAhead = noticed !== null && seq < noticed.seq && !hasPassed(reservedAtMs, { atMs: noticed.clockMs });
	return wasMadeAhead && hasPassed(noticed.clockMs + (timeoutAtMs - reservedAtMs) + TOLERANCE_MS, { atMs: clockMs });
}

/** Of the warning that stands: its number, and what the clock said. */
function noticedIn({ alerts }: Pick<Account, 'alerts'>): { readonly seq: number; readonly clockMs: Instant } | null {
	const standing: StandingAlert | undefined = alerts.standing.find(({ key }) => key === CLOCK_AHEAD);
	return standing?.clockMs === undefined ? null : { seq: standing.seq, clockMs: standing.clockMs };
}
