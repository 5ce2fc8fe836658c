/**
 * Owns usage in one normal form. Input includes cached and cache-write tokens, output includes reasoning and citation tokens; each part
 * is counted once (ledger rule 28). What was done besides, such as searches, is counted too. Refuses to coerce: a count is a non-negative safe integer or it is rejected.
 */
import { CountReader, isFields, isGiven, show } from './count-reader';
import { MAX_TOKENS, NO_TOKENS, type Usage } from './usage-fields';
import { SEARCHES, TOOL_CALLS, USE_HOLDERS } from './counted-uses';
import type { ProviderSaid } from './provider-said';

/** What a provider said about usage: counts, nothing, or something that cannot be counts (with what was wrong). */
export type UsageReading = (
	| { readonly kind: 'reported'; readonly usage: Usage }
	| { readonly kind: 'missing' }
	| { readonly kind: 'rejected'; readonly detail: string }
) & {
	/** What was said of the bill beside the counts; absent: nothing. */
	readonly said?: ProviderSaid;
};

/**
 * Reads the usage of a response, or the response itself, in the shapes of OpenAI (chat and responses), Anthropic, Gemini, Ollama,
 * Mistral, DeepSeek, xAI, Groq, Cohere, Bedrock, LangChain and the AI SDK. Absent, null, empty or unknown to us is `missing`; a count that is not a
 * whole number from 0 to 10^9, a half of the usage that is absent, and a part greater than its whole are `rejected`.
 * Never throws. Counts of 0 are reported as they are.
 */
export function readUsage(raw: unknown): UsageReading {
	return readNested(raw, DEEPEST_WRAPPING);
}

/** A message holds a response, which holds its usage, which holds what is billed: three steps down, so that a circle ends too. */
const DEEPEST_WRAPPING = 3;

function readNested(raw: unknown, depth: number): UsageReading {
	if (raw === null || raw === undefined) return { kind: 'missing' };
	if (!isFields(raw)) return { kind: 'rejected', detail: `usage is ${show(raw)}, which is not an object with token counts` };
	const wrapper = WRAPPERS.find((name) => isFields(raw[name]));
	if (wrapper && depth > 0) return readNested(raw[wrapper], depth - 1);
	const read = SHAPES.find(({ marks }) => marks.some((mark) => isGiven(raw[mark])))?.read;
	if (!read) return { kind: 'missing' };
	const fields = new CountReader(raw);
	const usage = withUses(read(fields), fields);
	const detail = fields.problem ?? inconsistency(usage);
	return detail === null ? { kind: 'reported', usage } : { kind: 'rejected', detail };
}

/** Where a whole response, the last part of a streamed one, or a framework's message, keeps its usage. Cohere bills the billed units. */
const WRAPPERS = ['usage', 'usageMetadata', 'usage_metadata', 'tokenUsage', 'response', 'x_groq', 'billed_units'] as const;

interface Shape {
	/** One of these fields tells the shape. */
	readonly marks: readonly string[];
	readonly read: (fields: CountReader) => Usage;
}

const SHAPES: readonly Shape[] = [
	{ marks: ['promptTokenCount', 'candidatesTokenCount', 'totalTokenCount'], read: readGemini },
	{ marks: ['prompt_eval_count', 'eval_count'], read: readOllama },
	{ marks: ['prompt_tokens', 'completion_tokens', 'promptTokens', 'completionTokens'], read: readChat },
	{
		marks: ['cache_creation_input_tokens', 'cache_read_input_tokens', 'cache_creation', 'cacheReadInputTokens', 'cacheWriteInputTokens'],
		read: readDisjoint,
	},
	{ marks: ['input_tokens', 'output_tokens', 'inputTokens', 'outputTokens'], read: readResponses },
];

/** Thoughts are outside the candidates; the candidates are absent when the model only thought. */
function readGemini(fields: CountReader): Usage {
	const thoughts = fields.part('thoughtsTokenCount');
	const candidates =
		fields.optional('candidatesTokenCount', 'responseTokenCount') ??
		(fields.optional('totalTokenCount') === null ? fields.required('candidatesTokenCount') : 0);
	return {
		...NO_TOKENS,
		inputTokens: fields.required('promptTokenCount') + fields.part('toolUsePromptTokenCount'),
		cachedInputTokens: fields.part('cachedContentTokenCount'),
		audioInputTokens: fields.modality('promptTokensDetails', 'AUDIO'),
		cachedAudioTokens: fields.modality('cacheTokensDetails', 'AUDIO'),
		outputTokens: candidates + thoughts,
		reasoningTokens: thoughts,
		audioOutputTokens: fields.modality('candidatesTokensDetails', 'AUDIO'),
	};
}

function readOllama(fields: CountReader): Usage {
	return {
		...NO_TOKENS,
		inputTokens: fields.required('prompt_eval_count'),
		cachedInputTokens: fields.part('prompt_eval_cached_count'),
		outputTokens: fields.required('eval_count'),
	};
}

/**
 * OpenAI's chat shape, whose parts lie inside their whole; DeepSeek, Moonshot and gateways name the cached part differently. Mistral's
 * `num_cached_tokens` is left alone: it tells what its server had at hand, not what is billed at a lower price.
 */
function readChat(fields: CountReader): Usage {
	const totalTokens = fields.optional('total_tokens', 'totalTokens');
	const input = ['prompt_tokens', 'promptTokens'];
	const output = ['completion_tokens', 'completionTokens'];
	const reported = {
		...NO_TOKENS,
		inputTokens: fields.whole(input, { total: totalTokens, other: output }),
		cachedInputTokens: fields.part(
			'prompt_tokens_details.cached_tokens',
			'prompt_cache_hit_tokens',
			'cache_read_input_tokens',
			'cached_tokens',
		),
		cacheWriteTokens: fields.part(
			'prompt_tokens_details.cache_write_tokens',
			'prompt_tokens_details.cache_creation_tokens',
			'cache_creation_input_tokens',
		),
		longCacheWriteTokens: fields.part('cache_creation.ephemeral_1h_input_tokens'),
		audioInputTokens: fields.part('prompt_tokens_details.audio_tokens'),
		cachedAudioTokens: fields.part('prompt_tokens_details.cached_tokens_details.audio_tokens'),
		outputTokens: fields.whole(output, { total: totalTokens, other: input }),
		reasoningTokens: fields.part('completion_tokens_details.reasoning_tokens', 'reasoning_tokens'),
		citationTokens: fields.part('citation_tokens'),
		audioOutputTokens: fields.part('completion_tokens_details.audio_tokens'),
	};
	return withRemainder(fields.hasOneOf(OUTSIDE) ? withOutside(reported) : withImpossible(reported), totalTokens);
}

/** Whoever counts these counts reasoning and citations beside the completion, and leaves them out of the total. */
const OUTSIDE = ['citation_tokens', 'num_search_queries'];

/** The counts of an answer whose reasoning and citations stand beside its completion. */
function withOutside(usage: Usage): Usage {
	return { ...usage, outputTokens: usage.outputTokens + usage.reasoningTokens + usage.citationTokens };
}

/** More reasoning than output is not within it: the provider counts it beside. */
function withImpossible(usage: Usage): Usage {
	return usage.reasoningTokens > usage.outputTokens ? withOutside(usage) : usage;
}

/** What was done for the call beside its tokens, in whatever shape its tokens are told. */
function withUses(usage: Usage, fields: CountReader): Usage {
	if (!fields.hasOneOf(USE_HOLDERS)) return usage;
	return { ...usage, searches: fields.sum(SEARCHES), toolCalls: fields.sum(TOOL_CALLS) };
}

/** OpenAI's responses and realtime shapes, LangChain's `usage_metadata` and the AI SDK: parts lie inside their whole. */
function readResponses(fields: CountReader): Usage {
	const reported = {
		...NO_TOKENS,
		inputTokens: fields.required('input_tokens', 'inputTokens'),
		cachedInputTokens: fields.part(...inputPaths('cached_tokens'), 'input_token_details.cache_read', 'cachedInputTokens'),
		cacheWriteTokens: fields.part(...inputPaths('cache_write_tokens'), 'input_token_details.cache_creation'),
		longCacheWriteTokens: fields.part('input_token_details.ephemeral_1h_input_tokens'),
		audioInputTokens: fields.part(...inputPaths('audio_tokens'), 'input_token_details.audio'),
		cachedAudioTokens: fields.part(...inputPaths('cached_tokens_details.audio_tokens')),
		outputTokens: fields.required('output_tokens', 'outputTokens'),
		reasoningTokens: fields.part(...outputPaths('reasoning_tokens'), 'output_token_details.reasoning', 'reasoningTokens'),
		audioOutputTokens: fields.part(...outputPaths('audio_tokens'), 'output_token_details.audio'),
	};
	return withRemainder(withImpossible(reported), fields.optional('total_tokens', 'totalTokens'));
}

/** The responses interface says tokens, the realtime one token. */
const inputPaths = (name: string): string[] => [`input_tokens_details.${name}`, `input_token_details.${name}`];
const outputPaths = (name: string): string[] => [`output_tokens_details.${name}`, `output_token_details.${name}`];

/** Anthropic and Bedrock: `input_tokens` is only what was neither read from nor written to the cache. */
function readDisjoint(fields: CountReader): Usage {
	const cached = fields.part('cache_read_input_tokens', 'cacheReadInputTokens');
	const writtenLong = fields.part('cache_creation.ephemeral_1h_input_tokens');
	const written =
		fields.optional('cache_creation_input_tokens', 'cacheWriteInputTokens') ??
		writtenLong + fields.part('cache_creation.ephemeral_5m_input_tokens');
	return {
		...NO_TOKENS,
		inputTokens: fields.required('input_tokens', 'inputTokens') + cached + written,
		cachedInputTokens: cached,
		cacheWriteTokens: written,
		longCacheWriteTokens: writtenLong,
		outputTokens: fields.required('output_tokens', 'outputTokens'),
		reasoningTokens: fields.part('output_tokens_details.thinking_tokens'),
	};
}

/**
 * What the total has beyond input and output was left out of one of them. Gateways that pass on Anthropic's counts leave the cached
 * input out; xAI, and Gemini behind its OpenAI-compatible address, leave the reasoning out, which is billed as output.
 */
function withRemainder(usage: Usage, totalTokens: number | null): Usage {
	const remainder = totalTokens === null ? 0 : totalTokens - usage.inputTokens - usage.outputTokens;
	if (remainder <= 0) return usage;
	const fromCache = usage.cachedInputTokens + usage.cacheWriteTokens;
	if (remainder === fromCache && remainder !== usage.reasoningTokens) return { ...usage, inputTokens: usage.inputTokens + remainder };
	return { ...usage, outputTokens: usage.outputTokens + remainder, reasoningTokens: Math.max(usage.reasoningTokens, remainder) };
}

/** Names the first part that exceeds its whole, or a whole that exceeds the limit; `null` when all is well. */
function inconsistency(usage: Usage): string | null {
	const { inputTokens, outputTokens } = usage;
	const checks: readonly (readonly [string, number, string, number])[] = [
		['cached tokens', usage.cachedInputTokens, 'input tokens', inputTokens],
		['cache-write tokens', usage.cacheWriteTokens, 'input tokens', inputTokens],
		['cached and cache-write tokens together', usage.cachedInputTokens + usage.cacheWriteTokens, 'input tokens', inputTokens],
		['long cache-write tokens', usage.longCacheWriteTokens, 'cache-write tokens', usage.cacheWriteTokens],
		['audio input tokens', usage.audioInputTokens, 'input tokens', inputTokens],
		['cached audio tokens', usage.cachedAudioTokens, 'cached tokens', usage.cachedInputTokens],
		['cached audio tokens', usage.cachedAudioTokens, 'audio input tokens', usage.audioInputTokens],
		['reasoning tokens', usage.reasoningTokens, 'output tokens', outputTokens],
		['citation tokens', usage.citationTokens, 'output tokens', outputTokens],
		['audio output tokens', usage.audioOutputTokens, 'output tokens', outputTokens],
		['input tokens', inputTokens, 'limit', MAX_TOKENS],
		['output tokens', outputTokens, 'limit', MAX_TOKENS],
	];
	const broken = checks.find(([, part, , whole]) => part > whole);
	return broken ? `${broken[0]} are ${broken[1]}, more than the ${broken[2]} (${broken[3]})` : null;
}
