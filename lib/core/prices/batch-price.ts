/**
 * Owns shares of a price: the usual rates times a whole number of per cent, each rounded up once, and what a call costs so in a provider's
 * batch interface. Refuses to guess a discount: a provider that is not known to give one has none.
 */
import { ceilDivide, type Micro } from '../values/money';
import { ratesOf, USE_KINDS, type ModelPrice, type RateKind, type Rates, type Tier } from './pricing';

/** What providers that are known to have batches ask for them, in per cent of their usual price. */
const USUAL_PERCENT: ReadonlyMap<string, number> = new Map([
	['anthropic', 50],
	['azure', 50],
	['fireworks', 50],
	['google', 50],
	['groq', 50],
	['mistral', 50],
	['novita', 50],
	['openai', 50],
	['together', 50],
]);
const WHOLE = 100;
/** Searches and tools cost the same whenever a call is made. */
const USES: ReadonlySet<RateKind> = new Set(USE_KINDS);

/** Rates are looked up for every call, and many calls have the same: they are worked out once for each share. */
const scaled = new WeakMap<readonly Tier[], Map<number, readonly Tier[]>>();

/** What a provider asks for a batch, in per cent of its usual price; 100 where no discount is known. */
export function usualBatchPercent(providerId: string): number {
	return USUAL_PERCENT.get(providerId) ?? WHOLE;
}

/** The price of the same model in a batch, at `percent` of each rate, under a version of its own. */
export function batchPrice(price: ModelPrice, percent: number): ModelPrice {
	if (percent === WHOLE) return price;
	return {
		...price,
		version: `${price.version}/batch-${String(percent)}`,
		tiers: tiersAt(price.tiers, percent),
		perCallMicro: share(price.perCallMicro, percent),
	};
}

/** The rates of a price at `percent` of each, rounded up; what a call costs on top, and what is done for it, stay as they are. */
export function priceAt(price: ModelPrice, percent: number): ModelPrice {
	return percent === WHOLE ? price : { ...price, tiers: tiersAt(price.tiers, percent) };
}

/** True for the price of a batch, which is the same in whatever tier its answers come. */
export function isBatchPrice({ version }: Pick<ModelPrice, 'version'>): boolean {
	return /\/batch-\d+$/.test(version);
}

function tiersAt(tiers: readonly Tier[], percent: number): readonly Tier[] {
	const known = scaled.get(tiers) ?? new Map<number, readonly Tier[]>();
	scaled.set(tiers, known);
	const made = known.get(percent) ?? tiers.map((tier) => ({ ...tier, rates: ratesAt(tier.rates, percent) }));
	known.set(percent, made);
	return made;
}

function ratesAt(rates: Rates, percent: number): Rates {
	return ratesOf((kind) => (USES.has(kind) ? rates[kind] : share(rates[kind], percent)));
}

function share(amount: Micro, percent: number): Micro {
	return ceilDivide(amount * BigInt(percent), BigInt(WHOLE));
}
