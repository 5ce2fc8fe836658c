/** Says what a request can have used at most, so that a report beyond it is not charged as it stands (ledger rule 43). Pure. */
import type { Usage } from '../usage/usage-fields';
import { kindOfModel } from './model-kind';
import type { ModelPrice, MostUsed } from './pricing';

/** What was sent to a model. */
export interface SentSize {
	readonly model: string;
	/** UTF-8 bytes of all our text: no tokenizer makes more tokens of it. */
	readonly bytes: number;
	/** The output limit in tokens that was sent; `null`: none was, so that only the model itself bounds the answer. */
	readonly outputLimitTokens: number | null;
	/** The request asks the model to think. */
	readonly asksToThink: boolean;
}

/** The most that a request can have used. */
export type UsageBound = Required<MostUsed>;

/** A provider may write our text twice, once for the schema, and put its own instructions before it. */
const INPUT_TIMES = 2;
const INPUT_MARGIN_TOKENS = 8_192;
/** Some servers take a limit for advice. */
const OUTPUT_TIMES = 10;
const OUTPUT_MARGIN_TOKENS = 8_192;
/** Thoughts that a provider does not count within the limit. */
const THINKING_TOKENS = 32_768;
/** Pages that a model looks up by itself are its input, and it may think after each. */
const SEARCH_INPUT_TOKENS = 1_000_000;
const SEARCH_OUTPUT_TOKENS = 131_072;

/** What a model does of its own for one answer, and what one may have been told to do in an account at its provider. */
const SEARCHING_USES = 1_000;
const OTHER_USES = 100;

/** Without a limit: what the largest models take and give. */
const MOST_CONTEXT_TOKENS = 2_097_152;

/** Models that search without being asked to; research alone is no search. */
const SAYS_SEARCH = /(?<!re)search|sonar|deep-?research|[:-]online|compound/;
/** Models that use other tools of the provider's. */
const SAYS_TOOLS = /computer-use|browse|agent/;

/** Whether the name of a model tells that it searches without being asked to. */
export function searchesByName(model: string): boolean {
	return SAYS_SEARCH.test(model.toLowerCase());
}

/**
 * The bound of a request, rounded in favour of the report. A model that searches or calls tools by itself, which its name or a price for
 * each call tells, and one that thinks have room for that; one of no known family may think.
 */
export function usageBoundOf(
	price: Pick<ModelPrice, 'perCallMicro'>,
	{ model, bytes, outputLimitTokens, asksToThink }: SentSize,
): UsageBound {
	const searches = price.perCallMicro > 0n || searchesByName(model) || SAYS_TOOLS.test(model.toLowerCase());
	const thinks = asksToThink || kindOfModel(model) !== 'quick';
	const beyond = OUTPUT_MARGIN_TOKENS + (thinks ? THINKING_TOKENS : 0) + (searches ? SEARCH_OUTPUT_TOKENS : 0);
	const uses = searches ? SEARCHING_USES : OTHER_USES;
	return {
		searches: uses,
		toolCalls: uses,
		inputTokens: bytes * INPUT_TIMES + INPUT_MARGIN_TOKENS + (searches ? SEARCH_INPUT_TOKENS : 0),
		outputTokens: outputLimitTokens === null ? MOST_CONTEXT_TOKENS : Math.max(outputLimitTokens * OUTPUT_TIMES, outputLimitTokens + beyond),
	};
}

/** The usage as far as the bound lets it be believed; the same object where all of it is. No part is larger than its whole. */
export function withinBound(usage: Usage, most: UsageBound): Usage {
	const inputTokens = Math.min(usage.inputTokens, most.inputTokens);
	const outputTokens = Math.min(usage.outputTokens, most.outputTokens);
	const [searches, toolCalls] = [Math.min(usage.searches, most.searches), Math.min(usage.toolCalls, most.toolCalls)];
	const areTokensWithin = inputTokens === usage.inputTokens && outputTokens === usage.outputTokens;
	if (areTokensWithin && searches === usage.searches && toolCalls === usage.toolCalls) return usage;
	const cachedInputTokens = Math.min(usage.cachedInputTokens, inputTokens);
	const cacheWriteTokens = Math.min(usage.cacheWriteTokens, inputTokens - cachedInputTokens);
	const audioInputTokens = Math.min(usage.audioInputTokens, inputTokens);
	const reasoningTokens = Math.min(usage.reasoningTokens, outputTokens);
	return {
		inputTokens,
		outputTokens,
		cachedInputTokens,
		cacheWriteTokens,
		longCacheWriteTokens: Math.min(usage.longCacheWriteTokens, cacheWriteTokens),
		audioInputTokens,
		cachedAudioTokens: Math.min(usage.cachedAudioTokens, cachedInputTokens, audioInputTokens),
		reasoningTokens,
		citationTokens: Math.min(usage.citationTokens, outputTokens - reasoningTokens),
		searches,
		toolCalls,
		audioOutputTokens: Math.min(usage.audioOutputTokens, outputTokens),
	};
}
