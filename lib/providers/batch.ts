/**
 * Owns the port to a provider's batch interface: many questions handed in at once, answered within hours. Refuses to throw for anything a
 * provider can do; whether a batch may exist although nobody was told so is said, because its lines will be billed.
 */
import type { ChatOutcome, ChatRequest, ProviderFault } from './provider';

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
export type BatchReading<T> =
	{ readonly kind: 'read'; readonly value: T } | { readonly kind: 'failed'; readonly fault: ProviderFault };

/** The batch interface of one endpoint. Never rejects. */
export interface BatchProvider {
	/** Hands lines in. */
	create(input: BatchInput): Promise<BatchCreation>;
	/** The batch of an id; `null`: the provider knows none. */
	state(id: string): Promise<BatchReading<BatchState | null>>;
	/** The batches that were handed in under a name since an instant (epoch milliseconds), looked for among the newest. */
	find(wanted: { readonly submission: string; readonly sinceMs: number }): Promise<BatchReading<readonly BatchState[]>>;
	/** The lines of the files of a batch, in the order of the files. What is no line is left out. */
	results(batch: BatchState): Promise<BatchReading<readonly BatchResult[]>>;
}
