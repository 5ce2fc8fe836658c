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
import { formatCredits, MAX_AMOUNT_MICRO, minMicro, type Micro } from '../../values/money';
import { settledCounts } from '../../journal/usage-counts';

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
	// Whoever was forgotten while the call was under way is to leave nothing behind.
	const result = draft.people.isKnown(hold) ? command.result : null;
	const facts = factsOf({ ...command, result });
	draft.append({ kind: 'settled', holdSeq: hold.seq, actualMicro, overdraftMicro, isLate, measure, usage, facts, ...own, drawn });
	repayOverdraft(draft);
	draft.count(hold.labels, settledCounts(command, alreadyChargedMicro));
	if (result) draft.keep({ holdSeq: hold.seq, ...result });
	return closed(draft, draft.hold(hold.seq), false);
}

/** What is recorded of the call, with the hash of the text that is kept of it. */
function factsOf({ facts, result }: SettleCommand): CallFacts {
	if (!facts && !result) return NO_FACTS;
	return { ...NO_FACTS, ...facts, resultHash: result ? sha256(result.text) : null };
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

function closed(draft: Draft, hold: Hold, isReplayed: boolean): Outcome {
	return { kind: 'closed', hold, availableMicro: draft.availableMicro(), isReplayed };
}

function checkSettle({ actualMicro }: SettleCommand): void {
	checkAmount(actualMicro, 'cost of the call');
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
