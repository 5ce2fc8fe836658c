/**
 * Owns what a call costs: exact sums of integer rates, rounded up once at the end (ledger rules 2, 27, 28).
 * Refuses floats; a rate is an integer number of micro-credits per million tokens.
 */
import { recordOf } from '../values/named';
import { ceilDivide } from '../values/money';
import type { Micro } from '../values/money';
import type { Usage } from '../usage/usage-fields';

/** Kinds of tokens that have a rate, declared once, in the order of the journal. Append only: the places are in people's files. */
export const RATE_KINDS = [
	'input',
	'cachedInput',
	'cacheWrite',
	/** Writes to a cache that lasts an hour. */
	'longCacheWrite',
	'audioInput',
	'cachedAudio',
	'output',
	'audioOutput',
] as const;
export type RateKind = (typeof RATE_KINDS)[number];

/** Rates of one tier in micro-credits per 1,000,000 tokens ($1 per million tokens is 10_000_000_000n). */
export type Rates = Readonly<Record<RateKind, Micro>>;

/** The rates that `rateOf` gives for each kind. */
export function ratesOf(rateOf: (kind: RateKind, place: number) => Micro): Rates {
	return recordOf(RATE_KINDS, rateOf);
}

/** Rates that apply when the call's input has at least `fromInputTokens` tokens. The first tier starts at 0. */
export interface Tier {
	readonly fromInputTokens: number;
	readonly rates: Rates;
}

/** The dated price of one model. `version` names card, model and date, is stored on the hold, and finds the same price again. */
export interface ModelPrice {
	readonly version: string;
	readonly model: string;
	/** Ascending by `fromInputTokens`, never empty. */
	readonly tiers: readonly Tier[];
	/** Flat amount per call on top of the tokens; 0 for nearly all models. */
	readonly perCallMicro: Micro;
	/** Largest number of input plus output tokens the model takes, where known. */
	readonly contextTokens: number | null;
	/** Absent: an account is charged what the tokens cost. */
	readonly charging?: FixedCharge;
}

/** A charge that does not follow from tokens, at the user's rate: for a run as a whole, or for a result that passed its checks. */
export interface FixedCharge {
	readonly kind: 'flat' | 'outcome';
	readonly rateMicro: Micro;
}

const TOKENS_PER_RATE = 1_000_000n;

/** Rates that are 0 for every kind of token. */
const ZERO_RATES: Rates = ratesOf(() => 0n);

/** A price of 0 for every token. */
export function zeroPrice(version: string, model: string): ModelPrice {
	return { version, model, tiers: [{ fromInputTokens: 0, rates: ZERO_RATES }], perCallMicro: 0n, contextTokens: null };
}

/**
 * What the tokens of a call cost, in micro-credits. The tier is chosen by all input tokens and applies to the whole call.
 * Each token is priced once: cached tokens, cached audio and cache writes of each length at their own rate, audio outside the
 * cache at the audio rate, the rest as plain input; reasoning tokens as the output they are. The exact sum is divided once and rounded up; `perCallMicro` is added.
 */
export function priceUsage(price: ModelPrice, usage: Usage): Micro {
	const { rates } = tierOf(price, usage.inputTokens);
	const uncached = Math.max(0, usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens);
	// Where the provider does not tell whether audio came from the cache, as much as fits counts as dearer, uncached audio.
	const audio = Math.min(usage.audioInputTokens - usage.cachedAudioTokens, uncached);
	const audioOut = Math.min(usage.audioOutputTokens, usage.outputTokens);
	const exact =
		BigInt(usage.cachedInputTokens - usage.cachedAudioTokens) * rates.cachedInput +
		BigInt(usage.cachedAudioTokens) * rates.cachedAudio +
		BigInt(usage.cacheWriteTokens - usage.longCacheWriteTokens) * rates.cacheWrite +
		BigInt(usage.longCacheWriteTokens) * rates.longCacheWrite +
		BigInt(audio) * rates.audioInput +
		BigInt(uncached - audio) * rates.input +
		BigInt(usage.outputTokens - audioOut) * rates.output +
		BigInt(audioOut) * rates.audioOutput;
	return ceilDivide(exact, TOKENS_PER_RATE) + price.perCallMicro;
}

/**
 * Upper bound in micro-credits of any text call with at most these tokens: the dearest tier such an input can reach, with every
 * input token at the dearest of plain, cached and cache-write rates. `priceUsage` never exceeds it while there is no audio and no
 * write to a cache that lasts an hour, which only a request that asks for it causes.
 */
export function highestCost(
	price: ModelPrice,
	{ inputTokens, outputTokens }: { readonly inputTokens: number; readonly outputTokens: number },
): Micro {
	let exact = 0n;
	for (const { fromInputTokens, rates } of price.tiers) {
		if (fromInputTokens > inputTokens) break;
		const inTier = BigInt(inputTokens) * dearestInput(rates) + BigInt(outputTokens) * rates.output;
		if (inTier > exact) exact = inTier;
	}
	return ceilDivide(exact, TOKENS_PER_RATE) + price.perCallMicro;
}

function tierOf(price: ModelPrice, inputTokens: number): Tier {
	let chosen = price.tiers[0];
	for (const tier of price.tiers) if (tier.fromInputTokens <= inputTokens) chosen = tier;
	return chosen ?? { fromInputTokens: 0, rates: ZERO_RATES };
}

function dearestInput({ input, cachedInput, cacheWrite }: Rates): Micro {
	const kinds = [input, cachedInput, cacheWrite];
	return kinds.reduce((dearest, rate) => (rate > dearest ? rate : dearest));
}
