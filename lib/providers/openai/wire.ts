/**
 * Makes one request over the wire and says what its answer means: a body, a refusal or a failure, as values. It never throws for anything
 * that a server or a network can do, and it ends at the time limit even where the transport does not.
 */
import type OpenAI from 'openai';
import type { CallWatch } from '../transport/call-watch';
import { readCompletion, type BodyReading } from './chat-answer';
import { clientFor } from '../transport/endpoint';
import type { Endpoint } from '../transport/endpoint';
import {
	faultOfBreak,
	faultOfBrokenAnswer,
	faultOfFilteredAnswer,
	faultOfGarbage,
	faultOfRefusal,
	faultOfUnsendable,
} from './fault-mapping';
import type { FaultContext } from './fault-mapping';
import { readBody } from './json-body';
import { statusOfOddError } from './refusal-finding';
import { refusedFieldOf } from './refused-field';
import { refusalOf, type ServerRefusal } from './server-refusal';
import { headroomIn, type NamedHeaders } from '../transport/headroom';
import { newExchange } from '../transport/http-transport';
import type { Exchange, Recording } from '../transport/http-transport';
import type { ChatAnswer, ChatOutcome, ChatRequest, ProviderFault, RefusedField } from '../provider';

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

/** What an outcome is told with. */
export interface AboutAnswer {
	readonly context: FaultContext;
	readonly latencyMs: number;
	/** The body that was sent. */
	readonly sent?: object;
	/** What was refused before, within this call. */
	readonly adapted?: readonly RefusedField[];
}

/** A completion, or why there is none, of what came over the wire. */
export function outcomeOf(result: WireResult, { context, latencyMs, sent = {}, adapted = [] }: AboutAnswer): ChatOutcome {
	const headroom = result.kind === 'failed' ? null : headroomIn(headersOf(result));
	const room = headroom ? { headroom } : {};
	const fail = (fault: ProviderFault): ChatOutcome => ({ kind: 'failed', fault, latencyMs, ...room });
	if (result.kind === 'failed') return fail(result.fault);
	if (result.kind === 'refused') return fail(faultOfRefusal(result.refusal, context, refusedFieldOf(result.refusal, sent)));
	const reading = readCompletion(result.body, result.exchange.received);
	switch (reading.kind) {
		case 'completion': {
			const { kind: _, ...read } = reading;
			if (read.finishReason === 'content_filter') return fail(faultOfFilteredAnswer(read.usage, context));
			if (read.finishReason === 'error') return fail(faultOfBrokenAnswer(read.usage, context));
			return { kind: 'answered', ...read, ...(adapted.length === 0 ? {} : { adapted }), latencyMs, ...room } satisfies ChatAnswer;
		}
		case 'error':
			return fail(faultOfOddError(reading, { context, sent }));
		case 'garbage':
			return fail(faultOfGarbage(reading.what, { status: result.exchange.status, usage: reading.usage, context }));
		default:
			return reading satisfies never;
	}
}

function headersOf(result: Exclude<WireResult, { readonly kind: 'failed' }>): NamedHeaders {
	return result.kind === 'body' ? result.exchange.received : Object.fromEntries(result.refusal.headers);
}

/** An error that came with a good status. Where the answer had begun, its tokens were produced. */
function faultOfOddError(
	{ error, usage, hasText }: Extract<BodyReading, { readonly kind: 'error' }>,
	{ context, sent }: { readonly context: FaultContext; readonly sent: object },
): ProviderFault {
	const odd = { ...error, headers: new Headers(), isOwn: true, isNamed: true, usage };
	const refusal = { ...odd, status: statusOfOddError(odd) };
	const fault = faultOfRefusal(refusal, context, refusedFieldOf(refusal, sent));
	if (!hasText && usage.kind !== 'reported') return fault;
	return { ...fault, billed: usage.kind === 'reported' ? 'yes' : 'unknown' };
}

/** Asks by the SDK's client. */
export type Send = (client: OpenAI, options: OpenAI.RequestOptions) => Pick<ReturnType<OpenAI['get']>, 'asResponse'>;

/**
 * Sends one request and names how it ended. The SDK's own timer is set later than ours, which also covers the body. The body is parsed
 * here: the SDK would set a timer for that too.
 */
export async function overTheWire(asking: WireCall, send: Send): Promise<WireResult> {
	const { watch, context } = asking;
	const exchange = newExchange();
	const broken = (): WireResult => ({ kind: 'failed', fault: faultOfBreak(watch.reason(), exchange, context) });
	if (watch.reason() !== null) return broken();
	// The transport ends by itself too. That this call ends does not depend on it.
	return Promise.race([answerOf(asking, exchange, send), watch.ended.then(broken)]);
}

async function answerOf(
	{ endpoint, watch, context, maxBodyBytes, isText = false }: WireCall,
	exchange: Exchange,
	send: Send,
): Promise<WireResult> {
	try {
		const client = await clientFor(endpoint);
		const recording: Recording = { exchange, ...(maxBodyBytes === undefined ? {} : { maxBodyBytes }) };
		const options = { signal: watch.signal, timeout: context.timeoutMs + SDK_GRACE_MS, fetchOptions: unread(recording) };
		const text = await (await send(client, options).asResponse()).text();
		return { kind: 'body', body: isText ? text : readBody(text, endpoint.secrets), exchange };
	} catch (error) {
		return failureOf(error, { exchange, watch, context, endpoint });
	}
}

/** As the SDK takes it, which passes it on unread. */
const unread = (recording: Recording): object => recording;

const SDK_GRACE_MS = 60_000;

function failureOf(
	error: unknown,
	{ exchange, watch, context, endpoint }: { readonly exchange: Exchange } & Pick<WireCall, 'watch' | 'context' | 'endpoint'>,
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
	return { kind: 'refused', refusal: refusalOf({ status, body: refusalBody(exchange.text, endpoint), headers: exchange.headers }) };
}

/** The SDK keeps only the `error` of a body; the whole of it is read here. */
function refusalBody(text: string, endpoint: Endpoint): unknown {
	try {
		return readBody(text, endpoint.secrets);
	} catch {
		return text;
	}
}

/** What messages about a request are made with. */
export function contextOf(
	{ name, providerId, secrets }: Endpoint,
	{ model, messages, timeoutMs }: Pick<ChatRequest, 'model' | 'messages' | 'timeoutMs'>,
): FaultContext {
	return { name, providerId, model, timeoutMs, secrets, prompts: messages.map(({ content }) => content) };
}
