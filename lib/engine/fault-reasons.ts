/** Owns the reason that people see for each way a provider can fail. */
import type { Reason } from '../params/fallback-switch';
import type { ProviderFault } from '../providers/provider';

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

/** What people read about a refused reserve. */
export const REFUSAL_MESSAGES = {
	credits_exhausted: 'There are not enough credits for this call. Grant or purchase credits, and the next items get model answers again.',
	credits_held:
		'Calls under way held the credits for longer than this item may wait. Allow a longer wait, fewer calls at a time, or add credits.',
	cap_reached: 'This call would cost more than the caps of the node leave. Raise the cap, or ask for less.',
	budget_exceeded: 'A budget has no room left for this call. Raise it, or wait for its next period.',
	floor_reached: 'The credits that are left are kept back for more valuable segments.',
	overdrawn: 'Earlier calls cost more than there was. The next credits repay that first.',
	plan_not_eligible: 'The account is on a trial plan, which cannot spend credits.',
	unpriced_model: 'The price of this model is not known. Give it a price in the provider settings, or allow models without a price.',
} as const;
