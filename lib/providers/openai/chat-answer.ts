/**
 * Reads a chat completion from an untrusted body. What is no completion is named as such.
 */
import { isRecord, propertyOf } from '../../core/values/foreign';
import { readAnswerUsage } from '../../core/usage/answer-usage';
import type { AnswerHeaders } from '../../core/usage/provider-said';
import type { UsageReading } from '../../core/usage/usage';
import type { FinishReason, ThinkingPlace } from '../provider';
import { withoutEndMarks } from './end-marks';
import { finishReasonOf } from './finish-reason';
import { errorIn, type OpenedError } from './server-refusal';
import { withoutThinking } from './thinking';

type Fields = Readonly<Record<string, unknown>>;

/** A completion, an error that came with a good status, or something else. */
export type BodyReading =
	| {
			readonly kind: 'completion';
			readonly text: string;
			readonly refusal: string | null;
			readonly finishReason: FinishReason | null;
			readonly thinking: ThinkingPlace | null;
			readonly model: string | null;
			readonly usage: UsageReading;
	  }
	| { readonly kind: 'error'; readonly error: OpenedError; readonly usage: UsageReading; readonly hasText: boolean }
	| { readonly kind: 'garbage'; readonly what: string; readonly usage: UsageReading };

/** Reads the parsed body of a 200, and what its headers say of the bill. Empty content is an answer with empty text, also when the model only called tools. */
export function readCompletion(given: unknown, headers: AnswerHeaders = {}): BodyReading {
	// Some gateways put a list around the object.
	const body = unwrapped(Array.isArray(given) && given.length === 1 ? given[0] : given);
	if (!isRecord(body)) {
		const error = Array.isArray(body) ? errorIn(body) : null;
		if (error) return { kind: 'error', error, usage: { kind: 'missing' }, hasText: false };
		const what = body === undefined || body === null || body === '' ? 'an empty body' : 'something that is not JSON';
		return { kind: 'garbage', what, usage: { kind: 'missing' } };
	}
	const usage = readAnswerUsage(body, headers);
	const choice = firstChoice(body['choices']);
	const message = isRecord(choice) ? messageOf(choice) : undefined;
	const content = message === undefined ? { text: '', thinking: null } : contentOf(message);
	const isBroken = isFilled(propertyOf(choice, 'error'));
	if (message === undefined || isBroken || (isFilled(body['error']) && content.text === '')) {
		const error = errorIn(body);
		if (error && (isBroken || isFilled(body['error']) || error.message !== ''))
			return { kind: 'error', error, usage, hasText: content.text !== '' };
		if (message === undefined) return { kind: 'garbage', what: 'JSON that has no choices', usage };
	}
	return {
		kind: 'completion',
		...content,
		refusal: filled(message['refusal']),
		finishReason: isFiltered(choice, content.text)
			? 'content_filter'
			: finishReasonOf(propertyOf(choice, 'finish_reason') ?? propertyOf(choice, 'stop_reason')),
		model: filled(body['model']),
		usage,
	};
}

/** Gateways that put what the model said into a result of their own. */
const WRAPPINGS = ['data', 'result', 'response', 'output'] as const;

function unwrapped(body: unknown): unknown {
	if (!isRecord(body) || Array.isArray(body['choices']) || isFilled(body['error'])) return body;
	const inner = WRAPPINGS.map((name) => body[name]).find((value) => isRecord(value) && Array.isArray(value['choices']));
	return isRecord(inner) ? { ...inner, usage: inner['usage'] ?? body['usage'] } : body;
}

/** The first by its number, wherever it stands. */
function firstChoice(choices: unknown): unknown {
	if (!Array.isArray(choices)) return undefined;
	return choices.find((choice) => propertyOf(choice, 'index') === 0) ?? choices[0];
}

/** One server says in the results of its filter alone that it withheld the text. */
function isFiltered(choice: unknown, text: string): boolean {
	const results = propertyOf(choice, 'content_filter_results');
	return text === '' && isRecord(results) && Object.values(results).some((result) => propertyOf(result, 'filtered') === true);
}

/** No tool is ever offered, so what a model calls one with is its answer. */
function calledWith(message: Fields): string {
	const calls: readonly unknown[] = Array.isArray(message['tool_calls']) ? message['tool_calls'] : [message];
	if (calls.length !== 1) return '';
	const given = propertyOf(propertyOf(calls[0], 'function') ?? propertyOf(calls[0], 'function_call'), 'arguments');
	if (isRecord(given)) return JSON.stringify(given);
	return typeof given === 'string' && given.trim() !== '{}' ? given : '';
}

/** The message of a choice; older servers write a bare text, and streams a delta. */
function messageOf(choice: Fields): Fields | undefined {
	const message = choice['message'] ?? choice['delta'];
	if (isRecord(message)) return message;
	return typeof choice['text'] === 'string' ? { content: choice['text'] } : undefined;
}

/** Model ids of the list in a body (`{data: [{id}]}`, a bare list, `{models: [{name}]}`), sorted and unique; `null` when it is no list. */
export function readModelList(body: unknown): readonly string[] | null {
	const list = Array.isArray(body) ? body : isRecord(body) ? (body['data'] ?? body['models']) : undefined;
	if (!Array.isArray(list)) return null;
	const ids = list.flatMap((entry: unknown) => {
		const id = isRecord(entry) ? (filled(entry['id']) ?? filled(entry['name'])) : filled(entry);
		return id === null ? [] : [id];
	});
	return [...new Set(ids)].sort();
}

/** Fields of a message in which servers keep the thinking. */
const THINKING_FIELDS = ['reasoning_content', 'reasoning', 'thinking', 'reasoning_details', 'thinking_blocks', 'thoughts'];

/** The answer's own text, and where thinking stood beside it. */
function contentOf(message: Fields): { readonly text: string; readonly thinking: ThinkingPlace | null } {
	const { text: said, hasThinking } = textOf(message['content']);
	const whole = said === '' ? calledWith(message) : said;
	const { text, place } = withoutThinking(withoutEndMarks(whole));
	if (place !== null) return { text, thinking: place };
	if (hasThinking) return { text, thinking: 'parts' };
	return { text, thinking: THINKING_FIELDS.some((name) => isFilled(message[name])) ? 'field' : null };
}

/** Text, or the text parts of a list of parts; parts of thinking are not the answer. */
function textOf(content: unknown): { readonly text: string; readonly hasThinking: boolean } {
	if (typeof content === 'string') return { text: content, hasThinking: false };
	const parts: readonly unknown[] = Array.isArray(content) ? content : isRecord(content) ? [content] : [];
	let hasThinking = false;
	const texts = parts.map((part) => {
		if (typeof part === 'string') return part;
		if (!isRecord(part)) return '';
		const type = filled(part['type']) ?? 'text';
		if (part['thought'] === true || /think|reason|thought/i.test(type)) hasThinking = true;
		else if (type === 'text' || type === 'output_text') return filled(part['text']) ?? '';
		return '';
	});
	return { text: texts.join(''), hasThinking };
}

function isFilled(value: unknown): boolean {
	if (value === null || value === undefined || value === '' || value === false) return false;
	return Array.isArray(value) ? value.length > 0 : !isRecord(value) || Object.keys(value).length > 0;
}

function filled(value: unknown): string | null {
	return typeof value === 'string' && value !== '' ? value : null;
}
