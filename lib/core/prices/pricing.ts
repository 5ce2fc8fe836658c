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
	/** The thinking part of the output. */
	'reasoning',
	/** The part of the output that quotes what the model has found. */
	'citation',
	/** One search that the provider made for the model; the rate is for a million of them. */
	'search',
	/** One use of another tool of the provider's, such as running code; the rate is for a million of them. */
	'toolCall',
] as const;
export type RateKind = (typeof RATE_KINDS)[number];

/** Kinds that are counted by how often something was done, and not in tokens. A rate of 0 says that no price for them is known. */
export const USE_KINDS = ['search', 'toolCall'] as const satisfies readonly RateKind[];
export type UseKind = (typeof USE_KINDS)[number];

/** What a kind costs where the provider makes no difference; `null`: it has a rate of its own, 0 where none is stated. */
export const USUAL_RATE = {
	input: null,
	output: null,
	cachedInput: 'input',
	cacheWrite: 'input',
	longCacheWrite: 'cacheWrite',
	audioInput: 'input',
	cachedAudio: 'cachedInput',
	audioOutput: 'output',
	reasoning: 'output',
	citation: 'output',
	search: null,
	toolCall: null,
} as const satisfies Record<RateKind, RateKind | null>;

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
 * cache at the audio rate, the rest as plain input; reasoning and citations at their own rates, the rest as plain output; then what was
 * done besides, such as searches. The exact sum is divided once and rounded up; `perCallMicro` is added.
 */
export function priceUsage(price: ModelPrice, usage: Usage): Micro {
	const { rates } = tierOf(price, usage.inputTokens);
	const uncached = Math.max(0, usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens);
	// Where the provider does not tell whether audio came from the cache, as much as fits counts as dearer, uncached audio.
	const audio = Math.min(usage.audioInputTokens - usage.cachedAudioTokens, uncached);
	const told = Math.min(usage.reasoningTokens + usage.citationTokens, usage.outputTokens);
	const citations = Math.min(usage.citationTokens, told);
	const audioOut = Math.min(usage.audioOutputTokens, usage.outputTokens - told);
	const exact =
		BigInt(usage.cachedInputTokens - usage.cachedAudioTokens) * rates.cachedInput +
		BigInt(usage.cachedAudioTokens) * rates.cachedAudio +
		BigInt(usage.cacheWriteTokens - usage.longCacheWriteTokens) * rates.cacheWrite +
		BigInt(usage.longCacheWriteTokens) * rates.longCacheWrite +
		BigInt(audio) * rates.audioInput +
		BigInt(uncached - audio) * rates.input +
		BigInt(usage.outputTokens - told - audioOut) * rates.output +
		BigInt(audioOut) * rates.audioOutput +
		(told === 0 ? 0n : BigInt(told - citations) * rates.reasoning + BigInt(citations) * rates.citation) +
		usesOf(usage, rates);
	return ceilDivide(exact, TOKENS_PER_RATE) + price.perCallMicro;
}

function usesOf({ searches, toolCalls }: Usage, rates: Rates): Micro {
	return searches === 0 && toolCalls === 0 ? 0n : BigInt(searches) * rates.search + BigInt(toolCalls) * rates.toolCall;
}

/**
 * Upper bound in micro-credits of any text call with at most these tokens and uses: the dearest tier such an input can reach, with every
 * input token at the dearest of plain, cached and cache-write rates, and every output token at the dearest of plain, reasoning and
 * citation rates. `priceUsage` never exceeds it while there is no audio and no write to a cache that lasts an hour, which only a request
 * that asks for it causes.
 */
export function highestCost(price: ModelPrice, { inputTokens, outputTokens, searches = 0, toolCalls = 0 }: MostUsed): Micro {
	let exact = 0n;
	for (const { fromInputTokens, rates } of price.tiers) {
		if (fromInputTokens > inputTokens) break;
		const uses = BigInt(searches) * rates.search + BigInt(toolCalls) * rates.toolCall;
		const inTier = BigInt(inputTokens) * dearestInput(rates) + BigInt(outputTokens) * dearestOutput(rates) + uses;
		if (inTier > exact) exact = inTier;
	}
	return ceilDivide(exact, TOKENS_PER_RATE) + price.perCallMicro;
}

/** The most that a call can have used. Absent uses are none. */
export type MostUsed = Pick<Usage, 'inputTokens' | 'outputTokens'> & Partial<Pick<Usage, 'searches' | 'toolCalls'>>;

/** True where a call costs nothing, whatever is counted. */
function isFree({ tiers, perCallMicro }: Pick<ModelPrice, 'tiers' | 'perCallMicro'>): boolean {
	return perCallMicro === 0n && tiers.every(({ rates }) => RATE_KINDS.every((kind) => rates[kind] === 0n));
}

/** What was done for a call that its price says nothing about, so that nobody can tell its whole cost. Nothing for a price of 0. */
export function unpricedUses(price: ModelPrice, usage: Usage): readonly UseKind[] {
	if (usage.searches === 0 && usage.toolCalls === 0) return [];
	const { rates } = tierOf(price, usage.inputTokens);
	const counts = { search: usage.searches, toolCall: usage.toolCalls } satisfies Record<UseKind, number>;
	const unknown = USE_KINDS.filter((kind) => counts[kind] > 0 && rates[kind] === 0n);
	return isFree(price) ? [] : unknown;
}

function tierOf(price: ModelPrice, inputTokens: number): Tier {
	let chosen = price.tiers[0];
	for (const tier of price.tiers) if (tier.fromInputTokens <= inputTokens) chosen = tier;
	return chosen ?? { fromInputTokens: 0, rates: ZERO_RATES };
}

function dearestInput({ input, cachedInput, cacheWrite }: Rates): Micro {
	return dearestOf(dearestOf(input, cachedInput), cacheWrite);
}

function dearestOutput({ output, reasoning, citation }: Rates): Micro {
	return dearestOf(dearestOf(output, reasoning), citation);
}

function dearestOf(a: Micro, b: Micro): Micro {
	return a > b ? a : b;
}
