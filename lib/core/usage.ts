/**
 * Owns token usage in one normal form. Input includes cached and cache-write tokens, output includes reasoning tokens;
 * each part is counted once (ledger rule 28). Refuses to coerce: a count is a non-negative safe integer or it is rejected.
 */

/** Tokens of one call. All counts are non-negative integers; parts never exceed their whole. */
export interface Usage {
	/** All input tokens, cached and cache-write ones included. */
	readonly inputTokens: number;
	/** The part of the input that was read from the provider's prompt cache. */
	readonly cachedInputTokens: number;
	/** The part of the input that was written to the provider's prompt cache. */
	readonly cacheWriteTokens: number;
	/** The part of the input that was audio. */
	readonly audioInputTokens: number;
	/** All output tokens, reasoning ones included. */
	readonly outputTokens: number;
	/** The part of the output that was reasoning. */
	readonly reasoningTokens: number;
	/** The part of the output that was audio. */
	readonly audioOutputTokens: number;
}

/** What a provider said about usage: counts, nothing, or something that cannot be counts (with what was wrong). */
export type UsageReading =
	| { readonly kind: 'reported'; readonly usage: Usage }
	| { readonly kind: 'missing' }
	| { readonly kind: 'rejected'; readonly detail: string };
