/** The counts of a call, declared once: the type, the journal, sums and tests follow from this list. */
import { recordOf } from '../values/named';

/**
 * Names of the counts in the order in which the journal writes them. Append only: the places are in people's files. All counts are
 * non-negative integers; a part is never larger than its whole.
 */
export const USAGE_FIELDS = [
	/** All input tokens, cached and cache-write ones included. */
	'inputTokens',
	/** All output tokens, reasoning ones included. */
	'outputTokens',
	/** The part of the input that was read from the provider's prompt cache. */
	'cachedInputTokens',
	/** The part of the output that was reasoning. */
	'reasoningTokens',
	/** The part of the input that was written to the provider's prompt cache. */
	'cacheWriteTokens',
	/** The part of the input that was audio, whether it came from the cache or not. */
	'audioInputTokens',
	/** The part of the output that was audio. */
	'audioOutputTokens',
	/** The part of the cache writes that is kept for an hour rather than minutes; it has a price of its own. */
	'longCacheWriteTokens',
	/** The part of the cached input that was audio, where the provider tells. */
	'cachedAudioTokens',
	/** The part of the output that quotes what the model has found, where the provider counts it apart. */
	'citationTokens',
	/** How often the provider searched for the model. No tokens. */
	'searches',
	/** How often the model used other tools of the provider's, such as running code. No tokens. */
	'toolCalls',
] as const;

export type UsageField = (typeof USAGE_FIELDS)[number];

/** No call reads or writes more: a larger count is a provider's error, and would not fit the ledger's columns once priced. */
export const MAX_TOKENS = 1_000_000_000;

/** What one call used: tokens, and how often something was done for it. */
export type Usage = Readonly<Record<UsageField, number>>;

/** The usage with the count that `countOf` gives for each field. */
export function usageOf(countOf: (field: UsageField, place: number) => number): Usage {
	return recordOf(USAGE_FIELDS, countOf);
}

/** Nothing at all was read or written. */
export const NO_TOKENS: Usage = usageOf(() => 0);

/** The tokens of two calls together. */
export function addUsage(a: Usage, b: Usage): Usage {
	return usageOf((field) => a[field] + b[field]);
}
