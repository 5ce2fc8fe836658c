/**
 * Owns the body of a chat completion and what an endpoint has shown not to understand of it. Refuses to send anything that was not
 * asked for: no `store`, no defaults of ours.
 */
import type OpenAI from 'openai';
import type { ChatRequest } from '../provider';

/** The body sent; never streamed. */
export type ChatBody = OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming;

/** Fields that an endpoint may refuse although the request is sound; each can be sent differently or left out. */
export type AdaptableField = 'max_tokens' | 'max_completion_tokens' | 'temperature' | 'reasoning_effort';

/** Providers whose newer models refuse `max_tokens`; most other servers know nothing else. */
const KNOWS_MAX_COMPLETION_TOKENS: ReadonlySet<string> = new Set(['openai', 'azure', 'groq', 'x-ai']);

/** What one endpoint has taught us, model by model. Remembered for as long as the provider lives. */
export class EndpointHabits {
	readonly #limitField: 'max_tokens' | 'max_completion_tokens';
	readonly #refused = new Map<string, Set<AdaptableField>>();

	constructor(providerId: string) {
		this.#limitField = KNOWS_MAX_COMPLETION_TOKENS.has(providerId) ? 'max_completion_tokens' : 'max_tokens';
	}

	/** The body for a request, as far as is known acceptable to the model. What differs from item to item comes last: the messages. */
	bodyFor(request: ChatRequest): ChatBody {
		const { model, messages, maxOutputTokens, temperature, reasoningEffort } = request;
		const limitField = this.#limitFieldOf(request);
		return {
			model,
			...(maxOutputTokens !== null && limitField !== null ? { [limitField]: maxOutputTokens } : {}),
			...(temperature !== null && !this.#isRefused(model, 'temperature') ? { temperature } : {}),
			...(reasoningEffort !== null && !this.#isRefused(model, 'reasoning_effort') ? { reasoning_effort: reasoningEffort } : {}),
			...responseFormat(request),
			messages: messages.map(({ role, content }) => ({ role, content })),
		};
	}

	/** Remembers that a model refused a field; the next body for it goes without. */
	learn(model: string, field: AdaptableField): void {
		const refused = this.#refused.get(model) ?? new Set();
		this.#refused.set(model, refused.add(field));
	}

	#limitFieldOf({ model, limitField }: ChatRequest): 'max_tokens' | 'max_completion_tokens' | null {
		if (limitField === 'none') return null;
		const isUsual = limitField === undefined;
		const fields =
			(this.#limitField === 'max_tokens') === isUsual
				? (['max_tokens', 'max_completion_tokens'] as const)
				: (['max_completion_tokens', 'max_tokens'] as const);
		return fields.find((field) => !this.#isRefused(model, field)) ?? null;
	}

	#isRefused(model: string, field: AdaptableField): boolean {
		return this.#refused.get(model)?.has(field) ?? false;
	}
}

function responseFormat({ structured, schema, isSchemaStrict = true }: ChatRequest): Pick<ChatBody, 'response_format'> {
	switch (structured) {
		case 'json_schema':
			return {
				response_format: {
					type: 'json_schema',
					json_schema: { name: 'answer', ...(isSchemaStrict ? { strict: true } : {}), schema: { ...schema } },
				},
			};
		case 'json_object':
			return { response_format: { type: 'json_object' } };
		case 'prompt':
		case 'text':
			return {};
		default:
			return structured satisfies never;
	}
}
