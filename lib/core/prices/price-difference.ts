/** Owns what is different between two lists of prices: models that came, went, or cost something else at an instant. Refuses nothing. */
import type { PriceList } from './price-list';
import type { ModelPrice } from './pricing';
import { pinOf } from './recorded-price';
import type { Instant } from '../values/time';

/** One model whose price is another. `null`: it is not in that list. */
export interface PriceChange {
	readonly provider: string;
	readonly model: string;
	readonly before: ModelPrice | null;
	readonly after: ModelPrice | null;
}

/** What is different, by provider and model, and how many models cost the same. */
export interface PriceDifference {
	readonly changes: readonly PriceChange[];
	readonly same: number;
}

/** Compares the prices that hold at `atMs` in both lists. Versions and contexts do not count, only what a call costs. */
export function priceDifference(before: PriceList, after: PriceList, atMs: Instant): PriceDifference {
	const old = new Map(before.models({ provider: null, atMs }).map((listed) => [keyOf(listed), listed]));
	const changes: PriceChange[] = [];
	let same = 0;
	for (const listed of after.models({ provider: null, atMs })) {
		const { provider, price } = listed;
		const earlier = old.get(keyOf(listed))?.price ?? null;
		old.delete(keyOf(listed));
		if (earlier && costsTheSame(earlier, price)) same += 1;
		else changes.push({ provider, model: price.model, before: earlier, after: price });
	}
	for (const { provider, price } of old.values()) changes.push({ provider, model: price.model, before: price, after: null });
	return { changes: changes.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)), same };
}

function keyOf({ provider, price }: { readonly provider: string; readonly price: ModelPrice }): string {
	return nameOf({ provider, model: price.model });
}

function nameOf({ provider, model }: Pick<PriceChange, 'provider' | 'model'>): string {
	return `${provider}\n${model}`;
}

function costsTheSame(a: ModelPrice, b: ModelPrice): boolean {
	return pinOf({ ...a, version: '' }) === pinOf({ ...b, version: '' });
}
