/** Owns lists of prices that differ from those of this package in one place, as a later one would. */
import { BUILT_IN_PRICES, PriceList, type CardData } from '../../../lib/core/prices/price-list';

/** The prices of this package a version later, with every price of a model doubled. */
export function laterList(model: string, { version = '9.9.9', date = '2027-01-02' }: { version?: string; date?: string } = {}): PriceList {
	const twice = (rates: readonly number[]): number[] => rates.map((rate, index) => (index === 0 ? rate : rate * 2));
	const data: CardData = {
		...BUILT_IN_PRICES.data,
		version,
		date,
		providers: BUILT_IN_PRICES.data.providers.map((provider) => ({
			...provider,
			models: provider.models.map((each) =>
				each.id === model ? { ...each, prices: each.prices.map((price) => ({ ...price, tiers: price.tiers.map(twice) })) } : each,
			),
		})),
	};
	return new PriceList(data);
}
