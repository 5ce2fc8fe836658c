/**
 * Owns one request over the wire and what its answer means: a body, a refusal or a failure, as values. Refuses to retry, and to throw for
 * anything that a server or a network can do.
 */
import { parseForeignJson } from '../../core/values/foreign-json';
import type OpenAI from 'openai';
import type { CallWatch } from '../transport/call-watch';
import { readCompletion } from './chat-answer';
import { clientFor } from '../transport/endpoint';
import type { Endpoint } from '../transport/endpoint';
import { faultOfBreak, faultOfFilteredAnswer, faultOfGarbage, faultOfRefusal, faultOfUnsendable } from './fault-mapping';
import type { FaultContext, ServerRefusal } from './fault-mapping';
import { newExchange } from '../transport/http-transport';
import type { Exchange, Recording } from '../transport/http-transport';
import type { ChatAnswer, ChatOutcome, ChatRequest, ProviderFault } from '../provider';

/** What one request over the wire came to. */
export type WireResult =
	| { readonly kind: 'body'; readonly body: unknown; readonly exchange: Exchange }
	| { readonly kind: 'refused'; readonly refusal: ServerRefusal }
	| { readonly kind: 'failed'; readonly fault: ProviderFault };

/** With what, and until when, something is asked. */
export interface WireCall {
	readonly endpoint: Endpoint;
	readonly watch: CallWatch;
	readonly context: FaultContext;
	/** Longest answer that is read, in bytes; absent: that of a chat. */
	readonly maxBodyBytes?: number;
	/** The answer is a file: its text is wanted, whatever it says it is. */
	readonly isText?: boolean;
}

/** A completion, or why there is none, of what came over the wire. */
export function outcomeOf(
	result: WireResult,
	{ context, latencyMs }: { readonly context: FaultContext; readonly latencyMs: number },
): ChatOutcome {
	const fail = (fault: ProviderFault): ChatOutcome => ({ kind: 'failed', fault, latencyMs });
	if (result.kind === 'failed') return fail(result.fault);
	if (result.kind === 'refused') return fail(faultOfRefusal(result.refusal, context));
	const reading = readCompletion(result.body);
	switch (reading.kind) {
		case 'completion': {
			if (reading.finishReason === 'content_filter') return fail(faultOfFilteredAnswer(reading.usage, context));
			const { text, refusal, finishReason, usage, model } = reading;
			return { kind: 'answered', text, refusal, finishReason, usage, model, latencyMs } satisfies ChatAnswer;
		}
		case 'error':
			return fail(
				faultOfRefusal(refusalOf({ status: statusOf(reading.error['code']), error: reading.error, headers: new Headers() }), context),
			);
		case 'garbage':
			return fail(faultOfGarbage(reading.what, { status: result.exchange.status, usage: reading.usage, context }));
		default:
			return reading satisfies never;
	}
}

/** Asks by the SDK's client. */
export type Send = (client: OpenAI, options: OpenAI.RequestOptions) => Pick<ReturnType<OpenAI['get']>, 'asResponse'>;

/**
 * Sends one request and names how it ended. The SDK's own timer is set later than ours, which also covers the body. The body is parsed
 * here: the SDK would set a timer for that too.
 */
export async function overTheWire({ endpoint, watch, context, maxBodyBytes, isText = false }: WireCall, send: Send): Promise<WireResult> {
	const exchange = newExchange();
	try {
		if (watch.reason() !== null) return { kind: 'failed', fault: faultOfBreak(watch.reason(), exchange, context) };
		const client = await clientFor(endpoint);
		const recording: Recording = { exchange, ...(maxBodyBytes === undefined ? {} : { maxBodyBytes }) };
		const options = { signal: watch.signal, timeout: context.timeoutMs + SDK_GRACE_MS, fetchOptions: recording as object };
		const text = await (await send(client, options).asResponse()).text();
		return { kind: 'body', body: isText ? text : parsed(text, exchange), exchange };
	} catch (error) {
		return failureOf(error, { exchange, watch, context });
	}
}

/** What is said to be JSON parsed, all else as text. Throws where JSON is none. */
function parsed(text: string, { contentType }: Exchange): unknown {
	const [mediaType = ''] = contentType.toLowerCase().split(';');
	const isJson = mediaType.includes('application/json') || mediaType.trim().endsWith('+json');
	return isJson && text !== '' ? parseForeignJson(text) : text;
}

const SDK_GRACE_MS = 60_000;

function failureOf(
	error: unknown,
	{ exchange, watch, context }: { readonly exchange: Exchange } & Pick<WireCall, 'watch' | 'context'>,
): WireResult {
	const reason = watch.reason();
	if (reason !== null || exchange.wasTooLarge || exchange.failure !== null) {
		return { kind: 'failed', fault: faultOfBreak(reason, exchange, context) };
	}
	const { status } = exchange;
	if (status === null) return { kind: 'failed', fault: faultOfUnsendable(error, context) };
	if (status >= 200 && status < 300) {
		return { kind: 'failed', fault: faultOfGarbage('something that is not JSON', { status, usage: { kind: 'missing' }, context }) };
	}
	return { kind: 'refused', refusal: refusalOf({ status, ...partsOf(error) }) };
}

/** What an error of the SDK holds. `error` is the body's error object, or the body itself. */
function partsOf(error: unknown): { readonly error: unknown; readonly headers: Headers; readonly text: string } {
	const { error: body, headers, message } = error as { readonly error?: unknown; readonly headers?: unknown; readonly message?: unknown };
	return { error: body, headers: headers instanceof Headers ? headers : new Headers(), text: typeof message === 'string' ? message : '' };
}

/** A refusal with its words taken out of an error object. */
export function refusalOf({
	status,
	error,
	headers,
	text = '',
}: {
	readonly status: number;
	readonly error: unknown;
	readonly headers: Headers;
	readonly text?: string;
}): ServerRefusal {
	const fields = typeof error === 'object' && error !== null ? (error as Readonly<Record<string, unknown>>) : {};
	const word = (name: string): string => (typeof fields[name] === 'string' || typeof fields[name] === 'number' ? String(fields[name]) : '');
	const message = word('message') || word('detail') || (typeof error === 'string' ? error : text);
	return { status, code: word('code'), type: word('type'), param: word('param'), message, headers };
}

/** An error inside a 200 may carry the status it should have had; without one it is the server's own fault. */
function statusOf(code: unknown): number {
	const status = Number(code);
	return Number.isInteger(status) && status >= 400 && status < 600 ? status : 502;
}

/** What messages about a request are made with. */
export function contextOf(
	{ name, providerId, secrets }: Endpoint,
	{ model, messages, timeoutMs }: Pick<ChatRequest, 'model' | 'messages' | 'timeoutMs'>,
): FaultContext {
	return { name, providerId, model, timeoutMs, secrets, prompts: messages.map(({ content }) => content) };
}
