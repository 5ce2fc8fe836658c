/** How entries say where credits move when a hold closes, and arithmetic with slices. */
import { minMicro, type Micro } from '../values/money';
import type { Instant } from '../values/time';
import type { Measure } from './call-facts';

/** A part of one grant. */
export interface Slice {
	readonly grantSeq: number;
	readonly amountMicro: Micro;
}

/** A refund, with everything that is known of the hold after it: `charged` is what stays charged, `refundedMicro` all refunds so far. */
export interface RefundedBody extends Movement {
	readonly kind: 'refunded';
	readonly holdSeq: number;
	readonly closedAtMs: Instant;
	readonly actualMicro: Micro;
	readonly overdraftMicro: Micro;
	readonly isLate: boolean;
	readonly measure: Measure;
	readonly isImplausible: boolean;
	readonly amountMicro: Micro;
	readonly refundedMicro: Micro;
	/** The part that repaid overdraft. */
	readonly repaidMicro: Micro;
	/** The part that comes back as a new grant, because the credits it was paid with cannot. */
	readonly renewedMicro: Micro;
}

/** What happens to credits when a hold closes. `charged` leaves the hold for good, `drawn` is taken from what was available on top. */
export interface Movement {
	/** Taken from the hold (or, for a late settle of a hold that was charged at expiry, kept from that charge). */
	readonly charged: readonly Slice[];
	/** Taken from available credits beyond the hold. */
	readonly drawn: readonly Slice[];
	/** Given back to live grants. */
	readonly restored: readonly Slice[];
	/** Given back to grants that had expired or were voided meanwhile: not spendable again. */
	readonly forfeited: readonly Slice[];
}

/** Splits slices, in their order, into the first `amountMicro` and the rest. */
export function splitSlices(slices: readonly Slice[], amountMicro: Micro): { first: Slice[]; rest: Slice[] } {
	const first: Slice[] = [];
	const rest: Slice[] = [];
	let missingMicro = amountMicro;
	for (const slice of slices) {
		const takenMicro = minMicro(slice.amountMicro, missingMicro);
		if (takenMicro > 0n) first.push({ grantSeq: slice.grantSeq, amountMicro: takenMicro });
		if (takenMicro < slice.amountMicro) rest.push({ grantSeq: slice.grantSeq, amountMicro: slice.amountMicro - takenMicro });
		missingMicro -= takenMicro;
	}
	return { first, rest };
}

/** Total of slices. */
export function sumSlices(slices: readonly Slice[]): Micro {
	let totalMicro = 0n;
	for (const { amountMicro } of slices) totalMicro += amountMicro;
	return totalMicro;
}
