/**
 * Owns what the passing of time does to an account: holds time out, grants expire, overdraft is repaid by credits that
 * became spendable. It runs inside the transaction that uses the result (ledger rule 4), and handles what happened in
 * between in the order it happened, so that looking in between or not gives the same ledger.
 */
import { drawSlices, isLive } from './burn-down';
import { splitSlices, sumSlices } from '../../nouns/movement';
import type { Draft } from './draft';
import type { GrantState, Hold } from '../../nouns/records';
import type { Movement, Slice } from '../../nouns/movement';
import { compareInstants, earlier, hasPassed, later, type Instant } from '../../values/time';
import { isOver } from './ledger-time';
import { expiryWarnings, warnOfExpiry, watch } from './watch';
import { expiredCounts } from '../../journal/usage-counts';

interface Event {
	readonly atMs: Instant;
	/** At one instant: holds give back first, then grants end, then grants begin, then what will end is warned of. */
	readonly rank: 0 | 1 | 2 | 3;
	readonly seq: number;
	readonly happen: () => void;
}

/** Brings the draft to its clock, appending an entry for each hold whose time is over and each grant that ended up to and at it. */
export function advance(draft: Draft): void {
	if (!draft.hasAccount) return;
	const atMs = later(draft.clockMs, draft.account.lastAtMs);
	for (const event of eventsUntil(draft, atMs)) {
		draft.moveTo(earlier(event.atMs, atMs));
		const before = draft.entryCount;
		event.happen();
		repayOverdraft(draft);
		watch(draft, draft.entriesFrom(before));
	}
	draft.moveTo(atMs);
	repayOverdraft(draft);
}

/** Repays overdraft from what is spendable, in burn-down order. Run after anything that gives credits. */
export function repayOverdraft(draft: Draft): void {
	const owedMicro = draft.account.overdraftMicro;
	if (owedMicro === 0n) return;
	for (const slice of drawSlices(draft.grants, { amountMicro: owedMicro, atMs: draft.nowMs })) {
		draft.append({ kind: 'overdraft_repaid', ...slice });
	}
}

/**
 * Ends a hold that nobody settled: what the call was expected to cost is charged, or nothing, as the account says (ledger rules 13 and
 * 37). Should somebody learn what it cost, it is settled late.
 */
export function expireHold(draft: Draft, hold: Hold): void {
	const isCharged = draft.account.unconfirmedPolicy === 'charge';
	const movement: Movement = isCharged
		? { drawn: [], ...closeAt(draft, hold.slices, hold.expectedMicro) }
		: { charged: [], drawn: [], ...giveBack(draft, hold.slices) };
	draft.append({ kind: 'hold_expired', holdSeq: hold.seq, ...movement });
	if (movement.charged.length > 0) draft.count(hold.labels, expiredCounts(sumSlices(movement.charged)));
}

/** Sorts slices into those whose grant is still live and those that are forfeited because it is not (ledger rule 14). */
export function giveBack(draft: Draft, slices: readonly Slice[]): Pick<Movement, 'restored' | 'forfeited'> {
	const restored: Slice[] = [];
	const forfeited: Slice[] = [];
	for (const slice of slices) (isLive(draft.grant(slice.grantSeq), draft.nowMs) ? restored : forfeited).push(slice);
	return { restored, forfeited };
}

/** What closing a hold at `chargedMicro` of its own slices does: the first of them are charged, the rest given back. */
export function closeAt(
	draft: Draft,
	slices: readonly Slice[],
	chargedMicro: bigint,
): Pick<Movement, 'charged' | 'restored' | 'forfeited'> {
	const { first, rest } = splitSlices(slices, chargedMicro);
	return { charged: first, ...giveBack(draft, rest) };
}

function eventsUntil(draft: Draft, atMs: Instant): Event[] {
	const events: Event[] = [];
	for (const hold of draft.holds) {
		if (hold.state !== 'open' || !isOver(hold, draft)) continue;
		events.push({
			atMs: hold.timeoutAtMs,
			rank: 0,
			seq: hold.seq,
			happen: () => {
				expireHold(draft, hold);
			},
		});
	}
	for (const grant of draft.grants) events.push(...grantEvents(draft, grant, atMs));
	return events.sort((a, b) => compareInstants(a.atMs, b.atMs) || a.rank - b.rank || a.seq - b.seq);
}

function grantEvents(draft: Draft, grant: GrantState, atMs: Instant): Event[] {
	const events: Event[] = [];
	if (grant.expiresAtMs !== null && hasPassed(grant.expiresAtMs, { atMs })) {
		events.push({
			atMs: grant.expiresAtMs,
			rank: 1,
			seq: grant.seq,
			happen: () => {
				expireGrant(draft, grant.seq);
			},
		});
	}
	if (!hasPassed(grant.effectiveAtMs, { atMs: draft.account.lastAtMs }) && hasPassed(grant.effectiveAtMs, { atMs })) {
		events.push({ atMs: grant.effectiveAtMs, rank: 2, seq: grant.seq, happen: () => undefined });
	}
	for (const { atMs: warnAtMs, days } of expiryWarnings(draft.account.settings.alerts, grant)) {
		if (hasPassed(warnAtMs, { atMs: draft.account.lastAtMs }) || !hasPassed(warnAtMs, { atMs })) continue;
		events.push({
			atMs: warnAtMs,
			rank: 3,
			seq: grant.seq,
			happen: () => {
				warnOfExpiry(draft, grant.seq, days);
			},
		});
	}
	return events;
}

function expireGrant(draft: Draft, seq: number): void {
	const { remainingMicro, isVoided } = draft.grant(seq);
	if (remainingMicro > 0n && !isVoided) draft.append({ kind: 'grant_expired', grantSeq: seq, amountMicro: remainingMicro });
}
