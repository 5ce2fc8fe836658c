/** Proves what a refusal is taken for: signals before words, who was charged, what was refused, and that the server's own words are shown. */
import { expect } from 'chai';
import { createOpenAiCompatible } from '../../../lib/providers/openai/openai-compatible';
import { faultOfRefusal } from '../../../lib/providers/openai/fault-mapping';
import { refusedFieldOf } from '../../../lib/providers/openai/refused-field';
import { errorIn, refusalOf } from '../../../lib/providers/openai/server-refusal';
import type { ChatOutcome, ChatRequest, ProviderFault, RefusedField } from '../../../lib/providers/provider';
import { later, monotonicMs } from '../../../lib/runtime/system';
import { startFakeOpenAi, type Behaviour, type FakeOpenAi } from '../../support/provider/fake-openai';

const CONTEXT = { name: 'The server', providerId: 'unknown', model: 'a/b', timeoutMs: 1_000, secrets: [], prompts: [] };
const SENT = {
	model: 'a/b',
	max_tokens: 100,
	temperature: 0.5,
	reasoning_effort: 'low',
	stream: false,
	response_format: {
		type: 'json_schema',
		json_schema: {
			name: 'answer',
			strict: true,
			schema: {
				type: 'object',
				properties: { send_on: { type: 'string', format: 'date' } },
				required: ['send_on'],
				additionalProperties: false,
			},
		},
	},
	messages: [{ role: 'system', content: 'x' }],
};

function faultOf(status: number, body: unknown, headers: Record<string, string> = {}): ProviderFault {
	const refusal = refusalOf({ status, body, headers: new Headers(headers) });
	return faultOfRefusal(refusal, CONTEXT, refusedFieldOf(refusal, SENT));
}

function refused(status: number, body: unknown): RefusedField | null | undefined {
	return faultOf(status, body).refusedField;
}

describe('what a refusal is taken for', () => {
	const RATE: readonly (readonly [string, number, unknown, Record<string, string>, Partial<ProviderFault>])[] = [
		[
			'a code for the rate beside words about billing',
			429,
			{
				error: {
					message: 'Too many tokens per minute, try again in 0.5s. Need more? https://host.test/settings/billing',
					type: 'tokens',
					code: 'rate_limit_exceeded',
				},
			},
			{ 'retry-after': '1' },
			{ retryAfterMs: 1_000 },
		],
		[
			'only words, which speak of a payment method too',
			429,
			{ error: { message: 'Limit 3 requests/min. Raise it by adding a payment method.' } },
			{},
			{},
		],
		['only a mention of billing', 429, { error: { message: 'Please see your billing page.' } }, {}, {}],
		[
			'a wait in a header beside words about the quota',
			429,
			{ error: { message: 'You exceeded your current quota' } },
			{ 'retry-after': '7' },
			{ retryAfterMs: 7_000 },
		],
		[
			'a list with infos, the wait among them',
			429,
			[
				{
					error: {
						code: 429,
						status: 'RESOURCE_EXHAUSTED',
						message: 'You exceeded your current quota, please check your plan and billing details.',
						details: [{ '@type': 'type.test/QuotaFailure' }, { '@type': 'type.test/RetryInfo', retryDelay: '34.07s' }],
					},
				},
			],
			{},
			{ retryAfterMs: 34_070 },
		],
		[
			'a wait in seconds and nanos',
			429,
			{ error: { details: [{ retryDelay: { seconds: '2', nanos: 500_000_000 } }] } },
			{},
			{ retryAfterMs: 2_500 },
		],
		[
			'a hint in words where nothing else says it',
			429,
			{ error: { message: 'Rate limit reached. Please try again in 1m2.5s.' } },
			{},
			{ retryAfterMs: 62_500 },
		],
		['a hint in whole words', 429, { message: 'slow down, retry after 20 seconds' }, {}, { retryAfterMs: 20_000 }],
		[
			'a status that says something else',
			403,
			{ error: { message: 'no', code: 'rate_limit_exceeded' } },
			{ 'retry-after': '3' },
			{ retryAfterMs: 3_000 },
		],
		[
			'the error of the provider behind a gateway',
			429,
			{
				error: {
					message: 'Provider returned error',
					code: 429,
					metadata: { raw: '{"error":{"type":"rate_limit_error","message":"busy hour"}}' },
				},
			},
			{},
			{},
		],
		[
			'an instant of a reset',
			429,
			{},
			{ date: 'Sat, 21 Nov 2026 10:00:00 GMT', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1795255205' },
			{ retryAfterMs: 5_000 },
		],
		[
			'a date of a reset',
			429,
			{},
			{
				date: 'Sat, 21 Nov 2026 10:00:00 GMT',
				'anthropic-ratelimit-requests-remaining': '0',
				'anthropic-ratelimit-requests-reset': '2026-11-21T10:00:09Z',
			},
			{ retryAfterMs: 9_000 },
		],
	];
	for (const [name, status, body, headers, expected] of RATE) {
		it(`a rate: ${name}`, () => {
			expect(faultOf(status, body, headers)).to.include({ code: 'rate_limited', isRetryable: true, billed: 'no', ...expected });
		});
	}

	const OTHERS: readonly (readonly [string, number, unknown, ProviderFault['code']])[] = [
		['a code for the wallet', 429, { error: { code: 'insufficient_quota', message: 'x' } }, 'quota_exhausted'],
		['a code in a camel', 400, { code: 'Arrearage', message: 'Access denied' }, 'quota_exhausted'],
		['words that can mean nothing else', 429, { error: { message: 'Insufficient balance' } }, 'quota_exhausted'],
		['403 whose code names the model', 403, { error: { code: 'model_not_found', message: 'Project has no access' } }, 'model_not_found'],
		[
			'403 of a filter',
			403,
			{ error: { code: 403, message: 'Your input was flagged', metadata: { reasons: ['violence'] } } },
			'content_refused',
		],
		[
			'400 with a reason about the key',
			400,
			{ error: { code: 400, status: 'INVALID_ARGUMENT', message: 'API key not valid.', details: [{ reason: 'API_KEY_INVALID' }] } },
			'unauthorised',
		],
		['529 overloaded', 529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'server_error'],
		[
			'404 whose words are no address',
			404,
			{ error: { code: 404, message: 'No endpoints found matching your data policy' } },
			'model_not_found',
		],
		['404 that names the model by itself', 404, { error: { message: 'No endpoints found for a/b.' } }, 'model_not_found'],
		['404 of a router', 404, { detail: 'Not Found' }, 'bad_request'],
		['404 of a local server', 404, { error: 'Unexpected endpoint or method. (POST /chat/completions)' }, 'bad_request'],
		[
			'403 of a filter that speaks of permission',
			403,
			{
				code: 'The caller does not have permission to execute the specified operation',
				error: 'Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO',
			},
			'content_refused',
		],
		[
			'a sum that is too large',
			400,
			{
				error: {
					message: 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens',
					param: 'max_tokens',
				},
			},
			'context_too_long',
		],
		[
			'JSON that it could not write',
			400,
			{ error: { code: 'json_validate_failed', message: 'Adjust your prompt.' } },
			'unsupported_output',
		],
		[
			"a gateway's wrapping",
			401,
			{ fault: { faultstring: 'Invalid ApiKey', detail: { errorcode: 'oauth.v2.InvalidApiKey' } } },
			'unauthorised',
		],
	];
	for (const [name, status, body, code] of OTHERS) {
		it(`${code}: ${name}`, () => expect(faultOf(status, body).code).to.equal(code));
	}

	it('says the words of the server, in one line, and advises only where the cause is known', () => {
		const policy = faultOf(404, { error: { message: 'No endpoints found\n matching your\u001b[31m data policy' } }).message;
		expect(policy).to.include('It said: No endpoints found matching your [31m data policy').and.not.include('/v1');
		expect(faultOf(400, { errors: [{ message: 'seed: too big' }] }).message).to.equal(
			'The server refused the request (400). It said: seed: too big',
		);
		expect(faultOf(422, { detail: [{ loc: ['body', 'seed'], msg: 'too big', type: 'int' }] }).message).to.include('It said: too big');
		expect(faultOf(502, '<html><head><title>502 Bad Gateway</title></head></html>').message).to.include('It said: 502 Bad Gateway');
		expect(faultOf(400, { error: { message: '400 {"error":{"message":"inner words"}}' } }).message).to.include('It said: inner words');
	});
});

describe('who was charged for a refusal (ledger rule 37)', () => {
	const own = { error: { message: 'no', type: 'x' } };
	for (const status of [408, 424, 499, 502, 504, 520, 522, 524, 530, 599, 460, 101]) {
		it(`${status}: not known, whatever the body says`, () => {
			expect(faultOf(status, own).billed).to.equal('unknown');
			expect(faultOf(status, '<html></html>').billed).to.equal('unknown');
		});
	}
	for (const status of [400, 401, 402, 403, 404, 405, 409, 413, 422, 429, 451]) {
		it(`${status}: free`, () => expect(faultOf(status, own).billed).to.equal('no'));
	}
	for (const status of [500, 503, 529]) {
		it(`${status}: free with an error of the provider's own, not known from a page of something between`, () => {
			expect(faultOf(status, own).billed).to.equal('no');
			expect(faultOf(status, '<html><title>Application error</title></html>').billed).to.equal('unknown');
			expect(faultOf(status, '').billed).to.equal('unknown');
		});
	}
});

describe('who was charged for a refusal of status 500 and above that says more (ledger rule 37)', () => {
	const CASES: readonly (readonly [string, number, unknown, 'no' | 'unknown'])[] = [
		['OpenAI', 500, { error: { message: 'The server had an error while processing your request.', type: 'server_error' } }, 'no'],
		['OpenAI, overloaded', 503, { error: { message: 'The server is overloaded', type: 'service_unavailable_error' } }, 'no'],
		['Anthropic', 529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'no'],
		['Anthropic, of its own', 500, { type: 'error', error: { type: 'api_error', message: 'Internal server error' } }, 'no'],
		['Google', 503, [{ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }], 'no'],
		['Mistral', 503, { object: 'error', message: 'Service unavailable.', type: 'service_unavailable', code: '1000' }, 'no'],
		['Ollama', 500, { error: 'llama runner process has terminated' }, 'no'],
		['a server in Python', 503, { detail: 'No model is loaded' }, 'no'],
		[
			'OpenRouter, nobody serves it',
			503,
			{ error: { code: 503, message: 'No available model provider meets your routing requirements' } },
			'no',
		],
		['AWS API Gateway, which says so of an integration that takes too long', 503, { message: 'Service Unavailable' }, 'unknown'],
		['Azure API Management', 500, { statusCode: 500, message: 'Internal server error', activityId: 'a1' }, 'unknown'],
		['Kong', 500, { message: 'An unexpected error occurred' }, 'unknown'],
		['nothing in braces', 503, {}, 'unknown'],
		['nothing at all', 529, '', 'unknown'],
		['Envoy', 503, 'upstream connect error or disconnect/reset before headers. reset reason: connection termination', 'unknown'],
		['nginx', 500, '<html><head><title>500 Internal Server Error</title></head></html>', 'unknown'],
		[
			'LiteLLM, out of patience',
			500,
			{ error: { message: 'litellm.Timeout: APITimeoutError - Request timed out.', code: '500' } },
			'unknown',
		],
		[
			'LiteLLM, connection lost',
			500,
			{ error: { message: 'litellm.APIConnectionError: Server disconnected without sending a response.', type: null } },
			'unknown',
		],
		['a router', 503, { error: { message: 'upstream connection reset', type: 'upstream_error' } }, 'unknown'],
		['a deadline', 500, { error: { code: 500, status: 'DEADLINE_EXCEEDED', message: 'x' } }, 'unknown'],
	];
	for (const [name, status, body, billed] of CASES) {
		it(`${name}, ${String(status)}: ${billed === 'no' ? 'free' : 'not known'}`, () => {
			expect(faultOf(status, body).billed).to.equal(billed);
		});
	}

	it('reads words of any length in linear time', () => {
		const tookMs = (length: number): number => {
			const startMs = performance.now();
			faultOf(500, { error: { message: 'connection '.repeat(length) } });
			return performance.now() - startMs;
		};
		tookMs(1000);
		expect(tookMs(200_000)).to.be.below(500);
	});
});

describe('what of a request was refused', () => {
	const CASES: readonly (readonly [string, unknown, RefusedField | null])[] = [
		[
			'a parameter',
			{ error: { param: 'temperature', message: 'Unsupported value', code: 'unsupported_value' } },
			{ field: 'temperature', within: null },
		],
		['a quoted word', { error: { message: "'temperature' is deprecated for this model." } }, { field: 'temperature', within: null }],
		['a word of the sentence', { error: { message: 'This model only takes a temperature of 1.' } }, { field: 'temperature', within: null }],
		[
			'a place in a list',
			{ detail: [{ loc: ['body', 'reasoning_effort'], msg: 'Extra inputs are not permitted', type: 'extra_forbidden' }] },
			{ field: 'reasoning_effort', within: null },
		],
		[
			'another spelling',
			{ error: { message: 'Unknown name "maxOutputTokens" at generation_config: not supported' } },
			{ field: 'max_tokens', within: null },
		],
		[
			'another name',
			{ error: { message: 'Thinking level is not supported for this model: thinking_level' } },
			{ field: 'reasoning_effort', within: null },
		],
		[
			'a path into the schema',
			[
				{
					error: {
						code: 400,
						status: 'INVALID_ARGUMENT',
						message: "response_schema.properties[send_on].format: only 'enum' and 'date-time' are supported for STRING",
					},
				},
			],
			{ field: 'response_format', within: 'format' },
		],
		[
			'a keyword at a path',
			{ error: { message: "Unknown name 'additionalProperties' at 'generation_config.response_schema'" } },
			{ field: 'response_format', within: 'additionalProperties' },
		],
		[
			'a violation among the details',
			{
				error: {
					message: 'bad',
					details: [{ fieldViolations: [{ field: 'generation_config.response_schema.required', description: 'x' }] }],
				},
			},
			{ field: 'response_format', within: 'required' },
		],
		['the role', { error: { message: 'System role not supported' } }, { field: 'messages', within: 'system' }],
		[
			'the role in other words',
			{ error: { message: 'Developer instruction is not enabled for models/small' } },
			{ field: 'messages', within: 'developer' },
		],
		['nothing that was sent', { error: { message: "'seed' is not supported" } }, null],
		['nothing at all', { error: { message: 'Bad request' } }, null],
	];
	for (const [name, body, expected] of CASES) {
		it(`${name}: ${JSON.stringify(expected)}`, () => expect(refused(400, body) ?? null).to.deep.equal(expected));
	}

	it('a schema that is refused is a form that is refused', () => {
		expect(faultOf(400, { error: { message: "Unknown name 'additionalProperties' at 'response_schema'" } })).to.include({
			code: 'unsupported_output',
			billed: 'no',
		});
		expect(faultOf(500, { error: { message: 'Failed to parse grammar' } }).code).to.equal('unsupported_output');
	});

	it('a wait, a wallet or a missing model is no field', () => {
		for (const status of [429, 402, 404, 503])
			expect(refused(status, { error: { message: "'temperature' unsupported" } }) ?? null).to.equal(null);
	});
});

describe('errors are opened wherever they are, in time that grows with the text', () => {
	it('a deep wrapping, a long list and a long text end', () => {
		const deep = Array.from({ length: 500 }).reduce<unknown>((inner) => ({ error: inner }), 'x');
		expect(errorIn(deep)).to.equal(null);
		expect(errorIn(Array.from({ length: 100_000 }, () => ({})))).to.equal(null);
		const startUs = process.cpuUsage().user;
		for (const unit of ['[', '{"', "'temperature' ", 'retry in 1', 'model ', 'not found ', 'a.b[', '429 {']) {
			faultOf(400, { error: { message: unit.repeat(200_000) } });
			faultOf(404, unit.repeat(200_000));
		}
		expect((process.cpuUsage().user - startUs) * 1e-3).to.be.lessThan(3_000);
	});
});

describe('errors that come with a good status', () => {
	let fake: FakeOpenAi;
	afterEach(async () => fake.close());
	async function ask(behaviour: Behaviour, request: Partial<ChatRequest> = {}): Promise<ChatOutcome> {
		fake = await startFakeOpenAi({ choose: () => behaviour });
		const options = {
			name: 'The server',
			baseUrl: fake.url,
			apiKey: '',
			providerId: 'unknown',
			timeoutMs: 2_000,
			timing: { later, monotonicMs },
		};
		const base: ChatRequest = {
			model: 'm',
			messages: [{ role: 'user', content: 'Hi' }],
			structured: 'text',
			schema: null,
			maxOutputTokens: null,
			temperature: null,
			reasoningEffort: null,
			timeoutMs: 5_000,
			signal: null,
		};
		return createOpenAiCompatible(options).chat({ ...base, ...request });
	}
	const CASES: readonly (readonly [string, string, Partial<ProviderFault>])[] = [
		['a text', '{"error":"Unexpected endpoint"}', { code: 'bad_request', billed: 'no', isRetryable: false }],
		['a path that is not there', '{"detail":"Not Found"}', { code: 'bad_request', billed: 'no', isRetryable: false }],
		['a type', '{"error":{"type":"overloaded_error","message":"Overloaded"}}', { code: 'server_error', billed: 'no', isRetryable: true }],
		[
			'one inside a choice',
			'{"choices":[{"error":{"code":429,"message":"upstream is busy"},"message":{"content":""},"finish_reason":"error"}]}',
			{ code: 'rate_limited', billed: 'no' },
		],
		['a status of a gateway', '{"error":{"code":504,"message":"x"}}', { billed: 'unknown', isRetryable: true }],
		['a list', '[{"error":{"code":400,"message":"bad"}}]', { code: 'bad_request', billed: 'no' }],
		[
			'a base response',
			'{"choices":null,"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}',
			{ code: 'quota_exhausted', billed: 'no' },
		],
		[
			'one after the answer began',
			'{"choices":[{"error":{"code":502,"message":"x"},"message":{"content":"Hel"}}],"usage":{"prompt_tokens":5,"completion_tokens":1}}',
			{ billed: 'yes' },
		],
	];
	for (const [name, text, expected] of CASES) {
		it(name, async () => {
			const outcome = await ask({ kind: 'garbage', text });
			expect(outcome.kind === 'failed' && outcome.fault).to.include(expected);
		});
	}
});
