/**
 * Owns how many credits are set aside before a call (ledger rule 29): fixed by the user, strict as an upper bound, or learned
 * from what earlier calls of the same node and model really used. Pure; the caller keeps the state.
 */
import { ceilDivide, minMicro, type Micro } from '../values/money';
import { highestCost, type ModelPrice, type MostUsed } from './pricing';
import { searchesByName, usageBoundOf } from './usage-bound';
import type { Usage } from '../usage/usage-fields';

/** How many of the latest calls a learned estimate looks back on. */
const WINDOW = 64;
const PER_MILLE = 1000n;
const WHOLE_PERCENT = 100;

/** What one finished call taught. */
interface Observation {
	/** Input tokens for each thousand that were estimated, rounded up. */
	readonly inputPerMille: number;
	readonly outputTokens: number;
	readonly isCutOff: boolean;
	readonly searches: number;
	readonly ratePercent: number;
}

/** What a finished call tells. */
export interface Lesson {
	readonly estimatedInputTokens: number;
	readonly usage: Usage;
	/** A lowered limit ended the answer; nobody knows how long it would have been. */
	readonly isCutOff?: boolean;
	/** What the call cost of the list price, in whole per cent; 100 unless it says so. */
	readonly ratePercent?: number;
}

/** What is known of earlier calls, at most 64, with what follows from them: each call asks for it several times. */
export interface Learned {
	/** Newest last. */
	readonly calls: readonly Observation[];
	/** The lengths of their answers in tokens, in order: sorting them for each call would take longer than all else here. */
	readonly ascending: readonly number[];
	/** The largest factor by which the input was off lately. */
	readonly worstPerMille: bigint;
	/** The longest answer, with room for those that were cut off. */
	readonly longestTokens: number;
	/** Nine of ten answers were not longer. */
	readonly usualTokens: number;
	/** The most searches that an answer took lately. */
	readonly mostSearches: number;
	/** The most that a call cost lately of the list price, in whole per cent: by its tier, or as its provider said; at least 100. */
	readonly dearestPercent: number;
}

/** Before anything is learned: a short message is typical, and the output limit is often far above it. */
const FIRST_OUTPUT_TOKENS = 400;
/** With nothing learned, an answer is not bounded below this: it would hardly ever be whole. */
const SHORTEST_FIRST_OUTPUT_TOKENS = 100;

export const NOTHING_LEARNED: Learned = {
	calls: [],
	ascending: [],
	worstPerMille: PER_MILLE,
	longestTokens: FIRST_OUTPUT_TOKENS,
	usualTokens: SHORTEST_FIRST_OUTPUT_TOKENS,
	mostSearches: 0,
	dearestPercent: WHOLE_PERCENT,
};

/** The size of a request before it is made. */
export interface RequestSize {
	/** Estimated input tokens of the whole request. */
	readonly inputTokens: number;
	/** UTF-8 bytes of the whole request: no tokenizer makes more tokens of it. */
	readonly inputBytes: number;
	/** The output limit that is sent to the provider. */
	readonly outputLimitTokens: number;
}

export type EstimateMode =
	| { readonly kind: 'fixed'; readonly amountMicro: Micro }
	| { readonly kind: 'learned'; readonly learned: Learned }
	| { readonly kind: 'strict' };

/**
 * What to reserve for a call in micro-credits, at the highest rates the request can reach. A free model always costs 0. Where the
 * charge is not by tokens, it is known: the rate.
 */
export function estimateCost(price: ModelPrice, size: RequestSize, mode: EstimateMode): Micro {
	if (price.charging) return price.charging.rateMicro;
	const strictMicro = highestCost(price, strictlyMost(price, size));
	if (strictMicro === 0n) return 0n;
	switch (mode.kind) {
		case 'fixed':
			return mode.amountMicro;
		case 'strict':
			return strictMicro;
		case 'learned':
			return minMicro(likelyCost(price, size, mode.learned), strictMicro);
		default:
			return mode satisfies never;
	}
}

/** The bytes of the request and its limit; for a model that searches by itself, which no limit bounds, all that is believed of it. */
function strictlyMost({ perCallMicro, model }: ModelPrice, { inputBytes, outputLimitTokens }: RequestSize): MostUsed {
	if (!searchesByName(model)) return { inputTokens: inputBytes, outputTokens: outputLimitTokens };
	return usageBoundOf({ perCallMicro }, { model, bytes: inputBytes, outputLimitTokens, asksToThink: true });
}

/**
 * What a call is expected to cost, in micro-credits; charged where nobody learns what it cost (ledger rule 37). At most `amountMicro`, and
 * never 0 where that is more, unless the charge is for a result that passed: a call without an answer has none.
 */
export function expectedCost(
	price: ModelPrice,
	size: RequestSize,
	{ mode, learned, amountMicro }: { mode: EstimateMode['kind']; learned: Learned; amountMicro: Micro },
): Micro {
	if (price.charging) return price.charging.kind === 'outcome' ? 0n : amountMicro;
	// What a user fixes is what the user expects.
	return mode === 'fixed' ? amountMicro : minMicro(likelyCost(price, size, learned), amountMicro);
}

function likelyCost(price: ModelPrice, size: RequestSize, learned: Learned): Micro {
	return highestCost(price, mostUsed(size, learned, expectedOutput(size, learned)));
}

/** Input as expected, an answer of so many tokens, and as many searches as one took lately at most. */
function mostUsed(size: RequestSize, learned: Learned, outputTokens: number): MostUsed {
	return { inputTokens: expectedInput(size, learned), outputTokens, searches: learned.mostSearches };
}

/** A call whose answer is bounded by what is set aside for it: room for `times` as long an answer as is expected. */
export function boundedCall(price: ModelPrice, size: RequestSize, learned: Learned, times = 1): ShorterCall {
	const outputLimitTokens = Math.min(boundedOutput(size, learned) * times, size.outputLimitTokens);
	return {
		amountMicro: highestCost(price, mostUsed(size, learned, outputLimitTokens)),
		outputLimitTokens,
	};
}

/** What a call with an answer of the usual limit costs at most, as far as its input is known. At least the learned estimate. */
export function mostCost(price: ModelPrice, size: RequestSize, learned: Learned): Micro {
	return highestCost(price, mostUsed(size, learned, size.outputLimitTokens));
}

/** A call that is bounded by a shorter answer, so that it fits what is left. */
export interface ShorterCall {
	readonly amountMicro: Micro;
	/** The output limit to send instead of the usual one: it is what makes the amount enough. */
	readonly outputLimitTokens: number;
}

/** Room for an answer in parts of the usual length, the roomiest first. */
const SHORTER_PER_MILLE = [2000n, 1500n, 1000n];

/**
 * Smaller calls for when the usual reservation does not fit what is available, so that a campaign uses its credits to the last
 * call: with room for twice, one and a half times and once as long an answer as is usual. The limit that is sent along keeps a call
 * within its hold. Always three, the roomiest first; one may need as much as the usual reservation, and then is of no use. None
 * where the charge is not by tokens: a shorter answer would cost the same.
 */
export function shorterCalls(price: ModelPrice, size: RequestSize, learned: Learned): ShorterCall[] {
	if (price.charging) return [];
	const usual = BigInt(Math.min(learned.usualTokens, size.outputLimitTokens));
	return SHORTER_PER_MILLE.map((perMille) => {
		const outputLimitTokens = Math.min(Number(ceilDivide(usual * perMille, PER_MILLE)), size.outputLimitTokens);
		return { amountMicro: highestCost(price, mostUsed(size, learned, outputLimitTokens)), outputLimitTokens };
	});
}

/** Adds what a call really used to what is known; the oldest observation beyond 64 is forgotten. */
export function learn(learned: Learned, { estimatedInputTokens, usage, isCutOff = false, ratePercent = WHOLE_PERCENT }: Lesson): Learned {
	if (estimatedInputTokens <= 0) return learned;
	const inputPerMille = Number(ceilDivide(BigInt(usage.inputTokens) * PER_MILLE, BigInt(estimatedInputTokens)));
	const call = { inputPerMille, outputTokens: usage.outputTokens, isCutOff, searches: usage.searches, ratePercent };
	const [oldest] = learned.calls.length < WINDOW ? [] : learned.calls;
	const kept = oldest ? learned.ascending.toSpliced(learned.ascending.indexOf(oldest.outputTokens), 1) : learned.ascending;
	const longer = kept.findIndex((tokens) => tokens > call.outputTokens);
	return whatFollows({
		calls: [...(oldest ? learned.calls.slice(1) : learned.calls), call],
		ascending: kept.toSpliced(longer === -1 ? kept.length : longer, 0, call.outputTokens),
	});
}

/** An answer that was cut off might have been so many times as long. */
const CUT_OFF_TIMES = 4;

function whatFollows({ calls, ascending }: Pick<Learned, 'calls' | 'ascending'>): Learned {
	let [worst, longestTokens, mostSearches, dearestPercent] = [0, 0, 0, WHOLE_PERCENT];
	for (const { inputPerMille, outputTokens, isCutOff, searches, ratePercent } of calls) {
		mostSearches = Math.max(mostSearches, searches);
		dearestPercent = Math.max(dearestPercent, ratePercent);
		worst = Math.max(worst, inputPerMille);
		longestTokens = Math.max(longestTokens, outputTokens * (isCutOff ? CUT_OFF_TIMES : 1));
	}
	const usualTokens = ascending[Math.floor((ascending.length - 1) * 0.9)] ?? SHORTEST_FIRST_OUTPUT_TOKENS;
	return { calls, ascending, worstPerMille: BigInt(worst), longestTokens, usualTokens, mostSearches, dearestPercent };
}

/** The token estimate, corrected by the largest factor it was off by lately; never above the bytes, which are what is strictly the most. */
function expectedInput(size: RequestSize, learned: Learned): number {
	return Math.min(Number(ceilDivide(BigInt(size.inputTokens) * learned.worstPerMille, PER_MILLE)), size.inputBytes);
}

/** The longest answer lately in tokens, with room for those that were cut off, never above the limit that is enforced. */
function expectedOutput({ outputLimitTokens }: Pick<RequestSize, 'outputLimitTokens'>, learned: Learned): number {
	return Math.min(learned.longestTokens, outputLimitTokens);
}

/** So many answers tell how long they may be; fewer are taken for chance. */
const TELLING = 16;

/** The length to which an answer is bounded: the longest expected, and at least a typical one until enough is learned. */
export function boundedOutput(size: Pick<RequestSize, 'outputLimitTokens'>, learned: Learned): number {
	const longest = expectedOutput(size, learned);
	return learned.calls.length < TELLING ? Math.max(longest, expectedOutput(size, NOTHING_LEARNED)) : longest;
}
