/**
 * Makes the body of a chat completion, without what an endpoint has shown not to understand of it. Nothing is sent that was not asked
 * for: no `store`, no defaults of ours, and text that is well-formed.
 */
import type OpenAI from 'openai';
import { isLimitTooLarge } from '../../core/calls/most-output';
import { dialectOf, type Dialect } from '../../core/calls/services';
import type { ChatRequest } from '../provider';

/** The body sent; never streamed. */
export type ChatBody = OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming;

/** Without these there is no question, or another one: who asks decides what to do when they are refused. */
const NEEDED: ReadonlySet<string> = new Set(['model', 'messages', 'response_format']);
const LIMITS: readonly string[] = ['max_tokens', 'max_completion_tokens'];

/** What one endpoint has taught us, model by model. Remembered for as long as the provider lives. */
export class EndpointHabits {
	readonly #limitField: Dialect['limitField'];
	readonly #refused = new Map<string, Set<string>>();

	constructor(providerId: string) {
		this.#limitField = dialectOf(providerId).limitField;
	}

	/** The body for a request, as far as is known acceptable to the model. What differs from item to item comes last: the messages. */
	bodyFor(request: ChatRequest): ChatBody {
		const { model, messages, maxOutputTokens, temperature, reasoningEffort, without = [] } = request;
		const isRefused = (field: string): boolean => without.includes(field) || (this.#refused.get(model)?.has(field) ?? false);
		const limitField = this.#limitsOf(request).find((field) => !isRefused(field));
		return {
			model: model.toWellFormed(),
			...(maxOutputTokens !== null && limitField !== undefined ? { [limitField]: maxOutputTokens } : {}),
			...(temperature !== null && !isRefused('temperature') ? { temperature } : {}),
			...(reasoningEffort !== null && !isRefused('reasoning_effort') ? { reasoning_effort: reasoningEffort } : {}),
			// Some servers stream unless they are told not to.
			...(isRefused('stream') ? {} : { stream: false as const }),
			...responseFormat(request),
			messages: messages.map(({ role, content }) => ({ role, content: content.toWellFormed() })),
		};
	}

	/**
	 * Remembers that a model refused a field, so that the next body for it goes without; false where it cannot. A limit is left out where it is
	 * unknown, not where its value is too large: without one an answer may cost more than was set aside.
	 */
	learn(model: string, { field, words }: { readonly field: string; readonly words: string }): boolean {
		if (NEEDED.has(field) || (LIMITS.includes(field) && isLimitTooLarge(words))) return false;
		const refused = this.#refused.get(model) ?? new Set();
		this.#refused.set(model, refused.add(field));
		return true;
	}

	/** The names of the output limit, the one to try first before the other; none where the limit is left out. */
	#limitsOf({ limitField }: ChatRequest): readonly string[] {
		if (limitField === 'none') return [];
		const isUsual = limitField === undefined;
		return (this.#limitField === 'max_tokens') === isUsual ? LIMITS : LIMITS.toReversed();
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
