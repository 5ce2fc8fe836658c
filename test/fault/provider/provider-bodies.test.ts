/** Proves that an answer is read however it is written: said to be something else, streamed, packed, with thinking in any wrapping. */
import { expect } from 'chai';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import zlib from 'node:zlib';
import { readLines } from '../../../lib/providers/openai/batch-reading';
import { finishReasonOf } from '../../../lib/providers/openai/finish-reason';
import { createOpenAiCompatible } from '../../../lib/providers/openai/openai-compatible';
import { withoutThinking } from '../../../lib/providers/openai/thinking';
import type { ChatOutcome, ChatRequest } from '../../../lib/providers/provider';
import { checkedEndpoint, type EndpointOptions } from '../../../lib/providers/transport/endpoint';
import { later, monotonicMs } from '../../../lib/runtime/system';

const REQUEST: ChatRequest = {
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
const USAGE = { prompt_tokens: 1_000, completion_tokens: 200 };
const OK = JSON.stringify({ choices: [{ message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }], usage: USAGE });

const endpointAt = (baseUrl: string): EndpointOptions => ({
	name: 'The server',
	baseUrl,
	apiKey: '',
	providerId: 'unknown',
	timeoutMs: 2_000,
	timing: { later, monotonicMs },
});

async function ask(
	answer: { readonly head?: http.OutgoingHttpHeaders; readonly body: string | Buffer },
	request: Partial<ChatRequest> = {},
): Promise<{ readonly outcome: ChatOutcome; readonly sent: string }> {
	let sent = '';
	const server = http.createServer((asked, response) => {
		asked.setEncoding('utf8').on('data', (chunk: string) => (sent += chunk));
		asked.once('end', () => response.writeHead(200, answer.head ?? {}).end(answer.body));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1`;
	const one = createOpenAiCompatible(endpointAt(baseUrl));
	const outcome = await one.chat({ ...REQUEST, ...request });
	server.closeAllConnections();
	await new Promise<void>((resolve) => server.close(() => resolve()));
	return { outcome, sent };
}

async function answerOf(body: string | Buffer, head: http.OutgoingHttpHeaders = {}): Promise<Extract<ChatOutcome, { kind: 'answered' }>> {
	const { outcome } = await ask({ body, head });
	if (outcome.kind !== 'answered') throw new Error(`${outcome.fault.code}: ${outcome.fault.message}`);
	return outcome;
}

/** What this process has computed, however busy the machine is. */
const spentMs = (): number => process.cpuUsage().user * 1e-3;

const events = (...data: readonly (object | string)[]): string =>
	data.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('');
const delta = (fields: object, more: object = {}): object => ({ model: 'm-1', choices: [{ index: 0, delta: fields, ...more }] });

describe('answers of every kind of server', () => {
	for (const [name, head] of [
		['said to be plain text', { 'content-type': 'text/plain' }],
		['not said to be anything', {}],
		['said to be a page', { 'content-type': 'text/html; charset=utf-8' }],
		['said to be a stream', { 'content-type': 'text/event-stream' }],
	] as const) {
		it(`JSON ${name} is read`, async () => expect((await answerOf(OK, head)).text).to.equal('Hello'));
	}

	for (const [name, pack] of [
		['gzip', zlib.gzipSync],
		['x-gzip', zlib.gzipSync],
		['deflate', zlib.deflateSync],
		['deflate without its head', zlib.deflateRawSync],
		['br', zlib.brotliCompressSync],
	] as const) {
		it(`packed as ${name}, though nobody asked for it`, async () => {
			const answer = await answerOf(pack(OK), { 'content-type': 'application/json', 'content-encoding': name.split(' ')[0] });
			expect(answer.usage.kind).to.equal('reported');
		});
	}

	it('packed twice, and said to be packed where it is not', async () => {
		expect((await answerOf(zlib.gzipSync(zlib.deflateSync(OK)), { 'content-encoding': 'deflate, gzip' })).text).to.equal('Hello');
		expect((await answerOf(OK, { 'content-encoding': 'gzip' })).text).to.equal('Hello');
	});

	it('a small pack of a large answer is cut off like a large answer', async () => {
		const { outcome } = await ask({ body: zlib.gzipSync(Buffer.alloc(60_000_000, 0x20)), head: { 'content-encoding': 'gzip' } });
		expect(outcome.kind === 'failed' && outcome.fault).to.include({ code: 'garbage', isRetryable: false });
		expect(outcome.kind === 'failed' && outcome.fault.message).to.include('10 MB');
	});

	it('10 MB of brackets are no answer, at once', async () => {
		const startMs = spentMs();
		const { outcome } = await ask({ body: '['.repeat(9_800_000) });
		expect(outcome.kind === 'failed' && outcome.fault.code).to.equal('garbage');
		expect(spentMs() - startMs).to.be.lessThan(2_000);
	});

	it('asks not to stream, and sends well-formed text', async () => {
		const { sent } = await ask({ body: OK }, { messages: [{ role: 'user', content: 'Anna likes hiking 🥾'.slice(0, -1) }] });
		expect(sent)
			.to.include('"stream":false')
			.and.include('hiking \ufffd')
			.and.not.match(/\\ud[89a-f]/);
	});
});

describe('the file of a batch', () => {
	it('may have 270,000 lines, broken ones among them, each of which is read once', async function () {
		this.timeout(60_000);
		const body = { choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }], usage: USAGE };
		const line = (index: number): string => JSON.stringify({ custom_id: `h${String(index)}`, response: { status_code: 200, body } });
		const count = 270_000;
		const text = `${Array.from({ length: count }, (_, index) => line(index)).join('\n')}\n{"custom_id":\n\n`;
		const lines = await readLines(text, checkedEndpoint(endpointAt('http://127.0.0.1:9/v1')));
		expect(lines).to.have.length(count);
		expect([lines[0]?.customId, lines.at(-1)?.customId, lines.at(-1)?.isAnswer]).to.deep.equal(['h0', `h${String(count - 1)}`, true]);
	});
});

describe('a stream that nobody asked for', () => {
	it('is one answer, with model, reason and usage', async () => {
		const text = `: waiting\n\n${events(delta({ role: 'assistant', content: '' }), delta({ content: 'Hel' }), delta({ content: 'lo' }), delta({}, { finish_reason: 'stop' }), { choices: [], usage: USAGE }, '[DONE]')}`;
		const answer = await answerOf(text, { 'content-type': 'text/event-stream' });
		expect(answer).to.include({ text: 'Hello', finishReason: 'stop', model: 'm-1' });
		expect(answer.usage).to.have.nested.property('usage.outputTokens', 200);
	});

	it('is read with other line ends, without blanks, without a head, as one whole event, and with thinking apart', async () => {
		expect(
			(
				await answerOf(
					events(delta({ content: 'Hi' }), '[DONE]')
						.replaceAll('\n', '\r\n')
						.replaceAll('data: ', 'data:'),
				)
			).text,
		).to.equal('Hi');
		expect((await answerOf(`event: completion\n${events(JSON.parse(OK) as object)}`)).text).to.equal('Hello');
		const thinking = await answerOf(events(delta({ reasoning_content: 'hm' }), delta({ content: 'Hi' }), '[DONE]'));
		expect(thinking).to.include({ text: 'Hi', thinking: 'field' });
	});

	it('that breaks off, or ends in an error, is no answer', async () => {
		const broken = (await ask({ body: events(delta({ content: 'Hel' })) })).outcome;
		expect(broken.kind === 'failed' && broken.fault).to.include({ code: 'server_error', billed: 'unknown', isRetryable: true });
		const wrong = (await ask({ body: events({ error: { code: 429, message: 'slow down' } }) })).outcome;
		expect(wrong.kind === 'failed' && wrong.fault).to.include({ code: 'rate_limited', billed: 'no' });
	});

	it('of 20,000 events is put together in a moment', async () => {
		const startMs = spentMs();
		const text = Array.from({ length: 20_000 }, (_, n) => `data: {"k${String(n)}":1,"choices":[{"delta":{"content":"a"}}]}\n\n`).join('');
		expect((await answerOf(`${text}data: [DONE]\n\n`)).text.length).to.equal(20_000);
		expect(spentMs() - startMs).to.be.lessThan(4_000);
	});
});

describe('thinking', () => {
	const CASES: readonly (readonly [string, string, string | null])[] = [
		['<think>a {draft}</think>{"message":"Hi"}', '{"message":"Hi"}', 'tags'],
		['a {draft}</think>\n\nHi', 'Hi', 'tags'],
		['<THINKING>\nx\n</THINKING>\n\nHi', 'Hi', 'tags'],
		['<think></think><think>b</think>Hi', 'Hi', 'tags'],
		['[THINK]a[/THINK]Hi', 'Hi', 'tags'],
		['◁think▷a◁/think▷Hi', 'Hi', 'tags'],
		['<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>Hi<|return|>', 'Hi', 'tags'],
		['{"message":"<think>a</think>Hi"}', '{"message":"Hi"}', 'tags'],
		['<think>never ends', '', 'unclosed'],
		['Hi <think>oh', 'Hi <think>oh', 'unclosed'],
		['a < b and [c] > d', 'a < b and [c] > d', null],
		['<thinker>Hi</thinker>', '<thinker>Hi</thinker>', null],
		['  Hi\n', '  Hi\n', null],
	];
	for (const [given, text, place] of CASES) it(JSON.stringify(given), () => expect(withoutThinking(given)).to.deep.equal({ text, place }));

	it('in parts and in fields is told and left out', async () => {
		const withMessage = (message: object): string => JSON.stringify({ choices: [{ message, finish_reason: 'stop' }], usage: USAGE });
		const parts = await answerOf(
			withMessage({
				content: [
					{ type: 'thinking', thinking: 'a' },
					{ type: 'text', text: 'Hi' },
				],
			}),
		);
		expect(parts).to.include({ text: 'Hi', thinking: 'parts' });
		expect(await answerOf(withMessage({ content: [{ text: 'a', thought: true }, { text: 'Hi' }] }))).to.include({
			text: 'Hi',
			thinking: 'parts',
		});
		for (const field of ['reasoning_content', 'reasoning', 'thinking']) {
			expect(await answerOf(withMessage({ content: 'Hi', [field]: 'a' }))).to.include({ text: 'Hi', thinking: 'field' });
		}
		expect(await answerOf(withMessage({ content: 'Hi', reasoning: null }))).to.include({ text: 'Hi', thinking: null });
	});

	it('takes time that grows with the text', () => {
		const startMs = spentMs();
		for (const unit of ['<think>', '</think>', '<think></think>', '<', '[', '<|channel|>']) withoutThinking(unit.repeat(100_000));
		expect(spentMs() - startMs).to.be.lessThan(2_000);
	});
});

describe('why an answer ended', () => {
	for (const [reason, spellings] of [
		['stop', ['stop', 'STOP', 'end_turn', 'eos', 'eos_token', 'COMPLETE', 'stop_sequence', 'FINISH_REASON_STOP']],
		[
			'length',
			[
				'length',
				'max_tokens',
				'MAX_TOKENS',
				'maxTokens',
				'max_output_tokens',
				'model_length',
				'model_context_window_exceeded',
				'incomplete',
				'ERROR_LIMIT',
			],
		],
		[
			'content_filter',
			[
				'content_filter',
				'SAFETY',
				'RECITATION',
				'PROHIBITED_CONTENT',
				'BLOCKLIST',
				'SPII',
				'content_filter: PROHIBITED_CONTENT',
				'refusal',
				'guardrail_intervened',
				'ERROR_TOXIC',
				'sensitive',
			],
		],
		['tool_calls', ['tool_calls', 'tool_use', 'function_call', 'TOOL_CALL', 'MALFORMED_FUNCTION_CALL']],
		['error', ['error', 'network_error', 'insufficient_system_resource', 'abort', 'engine_overloaded']],
		['other', ['OTHER', 'x']],
	] as const) {
		for (const spelling of spellings) it(`${spelling}: ${reason}`, () => expect(finishReasonOf(spelling)).to.equal(reason));
	}
	it('nothing is nothing', () => expect([finishReasonOf(null), finishReasonOf(''), finishReasonOf(3)]).to.deep.equal([null, null, null]));
});
