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
	/** Why a model that the list knows has no price, as a sentence; `null` where it has one, or nothing is known of it. */
	whyUnpriced(query: PriceQuery, among?: PriceList): string | null;
	/** The price that a version names; `null` when it came from another list, or from rates since changed. */
	findVersion(version: string): ModelPrice | null;
}

/** True for a price that is the user's own word: a rate, or that calls cost nothing. No list and no report of the provider wins over it. */
export function isOwnWord({ version }: Pick<ModelPrice, 'version'>): boolean {
	return version.startsWith('override/') || version === LOCAL || version === UNPRICED;
}

/** Versions of prices of 0: what runs on the user's own machine, and what the user lets pass without a price. */
const LOCAL = 'local/zero';
const UNPRICED = 'unpriced/zero';

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
			if (provider === 'local') return zeroPrice(LOCAL, name);
			return among.find({ provider, model: name, atMs }) ?? (allowUnpriced && name !== '' ? zeroPrice(UNPRICED, name) : null);
		},
		whyUnpriced: ({ provider, model, atMs }, among = list) => among.whyUnpriced({ provider, model: model.trim(), atMs }),
		findVersion: (version) =>
			own.byVersion(version) ?? (version === LOCAL || version === UNPRICED ? zeroPrice(version, '') : list.findVersion(version)),
	};
}
