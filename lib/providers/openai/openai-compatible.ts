/**
 * Owns the adapter to OpenAI and every server that speaks its chat completions: Azure, Ollama, vLLM, LM Studio, OpenRouter, gateways.
 * Refuses to retry (the engine does, because each attempt is reserved and settled); it asks again only when a server does not know a
 * field of the request, which costs nothing. Never throws from `chat`.
 */
import { CreditError } from '../../core/values/errors';
import { watchCall } from '../transport/call-watch';
import { readModelList } from './chat-answer';
import { EndpointHabits } from './chat-body';
import type { ChatBody } from './chat-body';
import { checkedEndpoint } from '../transport/endpoint';
import type { Endpoint, EndpointOptions } from '../transport/endpoint';
import { faultOfGarbage, faultOfRefusal, refusedField } from './fault-mapping';
import { OpenAiBatches } from './openai-batches';
import type { ChatOutcome, ChatRequest, Provider, ProviderFault, RefusedField } from '../provider';
import { contextOf, outcomeOf, overTheWire, type WireCall, type WireResult } from './wire';

/** Each adaptable field can be refused once. */
const MAX_ADAPTATIONS = 4;

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
		batches: new OpenAiBatches(endpoint, habits),
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
	const adapted: RefusedField[] = [];
	try {
		for (let asked = 0; ; asked += 1) {
			const body = habits.bodyFor(request);
			const result = await ask(body, { endpoint, watch, context });
			const field = result.kind === 'refused' && asked < MAX_ADAPTATIONS ? refusedField(result.refusal) : null;
			if (field !== null && Object.hasOwn(body, field)) {
				habits.learn(request.model, field);
				adapted.push({ field, within: null });
				continue;
			}
			const outcome = outcomeOf(result, { context, latencyMs: Math.round(timing.monotonicMs() - startMs) });
			return outcome.kind === 'answered' && adapted.length > 0 ? { ...outcome, adapted } : outcome;
		}
	} finally {
		watch.stop();
	}
}

function ask(body: ChatBody, asking: WireCall): Promise<WireResult> {
	return overTheWire(asking, (client, options) => client.post('/chat/completions', { body, ...options }));
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
