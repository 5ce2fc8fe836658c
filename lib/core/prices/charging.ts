/**
 * Owns what an account is charged for an answer: what its tokens cost, or the user's rate for a run or for a result that passed. What
 * the provider bills is recorded as usage either way. Refuses to let a missing usage change a rate.
 */
import type { Micro } from '../values/money';
import { priceUsage, zeroPrice, type FixedCharge, type ModelPrice } from './pricing';
import type { Usage } from '../usage/usage-fields';

/** The price of a call that is charged so; `null` charges by tokens. A rate needs no known price, so then a model without one has one. */
export function chargedBy(charging: FixedCharge | null, { price, model }: { price: ModelPrice | null; model: string }): ModelPrice | null {
	return charging ? { ...(price ?? zeroPrice('unpriced/zero', model)), charging } : price;
}

/** The same price at another rate: 0 for all calls of an item but the one that carries its charge. By tokens nothing changes. */
export function atRate(price: ModelPrice, rateMicro: Micro): ModelPrice {
	return price.charging ? { ...price, charging: { ...price.charging, rateMicro } } : price;
}

/** What came of a call. */
export interface CallOutcome {
	/** `null`: the provider did not report any that can be counted. */
	readonly usage: Usage | null;
	/** The result passed its checks; an answer that cannot be used did not. */
	readonly hasPassed: boolean;
}

/** What a call that was billed is charged at the price it was reserved with; `null` where that follows from tokens that nobody knows. */
export function chargeOf(price: ModelPrice, { usage, hasPassed }: CallOutcome): Micro | null {
	const { charging } = price;
	if (!charging) return usage && priceUsage(price, usage);
	switch (charging.kind) {
		case 'flat':
			return charging.rateMicro;
		case 'outcome':
			return hasPassed ? charging.rateMicro : 0n;
		default:
			return charging.kind satisfies never;
	}
}
