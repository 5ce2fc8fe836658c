/**
 * Speaks to OpenAI and every server that has its chat completions: Azure, Ollama, vLLM, LM Studio, OpenRouter, gateways. It does not retry
 * (the engine does, because each attempt is reserved and settled); it asks again only when a server refuses a field of the request that
 * can be left out, which costs nothing.
 */
import { CreditError } from '../../core/values/errors';
import { watchCall } from '../transport/call-watch';
import { readModelList } from './chat-answer';
import { EndpointHabits } from './chat-body';
import type { ChatBody } from './chat-body';
import { checkedEndpoint } from '../transport/endpoint';
import type { Endpoint, EndpointOptions } from '../transport/endpoint';
import { faultOfGarbage, faultOfRefusal } from './fault-mapping';
import { OpenAiBatches } from './openai-batches';
import { findingOf } from './refusal-finding';
import { refusedFieldOf } from './refused-field';
import type { ServerRefusal } from './server-refusal';
import type { ChatOutcome, ChatRequest, Provider, ProviderFault, RefusedField } from '../provider';
import { contextOf, outcomeOf, overTheWire, type WireCall, type WireResult } from './wire';

/** Each field that can be left out may be refused once. */
const MAX_ADAPTATIONS = 5;

/** The outcome of asking for the list of models: the ids, or why there are none. */
export type ModelListing =
	{ readonly kind: 'listed'; readonly models: readonly string[] } | { readonly kind: 'failed'; readonly fault: ProviderFault };

/** A provider that can also say why its list of models could not be read. */
export interface OpenAiCompatibleProvider extends Provider {
	/** As `listModels`, with the fault as a value. Never throws. */
	readModels(signal?: AbortSignal): Promise<ModelListing>;
	/** Whether chat completions are answered there, found out by a question without a message, which every server refuses free of charge. Never throws. */
	hasChat(model: string): Promise<{ readonly isThere: boolean; readonly fault: ProviderFault | null }>;
}

/** Makes a provider of an endpoint. Throws `provider_misconfigured` when the settings cannot work. Opens no connection. */
export function createOpenAiCompatible(options: EndpointOptions): OpenAiCompatibleProvider {
	const endpoint = checkedEndpoint(options);
	const habits = new EndpointHabits(endpoint.providerId);
	const readModels = (signal?: AbortSignal): Promise<ModelListing> => listModels(endpoint, signal ?? null);
	return {
		name: endpoint.name,
		chat: (request) => chat(request, { endpoint, habits }),
		batches: new OpenAiBatches(endpoint, habits),
		readModels,
		hasChat: (model) => hasChat(endpoint, model),
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
	const adapted: RefusedField[] = [];
	try {
		for (;;) {
			const sent = habits.bodyFor(request);
			const result = await ask(sent, { endpoint, watch, context });
			const refused = result.kind === 'refused' && adapted.length < MAX_ADAPTATIONS ? leftOut(result.refusal, { sent, habits }) : null;
			if (refused === null) return outcomeOf(result, { context, latencyMs: Math.round(timing.monotonicMs() - startMs), sent, adapted });
			adapted.push(refused);
		}
	} finally {
		watch.stop();
	}
}

/** The field that the next request goes without; `null`: none, or none that can be left out. */
function leftOut(
	refusal: ServerRefusal,
	{ sent, habits }: { readonly sent: ChatBody; readonly habits: EndpointHabits },
): RefusedField | null {
	const refused = refusedFieldOf(refusal, sent);
	const words = `${refusal.signals.join(' ')} ${refusal.message}`;
	return refused && habits.learn(sent.model, { field: refused.field, words }) ? refused : null;
}

function ask(body: ChatBody, asking: WireCall): Promise<WireResult> {
	return overTheWire(asking, (client, options) => client.post('/chat/completions', { body, ...options }));
}

async function hasChat(endpoint: Endpoint, model: string): ReturnType<OpenAiCompatibleProvider['hasChat']> {
	const { timeoutMs, timing } = endpoint;
	const watch = watchCall({ timeoutMs, signal: null }, timing);
	const context = contextOf(endpoint, { model, messages: [], timeoutMs });
	try {
		const sent = { model, messages: [], stream: false as const };
		const result = await overTheWire({ endpoint, watch, context }, (client, options) =>
			client.post('/chat/completions', { body: sent, ...options }),
		);
		const outcome = outcomeOf(result, { context, latencyMs: 0, sent });
		if (outcome.kind === 'answered') return { isThere: true, fault: null };
		const { fault } = outcome;
		const isAddressWrong = result.kind === 'refused' && findingOf(result.refusal, endpoint).cause === 'address';
		const isSpoken = fault.code === 'bad_request' || fault.code === 'model_not_found' || fault.code === 'unsupported_output';
		return { isThere: !isAddressWrong && isSpoken && fault.status !== null && fault.status >= 400, fault };
	} finally {
		watch.stop();
	}
}

async function listModels(endpoint: Endpoint, signal: AbortSignal | null): Promise<ModelListing> {
	const watch = watchCall({ timeoutMs: endpoint.timeoutMs, signal }, endpoint.timing);
	const context = contextOf(endpoint, { model: '', messages: [], timeoutMs: endpoint.timeoutMs });
	try {
		const result = await overTheWire({ endpoint, watch, context }, (client, options) => client.get('/models', options));
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
