/**
 * Owns the port to a model provider: one question, one outcome as a value. Refuses to throw for anything a provider can do;
 * adapters translate every failure once, say whether it may have been billed, and never let a secret into a message. Many questions can be
 * handed in as a batch, answered within hours; whether one may exist although nobody was told so is said, because its lines are billed.
 */
import type { Headroom } from '../core/calls/call-rate';
import type { UsageReading } from '../core/usage/usage';

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
	/** False for a schema in the dialect of endpoints that do not know OpenAI's strict form; absent: strict. */
	readonly isSchemaStrict?: boolean;
	/** Where the endpoint refused the usual field for the output limit: the other one, or none. */
	readonly limitField?: 'other' | 'none';
	readonly maxOutputTokens: number | null;
	readonly temperature: number | null;
	/** Sent as `reasoning_effort` when given. */
	readonly reasoningEffort: 'minimal' | 'low' | 'medium' | 'high' | null;
	/** Fields of the body that this endpoint and model are known to refuse: left out, a limit sent under its other name. Absent: none. */
	readonly without?: readonly string[];
	readonly timeoutMs: number;
	readonly signal: AbortSignal | null;
}

/** Why an answer ended, in one vocabulary for every server's spelling. */
export type FinishReason = 'stop' | 'length' | 'content_filter' | 'tool_calls' | 'error' | 'other';

/**
 * Where a model's thinking was found: a field of its own beside the answer, parts of the content, tags within the text (taken out of it),
 * or a tag that was opened and never closed, after which no answer came.
 */
export type ThinkingPlace = 'field' | 'parts' | 'tags' | 'unclosed';

/** What of a request a refusal complains about, where its signals or its words name it. */
export interface RefusedField {
	/** The field of the body as it was sent, such as `temperature`, `response_format` or `messages`. */
	readonly field: string;
	/** What within the field: a keyword of the schema (`additionalProperties`, `format`) or a role of the messages (`system`); `null`: all of it. */
	readonly within: string | null;
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
	/** What of the request was refused, where that is known: it can be left out, or sent another way. */
	readonly refusedField?: RefusedField | null;
}

export interface ChatAnswer {
	readonly kind: 'answered';
	/** The answer's text without the model's thinking; empty when the model said nothing. */
	readonly text: string;
	/** The model's own refusal text, when it refused. */
	readonly refusal: string | null;
	/** `null` where the server gave none. */
	readonly finishReason: FinishReason | null;
	/** Where the model's thinking was found; absent or `null`: nowhere. */
	readonly thinking?: ThinkingPlace | null;
	/** What the server refused within this call, free of charge, and was then left out or sent otherwise. Absent: nothing. */
	readonly adapted?: readonly RefusedField[];
	readonly usage: UsageReading;
	/** The model the provider says it used. */
	readonly model: string | null;
	readonly latencyMs: number;
	/** Absent or `null`: it is not said. */
	readonly headroom?: Headroom | null;
}

export type ChatOutcome =
	ChatAnswer | { readonly kind: 'failed'; readonly fault: ProviderFault; readonly latencyMs: number; readonly headroom?: Headroom | null };

/** One endpoint with its credentials. Never throws from `chat`. */
export interface Provider {
	readonly name: string;
	chat(request: ChatRequest): Promise<ChatOutcome>;
	/** Many questions at once, answered within hours; absent where the adapter knows none. */
	readonly batches?: BatchProvider;
	/** Model ids that the endpoint offers, sorted. Throws `provider_misconfigured` with a message for people. */
	listModels(signal?: AbortSignal): Promise<readonly string[]>;
}

/** One question of a batch. */
export interface BatchLine {
	/** Comes back with the answer. 1 to 64 characters. */
	readonly customId: string;
	readonly request: ChatRequest;
}

/** What is handed in. All lines ask the same model. */
export interface BatchInput {
	/** By this name the batch is found again, also by somebody who was never told its id. */
	readonly submission: string;
	readonly lines: readonly BatchLine[];
	/** Within which the provider has to finish. */
	readonly windowHours: number;
	/** For each request, in milliseconds. */
	readonly timeoutMs: number;
}

/** `running` is any state in which lines may still be answered. */
export type BatchStatus = 'running' | 'completed' | 'failed' | 'expired' | 'cancelled';

/** A batch as the provider tells of it. */
export interface BatchState {
	readonly id: string;
	readonly status: BatchStatus;
	/** The name it was handed in under; `null` where the provider does not keep it. */
	readonly submission: string | null;
	readonly inputFileId: string | null;
	/** Epoch milliseconds; 0 where the provider does not say. */
	readonly createdAtMs: number;
	/** Files of lines; while it runs, those that are there already. */
	readonly fileIds: readonly string[];
	/** How many lines are done, of how many; `null` where the provider does not say. */
	readonly doneLines: number | null;
	readonly totalLines: number | null;
	/** What was wrong with the batch as a whole, for people; `null`: nothing. */
	readonly detail: string | null;
}

/** A line that came back. */
export interface BatchResult {
	readonly customId: string;
	/** True for an answer with a good status. */
	readonly isAnswer: boolean;
	/** What it says; `expired` and `cancelled` lines were never asked. The texts that were sent are kept out of messages. */
	read(about: Pick<ChatRequest, 'model' | 'messages'>): ChatOutcome | 'expired' | 'cancelled';
}

/** What handing in came to. `mayExist`: the batch may have been made although that was not confirmed; look for it before anything else. */
export type BatchCreation =
	| { readonly kind: 'created'; readonly batch: BatchState }
	| { readonly kind: 'failed'; readonly fault: ProviderFault; readonly mayExist: boolean };

/** What was read, or why it could not be. */
export type BatchReading<T> = { readonly kind: 'read'; readonly value: T } | { readonly kind: 'failed'; readonly fault: ProviderFault };

/** The batch interface of one endpoint. Never rejects. */
export interface BatchProvider {
	/** Hands lines in. */
	create(input: BatchInput): Promise<BatchCreation>;
	/** The batch of an id; `null`: the provider knows none. */
	state(id: string): Promise<BatchReading<BatchState | null>>;
	/** The batches that were handed in under a name, or one that continues it after a dot, since an instant (epoch milliseconds), looked for among the newest. */
	find(wanted: { readonly submission: string; readonly sinceMs: number }): Promise<BatchReading<readonly BatchState[]>>;
	/** The lines of the files of a batch, in the order of the files. What is no line is left out. */
	results(batch: BatchState): Promise<BatchReading<readonly BatchResult[]>>;
}
