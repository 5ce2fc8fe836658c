/**
 * Owns the reading of a chat completion from an untrusted body. Refuses to guess: what is no completion is named as such.
 */
import { readUsage } from '../../core/usage/usage';
import type { UsageReading } from '../../core/usage/usage';

type Fields = Readonly<Record<string, unknown>>;

/** A completion, an error object that came with a good status, or something else. */
export type BodyReading =
	| {
			readonly kind: 'completion';
			readonly text: string;
			readonly refusal: string | null;
			readonly finishReason: string | null;
			readonly model: string | null;
			readonly usage: UsageReading;
	  }
	| { readonly kind: 'error'; readonly error: Fields }
	| { readonly kind: 'garbage'; readonly what: string; readonly usage: UsageReading };

/** Reads the parsed body of a 200. Empty content is an answer with empty text, also when the model only called tools. */
export function readCompletion(body: unknown): BodyReading {
	if (!isFields(body)) {
		const what = body === undefined || body === null || body === '' ? 'an empty body' : 'something that is not JSON';
		return { kind: 'garbage', what, usage: { kind: 'missing' } };
	}
	const choices = body['choices'];
	if (!Array.isArray(choices) && isFields(body['error'])) return { kind: 'error', error: body['error'] };
	const usage = readUsage(body['usage']);
	const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
	const message = isFields(choice) ? choice['message'] : undefined;
	if (!isFields(choice) || !isFields(message)) return { kind: 'garbage', what: 'JSON that has no choices', usage };
	return {
		kind: 'completion',
		text: textOf(message['content']),
		refusal: filled(message['refusal']),
		finishReason: filled(choice['finish_reason']),
		model: filled(body['model']),
		usage,
	};
}

/** Model ids of the list in a body (`{data: [{id}]}`, a bare list, `{models: [{name}]}`), sorted and unique; `null` when it is no list. */
export function readModelList(body: unknown): readonly string[] | null {
	const list = Array.isArray(body) ? body : isFields(body) ? (body['data'] ?? body['models']) : undefined;
	if (!Array.isArray(list)) return null;
	const ids = list.flatMap((entry: unknown) => {
		const id = isFields(entry) ? (filled(entry['id']) ?? filled(entry['name'])) : filled(entry);
		return id === null ? [] : [id];
	});
	return [...new Set(ids)].sort();
}

/** Text, or the text parts of a list of parts; reasoning parts are not the answer. */
function textOf(content: unknown): string {
	if (typeof content === 'string') return content;
	if (!Array.isArray(content)) return '';
	return content
		.map((part: unknown) => (isFields(part) && part['type'] === 'text' && typeof part['text'] === 'string' ? part['text'] : ''))
		.join('');
}

function filled(value: unknown): string | null {
	return typeof value === 'string' && value !== '' ? value : null;
}

function isFields(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
