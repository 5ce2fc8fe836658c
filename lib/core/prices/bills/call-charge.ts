/**
 * Says what an answered call is charged, and by what: the cost that its provider reported where that is believed (ledger rule 47), else the
 * price of its hold in the tier that served, by the usage as far as the request can have had it (ledger rule 43). Pure.
 */
import type { Micro } from '../../values/money';
import type { ProviderSaid } from '../../usage/provider-said';
import { NO_TOKENS, type Usage } from '../../usage/usage-fields';
import { isBatchPrice, priceAt } from '../batch-price';
import { chargeOf } from '../charging';
import { highestCost, unpricedUses, type ModelPrice, type UseKind } from '../pricing';
import { isOwnWord } from '../rate-card';
import { withinBound, type UsageBound } from '../usage-bound';
import { DEAREST_TIER_PERCENT, servedAs } from './service-tiers';

/** What is known of an answered call. */
export interface AnsweredCall {
	/** `null`: the provider reported none that can be counted. */
	readonly reported: Usage | null;
	readonly said: ProviderSaid | null;
	/** The most that the request can have used; `null` where nobody knows any more what was sent. */
	readonly bound: UsageBound | null;
	readonly hasPassed: boolean;
	/** The provider is known to report what calls cost, or the connection says so. */
	readonly chargesReported: boolean;
}

/** What a call is charged. */
export interface CallCharge {
	/** `null`: it follows from counts that nobody knows. */
	readonly actualMicro: Micro | null;
	readonly usage: Usage | null;
	readonly reportedMicro: Micro | null;
	/** By the list, where the provider's report is compared with it. */
	readonly listMicro: Micro | null;
	readonly ratePercent: number;
	/** More usage, or a higher cost, was reported than the request can have caused. */
	readonly isImplausible: boolean;
	/** What was done for the call that its price says nothing about, where nobody told the whole cost. */
	readonly unpriced: readonly UseKind[];
	/** A tier whose price nobody knows, where nobody told the whole cost. */
	readonly unknownTier: string | null;
}

/** The charge of an answered call at the price it was reserved with. */
export function chargeFor(price: ModelPrice, call: AnsweredCall): CallCharge {
	const { reported, said, bound, hasPassed } = call;
	const usage = reported && bound ? withinBound(reported, bound) : reported;
	const isByTokens = price.charging === undefined;
	const isListed = isByTokens && !isOwnWord(price);
	const tier = isListed && !isBatchPrice(price) ? (said?.tier ?? null) : null;
	const { percent, isKnown } = servedAs(price, tier);
	const listMicro = chargeOf(priceAt(price, percent), { usage, hasPassed });
	const reportedMicro = said?.costMicro ?? null;
	const report = isListed && call.chargesReported ? reportedMicro : null;
	const common = { usage, reportedMicro, listMicro: report === null ? null : listMicro, ratePercent: percent };
	const isTooDear = report !== null && bound !== null && report > mostOf(price, bound);
	const isImplausible = usage !== reported || isTooDear;
	if (report !== null && !isTooDear && !isNothing(report, listMicro ?? mostOf(price, bound)))
		return { ...common, actualMicro: report, isImplausible, unpriced: [], unknownTier: null };
	return {
		...common,
		actualMicro: listMicro,
		isImplausible,
		unpriced: usage && isListed ? unpricedUses(price, usage) : [],
		unknownTier: isKnown ? null : tier,
	};
}

/** A report of 0 for a call with a price is no report. */
function isNothing(reportMicro: Micro, listMicro: Micro): boolean {
	return reportMicro === 0n && listMicro > 0n;
}

/** Costs something at any price but 0. */
const A_LITTLE: UsageBound = { ...NO_TOKENS, inputTokens: 1, outputTokens: 1 };

/** The most that a call within a bound can cost, in the dearest tier; more than nothing where there is no bound and it is not free. */
function mostOf(price: ModelPrice, bound: UsageBound | null): Micro {
	return highestCost(priceAt(price, DEAREST_TIER_PERCENT), bound ?? A_LITTLE);
}
