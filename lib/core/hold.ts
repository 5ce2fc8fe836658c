/**
 * Owns reserve, settle, release and expire (ledger rules 10–16, 20). A reserve is all or nothing and is never shrunk to fit;
 * a settle is never refused, because the money is spent; the first closing of a hold stands.
 */
import { closeAt, expireHold, giveBack, repayOverdraft } from './advance';
import { drawSlices, sumSlices } from './burn-down';
import type { Draft, EntryContext } from './draft';
import { CreditError } from './errors';
import { budgetHit, countersOf, floorHit, type LimitHit } from './limits';
import type { Outcome, ReserveCommand, SettleCommand } from './commands';
import type { CounterRef, Hold, RefusalReason } from './model';
import { formatCredits, MAX_AMOUNT_MICRO, minMicro, type Micro } from './money';
import { REFUSED_COUNTS, settledCounts } from './usage-counts';

export const DEFAULT_HOLD_TIMEOUT_MS = 15 * 60_000;
export const MAX_HOLD_TIMEOUT_MS = 24 * 3_600_000;

/**
 * Holds credits for one call, or says why not. Precedence of refusals: `unpriced_model`; then an amount of 0 always passes;
 * `plan_not_eligible`, `overdrawn`, `budget_exceeded`, `floor_reached`, and `credits_held` (would fit once open holds close)
 * before `credits_exhausted`. In shadow mode the reason is recorded on the hold and nothing is refused.
 */
export function reserve(draft: Draft, command: ReserveCommand, context: EntryContext): Outcome {
	checkReserve(command);
	const refusal = refusalOf(draft, command);
	const isShadow = draft.account.settings.enforcement === 'shadow';
	if (refusal && !isShadow) return refuse(draft, command, { context, refusal });
	const amountMicro = command.amountMicro ?? 0n;
	const slices = drawSlices(draft.grants, { amountMicro, atMs: draft.nowMs });
	const timeoutAtMs = draft.nowMs + command.timeoutMs;
	const { priceVersion, labels, person } = command;
	const shadow = refusal?.reason ?? null;
	const { seq } = draft.append(
		{ kind: 'reserved', amountMicro, slices, timeoutAtMs, priceVersion, counters: countersFor(draft, command), shadow },
		{ ...context, labels, person },
	);
	return { kind: 'reserved', hold: draft.hold(seq), availableMicro: draft.availableMicro(), isReplayed: false };
}

/** Charges what the call cost: from the hold first, then from what is available; what is still missing becomes overdraft. */
export function settle(draft: Draft, command: SettleCommand): Outcome {
	checkSettle(command);
	const hold = draft.hold(command.holdSeq);
	if (hold.state === 'settled' || hold.state === 'released') return closed(draft, hold, true);
	const { actualMicro, measure, usage } = command;
	const alreadyChargedMicro = hold.state === 'expired' ? sumSlices(hold.slices) : 0n;
	const own = closeAt(draft, hold.slices, minMicro(actualMicro, sumSlices(hold.slices)));
	const excessMicro = actualMicro - sumSlices(own.charged);
	const drawn = drawSlices(draft.grants, { amountMicro: excessMicro, atMs: draft.nowMs });
	const overdraftMicro = excessMicro - sumSlices(drawn);
	const isLate = hold.state === 'expired';
	draft.append({ kind: 'settled', holdSeq: hold.seq, actualMicro, overdraftMicro, isLate, measure, usage, ...own, drawn });
	repayOverdraft(draft);
	draft.count(hold.labels, settledCounts(command, alreadyChargedMicro));
	if (command.result) draft.keep({ holdSeq: hold.seq, ...command.result });
	return closed(draft, draft.hold(hold.seq), false);
}

/** Gives the whole hold back: the call was not made, or was certainly not charged. */
export function release(draft: Draft, holdSeq: number): Outcome {
	const hold = draft.hold(holdSeq);
	if (hold.state !== 'open') return closed(draft, hold, true);
	draft.append({ kind: 'released', holdSeq, charged: [], drawn: [], ...giveBack(draft, hold.slices) });
	repayOverdraft(draft);
	return closed(draft, draft.hold(holdSeq), false);
}

/** Ends the hold as unconfirmed before its timeout. */
export function expire(draft: Draft, holdSeq: number): Outcome {
	const hold = draft.hold(holdSeq);
	if (hold.state !== 'open') return closed(draft, hold, true);
	expireHold(draft, hold);
	repayOverdraft(draft);
	return closed(draft, draft.hold(holdSeq), false);
}

interface Refusal {
	readonly reason: RefusalReason;
	/** Name of the budget or floor that refuses. */
	readonly limit: string | null;
	/** True when it would fit once open holds close: nothing else that never makes room is in the way. */
	readonly mayPass: boolean;
}

function refuse(
	draft: Draft,
	command: ReserveCommand,
	{ context, refusal: { reason, limit, mayPass } }: { context: EntryContext; refusal: Refusal },
): Outcome {
	const isOpen = (mayPass && command.mayWait) || (reason === 'credits_exhausted' && command.mayAskForLess);
	if (isOpen) return { kind: 'wait', reason, availableMicro: draft.availableMicro() };
	const { labels, person, amountMicro } = command;
	draft.append({ kind: 'refused', reason, amountMicro, limit }, { ...context, labels, person });
	draft.count(labels, REFUSED_COUNTS);
	return { kind: 'refused', reason, limit, availableMicro: draft.availableMicro(), isReplayed: false };
}

function refusalOf(draft: Draft, command: ReserveCommand): Refusal | null {
	const { plan, overdraftMicro } = draft.account;
	const { amountMicro } = command;
	const plain = (reason: RefusalReason): Refusal => ({ reason, limit: null, mayPass: false });
	if (amountMicro === null) return plain('unpriced_model');
	if (amountMicro === 0n) return null;
	if (plan !== 'paid') return plain('plan_not_eligible');
	if (overdraftMicro > 0n) return plain('overdrawn');
	const hits = [...limitHits(draft, command, amountMicro), ...creditsHit(draft, amountMicro)];
	return hits[0] ? { ...hits[0], mayPass: hits.every(({ mayPass }) => mayPass) } : null;
}

/** The first budget and the first floor in the way. */
function limitHits(draft: Draft, command: ReserveCommand, amountMicro: Micro): Refusal[] {
	const { budgets, floors } = draft.account.settings;
	const hits: (LimitHit | null)[] = [];
	if (budgets.length > 0)
		hits.push(budgetHit(budgets, countersFor(draft, command), { amountMicro, counterOf: (ref) => draft.counter(ref) }));
	if (floors.length > 0) {
		const [availableMicro, returnableMicro] = [draft.availableMicro(), draft.returnableMicro()];
		hits.push(floorHit(floors, command, { amountMicro, availableMicro, returnableMicro }));
	}
	return hits.flatMap((hit) => (hit ? [{ reason: hit.reason, limit: hit.name, mayPass: hit.mayPass }] : []));
}

function creditsHit(draft: Draft, amountMicro: Micro): Refusal[] {
	const availableMicro = draft.availableMicro();
	if (amountMicro <= availableMicro) return [];
	const mayPass = amountMicro <= availableMicro + draft.returnableMicro();
	return [{ reason: mayPass ? 'credits_held' : 'credits_exhausted', limit: null, mayPass }];
}

function countersFor(draft: Draft, command: ReserveCommand): CounterRef[] {
	const { settings, timeZone } = draft.account;
	return settings.budgets.length === 0 ? [] : countersOf(settings.budgets, command, { atMs: draft.nowMs, timeZone });
}

function closed(draft: Draft, hold: Hold, isReplayed: boolean): Outcome {
	return { kind: 'closed', hold, availableMicro: draft.availableMicro(), isReplayed };
}

function checkReserve({ amountMicro, timeoutMs }: ReserveCommand): void {
	if (amountMicro !== null) checkAmount(amountMicro, 'reservation');
	if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 1000 || timeoutMs > MAX_HOLD_TIMEOUT_MS) {
		throw new CreditError('invalid_time', `The hold's timeout is ${String(timeoutMs)} ms; give 1 second to 24 hours.`);
	}
}

function checkSettle({ actualMicro }: SettleCommand): void {
	checkAmount(actualMicro, 'cost of the call');
}

function checkAmount(amountMicro: Micro, what: string): void {
	if (amountMicro < 0n || amountMicro > MAX_AMOUNT_MICRO) {
		throw new CreditError(
			'invalid_amount',
			`The ${what} is ${formatCredits(amountMicro)} credits; it must be from 0 to ${formatCredits(MAX_AMOUNT_MICRO)}.`,
		);
	}
}
