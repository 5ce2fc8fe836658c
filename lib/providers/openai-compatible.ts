/**
 * Owns the adapter to OpenAI and every server that speaks its chat completions: Azure, Ollama, vLLM, LM Studio, OpenRouter, gateways.
 * Refuses to retry (the engine does, because each attempt is reserved and settled); it asks again only when a server does not know a
 * field of the request, which costs nothing. Never throws from `chat`.
 */
import type OpenAI from 'openai';
import { CreditError } from '../core/errors';
import { watchCall } from './call-watch';
import type { CallWatch } from './call-watch';
import { readCompletion, readModelList } from './chat-answer';
import { EndpointHabits } from './chat-body';
import type { ChatBody } from './chat-body';
import { checkedEndpoint, clientFor } from './endpoint';
import type { Endpoint, EndpointOptions } from './endpoint';
import { faultOfBreak, faultOfFilteredAnswer, faultOfGarbage, faultOfRefusal, faultOfUnsendable, refusedField } from './fault-mapping';
import type { FaultContext, ServerRefusal } from './fault-mapping';
import { newExchange } from './http-transport';
import type { Exchange, Recording } from './http-transport';
import type { ChatAnswer, ChatOutcome, ChatRequest, Provider, ProviderFault } from './provider';

/** Each adaptable field can be refused once. */
const MAX_ADAPTATIONS = 4;

/** What one request over the wire came to. */
type WireResult =
	| { readonly kind: 'body'; readonly body: unknown; readonly exchange: Exchange }
	| { readonly kind: 'refused'; readonly refusal: ServerRefusal }
	| { readonly kind: 'failed'; readonly fault: ProviderFault };

/** The outcome of asking for the list of models: the ids, or why there are none. */
export type ModelListing =
	{ readonly kind: 'listed'; readonly models: readonly string[] } | { readonly kind: 'failed'; readonly fault: ProviderFault };

/** A provider that can also say why its list of models could not be read. */
export interface OpenAiCompatibleProvider extends Provider {
	/** As `listModels`, with the fault as a value. Never throws. */
	readModels(signal?: AbortSignal): Promise<ModelListing>;
}

/** Makes a provider of an endpoint. Throws `provider_misconfigured` when the settings cannot work. Opens no connection. */
export function createOpenAiCompatible(options: EndpointOptions): OpenAiCompatibleProvider {
	const endpoint = checkedEndpoint(options);
	const habits = new EndpointHabits(endpoint.providerId);
	const readModels = (signal?: AbortSignal): Promise<ModelListing> => listModels(endpoint, signal ?? null);
	return {
		name: endpoint.name,
		chat: (request) => chat(request, { endpoint, habits }),
		readModels,
		listModels: async (signal) => {
			const listing = await readModels(signal);
			if (listing.kind === 'listed') return listing.models;
			throw new CreditError('provider_misconfigured', listing.fault.message, { isRetryable: listing.fault.isRetryable });
		},
	};
}

async function chat(
	request: ChatRequest,
	{ endpoint, habits }: { readonly endpoint: Endpoint; readonly habits: EndpointHabits },
): Promise<ChatOutcome> {
	const { timing } = endpoint;
	const startMs = timing.monotonicMs();
	const watch = watchCall(request, timing);
	const context = contextOf(endpoint, request);
	try {
		for (let asked = 0; ; asked += 1) {
			const body = habits.bodyFor(request);
			const result = await ask(body, { endpoint, watch, context });
			const field = result.kind === 'refused' && asked < MAX_ADAPTATIONS ? refusedField(result.refusal) : null;
			if (field !== null && Object.hasOwn(body, field)) {
				habits.learn(request.model, field);
				continue;
			}
			return finished(result, { context, latencyMs: Math.round(timing.monotonicMs() - startMs) });
		}
	} finally {
		watch.stop();
	}
}

interface Asking {
	readonly endpoint: Endpoint;
	readonly watch: CallWatch;
	readonly context: FaultContext;
}

function ask(body: ChatBody, asking: Asking): Promise<WireResult> {
	return overTheWire(asking, async (client, options) => client.chat.completions.create(body, options));
}

function finished(result: WireResult, { context, latencyMs }: { readonly context: FaultContext; readonly latencyMs: number }): ChatOutcome {
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

async function listModels(endpoint: Endpoint, signal: AbortSignal | null): Promise<ModelListing> {
	const watch = watchCall({ timeoutMs: endpoint.timeoutMs, signal }, endpoint.timing);
	const context = contextOf(endpoint, { model: '', messages: [], timeoutMs: endpoint.timeoutMs });
	try {
		const result = await overTheWire({ endpoint, watch, context }, async (client, options) => client.get<unknown>('/models', options));
		if (result.kind === 'failed') return result;
		if (result.kind === 'refused') return { kind: 'failed', fault: faultOfRefusal(result.refusal, context) };
		const models = readModelList(result.body);
		if (models) return { kind: 'listed', models };
		return {
			kind: 'failed',
			fault: faultOfGarbage('something that is no list of models', { status: result.exchange.status, usage: { kind: 'missing' }, context }),
		};
	} finally {
		watch.stop();
	}
}

type Send = (client: Awaited<ReturnType<typeof clientFor>>, options: OpenAI.RequestOptions) => Promise<unknown>;

/** Sends one request and names how it ended. The SDK's own timer is set later than ours, which also covers the body. */
async function overTheWire({ endpoint, watch, context }: Asking, send: Send): Promise<WireResult> {
	const exchange = newExchange();
	try {
		if (watch.reason() !== null) return { kind: 'failed', fault: faultOfBreak(watch.reason(), exchange, context) };
		const client = await clientFor(endpoint);
		const recording: Recording = { exchange };
		const options = { signal: watch.signal, timeout: context.timeoutMs + SDK_GRACE_MS, fetchOptions: recording as object };
		return { kind: 'body', body: await send(client, options), exchange };
	} catch (error) {
		return failureOf(error, { exchange, watch, context });
	}
}

const SDK_GRACE_MS = 60_000;

function failureOf(
	error: unknown,
	{ exchange, watch, context }: { readonly exchange: Exchange } & Pick<Asking, 'watch' | 'context'>,
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

function refusalOf({
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

function contextOf(
	{ name, providerId, secrets }: Endpoint,
	{ model, messages, timeoutMs }: Pick<ChatRequest, 'model' | 'messages' | 'timeoutMs'>,
): FaultContext {
	return { name, providerId, model, timeoutMs, secrets, prompts: messages.map(({ content }) => content) };
}
