/** Owns the proof that usage is read alike from every provider, each token once, and that nothing is coerced. */
import { expect } from 'chai';
import fc from 'fast-check';
import { readUsage } from '../../../lib/core/usage/usage';
import { NO_TOKENS, type Usage } from '../../../lib/core/usage/usage-fields';

const SHAPES: readonly (readonly [name: string, raw: unknown, counts: Partial<Usage>])[] = [
	['Gemini without an output, which its total has', { prompt_tokens: 100, total_tokens: 345 }, { inputTokens: 100, outputTokens: 245 }],
	['the same with null, and nothing written', { prompt_tokens: 100, completion_tokens: null, total_tokens: 100 }, { inputTokens: 100 }],
	['an input that only the total has', { completion_tokens: 5, total_tokens: 25 }, { inputTokens: 20, outputTokens: 5 }],
	['OpenAI chat', { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 }, { inputTokens: 100, outputTokens: 20 }],
	[
		'OpenAI chat with parts',
		{
			prompt_tokens: 100,
			completion_tokens: 50,
			total_tokens: 150,
			prompt_tokens_details: { cached_tokens: 64, audio_tokens: 3 },
			completion_tokens_details: { reasoning_tokens: 30, audio_tokens: 2 },
		},
		{ inputTokens: 100, cachedInputTokens: 64, audioInputTokens: 3, outputTokens: 50, reasoningTokens: 30, audioOutputTokens: 2 },
	],
	[
		'parts that are null',
		{ prompt_tokens: 7, completion_tokens: 2, prompt_tokens_details: null, completion_tokens_details: { reasoning_tokens: null } },
		{ inputTokens: 7, outputTokens: 2 },
	],
	[
		'OpenAI responses',
		{
			input_tokens: 100,
			output_tokens: 50,
			total_tokens: 150,
			input_tokens_details: { cached_tokens: 10 },
			output_tokens_details: { reasoning_tokens: 5 },
		},
		{ inputTokens: 100, cachedInputTokens: 10, outputTokens: 50, reasoningTokens: 5 },
	],
	[
		'Anthropic, whose counts are disjoint',
		{ input_tokens: 10, cache_creation_input_tokens: 200, cache_read_input_tokens: 3_000, output_tokens: 5 },
		{ inputTokens: 3_210, cachedInputTokens: 3_000, cacheWriteTokens: 200, outputTokens: 5 },
	],
	[
		'Bedrock, whose counts are disjoint',
		{ inputTokens: 10, cacheReadInputTokens: 30, cacheWriteInputTokens: 0, outputTokens: 5, totalTokens: 45 },
		{ inputTokens: 40, cachedInputTokens: 30, outputTokens: 5 },
	],
	[
		'Gemini, whose thoughts are outside the candidates',
		{
			usageMetadata: {
				promptTokenCount: 40,
				cachedContentTokenCount: 8,
				candidatesTokenCount: 10,
				thoughtsTokenCount: 90,
				totalTokenCount: 140,
			},
		},
		{ inputTokens: 40, cachedInputTokens: 8, outputTokens: 100, reasoningTokens: 90 },
	],
	[
		'Gemini that only thought',
		{ promptTokenCount: 40, thoughtsTokenCount: 90, totalTokenCount: 130 },
		{ inputTokens: 40, outputTokens: 90, reasoningTokens: 90 },
	],
	['Ollama', { model: 'llama3', prompt_eval_count: 26, eval_count: 290 }, { inputTokens: 26, outputTokens: 290 }],
	[
		'DeepSeek',
		{ prompt_tokens: 50, prompt_cache_hit_tokens: 32, prompt_cache_miss_tokens: 18, completion_tokens: 4 },
		{ inputTokens: 50, cachedInputTokens: 32, outputTokens: 4 },
	],
	[
		'xAI, whose reasoning is outside the completion',
		{ prompt_tokens: 30, completion_tokens: 9, total_tokens: 339, completion_tokens_details: { reasoning_tokens: 300 } },
		{ inputTokens: 30, outputTokens: 309, reasoningTokens: 300 },
	],
	[
		'more reasoning than the completion has, so that it stands beside it, whether there is a total or not',
		{ prompt_tokens: 10, completion_tokens: 2, completion_tokens_details: { reasoning_tokens: 3 } },
		{ inputTokens: 10, outputTokens: 5, reasoningTokens: 3 },
	],
	[
		'the same with a total that leaves it out',
		{ input_tokens: 10, output_tokens: 2, total_tokens: 12, output_tokens_details: { reasoning_tokens: 90 } },
		{ inputTokens: 10, outputTokens: 92, reasoningTokens: 90 },
	],
	[
		'the same with a total that has it',
		{ prompt_tokens: 10, completion_tokens: 2, total_tokens: 102, completion_tokens_details: { reasoning_tokens: 90 } },
		{ inputTokens: 10, outputTokens: 92, reasoningTokens: 90 },
	],
	[
		'Perplexity, which counts thinking, citations and searches beside the completion',
		{
			prompt_tokens: 108,
			completion_tokens: 3256,
			total_tokens: 3364,
			citation_tokens: 7299,
			num_search_queries: 74,
			reasoning_tokens: 73_248,
		},
		{ inputTokens: 108, outputTokens: 83_803, reasoningTokens: 73_248, citationTokens: 7_299, searches: 74 },
	],
	[
		'Perplexity that thought less than it wrote',
		{ prompt_tokens: 100, completion_tokens: 900, total_tokens: 1000, citation_tokens: 0, num_search_queries: 3, reasoning_tokens: 50 },
		{ inputTokens: 100, outputTokens: 950, reasoningTokens: 50, searches: 3 },
	],
	[
		'a server whose reasoning stands beside the counts and is within the completion',
		{ prompt_tokens: 100, completion_tokens: 900, total_tokens: 1000, reasoning_tokens: 850 },
		{ inputTokens: 100, outputTokens: 900, reasoningTokens: 850 },
	],
	[
		'Anthropic that searched, and fetched pages, which costs nothing of its own',
		{
			input_tokens: 10,
			cache_read_input_tokens: 0,
			cache_creation_input_tokens: 0,
			output_tokens: 5,
			server_tool_use: { web_search_requests: 3, web_fetch_requests: 7, code_execution_requests: 2 },
		},
		{ inputTokens: 10, outputTokens: 5, searches: 3, toolCalls: 2 },
	],
	[
		'xAI that used its tools',
		{
			prompt_tokens: 7583,
			completion_tokens: 3192,
			total_tokens: 10_775,
			num_sources_used: 0,
			num_server_side_tools_used: 4,
			server_side_tool_usage_details: { web_search_calls: 1, x_search_calls: 2, code_interpreter_calls: 1, mcp_calls: 0 },
		},
		{ inputTokens: 7583, outputTokens: 3192, searches: 3, toolCalls: 1 },
	],
	[
		'Qwen that searched',
		{ prompt_tokens: 5, completion_tokens: 2, total_tokens: 7, plugins: { search: { count: 1 } } },
		{ inputTokens: 5, outputTokens: 2, searches: 1 },
	],
	[
		'OpenAI whose tools ran',
		{
			input_tokens: 5,
			output_tokens: 2,
			total_tokens: 7,
			tool_usage: { web_search: { num_requests: 2 }, file_search: { num_requests: 1 } },
		},
		{ inputTokens: 5, outputTokens: 2, searches: 2, toolCalls: 1 },
	],
	[
		'a search inside what is billed',
		{ usage: { billed_units: { input_tokens: 20, output_tokens: 4, search_units: 1 }, tokens: { input_tokens: 900, output_tokens: 4 } } },
		{ inputTokens: 20, outputTokens: 4, searches: 1 },
	],
	[
		'Gemini behind its OpenAI address, where only the total tells',
		{ prompt_tokens: 10, completion_tokens: 5, total_tokens: 95 },
		{ inputTokens: 10, outputTokens: 85, reasoningTokens: 80 },
	],
	[
		'Anthropic with a cache that lasts an hour',
		{
			input_tokens: 10,
			cache_read_input_tokens: 0,
			cache_creation: { ephemeral_5m_input_tokens: 456, ephemeral_1h_input_tokens: 100 },
			output_tokens: 5,
			output_tokens_details: { thinking_tokens: 3 },
		},
		{ inputTokens: 566, cacheWriteTokens: 556, longCacheWriteTokens: 100, outputTokens: 5, reasoningTokens: 3 },
	],
	[
		'a gateway that passes on Anthropic’s disjoint counts in the chat shape',
		{ prompt_tokens: 10, cache_read_input_tokens: 300, cache_creation_input_tokens: 40, completion_tokens: 5, total_tokens: 355 },
		{ inputTokens: 350, cachedInputTokens: 300, cacheWriteTokens: 40, outputTokens: 5 },
	],
	[
		'a gateway that passes on Anthropic’s counts inside the prompt',
		{ prompt_tokens: 350, cache_read_input_tokens: 300, cache_creation_input_tokens: 40, completion_tokens: 5, total_tokens: 355 },
		{ inputTokens: 350, cachedInputTokens: 300, cacheWriteTokens: 40, outputTokens: 5 },
	],
	[
		'reasoning outside the completion that happens to be as much as the cached input',
		{
			prompt_tokens: 30,
			completion_tokens: 9,
			total_tokens: 51,
			prompt_tokens_details: { cached_tokens: 12 },
			completion_tokens_details: { reasoning_tokens: 12 },
		},
		{ inputTokens: 30, cachedInputTokens: 12, outputTokens: 21, reasoningTokens: 12 },
	],
	['Moonshot', { prompt_tokens: 50, completion_tokens: 4, cached_tokens: 32 }, { inputTokens: 50, cachedInputTokens: 32, outputTokens: 4 }],
	[
		'Gemini with sound from the cache',
		{
			promptTokenCount: 40,
			candidatesTokenCount: 1,
			cachedContentTokenCount: 9,
			promptTokensDetails: [{ modality: 'AUDIO', tokenCount: 20 }],
			cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 7 }],
		},
		{ inputTokens: 40, cachedInputTokens: 9, audioInputTokens: 20, cachedAudioTokens: 7, outputTokens: 1 },
	],
	[
		'LangChain',
		{ usage_metadata: { input_tokens: 60, output_tokens: 6, total_tokens: 66, input_token_details: { cache_read: 50 } } },
		{ inputTokens: 60, cachedInputTokens: 50, outputTokens: 6 },
	],
	['n8n', { tokenUsage: { promptTokens: 11, completionTokens: 3, totalTokens: 14 } }, { inputTokens: 11, outputTokens: 3 }],
	['a whole response', { id: 'x', choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } }, { inputTokens: 1, outputTokens: 2 }],
	['zeros, as they are', { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }, {}],
];

const REJECTED: readonly (readonly [name: string, raw: unknown, detail: RegExp])[] = [
	['a number as text', { prompt_tokens: '100', completion_tokens: '20' }, /^prompt_tokens is "100", which is not a whole number/],
	[
		'one part as text',
		{ prompt_tokens: 10, completion_tokens: 2, prompt_tokens_details: { cached_tokens: '5' } },
		/^prompt_tokens_details\.cached_tokens is "5"/,
	],
	['a negative count', { prompt_tokens: -1, completion_tokens: 2 }, /^prompt_tokens is -1/],
	['a fraction', { prompt_tokens: 1.5, completion_tokens: 2 }, /^prompt_tokens is 1\.5/],
	['not a number', { prompt_tokens: Number.NaN, completion_tokens: 2 }, /^prompt_tokens is NaN/],
	['infinity', { prompt_tokens: Infinity, completion_tokens: 2 }, /^prompt_tokens is Infinity/],
	['a count beyond any model', { prompt_tokens: 1e15, completion_tokens: 2 }, /^prompt_tokens is 1000000000000000/],
	['half a usage and a total below it', { prompt_tokens: 10, total_tokens: 4 }, /^completion_tokens is absent/],
	['half a usage', { prompt_tokens: 10 }, /^completion_tokens is absent/],
	[
		'more cached than input',
		{ prompt_tokens: 10, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 11 } },
		/^cached tokens are 11, more than the input tokens \(10\)/,
	],
	[
		'more written for an hour than written',
		{ input_tokens: 1, output_tokens: 1, cache_creation_input_tokens: 5, cache_creation: { ephemeral_1h_input_tokens: 6 } },
		/^long cache-write tokens are 6, more than the cache-write tokens \(5\)/,
	],
	[
		'more cached audio than audio',
		{
			promptTokenCount: 9,
			candidatesTokenCount: 1,
			cachedContentTokenCount: 9,
			cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 2 }],
		},
		/^cached audio tokens are 2, more than the audio input tokens \(0\)/,
	],
	['a half of a search', { prompt_tokens: 1, completion_tokens: 1, num_search_queries: 0.5 }, /^num_search_queries is 0\.5/],
	['text', 'lots', /^usage is "lots"/],
	['a list', [1, 2], /^usage is a list/],
];

describe('usage', () => {
	for (const [name, raw, counts] of SHAPES) {
		it(`reads ${name}`, () => {
			expect(readUsage(raw)).to.deep.equal({ kind: 'reported', usage: { ...NO_TOKENS, ...counts } });
		});
	}

	for (const raw of [undefined, null, {}, { choices: [] }, { usage: null }, { usage: {} }]) {
		it(`field lesson 11: ${raw === undefined ? 'undefined' : JSON.stringify(raw)} is missing, not zero`, () => {
			expect(readUsage(raw)).to.deep.equal({ kind: 'missing' });
		});
	}

	for (const [name, raw, detail] of REJECTED) {
		it(`${name.includes('text') ? 'field lesson 13: ' : ''}rejects ${name}`, () => {
			const reading = readUsage(raw);
			expect(reading.kind).to.equal('rejected');
			expect(reading.kind === 'rejected' && reading.detail).to.match(detail);
		});
	}

	it('never throws, and reports only whole counts whose parts fit, whatever it is given', () => {
		const field = fc.constantFrom(
			'prompt_tokens',
			'completion_tokens',
			'total_tokens',
			'input_tokens',
			'output_tokens',
			'promptTokenCount',
			'eval_count',
			'usage',
			'cache_read_input_tokens',
		);
		const value = fc.oneof(fc.nat(), fc.double(), fc.string(), fc.constant(null), fc.object());
		fc.assert(
			fc.property(fc.oneof(fc.dictionary(field, value), fc.anything()), (raw) => {
				const reading = readUsage(raw);
				if (reading.kind !== 'reported') return;
				for (const count of Object.values(reading.usage)) expect(Number.isSafeInteger(count) && count >= 0).to.equal(true);
				expect(reading.usage.cachedInputTokens + reading.usage.cacheWriteTokens <= reading.usage.inputTokens).to.equal(true);
				expect(reading.usage.reasoningTokens <= reading.usage.outputTokens).to.equal(true);
			}),
		);
	});

	it('ends on a message that contains itself', () => {
		const circle: Record<string, unknown> = {};
		circle['usage'] = circle;
		expect(readUsage(circle)).to.deep.equal({ kind: 'missing' });
	});
});
