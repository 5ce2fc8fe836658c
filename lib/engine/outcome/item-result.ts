/**
 * Owns what an item carries when it leaves: its attributes and `llmCredits`. Amounts are decimal strings of credits.
 */
import type { Finding } from '../../core/gates/finding';
import { formatCredits, type Micro } from '../../core/values/money';
import type { Usage } from '../../core/usage/usage-fields';
import type { Reason, Source } from '../../params/fallback-switch';
import type { BatchMark } from './batch-mark';

export type Purpose = 'live' | 'test' | 'preview';

/** Written on every item. */
export interface LlmCredits {
	readonly source: Source;
	readonly reason: Reason;
	/** For people: why the item took its fallback, or what else is worth knowing; `null` when all is well. */
	readonly message: string | null;
	readonly model: string;
	/** Credits charged for this item, all attempts and passes together. */
	readonly credits: string;
	/** What had been set aside for what was charged: how good the estimate was. */
	readonly reserved: string;
	/** Credits available after it; `null` when the ledger could not say. */
	readonly balance: string | null;
	readonly usage: Usage | null;
	/** How often the provider was asked for this item. */
	readonly attempts: number;
	/** How many of its calls nobody knows the cost of, because no answer came; each is charged what it was expected to cost. Absent: none. */
	readonly unconfirmed?: number;
	readonly latencyMs: number;
	readonly holdId: string | null;
	readonly purpose: Purpose;
	/** What each pass came to; `null` for an answer in one call. */
	readonly passes: readonly PassResult[] | null;
	/** What did not pass the checks, and what became of it; `null` when all passed. */
	readonly checks: ItemChecks | null;
	/** The batch that the item waits in, or was answered by; absent for one that was asked at once. */
	readonly batch?: BatchMark;
}

/** What the checks came to. */
export interface ItemChecks {
	/** The second answer passed, only what failed was replaced, the whole item was, or the judge could not be asked. */
	readonly outcome: 'repaired' | 'replaced' | 'fallback' | 'unjudged';
	readonly failed: readonly Finding[];
}

/** One pass of an answer. */
export interface PassResult {
	readonly pass: string;
	readonly model: string;
	readonly state: 'answered' | 'failed';
	readonly credits: string;
	readonly attempts: number;
}

/** The field that n8n's Logs panel sums. */
export interface TokenUsage {
	readonly promptTokens: number;
	readonly completionTokens: number;
	readonly totalTokens: number;
}

export interface ItemResult {
	/** `pending`: it waits in a batch, and carries its fallback values until then. */
	readonly route: 'result' | 'fallback' | 'pending';
	readonly attributes: Record<string, unknown>;
	readonly llmCredits: LlmCredits;
	readonly tokenUsage: TokenUsage | null;
}

/** A copy of `json` with the attributes under `outputField` (beside the other fields when it is empty), `llmCredits` and `tokenUsage`. */
export function mergeResult(json: Readonly<Record<string, unknown>>, result: ItemResult, outputField: string): Record<string, unknown> {
	const attributes = outputField === '' ? result.attributes : { [outputField]: result.attributes };
	return { ...json, ...attributes, llmCredits: result.llmCredits, ...(result.tokenUsage ? { tokenUsage: result.tokenUsage } : {}) };
}

/** Token totals of a call in the form that hosts show. */
export function tokenUsageOf(usage: Usage | null): TokenUsage | null {
	if (!usage) return null;
	return { promptTokens: usage.inputTokens, completionTokens: usage.outputTokens, totalTokens: usage.inputTokens + usage.outputTokens };
}

/** Credits as text, or `null` where there is nothing to say. */
export function creditsOrNull(amountMicro: Micro | null): string | null {
	return amountMicro === null ? null : formatCredits(amountMicro);
}
