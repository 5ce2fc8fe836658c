/**
 * Owns when an account is warned (ledger rule 24): after each command and each thing that time does, inside the transaction that
 * crosses a threshold. One crossing is one entry, the gravest only; an alert is armed again when credits have risen above its
 * threshold, and above what was left when it was given, by a margin. Refuses settings that could never warn; moves no credits.
 */
import {
	CLOCK_AHEAD,
	driftKey,
	EXHAUSTED,
	lowKey,
	type Alert,
	type AlertKey,
	type AlertSettings,
	type StandingAlert,
} from '../../nouns/alert';
import { isLive } from './burn-down';
import { averageCosts, compareCost, withCall } from '../../nouns/cost-averages';
import type { Draft } from './draft';
import { CreditError } from '../../values/errors';
import { budgetClaims } from './limits';
import { counterKey } from '../../nouns/counters';
import { clockAheadOf } from './ledger-time';
import { watchReport } from './watch-report';
import type { CounterRef, Entry, EntryBody, GrantState } from '../../nouns/records';
import type { Budget } from '../../nouns/settings';
import type { RefusalReason } from '../../nouns/words';
import { ceilDivide, type Micro } from '../../values/money';
import { compareInstants, dayOf, hasPassed, type Instant } from '../../values/time';

/** Armed again only this many percent of what was granted, or of the limit, above the threshold. */
const MARGIN_PERCENT = 5;
const DRIFT_MARGIN_PERCENT = 10;
const DAY_MS = 86_400_000;
const MAX_THRESHOLDS = 5;
const MAX_EXPIRY_DAYS = 365;
const MAX_DRIFT_PERCENT = 10_000;

/** Looks at what these new entries and the passing of time have done, and adds an entry for each crossing. Looking again adds nothing. */
export function watch(draft: Draft, fresh: readonly Entry[]): void {
	watchCredits(draft, fresh);
	watchBudgets(draft, fresh);
	for (const { body } of fresh) {
		if (body.kind !== 'settled') continue;
		watchCost(draft, body);
		watchReport(draft, body);
	}
}

/** Warns of a newest entry that is ahead of the clock, once until the clock has reached it. */
export function watchClock(draft: Draft): void {
	if (!draft.hasAccount) return;
	const { account, clockMs } = draft;
	const isWarned = stands(draft, CLOCK_AHEAD);
	if (!isWarned && clockAheadOf(account, clockMs)) give(draft, { type: 'clock_ahead', clockMs, newestAtMs: account.lastAtMs });
	if (isWarned && hasPassed(account.lastAtMs, { atMs: clockMs }))
		draft.append({ kind: 'alerts_rearmed', keys: [CLOCK_AHEAD], counters: [] });
}

/** When a grant is to be warned of, with the days that are left then; not before it can be spent. */
export function expiryWarnings(
	{ expiryDays }: AlertSettings,
	{ effectiveAtMs, expiresAtMs }: GrantState,
): readonly { readonly atMs: Instant; readonly days: number }[] {
	if (expiresAtMs === null || expiryDays.length === 0) return [];
	return expiryDays
		.map((days) => ({ atMs: expiresAtMs - days * DAY_MS, days }))
		.filter(({ atMs }) => compareInstants(atMs, effectiveAtMs) > 0);
}

/** Warns of a grant that ends in so many days, unless it is used up or voided. */
export function warnOfExpiry(draft: Draft, grantSeq: number, days: number): void {
	const { remainingMicro, isVoided, expiresAtMs } = draft.grant(grantSeq);
	if (remainingMicro === 0n || isVoided || expiresAtMs === null) return;
	give(draft, { type: 'expiring', grantSeq, days, unusedMicro: remainingMicro, expiresAtMs });
}

/** Throws `invalid_argument` naming the setting and what it may be. */
export function checkAlerts({ lowPercents, expiryDays, driftPercent }: AlertSettings): void {
	checkThresholds(lowPercents, { what: 'low credits', unit: 'percent', max: 99 });
	checkThresholds(expiryDays, { what: 'expiring credits', unit: 'days', max: MAX_EXPIRY_DAYS });
	if (!Number.isInteger(driftPercent) || driftPercent < 0 || driftPercent > MAX_DRIFT_PERCENT) {
		throw new CreditError(
			'invalid_argument',
			`The warning of drift is set to ${String(driftPercent)} percent; give a whole number from 1 to ${String(MAX_DRIFT_PERCENT)}, or 0 for no warning.`,
		);
	}
}

function checkThresholds(values: readonly number[], { what, unit, max }: { what: string; unit: string; max: number }): void {
	const isUsable = values.every((value) => Number.isInteger(value) && value >= 1 && value <= max) && new Set(values).size === values.length;
	if (isUsable && values.length <= MAX_THRESHOLDS) return;
	throw new CreditError(
		'invalid_argument',
		`The warnings of ${what} are set to ${JSON.stringify(values)} ${unit}; give up to ${String(MAX_THRESHOLDS)} different whole numbers from 1 to ${String(max)}.`,
	);
}

function give(draft: Draft, alert: Alert, silences: readonly AlertKey[] = []): void {
	draft.append({ kind: 'alerted', alert, silences });
}

function stands(draft: Draft, key: AlertKey): boolean {
	return draft.account.alerts.standing.some((standing) => standing.key === key);
}

/** Low and exhausted credits are one scale: the gravest that is crossed is given, and silences those that are milder. */
function watchCredits(draft: Draft, fresh: readonly Entry[]): void {
	const { plan, settings } = draft.account;
	if (plan !== 'paid') return;
	const spendableMicro = draft.availableMicro() + draft.returnableMicro();
	const grantedMicro = grantedNow(draft);
	rearmCredits(draft, { spendableMicro, grantedMicro });
	const unsaid = (percents: readonly number[]): AlertKey[] => percents.map(lowKey).filter((key) => !stands(draft, key));
	const { lowPercents } = settings.alerts;
	if (fresh.some(({ body }) => isShort(body)) || (spendableMicro <= 0n && fresh.some(({ body }) => isDrain(body)))) {
		if (!stands(draft, EXHAUSTED)) give(draft, { type: 'exhausted', spendableMicro }, unsaid(lowPercents));
		return;
	}
	const crossed = lowPercents.filter((percent) => grantedMicro > 0n && spendableMicro * 100n <= BigInt(percent) * grantedMicro);
	const percent = Math.min(...crossed);
	if (crossed.length === 0 || stands(draft, EXHAUSTED) || stands(draft, lowKey(percent))) return;
	give(draft, { type: 'low', percent, spendableMicro, grantedMicro }, unsaid(lowPercents.filter((milder) => milder > percent)));
}

/** What was granted, of the grants that still have credits: a share of it is what "low" means. */
function grantedNow(draft: Draft): Micro {
	let grantedMicro = 0n;
	for (const grant of draft.grants) {
		if (grant.remainingMicro + grant.heldMicro > 0n && isLive(grant, draft.nowMs)) grantedMicro += grant.amountMicro;
	}
	return grantedMicro;
}

function rearmCredits(draft: Draft, now: { readonly spendableMicro: Micro; readonly grantedMicro: Micro }): void {
	const { standing } = draft.account.alerts;
	if (standing.length === 0) return;
	const { lowPercents } = draft.account.settings.alerts;
	const thresholds = new Map([[EXHAUSTED, 0], ...lowPercents.map((percent) => [lowKey(percent), percent] as const)]);
	const keys = standing.filter((alert) => hasRisen(alert, { ...now, percent: thresholds.get(alert.key) })).map(({ key }) => key);
	if (keys.length > 0) draft.append({ kind: 'alerts_rearmed', keys, counters: [] });
}

function hasRisen(
	alert: StandingAlert,
	{ percent, spendableMicro, grantedMicro }: { percent: number | undefined; spendableMicro: Micro; grantedMicro: Micro },
): boolean {
	if (percent === undefined || spendableMicro <= 0n) return false;
	const marginMicro = ceilDivide(grantedMicro * BigInt(MARGIN_PERCENT), 100n);
	const isAbove = spendableMicro * 100n > BigInt(percent + MARGIN_PERCENT) * grantedMicro;
	return isAbove && spendableMicro > alert.spendableMicro + marginMicro;
}

/** A call did not get its credits, and would not once open holds close. */
function isShort(body: EntryBody): boolean {
	return isWant(reasonOf(body));
}

function isWant(reason: RefusalReason | null): boolean {
	return reason === 'credits_exhausted' || reason === 'overdrawn';
}

/** Why a call was refused, or would have been in shadow mode. */
function reasonOf(body: EntryBody): RefusalReason | null {
	if (body.kind === 'refused') return body.reason;
	return body.kind === 'reserved' ? body.shadow : null;
}

/** The entry took credits away for good. */
function isDrain(body: EntryBody): boolean {
	switch (body.kind) {
		case 'settled':
			return body.actualMicro > 0n;
		case 'hold_expired':
			return body.charged.length > 0;
		case 'grant_expired':
		case 'grant_voided':
			return body.amountMicro > 0n;
		default:
			return false;
	}
}

/** What new entries did to one budget: the largest amount it had no room for, and whether anything was charged to it. */
interface Touched {
	readonly budget: Budget;
	readonly ref: CounterRef;
	readonly refusedMicro: Micro | null;
	readonly isCharged: boolean;
}

/** A budget is reached when nothing is left of it, or when what is left was too little for a call. */
function watchBudgets(draft: Draft, fresh: readonly Entry[]): void {
	if (draft.account.settings.budgets.length === 0) return;
	for (const { budget, ref, refusedMicro, isCharged } of touchedBudgets(draft, fresh)) {
		const { settledMicro, reachedRoomMicro } = draft.counter(ref);
		const { limitMicro, name } = budget;
		const roomMicro = limitMicro - settledMicro;
		const marginMicro = ceilDivide(limitMicro * BigInt(MARGIN_PERCENT), 100n);
		const isRearmed = reachedRoomMicro !== null && roomMicro > 0n && roomMicro > reachedRoomMicro + marginMicro;
		if (isRearmed) draft.append({ kind: 'alerts_rearmed', keys: [], counters: [ref] });
		const isReached = (refusedMicro !== null && refusedMicro > roomMicro) || (isCharged && roomMicro <= 0n);
		if (isReached && (isRearmed || reachedRoomMicro === null))
			give(draft, { type: 'budget_reached', name, ...ref, limitMicro, settledMicro });
	}
}

function touchedBudgets(draft: Draft, fresh: readonly Entry[]): Touched[] {
	const touched = new Map<string, Touched>();
	for (const entry of fresh) {
		const { refs, refusedMicro } = limitsOf(draft, entry);
		for (const ref of refs) {
			const budget = draft.account.settings.budgets.find(({ seq }) => seq === ref.budgetSeq);
			if (!budget || !isWatched(budget)) continue;
			const before = touched.get(counterKey(ref));
			touched.set(counterKey(ref), {
				budget,
				ref,
				refusedMicro: larger(before?.refusedMicro ?? null, refusedMicro),
				isCharged: isDrain(entry.body) || before?.isCharged === true,
			});
		}
	}
	return [...touched.values()];
}

function larger(a: Micro | null, b: Micro | null): Micro | null {
	return a === null || (b !== null && b > a) ? b : a;
}

/** The counters that an entry concerns, and the amount that was or would have been refused. */
function limitsOf(draft: Draft, { body, labels, person }: Entry): { refs: readonly CounterRef[]; refusedMicro: Micro | null } {
	if (body.kind === 'refused' && body.reason === 'budget_exceeded') {
		const budgets = draft.account.settings.budgets.filter(({ name }) => name === body.limit);
		const call = { labels: labels ?? {}, person, sendId: null, executionId: null };
		return {
			refs: budgetClaims(budgets, call, { atMs: draft.nowMs, timeZone: draft.account.timeZone }).map(({ ref }) => ref),
			refusedMicro: body.amountMicro,
		};
	}
	if (body.kind === 'reserved') return { refs: body.counters, refusedMicro: body.shadow === 'budget_exceeded' ? body.amountMicro : null };
	return { refs: 'holdSeq' in body ? draft.hold(body.holdSeq).counters : [], refusedMicro: null };
}

/** Caps of single sends, executions and persons are reached as a matter of course: nobody wants a message for each. */
function isWatched({ period, scope }: Budget): boolean {
	return period !== 'send' && period !== 'execution' && scope !== 'person';
}

/** Counts a live call into its campaign's averages, and warns when the day's calls cost more than they usually do. */
function watchCost(draft: Draft, { holdSeq, actualMicro, isLate }: Extract<EntryBody, { kind: 'settled' }>): void {
	const { driftPercent } = draft.account.settings.alerts;
	const { campaign = '', purpose = 'live' } = draft.hold(holdSeq).labels;
	if (isLate || actualMicro === 0n || purpose !== 'live' || driftPercent === 0) return;
	const day = dayOf(draft.nowMs, draft.account.timeZone);
	draft.averages = withCall(draft.averages, { campaign, day, costMicro: actualMicro });
	rearmForgotten(draft);
	const average = draft.averages.find((each) => each.campaign === campaign);
	if (!average) return;
	const key = driftKey(campaign);
	if (!stands(draft, key) && compareCost(average, driftPercent) === 'above') {
		give(draft, { type: 'drift', campaign, calls: average.calls, ...averageCosts(average), percent: driftPercent });
	} else if (stands(draft, key) && compareCost(average, Math.max(0, driftPercent - DRIFT_MARGIN_PERCENT)) === 'below') {
		draft.append({ kind: 'alerts_rearmed', keys: [key], counters: [] });
	}
}

/** A campaign whose averages made room for another's has no usual cost any more. */
function rearmForgotten(draft: Draft): void {
	if (draft.account.alerts.standing.length === 0) return;
	const known = new Set(draft.averages.map(({ campaign }) => driftKey(campaign)));
	const keys = draft.account.alerts.standing.map(({ key }) => key).filter((key) => key.startsWith(driftKey('')) && !known.has(key));
	if (keys.length > 0) draft.append({ kind: 'alerts_rearmed', keys, counters: [] });
}
