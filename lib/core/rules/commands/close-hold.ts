/**
 * Owns how a hold is closed: settle, release and expire (ledger rules 11–16, 20). A settle is never refused, because the money is
 * spent; the first closing of a hold stands. How a hold is made is in reserve.ts.
 */
import { closeAt, expireHold, giveBack, repayOverdraft } from '../draft/advance';
import { drawSlices } from '../draft/burn-down';
import { sumSlices } from '../../nouns/movement';
import type { Draft } from '../draft/draft';
import { CreditError } from '../../values/errors';
import type { Outcome, SettleCommand } from '../../nouns/commands';
import { type Hold } from '../../nouns/records';
import { NO_FACTS, type CallFacts } from '../../nouns/call-facts';
import { sha256 } from '../../values/idempotency';
import { MAX_TOKENS, USAGE_FIELDS } from '../../usage/usage-fields';
import { formatCredits, MAX_AMOUNT_MICRO, minMicro, type Micro } from '../../values/money';
import { settledCounts, takenBackCounts } from '../../journal/usage-counts';
import { checkCounters, checkDay, checkOverdraft } from '../draft/totals';

/** Charges what the call cost: from the hold first, then from what is available; what is still missing becomes overdraft. */
export function settle(draft: Draft, command: SettleCommand): Outcome {
	checkSettle(command);
	const hold = draft.hold(command.holdSeq);
	const { actualMicro, measure, usage } = command;
	if (hold.state === 'settled' || hold.state === 'released') return closedBefore(draft, hold, actualMicro);
	const alreadyChargedMicro = hold.state === 'expired' ? sumSlices(hold.slices) : 0n;
	const own = closeAt(draft, hold.slices, minMicro(actualMicro, sumSlices(hold.slices)));
	const excessMicro = actualMicro - sumSlices(own.charged);
	const drawn = drawSlices(draft.grants, { amountMicro: excessMicro, atMs: draft.nowMs });
	const overdraftMicro = excessMicro - sumSlices(drawn);
	checkTotals(draft, hold, { actualMicro, overdraftMicro });
	const isLate = hold.state === 'expired';
	// Whoever was forgotten while the call was under way is to leave nothing behind.
	const result = draft.people.isKnown(hold) ? command.result : null;
	const facts = factsOf({ ...command, result });
	draft.append({ kind: 'settled', holdSeq: hold.seq, actualMicro, overdraftMicro, isLate, measure, usage, facts, ...own, drawn });
	repayOverdraft(draft);
	draft.count(hold.labels, settledCounts(command, alreadyChargedMicro));
	if (result) draft.keep({ holdSeq: hold.seq, ...result });
	return closed(draft, draft.hold(hold.seq));
}

/** Throws `invalid_amount` where a running total of the account would come to more than it can. */
function checkTotals(draft: Draft, hold: Hold, { actualMicro, overdraftMicro }: { actualMicro: Micro; overdraftMicro: Micro }): void {
	const what = 'cost of the call';
	const countedMicro = hold.state === 'open' ? hold.amountMicro + hold.reachMicro : sumSlices(hold.slices);
	checkCounters(draft, hold.counters, { what, amountMicro: actualMicro - countedMicro });
	checkOverdraft(draft, { what, amountMicro: overdraftMicro });
	checkDay(draft, { what, amountMicro: actualMicro, freedMicro: hold.state === 'open' ? sumSlices(hold.slices) : 0n });
}

/** What is recorded of the call, with the hash of the text that is kept of it. */
function factsOf({ facts, result }: SettleCommand): CallFacts {
	if (!facts && !result) return NO_FACTS;
	return { ...NO_FACTS, ...facts, resultHash: result ? sha256(result.text) : null };
}

/**
 * Gives the whole hold back: the call was not made, or was certainly not charged. Where its time was over before that was known, what was
 * charged for it comes back to the grants it came from (ledger rule 37).
 */
export function release(draft: Draft, holdSeq: number): Outcome {
	const hold = draft.hold(holdSeq);
	if (hold.state === 'settled' || hold.state === 'released') return closedBefore(draft, hold, 0n);
	const alreadyChargedMicro = hold.state === 'expired' ? sumSlices(hold.slices) : 0n;
	draft.append({ kind: 'released', holdSeq, charged: [], drawn: [], ...giveBack(draft, hold.slices) });
	repayOverdraft(draft);
	if (alreadyChargedMicro > 0n) draft.count(hold.labels, takenBackCounts(alreadyChargedMicro));
	return closed(draft, draft.hold(holdSeq));
}

/** Ends the hold as unconfirmed before its timeout. */
export function expire(draft: Draft, holdSeq: number): Outcome {
	const hold = draft.hold(holdSeq);
	if (hold.state !== 'open') return closedBefore(draft, hold, null);
	expireHold(draft, hold);
	repayOverdraft(draft);
	return closed(draft, draft.hold(holdSeq));
}

function closed(draft: Draft, hold: Hold): Outcome {
	return { kind: 'closed', hold, availableMicro: draft.availableMicro(), isReplayed: false, differsByMicro: 0n };
}

/** The first closing stands; the answer says how much more was asked for now (ledger rule 44). `null`: whatever it came to. */
function closedBefore(draft: Draft, hold: Hold, askedMicro: Micro | null): Outcome {
	const differsByMicro = askedMicro === null ? 0n : askedMicro - (hold.actualMicro ?? 0n);
	return { kind: 'closed', hold, availableMicro: draft.availableMicro(), isReplayed: true, differsByMicro };
}

function checkSettle({ actualMicro, usage }: SettleCommand): void {
	checkAmount(actualMicro, 'cost of the call');
	for (const field of usage === null ? [] : USAGE_FIELDS) {
		const count = usage?.[field] ?? 0;
		if (Number.isSafeInteger(count) && count >= 0 && count <= MAX_TOKENS) continue;
		throw new CreditError(
			'invalid_argument',
			`The usage of the call has ${String(count)} as ${field}; give a whole number from 0 to ${String(MAX_TOKENS)}.`,
		);
	}
}

/** Throws `invalid_amount` for an amount below 0 or above the largest. */
export function checkAmount(amountMicro: Micro, what: string): void {
	if (amountMicro < 0n || amountMicro > MAX_AMOUNT_MICRO) {
		throw new CreditError(
			'invalid_amount',
			`The ${what} is ${formatCredits(amountMicro)} credits; it must be from 0 to ${formatCredits(MAX_AMOUNT_MICRO)}.`,
		);
	}
}
