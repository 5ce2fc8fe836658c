/** Owns the proof that every way a provider can fail becomes the right fault: why, whether billed, whether to retry, free of secrets. */
import { expect } from 'chai';
import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { createOpenAiCompatible } from '../../../lib/providers/openai/openai-compatible';
import type { OpenAiCompatibleProvider } from '../../../lib/providers/openai/openai-compatible';
import type { EndpointOptions } from '../../../lib/providers/transport/endpoint';
import type { ChatAnswer, ChatOutcome, ChatRequest, ProviderFault } from '../../../lib/providers/provider';
import { later, monotonicMs } from '../../../lib/runtime/system';
import { startFakeOpenAi } from '../../support/provider/fake-openai';
import type { Behaviour, Chooser, FakeOpenAi } from '../../support/provider/fake-openai';

const KEY = 'test-key-4f1c9a77e2';
const PROMPT = 'Write to Annika Lindqvist about her knee surgery';

const REQUEST: ChatRequest = {
	model: 'gpt-4o-mini',
	messages: [
		{ role: 'system', content: 'You write short messages.' },
		{ role: 'user', content: PROMPT },
	],
	structured: 'text',
	schema: null,
	maxOutputTokens: null,
	temperature: null,
	reasoningEffort: null,
	timeoutMs: 10_000,
	signal: null,
};

const SCHEMA = { type: 'object', properties: { subject: { type: 'string' } }, required: ['subject'], additionalProperties: false };

let fake: FakeOpenAi;

async function start(choose: Chooser | Behaviour): Promise<void> {
	fake = await startFakeOpenAi({ choose: typeof choose === 'function' ? choose : (): Behaviour => choose });
}

function provider(options: Partial<EndpointOptions> = {}): OpenAiCompatibleProvider {
	return createOpenAiCompatible({
		name: 'The model server',
		baseUrl: fake.url,
		apiKey: KEY,
		providerId: 'openai',
		timeoutMs: 5_000,
		timing: { later, monotonicMs },
		...options,
	});
}

function ask(request: Partial<ChatRequest> = {}, options: Partial<EndpointOptions> = {}): Promise<ChatOutcome> {
	return provider(options).chat({ ...REQUEST, ...request });
}

async function answerOf(request: Partial<ChatRequest> = {}, options: Partial<EndpointOptions> = {}): Promise<ChatAnswer> {
	const outcome = await ask(request, options);
	if (outcome.kind !== 'answered') throw new Error(`expected an answer, got ${outcome.fault.code}: ${outcome.fault.message}`);
	return outcome;
}

async function faultOf(request: Partial<ChatRequest> = {}, options: Partial<EndpointOptions> = {}): Promise<ProviderFault> {
	const outcome = await ask(request, options);
	if (outcome.kind !== 'failed') throw new Error(`expected a fault, got the answer ${JSON.stringify(outcome.text)}`);
	expect(outcome.fault.message.length).to.be.within(20, 300);
	expect(outcome.fault.message).not.to.include(KEY);
	expect(outcome.fault.message).not.to.match(/Annika|knee/);
	return outcome.fault;
}

function status(code: number, error: Record<string, unknown> | string = {}, headers: Record<string, string> = {}): Behaviour {
	return { kind: 'status', code, body: typeof error === 'string' ? error : { error }, headers };
}

function sentBody(index: number): Record<string, unknown> {
	return fake.requests[index]?.body as Record<string, unknown>;
}

describe('provider', () => {
	afterEach(async () => fake.close());

	describe('answers', () => {
		it('sends what was asked and nothing else, and reads text, model and usage', async () => {
			await start({ kind: 'answer', text: 'Hello', model: 'gpt-4o-mini-2024-07-18' });
			const answer = await answerOf({ temperature: 0.5, maxOutputTokens: 200, reasoningEffort: 'low' });
			expect(answer).to.include({ text: 'Hello', refusal: null, finishReason: 'stop', model: 'gpt-4o-mini-2024-07-18' });
			expect(answer.usage).to.deep.include({ kind: 'reported' });
			expect(answer.latencyMs).to.be.within(0, 9_000);
			expect(sentBody(0)).to.deep.equal({
				model: 'gpt-4o-mini',
				messages: REQUEST.messages,
				max_completion_tokens: 200,
				temperature: 0.5,
				reasoning_effort: 'low',
				stream: false,
			});
		});

		it('asks for a strict schema, for JSON, or for neither', async () => {
			await start({ kind: 'answer' });
			const schemaAnswer = await answerOf({ structured: 'json_schema', schema: SCHEMA });
			expect(JSON.parse(schemaAnswer.text)).to.deep.equal({ subject: 'A subject from the model' });
			await answerOf({ structured: 'json_object' });
			await answerOf({ structured: 'prompt', schema: SCHEMA });
			expect(fake.requests.map((_, index) => sentBody(index)['response_format'])).to.deep.equal([
				{ type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: SCHEMA } },
				{ type: 'json_object' },
				undefined,
			]);
		});

		it('takes an empty answer as an answer', async () => {
			await start({ kind: 'empty' });
			expect((await answerOf()).text).to.equal('');
		});

		it('keeps the refusal of the model, an answer of tool calls alone, and text in parts', async () => {
			await start((_, n) => {
				if (n === 1) return { kind: 'answer', message: { role: 'assistant', content: null, refusal: 'I cannot help with that.' } };
				if (n === 2)
					return { kind: 'answer', message: { role: 'assistant', content: null, tool_calls: [{ id: 'a' }] }, finishReason: 'tool_calls' };
				return {
					kind: 'answer',
					message: {
						role: 'assistant',
						content: [
							{ type: 'thinking', thinking: [] },
							{ type: 'text', text: 'He' },
							{ type: 'text', text: 'llo' },
						],
					},
				};
			});
			expect(await answerOf()).to.include({ text: '', refusal: 'I cannot help with that.' });
			expect(await answerOf()).to.include({ text: '', finishReason: 'tool_calls' });
			expect((await answerOf()).text).to.equal('Hello');
		});

		it('field lesson 11: tells missing usage from zero', async () => {
			await start((_, n) => ({ kind: 'answer', usage: n === 1 ? null : { prompt_tokens: 0, completion_tokens: 0 } }));
			expect((await answerOf()).usage.kind).to.equal('missing');
			expect((await answerOf()).usage.kind).to.equal('reported');
		});

		it('field lesson 13: rejects usage written as strings', async () => {
			await start({ kind: 'answer', usage: { prompt_tokens: '100', completion_tokens: '20' } });
			const { usage } = await answerOf();
			expect(usage).to.deep.include({ kind: 'rejected' });
		});

		it('waits for a slow answer', async () => {
			await start({ kind: 'answer', delayMs: 150 });
			expect((await answerOf()).latencyMs).to.be.at.least(140);
		});
	});

	describe('refusals', () => {
		const CASES: readonly (readonly [name: string, behaviour: Behaviour, expected: Partial<ProviderFault>])[] = [
			[
				'429 for the rate, with seconds',
				status(429, { message: 'Rate limit reached', type: 'requests' }, { 'retry-after': '2' }),
				{ code: 'rate_limited', isRetryable: true, retryAfterMs: 2_000 },
			],
			[
				'429 for the rate, with milliseconds',
				status(429, {}, { 'retry-after-ms': '350', 'retry-after': '1' }),
				{ code: 'rate_limited', retryAfterMs: 350 },
			],
			[
				'429 for the rate, with a date',
				status(429, {}, { date: 'Sat, 21 Nov 2026 10:00:00 GMT', 'retry-after': 'Sat, 21 Nov 2026 10:00:07 GMT' }),
				{ code: 'rate_limited', retryAfterMs: 7_000 },
			],
			[
				'429 for the rate, with the reset of a limit',
				status(
					429,
					{},
					{
						'x-ratelimit-remaining-requests': '12',
						'x-ratelimit-reset-requests': '9s',
						'x-ratelimit-remaining-tokens': '0',
						'x-ratelimit-reset-tokens': '1m2.5s',
					},
				),
				{ code: 'rate_limited', retryAfterMs: 62_500 },
			],
			[
				'field lesson 23: 429 for the rate, without a word',
				status(429, 'slow down'),
				{ code: 'rate_limited', isRetryable: true, retryAfterMs: null },
			],
			[
				'field lesson 23: 429 for the quota',
				status(
					429,
					{
						message: 'You exceeded your current quota, please check your plan and billing details.',
						type: 'insufficient_quota',
						code: 'insufficient_quota',
					},
					{ 'retry-after': '1' },
				),
				{ code: 'quota_exhausted', isRetryable: false, retryAfterMs: null },
			],
			['402', status(402, { message: 'Insufficient credits' }), { code: 'quota_exhausted', isRetryable: false }],
			['403 for the quota', status(403, { message: 'Your credit balance is too low' }), { code: 'quota_exhausted' }],
			[
				'401',
				status(401, { message: `Incorrect API key provided: ${KEY}.`, code: 'invalid_api_key' }),
				{ code: 'unauthorised', isRetryable: false },
			],
			['403', status(403, { message: 'Country not supported' }), { code: 'unauthorised' }],
			[
				'404 for the model',
				status(404, { message: 'The model `x` does not exist', code: 'model_not_found' }),
				{ code: 'model_not_found', isRetryable: false },
			],
			['404 of Ollama', status(404, { message: "model 'llama9' not found" }), { code: 'model_not_found' }],
			['404 for the address', status(404, '<html>not found</html>'), { code: 'bad_request' }],
			[
				'400 for the context',
				status(400, { message: "This model's maximum context length is 128000 tokens.", code: 'context_length_exceeded' }),
				{ code: 'context_too_long', isRetryable: false },
			],
			['413', status(413, 'Payload too large'), { code: 'context_too_long' }],
			[
				'400 for the content',
				status(400, {
					message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
					code: 'content_filter',
				}),
				{ code: 'content_refused' },
			],
			[
				'400 for the output mode',
				status(400, {
					message: "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
					param: 'response_format',
				}),
				{ code: 'unsupported_output' },
			],
			['422 for the output mode', status(422, { message: 'json_schema: extra fields not permitted' }), { code: 'unsupported_output' }],
			['400 otherwise', status(400, { message: 'messages must not be empty' }), { code: 'bad_request', isRetryable: false }],
			['302', status(302, '', { location: 'https://elsewhere.example' }), { code: 'bad_request' }],
			['408', status(408, {}), { code: 'timeout', billed: 'unknown', isRetryable: true }],
			['500', status(500, { message: 'The server had an error' }), { code: 'server_error', isRetryable: true }],
			[
				'503 with a wait',
				status(503, {}, { 'retry-after': '30' }),
				{ code: 'server_error', billed: 'unknown', isRetryable: true, retryAfterMs: 30_000 },
			],
			['504, after which the work may have been done', status(504, '<html>gateway</html>'), { code: 'server_error', billed: 'unknown' }],
			[
				'an error inside a 200',
				{ kind: 'garbage', text: '{"error":{"code":429,"message":"Rate limit exceeded"}}' },
				{ code: 'rate_limited' },
			],
			[
				'an error inside a 200 without a status',
				{ kind: 'garbage', text: '{"error":{"message":"upstream failed"}}' },
				{ code: 'server_error', billed: 'unknown' },
			],
		];
		for (const [name, behaviour, expected] of CASES) {
			it(`${name}: ${String(expected.code)}`, async () => {
				await start(behaviour);
				expect(await faultOf()).to.include({ billed: 'no', ...expected });
				expect(fake.requests.length).to.equal(1);
			});
		}

		it('a filtered prompt on Azure may have been billed', async () => {
			await start(status(400, { code: 'content_filter', message: 'filtered' }));
			expect(await faultOf({}, { providerId: 'azure' })).to.include({ code: 'content_refused', billed: 'unknown' });
		});

		it('an answer withheld by the filter is billed with its usage', async () => {
			await start({ kind: 'answer', text: '', finishReason: 'content_filter' });
			const fault = await faultOf();
			expect(fault).to.include({ code: 'content_refused', billed: 'yes', isRetryable: false });
			expect(fault.usage.kind).to.equal('reported');
		});
	});

	describe('broken connections', () => {
		it('dropped before an answer: lost, perhaps billed', async () => {
			await start({ kind: 'drop', when: 'beforeHeaders' });
			expect(await faultOf()).to.include({ code: 'connection_lost', billed: 'unknown', isRetryable: true, status: null });
		});

		it('dropped inside an answer: lost, perhaps billed', async () => {
			await start({ kind: 'drop', when: 'afterHeaders' });
			expect(await faultOf()).to.include({ code: 'connection_lost', billed: 'unknown', isRetryable: true, status: 200 });
		});

		it('dropped on a connection that was used before: still one request, still perhaps billed', async () => {
			await start((_, n) => (n === 1 ? { kind: 'answer' } : { kind: 'drop', when: 'beforeHeaders' }));
			const one = provider();
			expect((await one.chat(REQUEST)).kind).to.equal('answered');
			const second = await one.chat(REQUEST);
			expect(second.kind === 'failed' && second.fault).to.include({ code: 'connection_lost', billed: 'unknown' });
			expect(fake.requests.length).to.equal(2);
		});

		it('hangs before an answer: timeout, perhaps billed', async () => {
			await start({ kind: 'hang' });
			expect(await faultOf({ timeoutMs: 120 })).to.include({ code: 'timeout', billed: 'unknown', isRetryable: true });
		});

		it('hangs inside an answer: timeout all the same', async () => {
			await start({ kind: 'hangBody' });
			const fault = await faultOf({ timeoutMs: 120 });
			expect(fault).to.include({ code: 'timeout', billed: 'unknown', status: 200 });
			expect(fault.message).to.include('within 0.12 s');
		});

		it('cancelled in flight: perhaps billed, and the server sees the client leave', async () => {
			const controller = new AbortController();
			await start(() => {
				setImmediate(() => controller.abort());
				return { kind: 'hang' };
			});
			expect(await faultOf({ signal: controller.signal })).to.include({ code: 'cancelled', billed: 'unknown', isRetryable: false });
			await until(() => fake.stats().aborted === 1);
		});

		it('cancelled before it began: not sent, not billed', async () => {
			await start({ kind: 'answer' });
			expect(await faultOf({ signal: AbortSignal.abort() })).to.include({ code: 'cancelled', billed: 'no' });
			expect(fake.requests.length).to.equal(0);
		});

		it('nobody listens: refused, not billed', async () => {
			await start({ kind: 'answer' });
			const port = await closedPort();
			expect(await faultOf({}, { baseUrl: `http://127.0.0.1:${port}/v1` })).to.include({
				code: 'connection_refused',
				billed: 'no',
				isRetryable: true,
			});
		});

		it('https asked of an http server: refused, not billed, and the message says so', async () => {
			await start({ kind: 'answer' });
			const fault = await faultOf({}, { baseUrl: fake.url.replace('http:', 'https:') });
			expect(fault).to.include({ code: 'connection_refused', billed: 'no', isRetryable: false });
			expect(fault.message).to.match(/https or http/);
		});
	});

	describe('garbage', () => {
		for (const [name, behaviour] of [
			['HTML said to be JSON', { kind: 'garbage' }],
			['HTML', { kind: 'garbage', contentType: 'text/html' }],
			['nothing', { kind: 'garbage', text: '' }],
			['JSON without choices', { kind: 'garbage', text: '{"object":"list"}' }],
			['a number', { kind: 'garbage', text: '42' }],
			['choices without a message', { kind: 'garbage', text: '{"choices":[{"index":0}]}' }],
			['no choice', { kind: 'garbage', text: '{"choices":[]}' }],
		] as const) {
			it(`${name}: billed, usage missing`, async () => {
				await start(behaviour);
				const fault = await faultOf();
				expect(fault).to.include({ code: 'garbage', billed: 'yes', status: 200 });
				expect(fault.usage).to.deep.equal({ kind: 'missing' });
			});
		}

		it('field lesson 19: usage found in garbage is reported, because it was billed', async () => {
			await start({ kind: 'garbage', text: '{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":0}}' });
			const { usage } = await faultOf();
			expect(usage.kind === 'reported' && usage.usage.inputTokens).to.equal(7);
		});

		it('more than 10 MB is cut off', async () => {
			await start({ kind: 'huge', bytes: 12_000_000 });
			expect(await faultOf()).to.include({ code: 'garbage', billed: 'yes', isRetryable: false });
		});
	});

	describe('what a server does not know', () => {
		const refuses = (field: string, instead?: string): Behaviour =>
			status(400, {
				message: `Unsupported parameter: '${field}' is not supported with this model.${instead ? ` Use '${instead}' instead.` : ''}`,
				param: field,
				code: 'unsupported_parameter',
			});
		const hasField =
			(field: string): Chooser =>
			(request) =>
				Object.hasOwn(request.body as object, field) ? refuses(field, 'the other one') : { kind: 'answer' };

		it('swaps the output limit once and remembers it for the model', async () => {
			await start(hasField('max_tokens'));
			const one = provider({ providerId: 'unknown' });
			for (let round = 0; round < 2; round += 1) expect((await one.chat({ ...REQUEST, maxOutputTokens: 50 })).kind).to.equal('answered');
			expect(fake.requests.map((_, index) => [sentBody(index)['max_tokens'], sentBody(index)['max_completion_tokens']])).to.deep.equal([
				[50, undefined],
				[undefined, 50],
				[undefined, 50],
			]);
		});

		it('swaps it the other way for servers that know only max_tokens', async () => {
			await start(hasField('max_completion_tokens'));
			expect((await ask({ maxOutputTokens: 50 })).kind).to.equal('answered');
			expect(sentBody(1)['max_tokens']).to.equal(50);
		});

		it('drops a temperature that the model does not take', async () => {
			await start((request) =>
				Object.hasOwn(request.body as object, 'temperature')
					? status(400, {
							message: "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
							param: 'temperature',
							code: 'unsupported_value',
						})
					: { kind: 'answer' },
			);
			expect((await ask({ temperature: 0.2 })).kind).to.equal('answered');
			expect(fake.requests.length).to.equal(2);
		});

		it('drops several fields in one call, then gives up on a server that refuses for ever', async () => {
			await start((request) => {
				const body = request.body as object;
				return refuses(
					['temperature', 'reasoning_effort', 'max_completion_tokens', 'max_tokens'].find((field) => Object.hasOwn(body, field)) ?? 'model',
				);
			});
			expect(await faultOf({ temperature: 1, reasoningEffort: 'low', maxOutputTokens: 5 })).to.include({
				code: 'bad_request',
				billed: 'no',
			});
			expect(fake.requests.length).to.equal(5);
		});

		it('lets every call of a batch learn, also those that were in flight when the first did', async () => {
			await start(hasField('max_completion_tokens'));
			const one = provider();
			const outcomes = await Promise.all(Array.from({ length: 8 }, () => one.chat({ ...REQUEST, maxOutputTokens: 50 })));
			expect(outcomes.map(({ kind }) => kind)).to.deep.equal(Array.from({ length: 8 }, () => 'answered'));
		});

		it('does not ask again over a field that it did not send', async () => {
			await start(refuses('temperature'));
			await faultOf();
			expect(fake.requests.length).to.equal(1);
		});
	});

	describe('secrets and prompts', () => {
		it('are never in a message, however the server echoes them', async () => {
			const echoes = [
				`Bearer ${KEY} is wrong`,
				`bad key sk-proj-abcdefgh123456`,
				`you sent ${PROMPT}`,
				`cannot parse "Annika Lindqvist about her knee"`,
				KEY.repeat(20),
			];
			await start((_, n) => status(n % 2 === 0 ? 400 : 500, { message: echoes[(n - 1) % echoes.length] }));
			for (const echo of [...echoes, ...echoes]) expect((await faultOf()).message, echo).not.to.match(/sk-proj|Bearer test/);
		});

		it('pass a harmless explanation on', async () => {
			await start(status(400, { message: 'seed must be an integer' }));
			expect((await faultOf()).message).to.include('It said: seed must be an integer');
		});

		it('and nothing of the environment is sent: no key, organisation, header or machine', async () => {
			await start({ kind: 'answer' });
			const before = { ...process.env };
			Object.assign(process.env, {
				OPENAI_API_KEY: 'sk-env',
				OPENAI_ADMIN_KEY: 'sk-env-admin',
				OPENAI_ORG_ID: 'org-env',
				OPENAI_PROJECT_ID: 'proj-env',
				OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
				OPENAI_CUSTOM_HEADERS: 'x-env: 1\nauthorization: Bearer sk-env',
				OPENAI_LOG: 'debug',
			});
			try {
				await answerOf({}, { organisation: 'org-own', project: 'proj-own', headers: { 'X-Gateway': 'g' } });
				await answerOf({}, { apiKey: '' });
			} finally {
				process.env = before;
			}
			const [own, keyless] = fake.requests.map(({ headers }) => headers);
			expect(own).to.include({
				authorization: `Bearer ${KEY}`,
				'openai-organization': 'org-own',
				'openai-project': 'proj-own',
				'x-gateway': 'g',
			});
			expect(keyless).not.to.have.any.keys('authorization', 'openai-organization', 'openai-project');
			for (const headers of [own, keyless])
				expect(Object.keys(headers ?? {}).filter((name) => /stainless|x-env/.test(name))).to.deep.equal([]);
		});
	});

	describe('Azure', () => {
		it('takes its newer address, whose model is in the body', async () => {
			await start({ kind: 'answer' });
			await answerOf(
				{ model: 'our deployment' },
				{ baseUrl: fake.url.replace('/v1', '/openai/v1/'), providerId: 'azure', azure: { apiVersion: '2024-10-21' } },
			);
			expect(fake.requests[0]?.path).to.equal('/openai/v1/chat/completions');
			expect(sentBody(0)['model']).to.equal('our deployment');
			expect(fake.requests[0]?.headers).to.include({ 'api-key': KEY }).and.not.have.property('authorization');
		});

		it('finds the deployment in the path, with the key in its own header', async () => {
			await start({ kind: 'answer' });
			await answerOf(
				{ model: 'our deployment' },
				{ baseUrl: fake.url.replace('/v1', ''), providerId: 'azure', azure: { apiVersion: '2024-10-21' } },
			);
			expect(fake.requests[0]?.path).to.equal('/openai/deployments/our%20deployment/chat/completions?api-version=2024-10-21');
			expect(fake.requests[0]?.headers).to.include({ 'api-key': KEY }).and.not.have.property('authorization');
		});
	});
});

describe('provider on a server that closes idle connections', () => {
	it('opens a new connection instead of failing', async () => {
		const server = http.createServer((request, response) => {
			request.resume();
			response.setHeader('connection', 'close');
			response.setHeader('content-type', 'application/json');
			response.end('{"choices":[{"message":{"content":"hi"}}]}');
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const { port } = server.address() as AddressInfo;
		const one = createOpenAiCompatible({
			name: 'S',
			baseUrl: `http://127.0.0.1:${port}/v1`,
			apiKey: '',
			providerId: 'local',
			timeoutMs: 1_000,
			timing: { later, monotonicMs },
		});
		for (let round = 0; round < 3; round += 1) expect((await one.chat(REQUEST)).kind).to.equal('answered');
		await new Promise((resolve) => server.close(resolve));
	});
});

/** A port that was free a moment ago and that nobody listens on. */
async function closedPort(): Promise<number> {
	const server = net.createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}

async function until(isDone: () => boolean): Promise<void> {
	const deadlineMs = performance.now() + 5_000;
	while (!isDone()) {
		if (performance.now() > deadlineMs) throw new Error('It did not happen within 5 s.');
		await new Promise((resolve) => setImmediate(resolve));
	}
}
