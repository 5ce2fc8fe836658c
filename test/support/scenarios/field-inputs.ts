/**
 * What endpoints really send, as a table: an input that was met in the field, at least two more of its kind, what a good product does with
 * it, and what that may cost. `row` is the number of the kind.
 */
import type { Behaviour, Recorded } from '../provider/fake-openai';

/** What the action asked, as far as endpoints here look at it. */
export interface Asked {
	readonly text: string;
	readonly fields: Readonly<Record<string, unknown>>;
	readonly form: 'json_schema' | 'json_object' | 'none';
	readonly hasSystem: boolean;
	readonly limitTokens: number;
}

export interface FieldInput {
	readonly row: number;
	readonly name: string;
	/** 1 unless it says so. */
	readonly people?: number;
	readonly settings?: Readonly<Record<string, unknown>>;
	readonly systemPrompt?: string;
	readonly does: (asked: Asked, n: number) => Behaviour;
	/** Paid calls of all people together, at most; a number of its own where exactly so many. */
	readonly paid: number | { readonly atMost: number };
	/** What leaves by Result for each, or the reason of the fallback. */
	readonly got: { readonly message: unknown } | { readonly reason: string } | { readonly values: Readonly<Record<string, unknown>> };
	/** The service of the connection; `openai` unless it says so. */
	readonly service?: string;
	/** What all people together are charged, in credits, where that is known beforehand. */
	readonly charged?: string;
	/** A word of the hint that one item of the run carries, and no other. */
	readonly hint?: RegExp;
}

const FIELD_USAGE = { prompt_tokens: 1000, completion_tokens: 200, total_tokens: 1200 };
const THOUGHT = { prompt_tokens: 100, completion_tokens: 1000, total_tokens: 1100, completion_tokens_details: { reasoning_tokens: 1000 } };

export function askedIn({ body }: Recorded): Asked {
	const fields = body as Readonly<Record<string, unknown>>;
	const form = (fields['response_format'] as { type?: Asked['form'] } | undefined)?.type ?? 'none';
	const messages = fields['messages'] as readonly { role: string }[];
	const limitTokens = Number(fields['max_tokens'] ?? fields['max_completion_tokens'] ?? 0);
	return { text: JSON.stringify(body), fields, form, hasSystem: messages.some(({ role }) => role === 'system'), limitTokens };
}

const ok = (text: string, more: object = {}): Behaviour => ({ kind: 'answer', text, usage: FIELD_USAGE, ...more });
const HI = ok('{"message":"Hi Anna"}');
const MESSAGE = { message: 'Hi Anna' };
const bad = (error: unknown, code = 400): Behaviour => ({ kind: 'status', code, body: error });
const said = (message: string, more: object = {}): unknown => ({ error: { message, type: 'invalid_request_error', ...more } });
const DATE = [
	{ name: 'message', type: 'text', description: '', details: '', fallback: 'Hi' },
	{ name: 'send_on', type: 'date', description: '', details: '', fallback: '' },
];
const DATED = { message: 'Hi Anna', send_on: '2026-07-08' };
const hasKeyword = ({ text }: Asked, keyword: string): boolean => text.includes(`"${keyword}"`);

const REFUSED: readonly FieldInput[] = [
	...(
		[
			['deprecated', said("'temperature' is deprecated for this model.")],
			['only the default', said('Unsupported value: only the default (1) is taken.', { param: 'temperature', code: 'unsupported_value' })],
			['by a validator', { detail: [{ loc: ['body', 'temperature'], msg: 'Extra inputs are not permitted', type: 'extra_forbidden' }] }],
			['without any name', said('Bad request.')],
		] as const
	).map(([name, error]): FieldInput => ({
		row: 4,
		name: `refuses temperature, ${name}`,
		people: 20,
		settings: { temperature: 0.5, concurrency: 4 },
		does: ({ fields }) => (fields['temperature'] === undefined ? HI : bad(error)),
		paid: 20,
		got: MESSAGE,
		hint: /does not take Temperature/,
	})),
	{
		row: 4,
		name: 'refuses temperature, without any name, and a gateway gives up while ways are tried',
		people: 5,
		settings: { temperature: 0.5, concurrency: 1 },
		does: ({ fields }, n) => {
			if (n === 2) return bad('<html><title>504 Gateway Time-out</title></html>', 504);
			return fields['temperature'] === undefined ? HI : bad(said('Bad request.'));
		},
		paid: 5,
		got: MESSAGE,
		hint: /does not take Temperature/,
	},
	{
		row: 4,
		name: 'refuses reasoning effort',
		settings: { reasoningEffort: 'low' },
		does: ({ fields }) =>
			fields['reasoning_effort'] === undefined ? HI : bad(said('Unrecognized request argument supplied: reasoning_effort')),
		paid: 1,
		got: MESSAGE,
		hint: /does not take Reasoning Effort/,
	},
	{
		row: 4,
		name: 'knows the output limit under its other name',
		does: ({ fields }) => (fields['max_completion_tokens'] === undefined ? HI : bad(said('Unknown parameter: max_completion_tokens'))),
		paid: 1,
		got: MESSAGE,
	},
	...(
		['This response_format type is unavailable now', 'json_schema is not supported', 'Structured outputs need another model'] as const
	).map((words): FieldInput => ({
		row: 5,
		name: `refuses a schema: ${words}`,
		does: ({ form }) => (form === 'json_schema' ? bad(said(words)) : HI),
		paid: 1,
		got: MESSAGE,
	})),
	{
		row: 5,
		name: 'says that what it wrote in the form was none',
		people: 12,
		settings: { concurrency: 1, temperature: 0.5 },
		does: ({ form }, n) =>
			form === 'none' || n % 3 > 0
				? HI
				: bad(said('Failed to generate JSON. Please adjust your prompt.', { code: 'json_validate_failed' })),
		paid: 12,
		got: MESSAGE,
		hint: /told the form in words/,
	},
	{
		row: 5,
		name: 'refuses every response_format',
		does: ({ form }) => (form === 'none' ? HI : bad(said('response_format is not supported by this model', { param: 'response_format' }))),
		paid: 1,
		got: MESSAGE,
	},
	{
		row: 6,
		name: 'knows no format of a date',
		people: 10,
		settings: { attributes: DATE, concurrency: 2 },
		does: (asked) =>
			hasKeyword(asked, 'format')
				? bad(said("response_schema.properties[send_on].format: only 'enum' and 'date-time' are supported for STRING"))
				: ok(JSON.stringify(DATED)),
		paid: 10,
		got: { values: DATED },
	},
	{
		row: 6,
		name: 'knows no additionalProperties',
		settings: { attributes: DATE },
		does: (asked) =>
			hasKeyword(asked, 'additionalProperties') && asked.form === 'json_schema'
				? bad(said("Unknown name 'additionalProperties' at 'generation_config.response_schema'"))
				: ok(JSON.stringify(DATED)),
		paid: 1,
		got: { values: DATED },
	},
	{
		row: 6,
		name: 'knows no strict',
		does: ({ text, form }) => (form === 'json_schema' && text.includes('"strict"') ? bad(said('json_schema.strict: extra field')) : HI),
		paid: 1,
		got: MESSAGE,
	},
	...(['System role not supported', 'Developer instruction is not enabled for this model', "Invalid role: 'system'"] as const).map(
		(words): FieldInput => ({
			row: 22,
			name: `takes no system role: ${words}`,
			systemPrompt: 'Be kind.',
			does: ({ hasSystem, text }) => (hasSystem ? bad(said(words)) : text.includes('Be kind.') ? HI : bad(said('Where is it?'))),
			paid: 1,
			got: MESSAGE,
			hint: /system role/,
		}),
	),
];

/** How servers say that a limit is too large. Without any limit, an answer may cost more than was set aside. */
const LIMITED: readonly FieldInput[] = [
	...(
		[
			'Invalid max_tokens value, the valid range of max_tokens is [1, 8192]',
			'Range of max_tokens should be [1, 8192]',
			'It has a maxOutputTokens value of 20000 but the supported range is from 1 (inclusive) to 8193 (exclusive).',
			'max_tokens: 20000 > 8192, which is the maximum allowed number of output tokens for m-20250929',
			'`max_completion_tokens` : number must be between `1` and `8,192`',
			'max_tokens is too large: 20000. This model supports at most 8192 completion tokens, whereas you provided 20000.',
		] as const
	).map((words): FieldInput => ({
		row: 4,
		name: `takes less output: ${words}`,
		people: 10,
		settings: { maxOutputTokens: 20_000, concurrency: 2 },
		does: ({ limitTokens }) => {
			if (limitTokens === 0) return ok('{"message":"without any limit"}');
			return limitTokens > 8192 ? bad(said(words)) : HI;
		},
		paid: 10,
		got: MESSAGE,
		hint: /Output Limit of at most 8192/,
	})),
	{
		row: 4,
		name: 'takes less output, and does not say how much',
		people: 3,
		settings: { maxOutputTokens: 20_000, concurrency: 1 },
		does: ({ limitTokens }) => (limitTokens === 0 || limitTokens > 8192 ? bad(said('max_tokens is too large (request 8191-ab).')) : HI),
		paid: 0,
		got: { reason: 'provider_rejected' },
	},
	{
		row: 9,
		name: 'thinks until the limit, and takes less than the room that would be given',
		people: 10,
		settings: { maxOutputTokens: 2000, concurrency: 1 },
		does: ({ limitTokens }) => {
			if (limitTokens > 4096) return bad(said('max_tokens is too large. This model supports at most 4096 completion tokens.'));
			return limitTokens <= 2000 ? ok('', { finishReason: 'length', usage: THOUGHT }) : HI;
		},
		paid: 11,
		got: MESSAGE,
	},
];

const PROSE = 'Hi Anna, your boots are back.';
const FORM_IGNORED: readonly FieldInput[] = [
	{
		row: 7,
		name: 'ignores response_format, one text',
		people: 50,
		does: ({ text }) => (/json/i.test(text.replace(/"response_format":\{.*?\}\}\}?/, '')) ? HI : ok(PROSE)),
		paid: 50,
		got: { message: /^Hi Anna/ },
	},
	{
		row: 7,
		name: 'ignores response_format, two attributes',
		people: 50,
		settings: { attributes: DATE },
		does: ({ text }) => (text.includes('one JSON object') ? ok(JSON.stringify(DATED)) : ok(PROSE)),
		paid: { atMost: 58 },
		got: { values: DATED },
	},
	{
		row: 7,
		name: 'never answers with JSON, two attributes',
		settings: { attributes: DATE, maxAttempts: 10 },
		does: () => ok(PROSE),
		paid: 2,
		got: { reason: 'invalid_output' },
	},
	{
		row: 7,
		name: 'answers with an object of its own until it is shown its mistake',
		does: ({ text }) => (text.includes('could not be used') ? HI : ok('{"error":"Which Anna?"}')),
		paid: 2,
		got: MESSAGE,
	},
];

const BROKEN: readonly FieldInput[] = [
	...(
		[
			[8, 'a raw line break', '{"message":"Hi Anna,\nyour boots are back"}', 'Hi Anna,\nyour boots are back'],
			[8, 'a comma too many', '{"message":"Hi Anna",}', 'Hi Anna'],
			[8, 'single quotes', "{'message': 'Hi Anna'}", 'Hi Anna'],
			[8, 'a quote inside', '{"message":"She said "hi" to Anna"}', 'She said "hi" to Anna'],
			[17, 'a thought in front', '<think>a {draft}</think>{"message":"Hi Anna"}', 'Hi Anna'],
			[25, 'NaN beside it', '{"message":"Hi Anna","score":NaN}', 'Hi Anna'],
			[25, 'a list around it', '[{"message":"Hi Anna"}]', 'Hi Anna'],
			[25, 'the object twice', '{"message":"Hi Anna"}\n{"message":"Hi Anna"}', 'Hi Anna'],
			[25, 'JSON in JSON', JSON.stringify('{"message":"Hi Anna"}'), 'Hi Anna'],
			[25, 'JSON in the attribute', JSON.stringify({ message: '{"message":"Hi Anna"}' }), 'Hi Anna'],
			[25, 'one key around it', '{"answer":{"message":"Hi Anna"}}', 'Hi Anna'],
			[25, 'a note behind it', '{"message":"Hi Anna"}\n\nNote: I kept {it} short.', 'Hi Anna'],
			[25, 'words and a fence around it', 'Sure:\n```json\n{"message":"Hi Anna"}\n```\nBye', 'Hi Anna'],
			[25, 'another name for the one text', '{"body":"Hi Anna"}', 'Hi Anna'],
			[25, 'quotes as for a page', '{&quot;message&quot;:&quot;Hi Anna &amp; all&quot;}', 'Hi Anna & all'],
			[25, 'quotes as within a text', '{\\"message\\":\\"Hi Anna\\"}', 'Hi Anna'],
			[25, 'the schema around it', '{"type":"object","properties":{"message":"Hi Anna"}}', 'Hi Anna'],
			[25, 'half a character', '{"message":"Hi Anna\\ud83e"}', 'Hi Anna'],
			[25, 'what no text has', 'Hi\u0000 Anna\u0007', 'Hi Anna'],
			[25, 'the end of a turn behind it', '{"message":"Hi Anna"}<|eot_id|>', 'Hi Anna'],
			[25, 'the end of a turn behind words', 'Hi Anna, see you<|im_end|>\n', 'Hi Anna, see you'],
			[25, 'the end of a text behind words', 'Hi Anna, see you</s></s>', 'Hi Anna, see you'],
			[25, 'a turn in front of it', '<|im_start|>assistant\nHi Anna, see you', 'Hi Anna, see you'],
			[25, 'a line through a word', 'Hi Anna, not <s>$20</s>', 'Hi Anna, not <s>$20</s>'],
			[25, 'a name in capitals', '{"Message":"Hi Anna"}', 'Hi Anna'],
		] as const
	).map(([row, name, text, message]): FieldInput => ({ row, name, does: () => ok(text), paid: 1, got: { message } })),
	...(
		[
			['at the limit', ok('{"message":"Hi An', { finishReason: 'length' })],
			['at the limit, closed by the server', ok('{"message":"Hi An"}', { finishReason: 'length' })],
			['at the limit, plain text', ok('Hi An', { finishReason: 'length' })],
			['and nothing says why', ok('{"message":"Hi An')],
			['and nothing says why, within a placeholder', ok('{"message":"Hi {name}')],
		] as const
	).map(([name, behaviour]): FieldInput => ({
		row: 8,
		name: `cut off ${name}`,
		settings: { maxAttempts: 10 },
		does: () => behaviour,
		paid: 2,
		got: { reason: 'answer_cut_off' },
	})),
	...(
		[
			['a thought that has no end', 'Hi Anna, <think>no, this is too', 'answer_cut_off'],
			['the word of a program for nothing', 'null', 'empty_answer'],
			['the same in its form', '{"message":"undefined"}', 'empty_answer'],
		] as const
	).map(([name, text, reason]): FieldInput => ({
		row: 17,
		name: `answers with ${name}, and nothing is checked`,
		settings: { checkPlaceholders: false },
		does: () => ok(text),
		paid: 2,
		got: { reason },
	})),
	...(['{"type":"object","properties":{"message":{"type":"string"}}}', '{"message":{"type":"string"}}'] as const).map(
		(text): FieldInput => ({
			row: 25,
			name: `gives the schema back: ${text}`,
			settings: { checkPlaceholders: false },
			does: () => ok(text),
			paid: 2,
			got: { reason: 'invalid_output' },
		}),
	),
	{
		row: 8,
		name: 'is whole, with blanks behind it up to the limit',
		does: () => ok(`{"message":"Hi Anna"}${'\n \t'.repeat(500)}`, { finishReason: 'length', usage: THOUGHT }),
		paid: 1,
		got: MESSAGE,
	},
	...(
		[
			['writes blanks', `{"message":${'\n '.repeat(900)}`],
			['repeats itself', `{"message":"Hi ${'so very '.repeat(300)}`],
		] as const
	).map(([name, text]): FieldInput => ({
		row: 9,
		name: `${name} up to any limit, unless it is asked in words`,
		does: ({ form }) => (form === 'none' ? HI : ok(text, { finishReason: 'length', usage: THOUGHT })),
		paid: 2,
		got: MESSAGE,
	})),
	{
		row: 9,
		name: 'has less room beside the prompt than was asked for',
		people: 2,
		settings: { concurrency: 1 },
		does: ({ limitTokens }) => {
			const words =
				"This model's maximum context length is 4096 tokens. However, you requested 4496 tokens (3496 in the messages, 1000 in the completion).";
			return limitTokens > 600 ? bad({ object: 'error', message: words, type: 'BadRequestError', code: 400 }) : HI;
		},
		paid: 2,
		got: MESSAGE,
	},
	{
		row: 9,
		name: 'has less room beside the prompt, in newer words',
		does: ({ limitTokens }) => {
			const words =
				"'max_tokens' is too large: 1000. This model's maximum context length is 4096 tokens and your request has 3496 input tokens (1000 > 4096 - 3496).";
			return limitTokens > 600 ? bad({ error: { message: words, type: 'BadRequestError', code: 400 } }) : HI;
		},
		paid: 1,
		got: MESSAGE,
	},
	{
		row: 10,
		name: 'calls a tool with the answer, though none was offered',
		does: () => ({
			kind: 'answer',
			usage: FIELD_USAGE,
			finishReason: 'tool_calls',
			message: {
				content: null,
				tool_calls: [{ id: 'a', type: 'function', function: { name: 'json', arguments: '{"message":"Hi Anna"}' } }],
			},
		}),
		paid: 1,
		got: MESSAGE,
	},
	{
		row: 8,
		name: 'could not write a call of a tool, and says that a filter stopped it',
		does: ({ form }) => (form === 'none' ? HI : ok('', { finishReason: 'function_call_filter: MALFORMED_FUNCTION_CALL' })),
		paid: 2,
		got: MESSAGE,
	},
	{
		row: 8,
		name: 'was filtered, which stands in the results of the filter alone',
		does: () => ({
			kind: 'status',
			code: 200,
			body: {
				choices: [{ message: { content: '' }, finish_reason: 'stop', content_filter_results: { hate: { filtered: true } } }],
				usage: FIELD_USAGE,
			},
		}),
		paid: 1,
		got: { reason: 'content_refused' },
	},
	{ row: 8, name: 'nests without end', does: () => ok('['.repeat(500_000)), paid: 2, got: { reason: 'invalid_output' } },
	{
		row: 9,
		name: 'thinks until the limit, and has enough with more room',
		people: 50,
		does: ({ limitTokens }) => (limitTokens <= 1000 ? ok('', { finishReason: 'length', usage: THOUGHT }) : HI),
		paid: { atMost: 58 },
		got: MESSAGE,
	},
	{
		row: 9,
		name: 'thinks until any limit',
		people: 20,
		does: () => ok('', { finishReason: 'length', usage: THOUGHT }),
		paid: { atMost: 28 },
		got: { reason: 'answer_cut_off' },
	},
	{
		row: 9,
		name: 'writes beyond the limit',
		does: ({ limitTokens }) => (limitTokens <= 1000 ? ok('{"message":"Hi An', { finishReason: 'length' }) : HI),
		paid: 2,
		got: MESSAGE,
	},
	{
		row: 10,
		name: 'thinks in parts',
		does: () => ({
			kind: 'answer',
			usage: FIELD_USAGE,
			message: {
				role: 'assistant',
				content: [
					{ type: 'thinking', thinking: '{' },
					{ type: 'text', text: '{"message":"Hi Anna"}' },
				],
			},
		}),
		paid: 1,
		got: MESSAGE,
	},
];

/** What an answer says of its bill. By the list 1000 and 200 tokens of gpt-4.1-mini cost 7.2 credits. */
const BILLED: readonly FieldInput[] = (
	[
		[15, 'a cost that OpenRouter reports', 'openrouter', { cost: 0.00123, is_byok: false }, {}, '12.3'],
		[
			15,
			'a cost of one’s own key there',
			'openrouter',
			{ cost: 0.00001, is_byok: true, cost_details: { upstream_inference_cost: 0.0006 } },
			{},
			'6.1',
		],
		[15, 'a cost of 0, which is none', 'openrouter', { cost: 0, is_byok: false }, {}, '7.2'],
		[15, 'a cost that OpenAI never reports', 'openai', { cost: 0.00123 }, {}, '7.2'],
		[19, 'priority, which nobody asked for', 'openai', {}, { service_tier: 'priority' }, '12.6'],
		[19, 'flex', 'openai', {}, { service_tier: 'flex' }, '3.6'],
		[19, 'the usual tier by name', 'openai', {}, { service_tier: 'default' }, '7.2'],
		[14, 'thinking beside the completion', 'openai', { reasoning_tokens: 3000, citation_tokens: 100, num_search_queries: 2 }, {}, '256.8'],
		[14, 'more thinking than answer', 'openai', { completion_tokens_details: { reasoning_tokens: 1000 } }, {}, '23.2'],
	] as const
).map(([row, name, service, usage, beside, charged]): FieldInput => ({
	row,
	name,
	service,
	does: () => ok('{"message":"Hi Anna"}', { usage: { ...FIELD_USAGE, ...usage }, beside }),
	paid: 1,
	got: MESSAGE,
	charged,
}));

const WHOLE = { choices: [{ index: 0, message: { role: 'assistant', content: '{"message":"Hi Anna"}' }, finish_reason: 'stop' }] };
const CHUNKS = [
	{ choices: [{ index: 0, delta: { content: '{"message":"Hi Anna"}' } }] },
	{ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: { ...FIELD_USAGE, cost: 0.0005 }, service_tier: 'default' },
];

const WAITED_FOR: readonly FieldInput[] = (
	[
		['blanks, as many as it takes', '\n          '.repeat(2_000)],
		['comments of a stream', ': PROCESSING\n\n'.repeat(50)],
	] as const
).map(([name, sent]): FieldInput => ({
	row: 12,
	name: `sends while one waits: ${name}`,
	does: () => ({ kind: 'garbage', text: `${sent}${JSON.stringify({ ...WHOLE, usage: FIELD_USAGE })}` }),
	paid: 1,
	got: MESSAGE,
	charged: '7.2',
}));

const BILLED_ELSEWHERE: readonly FieldInput[] = [
	{
		row: 24,
		name: 'the completion in a result of its gateway, whose code is 0',
		does: () => ({ kind: 'status', code: 200, body: { code: 0, msg: 'ok', data: { ...WHOLE, usage: FIELD_USAGE } } }),
		paid: 1,
		got: MESSAGE,
		charged: '7.2',
	},
	{
		row: 24,
		name: 'choices in another order',
		does: () => ({
			kind: 'status',
			code: 200,
			body: { choices: [{ index: 1, message: { content: '{"message":"Another"}' } }, ...WHOLE.choices], usage: FIELD_USAGE },
		}),
		paid: 1,
		got: MESSAGE,
	},
	{
		row: 19,
		name: 'priority, in a header alone',
		does: () => ({ kind: 'status', code: 200, body: { ...WHOLE, usage: FIELD_USAGE }, headers: { 'x-gemini-service-tier': 'priority' } }),
		paid: 1,
		got: MESSAGE,
		charged: '12.6',
	},
	{
		row: 15,
		name: 'a cost at the end of a stream',
		service: 'openrouter',
		does: () => ({
			kind: 'garbage',
			contentType: 'text/event-stream',
			text: [...CHUNKS.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((data) => `data: ${data}\n\n`).join(''),
		}),
		paid: 1,
		got: MESSAGE,
		charged: '5',
	},
];

/** All of them. */
export const FIELD_INPUTS: readonly FieldInput[] = [
	...REFUSED,
	...LIMITED,
	...FORM_IGNORED,
	...BROKEN,
	...BILLED,
	...WAITED_FOR,
	...BILLED_ELSEWHERE,
];
