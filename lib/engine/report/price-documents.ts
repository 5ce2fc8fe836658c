/** Owns prices as JSON documents: credits as decimal texts, for a thousand and for a million tokens of each kind. */
import type { PriceChange } from '../../core/prices/price-difference';
import type { ListedPrice } from '../../core/prices/price-list';
import { ceilDivide, formatCredits, type Micro } from '../../core/values/money';
import { RATE_KINDS, USE_KINDS, type ModelPrice, type RateKind, type Rates } from '../../core/prices/pricing';

type Document = Record<string, unknown>;

const READING_ORDER = {
	input: 1,
	cachedInput: 2,
	cacheWrite: 3,
	longCacheWrite: 4,
	output: 5,
	audioInput: 6,
	cachedAudio: 7,
	audioOutput: 8,
	reasoning: 9,
	citation: 10,
	search: 11,
	toolCall: 12,
} as const satisfies Record<RateKind, number>;

/** Whatever has a rate, in the order in which people read it. */
export const PRICED_KINDS: readonly RateKind[] = RATE_KINDS.toSorted((a, b) => READING_ORDER[a] - READING_ORDER[b]);

const USES: ReadonlySet<RateKind> = new Set(USE_KINDS);
const TOKEN_KINDS = PRICED_KINDS.filter((kind) => !USES.has(kind));

/** True for a kind that is counted by how often something was done. */
export function isUse(kind: RateKind): boolean {
	return USES.has(kind);
}

/** Micro-credits for a thousand tokens at a rate, rounded up: rates are for a million. */
export function thousandMicro(rateMicro: Micro): Micro {
	return ceilDivide(rateMicro, 1000n);
}

/** A price with its tiers; each holds from so many input tokens on. */
export function priceDocument(price: ModelPrice): Document {
	return {
		version: price.version,
		perCall: formatCredits(price.perCallMicro),
		contextTokens: price.contextTokens,
		tiers: price.tiers.map(({ fromInputTokens, rates }) => ({
			fromInputTokens,
			perThousandTokens: each(rates, thousandMicro),
			perMillionTokens: each(rates, (rateMicro) => rateMicro),
			...usesDocument(rates),
		})),
	};
}

function usesDocument(rates: Rates): Document {
	const known = USE_KINDS.filter((kind) => rates[kind] > 0n);
	return known.length === 0
		? {}
		: { perThousandUses: Object.fromEntries(known.map((kind) => [kind, formatCredits(thousandMicro(rates[kind]))])) };
}

/** A model of a list with its price. */
export function listedDocument({ provider, price }: ListedPrice): Document {
	return { provider, model: price.model, ...priceDocument(price) };
}

/** A change between two lists; `null` where a model is in one of them only. */
export function changeDocument({ provider, model, before, after }: PriceChange): Document {
	return { provider, model, before: before && priceDocument(before), after: after && priceDocument(after) };
}

function each(rates: Rates, amountOf: (rateMicro: Micro) => Micro): Record<string, string> {
	return Object.fromEntries(TOKEN_KINDS.map((kind) => [kind, formatCredits(amountOf(rates[kind]))]));
}
