/** Owns what each way a provider can fail means: the reason that people see, whether another model may help, and the model's health. */
import type { CallSign } from '../../core/calls/call-control';
import { MAX_RETRY_AFTER_MS, type MayDiffer } from '../../core/calls/retry';
import type { RefusalReason } from '../../core/nouns/words';
import type { Reason } from '../../params/fallback-switch';
import type { ChatOutcome, ProviderFault } from '../../providers/provider';
import type { Health } from '../learned/provider-health';

/** The reason on the item for a provider's fault. */
export function reasonOf({ code }: ProviderFault): Reason {
	switch (code) {
		case 'rate_limited':
			return 'provider_rate_limit';
		case 'quota_exhausted':
			return 'provider_quota';
		case 'unauthorised':
		case 'bad_request':
		case 'unsupported_output':
			return 'provider_rejected';
		case 'model_not_found':
			return 'model_not_found';
		case 'context_too_long':
			return 'context_too_long';
		case 'content_refused':
			return 'content_refused';
		case 'timeout':
			return 'timeout';
		case 'cancelled':
			return 'cancelled';
		case 'garbage':
			return 'invalid_output';
		case 'server_error':
		case 'connection_refused':
		case 'connection_lost':
			return 'provider_error';
		default:
			return code satisfies never;
	}
}

/**
 * What may answer in place of the model that failed: another model of the same provider, where the fault belongs to the model or to the
 * moment; one of another provider, where it belongs to the key, its quota or the address; no other, where it is the item's.
 */
export function mayDiffer({ code }: ProviderFault): MayDiffer {
	switch (code) {
		case 'rate_limited':
		case 'bad_request':
		case 'unsupported_output':
		case 'model_not_found':
		case 'context_too_long':
		case 'timeout':
		case 'garbage':
		case 'server_error':
		case 'connection_lost':
			return 'by_model';
		case 'quota_exhausted':
		case 'unauthorised':
		case 'connection_refused':
			return 'by_provider';
		case 'content_refused':
		case 'cancelled':
			return 'never';
		default:
			return code satisfies never;
	}
}

/**
 * What a fault says about the health of the model. A rate limit is no illness: it passes by waiting, so it counts only when it did
 * not (`isFinal`), or at once when the provider asks for a longer pause than anybody waits.
 */
export function healthOf({ code, retryAfterMs }: ProviderFault, { isFinal }: { isFinal: boolean }): Health {
	switch (code) {
		case 'timeout':
		case 'server_error':
		case 'connection_refused':
		case 'connection_lost':
			return { kind: 'ill', askedPauseMs: longPause(retryAfterMs) };
		case 'rate_limited':
			return isFinal || longPause(retryAfterMs) !== null ? { kind: 'ill', askedPauseMs: longPause(retryAfterMs) } : { kind: 'unknown' };
		case 'quota_exhausted':
		case 'unauthorised':
		case 'bad_request':
		case 'unsupported_output':
		case 'model_not_found':
		case 'context_too_long':
		case 'content_refused':
		case 'cancelled':
		case 'garbage':
			return { kind: 'unknown' };
		default:
			return code satisfies never;
	}
}

/** Statuses by which a provider says that it cannot do so much now. */
const OVERLOADED: ReadonlySet<number> = new Set([503, 529]);

/** What a call says about how many calls at a time are right. */
export function signOf(outcome: ChatOutcome): CallSign {
	const headroom = outcome.headroom ?? null;
	if (outcome.kind === 'answered') return { kind: 'well', headroom };
	const { code, status, retryAfterMs } = outcome.fault;
	if (code === 'rate_limited') return { kind: 'limited', retryAfterMs, headroom };
	const isOverload = code === 'timeout' || (code === 'server_error' && OVERLOADED.has(status ?? 0));
	return isOverload ? { kind: 'overloaded', retryAfterMs } : { kind: 'unknown' };
}

function longPause(retryAfterMs: number | null): number | null {
	return retryAfterMs !== null && retryAfterMs > MAX_RETRY_AFTER_MS ? retryAfterMs : null;
}

/** What people read about a refused reserve, with the name of the limit where one refused it, and why a model has no price. */
export function refusalMessage(
	{ reason, limit }: { readonly reason: RefusalReason; readonly limit: string | null },
	calls: readonly { readonly unpriced: string | null }[] = [],
): string {
	const why = reason === 'unpriced_model' ? calls.find(({ unpriced }) => unpriced !== null)?.unpriced : null;
	if (why) return `${why} ${UNPRICED_MEND}`;
	return limit === null ? REFUSAL_MESSAGES[reason] : `${REFUSAL_MESSAGES[reason]} It is called ${JSON.stringify(limit)}.`;
}

const UNPRICED_MEND = 'Give it a price in the provider settings, or allow models without a price.';

const REFUSAL_MESSAGES = {
	credits_exhausted: 'There are not enough credits for this call. Grant or purchase credits, and the next items get model answers again.',
	credits_held:
		'Calls under way held the credits for longer than this item may wait. Allow a longer wait, fewer calls at a time, or add credits.',
	cap_reached: 'This call would cost more than the caps of the node leave. Raise the cap, or ask for less.',
	budget_exceeded: 'A budget has no room left for this call. Raise it, or wait for its next period.',
	floor_reached: 'The credits that are left are kept back for more valuable segments.',
	overdrawn: 'Earlier calls cost more than there was. The next credits repay that first.',
	account_frozen: 'The account is frozen, so nothing is spent from it. Thaw it when spending may go on: llm-credits thaw.',
	plan_not_eligible: 'The account is on a trial plan, which cannot spend credits.',
	unpriced_model: `The price of this model is not known. ${UNPRICED_MEND}`,
} as const satisfies Record<RefusalReason, string>;
