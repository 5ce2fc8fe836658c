/**
 * What a mixed endpoint may answer to any request, as a table: answers that are whole in every wrapping, paid ones that are of no use, errors
 * in every place, and silence. Each row says what a provider bills for it, what it tells of that, and which texts are whole.
 */
import type { Reason } from '../../../lib/params/fallback-switch';
import type { Chance } from '../machine/proof-rounds';
import type { Behaviour } from '../provider/fake-openai';
import { FIELD_INPUTS, type Asked, type FieldInput } from '../scenarios/field-inputs';

/** Tokens of one call. */
export interface Counts {
	readonly input: number;
	readonly output: number;
	/** Of the input; 0 unless it is given. */
	readonly cached?: number;
	/** The tier that served, where it is not the usual one. */
	readonly tier?: 'priority' | 'flex';
}

/**
 * What is known of a bill. `told`: the answer says it. `untold`: an answer came, and says nothing that can be used. `beyond`: what it says
 * cannot be. `unknown`: nobody knows whether it was billed. `free`: the provider itself said no.
 */
export type Telling = 'told' | 'untold' | 'beyond' | 'unknown' | 'free';

/** What one request is answered with. */
export interface Said {
	readonly behaviour: Behaviour;
	readonly telling: Telling;
	/** What was used, where the answer tells it; the usual unless it is given. */
	readonly counts?: Counts;
	/** Texts of an answer that may leave. */
	readonly whole: readonly string[];
	/** Why an item may leave without an answer because of this. */
	readonly reasons: readonly Reason[];
}

/** What a row goes by. */
export interface Ask {
	/** Whom the request is about. */
	readonly subject: string;
	readonly asked: Asked;
	readonly model: string;
	/** The text that a whole answer has. */
	readonly text: string;
	/** The whole answer. */
	readonly json: string;
	readonly counts: Counts;
	readonly chance: Chance;
	/** The answer has one attribute, a text. */
	readonly isOneText: boolean;
	/** Answers are looked at for what was left over. */
	readonly isChecked: boolean;
}

export interface Row {
	readonly name: string;
	/** How often it is drawn; 1 unless it is given. */
	readonly weight?: number;
	/** Absent: for every request. */
	readonly fits?: (ask: Ask) => boolean;
	readonly say: (ask: Ask) => Said;
}

const NO_USE: readonly Reason[] = ['invalid_output'];
const usageOf = ({ input, output }: Counts): object => ({
	prompt_tokens: input,
	completion_tokens: output,
	total_tokens: input + output,
});

type Answer = Extract<Behaviour, { kind: 'answer' }>;

/** A paid answer with this content. */
function paid(ask: Ask, text: string, more: Partial<Omit<Said, 'behaviour'>> & { readonly answer?: Partial<Answer> } = {}): Said {
	const { answer = {}, counts = ask.counts, telling = 'told', whole = [], reasons = NO_USE } = more;
	const behaviour: Answer = { kind: 'answer', text, usage: usageOf(counts), ...answer };
	return { behaviour, telling, counts, whole, reasons };
}

const whole = (name: string, text: (ask: Ask) => string, answer: (ask: Ask) => Partial<Answer> = () => ({})): Row => ({
	name,
	say: (ask) => paid(ask, text(ask), { whole: [ask.text], reasons: [], answer: answer(ask) }),
});

const completion = (ask: Ask, choice: object, beside: object = {}): object => ({
	id: 'x',
	model: ask.model,
	choices: [choice],
	usage: usageOf(ask.counts),
	...beside,
});
const body = (value: unknown, headers: Readonly<Record<string, string>> = {}): Behaviour => ({
	kind: 'status',
	code: 200,
	body: value,
	headers,
});

const WHOLE: readonly Row[] = [
	{ ...whole('as asked', ({ json }) => json), weight: 60 },
	whole('in a fence', ({ json }) => `\`\`\`json\n${json}\n\`\`\``),
	whole('words and a fence around it', ({ json }) => `Sure:\n\`\`\`json\n${json}\n\`\`\`\nBye`),
	whole('a thought in front', ({ json }) => `<think>a {draft}</think>${json}`),
	whole('a thought whose beginning stood in the prompt', ({ json }) => `Let me see {x}.</think>\n${json}`),
	whole(
		'a thought of a template',
		({ json }) => `<|channel|>analysis<|message|>so {x}<|end|><|start|>assistant<|channel|>final<|message|>${json}<|return|>`,
	),
	whole('a thought in square brackets', ({ json }) => `[THINK]maybe [this]?[/THINK]${json}`),
	whole('a list around it', ({ json }) => `[${json}]`),
	whole('twice', ({ json }) => `${json}\n${json}`),
	whole('JSON in JSON', ({ json }) => JSON.stringify(json)),
	whole('one key around it', ({ json }) => `{"answer":${json}}`),
	whole('a note behind it', ({ json }) => `${json}\n\nNote: I kept {it} short.`),
	whole('a comma too many', ({ json }) => `${json.slice(0, -1)},}`),
	whole('NaN beside it', ({ json }) => `${json.slice(0, -1)},"rating":NaN}`),
	whole('a field more', ({ json }) => `${json.slice(0, -1)},"tone":"kind"}`),
	whole('a byte order mark in front', ({ json }) => `\uFEFF${json}`),
	whole(
		'thinking in a field',
		() => '',
		({ json }) => ({ message: { role: 'assistant', content: json, reasoning_content: 'so {x}' } }),
	),
	whole(
		'thinking in parts',
		() => '',
		({ json }) => ({
			message: {
				role: 'assistant',
				content: [
					{ type: 'thinking', thinking: '{' },
					{ type: 'text', text: json },
				],
			},
		}),
	),
	whole(
		'the usual end in another spelling',
		({ json }) => json,
		() => ({ finishReason: 'end_turn' }),
	),
	whole(
		'an end that is not named',
		({ json }) => json,
		() => ({ finishReason: '' }),
	),
	{
		name: 'as a stream',
		say: (ask) => {
			const chunks = [
				{ choices: [{ index: 0, delta: { role: 'assistant', content: ask.json.slice(0, 9) } }] },
				{ choices: [{ index: 0, delta: { content: ask.json.slice(9) } }] },
				{ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
				{ choices: [], usage: usageOf(ask.counts) },
			];
			const text = [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((data) => `data: ${data}\n\n`).join('');
			return { behaviour: { kind: 'garbage', contentType: 'text/event-stream', text }, telling: 'told', whole: [ask.text], reasons: [] };
		},
	},
	{
		name: 'as plain text',
		say: (ask) => ({
			behaviour: {
				kind: 'garbage',
				contentType: 'text/plain',
				text: JSON.stringify(completion(ask, { index: 0, message: { role: 'assistant', content: ask.json }, finish_reason: 'stop' })),
			},
			telling: 'told',
			whole: [ask.text],
			reasons: [],
		}),
	},
	{
		name: 'a list around the completion',
		say: (ask) => ({
			behaviour: body([completion(ask, { message: { content: ask.json }, finish_reason: 'stop' })]),
			telling: 'told',
			whole: [ask.text],
			reasons: [],
		}),
	},
	{
		name: 'a bare text, as older servers write it',
		say: (ask) => ({
			behaviour: body(completion(ask, { text: ask.json, finish_reason: 'stop' })),
			telling: 'told',
			whole: [ask.text],
			reasons: [],
		}),
	},
	{
		name: 'prose where the form was asked for in words or ignored',
		fits: ({ isOneText }) => isOneText,
		// Where the model has kept to the form before, or the form is fixed, prose is no answer.
		say: (ask) => paid(ask, ask.text, { whole: [ask.text] }),
	},
];

const BILLS: readonly Row[] = (
	[
		['without usage', 'untold', () => null],
		['with usage as text', 'untold', ({ counts }) => ({ prompt_tokens: String(counts.input), completion_tokens: String(counts.output) })],
		['with usage of nothing', 'untold', () => usageOf({ input: 0, output: 0 })],
		['with negative usage', 'untold', ({ counts }) => ({ ...usageOf(counts), completion_tokens: -1 })],
		['with usage that cannot be', 'beyond', () => usageOf({ input: 900_000, output: 900_000 })],
		[
			'with the total in place of the output',
			'told',
			({ counts: { input, output } }) => ({ prompt_tokens: input, total_tokens: input + output }),
		],
		['with usage under newer names', 'told', ({ counts: { input, output } }) => ({ input_tokens: input, output_tokens: output })],
		[
			'with thinking within the output',
			'told',
			({ counts }) => ({ ...usageOf(counts), completion_tokens_details: { reasoning_tokens: 3 } }),
		],
		[
			'with details that are null',
			'told',
			({ counts }) => ({ ...usageOf(counts), prompt_tokens_details: null, completion_tokens_details: null }),
		],
	] as const satisfies readonly (readonly [string, Telling, (ask: Ask) => unknown])[]
).map(([name, telling, usage]): Row => ({
	name: `whole, ${name}`,
	say: (ask) => paid(ask, ask.json, { telling, whole: [ask.text], reasons: [], answer: { usage: usage(ask) } }),
}));

const PRICED: readonly Row[] = [
	{
		name: 'whole, partly from the cache of the provider',
		say: (ask) => {
			const counts = { ...ask.counts, cached: 16 };
			const usage = { ...usageOf(counts), prompt_tokens_details: { cached_tokens: 16 } };
			return paid(ask, ask.json, { counts, whole: [ask.text], reasons: [], answer: { usage } });
		},
	},
	...(['priority', 'flex'] as const).map((tier): Row => ({
		name: `whole, by the tier ${tier}`,
		fits: ({ model }) => model === 'gpt-4.1-mini',
		say: (ask) => {
			const counts = { ...ask.counts, tier };
			return paid(ask, ask.json, { counts, whole: [ask.text], reasons: [], answer: { beside: { service_tier: tier } } });
		},
	})),
];

const useless = (
	name: string,
	text: (ask: Ask) => string,
	reasons: readonly Reason[],
	answer: (ask: Ask) => Partial<Answer> = () => ({}),
): Row => ({
	name,
	say: (ask) => paid(ask, text(ask), { reasons, answer: answer(ask) }),
});
const CUT: readonly Reason[] = ['answer_cut_off', 'invalid_output'];
const EMPTY: readonly Reason[] = ['empty_answer', 'invalid_output'];
const REFUSED: readonly Reason[] = ['content_refused'];
const atLimit = (): Partial<Answer> => ({ finishReason: 'length' });
const half = ({ json }: Ask): string => json.slice(0, 20);

const USELESS: readonly Row[] = [
	useless('cut off at the limit', half, CUT, atLimit),
	useless('cut off at the limit, and closed by the server', ({ subject }) => `{"message":"Hi ${subject}, your bo"}`, CUT, atLimit),
	useless('cut off at the limit, plain text', ({ text }) => text.slice(0, 15), CUT, atLimit),
	useless('cut off at the limit, in another spelling', half, CUT, () => ({ finishReason: 'MAX_TOKENS' })),
	useless('cut off at the limit within a thought', () => '<think>I should {say} "Hi', [...CUT, ...EMPTY], atLimit),
	useless('cut off, and nothing says why', half, CUT),
	useless('cut off in a fence, and nothing says why', (ask) => `\`\`\`json\n${half(ask)}`, CUT),
	useless('cut off behind a thought', (ask) => `<think>so</think>${half(ask)}`, CUT),
	useless('cut off in a list', (ask) => `[${ask.json}, ${half(ask)}`, CUT),
	useless('empty', () => '', EMPTY),
	useless('blanks', () => ' \n\t ', EMPTY),
	useless('a thought and nothing else', () => '<think>I should say hi.</think>', EMPTY),
	useless('a thought without an end', () => '<think>I should say hi to her', [...EMPTY, ...CUT]),
	useless('a thought without an end behind the beginning', ({ subject }) => `Hi ${subject}, <think>no, this is too short`, [
		...CUT,
		'failed_checks',
	]),
	useless('an object without anything', () => '{}', NO_USE),
	useless('null', () => 'null', [...NO_USE, ...EMPTY]),
	useless('another object', ({ subject }) => `{"error":"Which ${subject}?"}`, NO_USE),
	useless('a call of a tool, as text', () => '{"name":"send_mail","arguments":{"to":"x"}}', NO_USE),
	useless('two that differ', ({ subject }) => `{"message":"Hi ${subject}."}\n{"message":"Hello ${subject}!"}`, NO_USE),
	useless('brackets without end', () => '['.repeat(5_000), CUT),
	useless(
		'a call of a tool',
		() => '',
		[...EMPTY, ...NO_USE],
		() => ({
			finishReason: 'tool_calls',
			message: { role: 'assistant', content: null, tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }] },
		}),
	),
	useless(
		'a refusal in a field of its own',
		() => '',
		REFUSED,
		() => ({ message: { role: 'assistant', content: null, refusal: 'I cannot.' } }),
	),
	useless(
		'a refusal in a part of its own',
		() => '',
		[...REFUSED, ...EMPTY],
		() => ({
			message: { role: 'assistant', content: [{ type: 'refusal', refusal: 'I cannot help.' }] },
		}),
	),
	...[
		'content_filter',
		'SAFETY',
		'RECITATION',
		'PROHIBITED_CONTENT',
		'sensitive',
		'guardrail_intervened',
		'refusal',
		'content-filter',
		'BLOCKLIST',
	].map((spelling): Row =>
		useless(
			`filtered: ${spelling}`,
			({ text }) => text.slice(0, 12),
			REFUSED,
			() => ({ finishReason: spelling }),
		),
	),
	useless('an end by an error', half, ['provider_error'], () => ({ finishReason: 'error' })),
];

/** What a check has to find; without checks nobody looks. */
const leftOver = (name: string, text: (ask: Ask) => string): Row => ({
	name: `left over: ${name}`,
	say: (ask) => {
		const said = text(ask);
		const json = JSON.stringify({ ...(JSON.parse(ask.json) as object), message: said });
		return paid(ask, json, { whole: ask.isChecked ? [] : [said], reasons: ['failed_checks'] });
	},
});
const LEFT_OVER: readonly Row[] = [
	leftOver('a placeholder', ({ subject }) => `Hi {first_name}, ${subject} boots are back.`),
	leftOver('a name to put in', ({ subject }) => `Hi ${subject}, yours, [Your Name]`),
	leftOver('talk about the task', ({ subject }) => `Here is your e-mail:\n\nHi ${subject}, your boots are back.`),
];

/** A 200 that is no completion. */
const odd = (name: string, said: (ask: Ask) => Omit<Said, 'whole'>): Row => ({ name, say: (ask) => ({ ...said(ask), whole: [] }) });
const ODD: readonly Row[] = [
	odd('a page of a network', () => ({ behaviour: { kind: 'garbage', contentType: 'text/html' }, telling: 'untold', reasons: NO_USE })),
	odd('half a body', () => ({ behaviour: { kind: 'garbage', text: '{"id":"x","choices":[{"mess' }, telling: 'untold', reasons: NO_USE })),
	odd('an empty body', () => ({ behaviour: { kind: 'garbage', text: '' }, telling: 'untold', reasons: NO_USE })),
	odd('JSON without choices', () => ({ behaviour: body({ id: 'x', object: 'chat.completion' }), telling: 'untold', reasons: NO_USE })),
	odd('no choice at all', (ask) => ({
		behaviour: body({ id: 'x', choices: [], usage: usageOf(ask.counts) }),
		telling: 'told',
		reasons: NO_USE,
	})),
	odd('an error as text', () => ({ behaviour: body({ error: 'Unexpected endpoint' }), telling: 'free', reasons: ['provider_rejected'] })),
	odd('an error of the rate', () => ({
		behaviour: body({ error: { message: 'Slow down', code: 429, type: 'rate_limit_exceeded' } }),
		telling: 'free',
		reasons: ['provider_rate_limit'],
	})),
	odd('a list with an error of the rate', () => ({
		behaviour: body([{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Slow down', details: [{ retryDelay: '1.5s' }] } }]),
		telling: 'free',
		reasons: ['provider_rate_limit'],
	})),
	odd('an error in the choice', () => ({
		behaviour: body({ choices: [{ error: { code: 503, message: 'Overloaded' }, message: { content: '' }, finish_reason: 'error' }] }),
		telling: 'free',
		reasons: ['provider_error'],
	})),
	odd('an error in the choice, behind the beginning', ({ subject }) => ({
		behaviour: body({
			choices: [
				{
					error: { code: 502, message: 'Provider disconnected' },
					message: { content: `{"message":"Hi ${subject}` },
					finish_reason: 'error',
				},
			],
		}),
		telling: 'unknown',
		reasons: ['provider_error'],
	})),
];

const refused = (
	name: string,
	code: number,
	error: unknown,
	reasons: readonly Reason[],
	more: { telling?: Telling; headers?: Record<string, string>; weight?: number } = {},
): Row => ({
	name,
	...(more.weight === undefined ? {} : { weight: more.weight }),
	say: () => ({
		behaviour: { kind: 'status', code, body: error, ...(more.headers ? { headers: more.headers } : {}) },
		telling: more.telling ?? 'free',
		whole: [],
		reasons,
	}),
});
const RATE: readonly Reason[] = ['provider_rate_limit'];
const BROKEN: readonly Reason[] = ['provider_error'];
const unknown = { telling: 'unknown' } as const;
const REFUSALS: readonly Row[] = [
	refused(
		'429, wait in a header',
		429,
		{
			error: {
				message: 'Too many tokens per minute. Need more? https://host.test/settings/billing',
				type: 'tokens',
				code: 'rate_limit_exceeded',
			},
		},
		RATE,
		{ headers: { 'retry-after': '1' }, weight: 4 },
	),
	refused('429, wait in milliseconds', 429, { error: { message: 'Slow down' } }, RATE, { headers: { 'retry-after-ms': '300' }, weight: 4 }),
	refused('429, nothing says how long', 429, { error: { message: 'Rate limit reached' } }, RATE),
	refused(
		'429, a list that speaks of the quota',
		429,
		[
			{
				error: {
					code: 429,
					status: 'RESOURCE_EXHAUSTED',
					message: 'You exceeded your current quota, please check your plan and billing details.',
					details: [{ retryDelay: '2s' }],
				},
			},
		],
		RATE,
	),
	refused('429, empty', 429, '', RATE),
	refused(
		'403 of a filter',
		403,
		{ error: { code: 403, message: 'Your input was flagged', metadata: { reasons: ['violence'] } } },
		REFUSED,
	),
	refused('400 of a filter', 400, { error: { code: 'content_filter', message: 'The prompt was filtered.', status: 400 } }, REFUSED),
	refused('404 of a data policy', 404, { error: { code: 404, message: 'No endpoints found matching your data policy' } }, [
		'model_not_found',
	]),
	refused('400, too long', 400, { error: { code: 'context_length_exceeded', message: 'Too long.' } }, ['context_too_long']),
	refused('402', 402, { error: { message: 'Payment required', code: 402 } }, ['provider_quota']),
	refused('500 of its own', 500, { error: { message: 'The server had an error.', type: 'server_error' } }, BROKEN),
	refused('503 of its own', 503, { error: { code: 503, status: 'UNAVAILABLE', message: 'The model is overloaded.' } }, BROKEN),
	refused('529', 529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, BROKEN, {
		headers: { 'retry-after': '2' },
	}),
	refused('500, a page', 500, '<html><title>500</title></html>', BROKEN, unknown),
	refused('502, a page', 502, '<html><head><title>502 Bad Gateway</title></head></html>', BROKEN, unknown),
	refused('504 with an error', 504, { error: { message: 'Timed out', type: 'timeout' } }, [...BROKEN, 'timeout'], unknown),
	refused('408', 408, { error: { message: 'Timed out' } }, [...BROKEN, 'timeout'], unknown),
	refused('524', 524, '', [...BROKEN, 'timeout'], unknown),
];

const LOST: readonly Row[] = (
	[
		['the connection ends before an answer', { kind: 'drop', when: 'beforeHeaders' }, BROKEN],
		['the connection ends within an answer', { kind: 'drop', when: 'afterHeaders' }, BROKEN],
		['no answer', { kind: 'hang' }, ['timeout']],
		['no end of an answer', { kind: 'hangBody' }, ['timeout']],
	] as const
).map(([name, behaviour, reasons]): Row => ({ name, say: () => ({ behaviour, telling: 'unknown', whole: [], reasons }) }));

const PLAIN: Asked = { text: '', fields: {}, form: 'none', hasSystem: true, limitTokens: 100 };

/** The inputs from the field whose answers do not depend on what was refused before. */
const FROM_THE_FIELD: readonly Row[] = FIELD_INPUTS.filter(
	({ row, settings, does }) =>
		[7, 8, 9, 10, 17, 25].includes(row) && settings?.['attributes'] === undefined && does(PLAIN, 1).kind === 'answer',
).map((input): Row => ({
	name: `${String(input.row)}: ${input.name}`,
	fits: ({ isOneText, asked }) => isOneText && input.does(asked, 1).kind === 'answer',
	say: (ask) => fieldSaid(input, ask),
}));

function fieldSaid({ does, got, paid: paidCalls }: FieldInput, ask: Ask): Said {
	const behaviour = renamed(does(ask.asked, 1), ask.subject) as Answer;
	const isCut = behaviour.finishReason === 'length' && paidCalls !== 1;
	const isThought = isCut && behaviour.text === '';
	const counts = isThought ? { ...ask.counts, output: Math.max(1, ask.asked.limitTokens) } : ask.counts;
	const thought = isThought ? { completion_tokens_details: { reasoning_tokens: counts.output } } : {};
	const said = (behaviour.text ?? '').trim();
	const texts = [
		'message' in got && typeof got.message === 'string' ? got.message.replaceAll('Anna', ask.subject) : `Hi ${ask.subject}`,
		...(/^[\w ,.]+$/.test(said) ? [said] : []),
	];
	return {
		behaviour: { ...behaviour, usage: { ...usageOf(counts), ...thought } },
		telling: 'told',
		counts,
		whole: isCut ? [] : texts,
		reasons: ['invalid_output', 'answer_cut_off', 'empty_answer', 'failed_checks'],
	};
}

function renamed(behaviour: Behaviour, subject: string): Behaviour {
	return JSON.parse(JSON.stringify(behaviour).replaceAll('Anna', subject)) as Behaviour;
}

/** All of them. */
export const MIXED_ROWS: readonly Row[] = [
	...WHOLE,
	...BILLS,
	...PRICED,
	...USELESS,
	...LEFT_OVER,
	...ODD,
	...REFUSALS,
	...LOST,
	...FROM_THE_FIELD,
];

/** What a model refuses for as long as it is sent: a status, or `null` where it takes the request. */
export interface Trait {
	readonly name: string;
	/** It refuses the form of the answer as a whole. */
	readonly isAboutForm: boolean;
	readonly refuses: (asked: Asked) => Behaviour | null;
}

const asTrait = ({ row, name, does }: FieldInput): Trait => ({
	name: `${String(row)}: ${name}`,
	isAboutForm: row === 5,
	refuses: (asked) => {
		const behaviour = does(asked, 1);
		// Instructions that have gone missing are the business of another test.
		return behaviour.kind === 'status' && !JSON.stringify(behaviour.body).includes('Where is it?') ? behaviour : null;
	},
});
const unlessGone = (name: string, field: string, error: unknown): Trait => ({
	name,
	isAboutForm: false,
	refuses: ({ fields }) => (fields[field] === undefined ? null : { kind: 'status', code: 400, body: error }),
});

/** What models refuse of what we chose to send. */
export const TRAITS: readonly Trait[] = [
	...FIELD_INPUTS.filter(({ row }) => [4, 5, 6, 22].includes(row)).map(asTrait),
	unlessGone('refuses stream', 'stream', {
		error: { message: 'Unrecognized request argument supplied: stream', type: 'invalid_request_error' },
	}),
	unlessGone('refuses temperature, as a list', 'temperature', [
		{ error: { code: 400, status: 'INVALID_ARGUMENT', message: 'temperature is not supported' } },
	]),
];
