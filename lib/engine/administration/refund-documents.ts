/** What a refund came to: where its parts went, and the same as a JSON document. */
import type { OutcomeOf } from '../../core/nouns/commands';
import { grantId } from '../../core/nouns/records';
import { formatCredits, sumMicro, type Micro } from '../../core/values/money';
import type { Instant } from '../../core/values/time';
import { grantDocument } from '../report/grant-documents';

export type Refunded = OutcomeOf<'refunded'>;

/** Where the refund went; the parts make up the amount. */
export function refundSplit({
	refund: { amountMicro, repaidMicro, renewedMicro, restored },
}: Refunded): Readonly<Record<'amountMicro' | 'repaidMicro' | 'restoredMicro' | 'renewedMicro' | 'forfeitedMicro', Micro>> {
	const restoredMicro = sumMicro(restored.map((slice) => slice.amountMicro));
	return {
		amountMicro,
		repaidMicro,
		restoredMicro,
		renewedMicro,
		forfeitedMicro: amountMicro - repaidMicro - restoredMicro - renewedMicro,
	};
}

/** `{refund: {amount, …}, grant, available, replayed}`; `grant` is the new one where something was renewed. */
export function refundDocument(refunded: Refunded, nowMs: Instant): Record<string, unknown> {
	const { refund, renewed, availableMicro, isReplayed } = refunded;
	const parts = refundSplit(refunded);
	return {
		refund: {
			amount: formatCredits(parts.amountMicro),
			repaidOverdraft: formatCredits(parts.repaidMicro),
			restored: refund.restored.map(({ grantSeq, amountMicro }) => ({ grant: grantId(grantSeq), amount: formatCredits(amountMicro) })),
			renewed: formatCredits(parts.renewedMicro),
			forfeited: formatCredits(parts.forfeitedMicro),
		},
		grant: renewed && grantDocument(renewed, nowMs),
		available: formatCredits(availableMicro),
		replayed: isReplayed,
	};
}
