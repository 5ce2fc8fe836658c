/** What is recorded of a call beside its cost. Amounts are micro-credits. */
import type { Micro } from '../values/money';

/** How a settled amount was known: from the provider's usage, or from the estimate because usage was missing or unusable. */
export type Measure = 'reported' | 'estimated';

/** Where a charge came from: a call that was made here, a batch, another's call that was metered, or the provider's bill. */
export type CallSource = 'call' | 'batch' | 'metered' | 'bill';

/** What is recorded of a call beside its cost. */
export interface CallFacts {
	/** From the last request to its whole answer; `null` where nobody measured it. */
	readonly latencyMs: number | null;
	/** How often the provider was asked under this hold. */
	readonly attempts: number;
	readonly source: CallSource;
	/** What the provider said the call cost; `null` where it said nothing. */
	readonly reportedMicro: Micro | null;
	/** What the call costs by the list price of its hold, where the provider said what it cost and is believed to know; else `null`. */
	readonly listMicro: Micro | null;
	/** Of the list price, in whole per cent: 100, or what the tier of service that answered costs. */
	readonly ratePercent: number;
	/** More usage was reported than the request can have had: the most that it can have cost was charged. */
	readonly isImplausible: boolean;
	/** Hexadecimal SHA-256 of the result that was kept for a retry; `null` where none was kept. */
	readonly resultHash: string | null;
}

/** A call of which nothing is known but its cost. */
export const NO_FACTS: CallFacts = {
	latencyMs: null,
	attempts: 1,
	source: 'call',
	reportedMicro: null,
	listMicro: null,
	ratePercent: 100,
	isImplausible: false,
	resultHash: null,
};
