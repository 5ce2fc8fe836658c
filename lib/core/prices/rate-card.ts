/**
 * Owns which price holds for a model at an instant: the user's own rates first, then a list of prices with its match rules.
 * Refuses to invent: a model that nothing matches is `null` (unpriced) and never free.
 */
import { BUILT_IN_PRICES, type PriceList, type PriceQuery } from './price-list';
import { zeroPrice } from './pricing';
import type { ModelPrice } from './pricing';
import { compileOverrides } from './rate-overrides';
import type { RateOverride } from './rate-overrides';

/** Prices at hand. */
export interface RateCard {
	/**
	 * The price of a model at `atMs`, or `null` when there is none (unpriced, rule 16). Names are compared without case. `among`: a
	 * list to look in instead of the card's.
	 */
	find(query: PriceQuery, among?: PriceList): ModelPrice | null;
	/** The price that a version names; `null` when it came from another list, or from rates since changed. */
	findVersion(version: string): ModelPrice | null;
}

export interface RateCardOptions {
	/** The user's own rates; they win over the list. Throws `invalid_settings` when one is wrong. */
	readonly overrides?: readonly RateOverride[];
	/** Price a model that nothing matches at 0 instead of `null`: the user's explicit choice. */
	readonly allowUnpriced?: boolean;
	/** Default: the prices that come with this package. */
	readonly list?: PriceList;
}

/** Makes a card of a list of prices and the user's own rates. Throws `invalid_settings` naming the rate that is wrong. */
export function createRateCard({ overrides = [], allowUnpriced = false, list = BUILT_IN_PRICES }: RateCardOptions = {}): RateCard {
	const own = compileOverrides(overrides);
	return {
		find: ({ provider, model, atMs }, among = list) => {
			const name = model.trim();
			const rate = own.byModel(name);
			if (rate) return rate;
			if (provider === 'local') return zeroPrice('local/zero', name);
			return among.find({ provider, model: name, atMs }) ?? (allowUnpriced && name !== '' ? zeroPrice('unpriced/zero', name) : null);
		},
		findVersion: (version) =>
			own.byVersion(version) ??
			(version === 'local/zero' || version === 'unpriced/zero' ? zeroPrice(version, '') : list.findVersion(version)),
	};
}
