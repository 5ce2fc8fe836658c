/**
 * Owns the port to a model provider: one question, one outcome as a value. Refuses to throw for anything a provider can do;
 * adapters translate every failure once, say whether it may have been billed, and never let a secret into a message.
 */
import type { UsageReading } from '../core/usage';
import type { BatchProvider } from './batch';

export interface ChatMessage {
	readonly role: 'system' | 'user' | 'assistant';
	readonly content: string;
}

/** How the shape of the answer is asked for: the server's strict JSON schema, its JSON mode, words in the prompt alone, or free text. */
export type StructuredMode = 'json_schema' | 'json_object' | 'prompt' | 'text';

export interface ChatRequest {
	readonly model: string;
	readonly messages: readonly ChatMessage[];
	readonly structured: StructuredMode;
	/** JSON schema of the answer, used by `json_schema`; `null` for free text. */
	readonly schema: Readonly<Record<string, unknown>> | null;
	readonly maxOutputTokens: number | null;
	readonly temperature: number | null;
	/** Sent as `reasoning_effort` when given. */
	readonly reasoningEffort: 'minimal' | 'low' | 'medium' | 'high' | null;
	readonly timeoutMs: number;
	readonly signal: AbortSignal | null;
}

/**
 * Why a call gave no answer.
 * `quota_exhausted` is a 429 (or 402/403) that waiting does not cure; `rate_limited` one that it does.
 * `unsupported_output`: the server does not know the structured mode asked for; ask again with the next weaker one.
 */
export type ProviderFaultCode =
	| 'rate_limited'
	| 'quota_exhausted'
	| 'unauthorised'
	| 'model_not_found'
	| 'context_too_long'
	| 'content_refused'
	| 'unsupported_output'
	| 'bad_request'
	| 'server_error'
	| 'timeout'
	| 'connection_refused'
	| 'connection_lost'
	| 'garbage'
	| 'cancelled';

export interface ProviderFault {
	readonly code: ProviderFaultCode;
	/** Whether the provider charged for it: `no` (release the hold), `unknown` (leave it unconfirmed), `yes` (settle). */
	readonly billed: 'no' | 'unknown' | 'yes';
	readonly isRetryable: boolean;
	/** What the provider's Retry-After asked for, in milliseconds. */
	readonly retryAfterMs: number | null;
	readonly status: number | null;
	/** For people: what happened and what to do, free of keys and of prompt text. */
	readonly message: string;
	/** Usage where the provider reported it together with the failure. */
	readonly usage: UsageReading;
}

export interface ChatAnswer {
	readonly kind: 'answered';
	/** The answer's text; empty when the model said nothing. */
	readonly text: string;
	/** The model's own refusal text, when it refused. */
	readonly refusal: string | null;
	readonly finishReason: string | null;
	readonly usage: UsageReading;
	/** The model the provider says it used. */
	readonly model: string | null;
	readonly latencyMs: number;
}

export type ChatOutcome = ChatAnswer | { readonly kind: 'failed'; readonly fault: ProviderFault; readonly latencyMs: number };

/** One endpoint with its credentials. Never throws from `chat`. */
export interface Provider {
	readonly name: string;
	chat(request: ChatRequest): Promise<ChatOutcome>;
	/** Many questions at once, answered within hours; absent where the adapter knows none. */
	readonly batches?: BatchProvider;
	/** Model ids that the endpoint offers, sorted. Throws `provider_misconfigured` with a message for people. */
	listModels(signal?: AbortSignal): Promise<readonly string[]>;
}
