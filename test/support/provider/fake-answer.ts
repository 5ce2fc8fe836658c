/** Owns what the fake model says: an object that fits the JSON schema of the request, made without chance. */
import type { Behaviour } from './fake-openai';

type Fields = Readonly<Record<string, unknown>>;

/** A chat completion for a request body. */
export function answerFor(
	body: unknown,
	{ behaviour, n, usage }: { readonly behaviour: Extract<Behaviour, { kind: 'answer' }>; readonly n: number; readonly usage: unknown },
): Fields {
	const request = fieldsOf(body);
	const content = behaviour.text ?? JSON.stringify(behaviour.object ?? objectFor(request));
	const reported = behaviour.usage === undefined ? usage : behaviour.usage;
	return {
		id: `chatcmpl-${n}`,
		object: 'chat.completion',
		created: 1_790_000_000,
		model: behaviour.model ?? request['model'],
		choices: [
			{
				index: 0,
				message: behaviour.message ?? { role: 'assistant', content, refusal: null },
				finish_reason: behaviour.finishReason ?? 'stop',
				logprobs: null,
			},
		],
		...(reported === null ? {} : { usage: reported }),
		...behaviour.beside,
	};
}

/** The same said in OpenAI's newer way, `/responses`, which n8n's own node speaks: plain text only. */
export function responseFor(
	body: unknown,
	{ behaviour, n }: { readonly behaviour: Extract<Behaviour, { kind: 'answer' }>; readonly n: number },
): Fields {
	const text = behaviour.text ?? 'A message from the model';
	return {
		id: `resp_${n}`,
		object: 'response',
		created_at: 1_790_000_000,
		status: 'completed',
		error: null,
		model: behaviour.model ?? fieldsOf(body)['model'],
		output: [
			{
				id: `msg_${n}`,
				type: 'message',
				role: 'assistant',
				status: 'completed',
				content: [{ type: 'output_text', text, annotations: [] }],
			},
		],
		usage: { input_tokens: 100, output_tokens: 20, total_tokens: 120 },
	};
}

/** An object for the schema in `response_format`; without one, the last message sent back. */
function objectFor(request: Fields): unknown {
	const schema = fieldsOf(fieldsOf(fieldsOf(request['response_format'])['json_schema'])['schema']);
	if (Object.keys(schema).length > 0) return valueFor(schema, { name: 'answer', root: schema });
	const messages = Array.isArray(request['messages']) ? (request['messages'] as readonly unknown[]) : [];
	return { echo: fieldsOf(messages.at(-1))['content'] ?? '' };
}

/** The first value that fits a schema: first of a list, smallest number, a date of 2026, text that names its field. */
function valueFor(schema: Fields, { name, root }: { readonly name: string; readonly root: Fields }): unknown {
	if (typeof schema['$ref'] === 'string') return valueFor(resolve(schema['$ref'], root), { name, root });
	if (schema['const'] !== undefined) return schema['const'];
	if (Array.isArray(schema['enum'])) return (schema['enum'] as readonly unknown[]).find((value) => value !== null) ?? null;
	const choices = schema['anyOf'] ?? schema['oneOf'];
	if (Array.isArray(choices)) return valueFor(fieldsOf(choices.find((choice) => fieldsOf(choice)['type'] !== 'null')), { name, root });
	const type = Array.isArray(schema['type']) ? (schema['type'] as readonly unknown[]).find((one) => one !== 'null') : schema['type'];
	switch (type) {
		case 'object':
			return Object.fromEntries(
				Object.entries(fieldsOf(schema['properties'])).map(([key, value]) => [key, valueFor(fieldsOf(value), { name: key, root })]),
			);
		case 'array':
			return [valueFor(fieldsOf(schema['items']), { name, root })];
		case 'integer':
		case 'number':
			return typeof schema['minimum'] === 'number' ? schema['minimum'] : 1;
		case 'boolean':
			return true;
		default:
			return textFor(schema, name);
	}
}

function textFor(schema: Fields, name: string): string {
	if (schema['format'] === 'date') return '2026-04-08';
	if (schema['format'] === 'date-time') return '2026-04-08T09:00:00Z';
	return `A ${name} from the model`;
}

function resolve(ref: string, root: Fields): Fields {
	return ref
		.replace(/^#\/?/, '')
		.split('/')
		.filter((step) => step !== '')
		.reduce<Fields>((at, step) => fieldsOf(at[step]), root);
}

function fieldsOf(value: unknown): Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
