/**
 * Owns refunds of settled calls (ledger rule 15): never more than was settled, in any number of parts, back to the credits that
 * paid, the last collected first. Refuses to revive credits whose grant has ended, unless a new grant is asked for.
 */
import { giveBack, repayOverdraft } from '../draft/advance';
import { splitSlices, sumSlices } from '../../nouns/movement';
import type { Draft, EntryContext } from '../draft/draft';
import { checkDay } from '../draft/totals';
import { CreditError } from '../../values/errors';
import { DEFAULT_PRIORITY } from './grants';
import type { Outcome, RefundCommand } from '../../nouns/commands';
import { holdId, type Hold } from '../../nouns/records';
import type { RefundedBody, Slice } from '../../nouns/movement';
import { formatCredits, minMicro, type Micro } from '../../values/money';
import { refundedCounts } from '../../journal/usage-counts';

/**
 * Refunds a settled hold. Overdraft of the account is repaid first; then slices are restored in reverse order of collection with
 * their own expiry. What paid an overdraft of this call meanwhile cannot be told apart, so that part comes back as a new grant.
 * Throws `invalid_argument` for a hold that is not settled and `invalid_amount` for more than is left to refund.
 */
export function refund(draft: Draft, command: RefundCommand, context: EntryContext): Outcome {
	const hold = draft.hold(command.holdSeq);
	const amountMicro = refundable(hold, command.amountMicro);
	checkDay(draft, { what: 'refund', amountMicro });
	const repaidMicro = minMicro(amountMicro, draft.account.overdraftMicro);
	const { taken, left } = takeLast(hold.slices, amountMicro - repaidMicro);
	const back = giveBack(draft, taken);
	const unpaidMicro = amountMicro - repaidMicro - sumSlices(taken);
	const renewedMicro = unpaidMicro + (command.renews ? sumSlices(back.forfeited) : 0n);
	const body: RefundedBody = {
		kind: 'refunded',
		holdSeq: hold.seq,
		closedAtMs: hold.closedAtMs ?? draft.nowMs,
		actualMicro: hold.actualMicro ?? 0n,
		overdraftMicro: hold.overdraftMicro,
		isLate: hold.isLate,
		measure: hold.measure ?? 'reported',
		isImplausible: hold.isImplausible,
		amountMicro,
		refundedMicro: hold.refundedMicro + amountMicro,
		repaidMicro,
		renewedMicro,
		charged: left,
		drawn: [],
		...back,
	};
	draft.append(body, context);
	draft.count(hold.labels, refundedCounts(amountMicro));
	const renewedSeq = renewedMicro > 0n ? renew(draft, hold, renewedMicro) : null;
	repayOverdraft(draft);
	const renewed = renewedSeq === null ? null : draft.grant(renewedSeq);
	return { kind: 'refunded', hold: draft.hold(hold.seq), refund: body, renewed, availableMicro: draft.availableMicro(), isReplayed: false };
}

function refundable(hold: Hold, askedMicro: Micro | null): Micro {
	if (hold.state !== 'settled' || hold.actualMicro === null) {
		throw new CreditError('invalid_argument', `${holdId(hold.seq)} is ${hold.state}, and only settled calls can be refunded.`);
	}
	const leftMicro = hold.actualMicro - hold.refundedMicro;
	const amountMicro = askedMicro ?? leftMicro;
	if (amountMicro <= 0n || amountMicro > leftMicro) {
		throw new CreditError(
			'invalid_amount',
			`The refund is ${formatCredits(amountMicro)} credits, and ${formatCredits(leftMicro)} of ${holdId(hold.seq)} are left to refund. Refund more than 0 and at most that.`,
		);
	}
	return amountMicro;
}

/** The last `amountMicro` of slices, last first, and what is before them in its order. */
function takeLast(slices: readonly Slice[], amountMicro: Micro): { taken: Slice[]; left: Slice[] } {
	const { first, rest } = splitSlices([...slices].reverse(), amountMicro);
	return { taken: first, left: rest.reverse() };
}

function renew(draft: Draft, hold: Hold, amountMicro: Micro): number {
	const note = `Refund of ${holdId(hold.seq)}`;
	const { seq } = draft.append({
		kind: 'granted',
		grant: {
			category: 'adjustment',
			amountMicro,
			priority: DEFAULT_PRIORITY,
			effectiveAtMs: draft.nowMs,
			expiresAtMs: null,
			promotionId: null,
			note,
		},
	});
	return seq;
}
