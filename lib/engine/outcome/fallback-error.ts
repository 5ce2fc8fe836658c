/** Owns the way out of an item's steps: whatever stops it is thrown as a reason with words for people. Never leaves the engine. */
import { isCreditError, isLedgerFault, type CreditErrorCode } from '../../core/values/errors';
import type { Reason } from '../../params/fallback-switch';

/** Ends an item without a model's answer. */
export class FallbackError extends Error {
	constructor(
		readonly reason: Reason,
		message: string,
	) {
		super(message);
	}
}

/** The flow was stopped. */
export function cancelled(): FallbackError {
	return new FallbackError('cancelled', 'The flow was stopped before this item was answered.');
}

/** The item's time is over. */
export function outOfTime(): FallbackError {
	return new FallbackError(
		'deadline_reached',
		'There was not enough time left for this item. A call under way is still charged when its answer comes. Raise the Deadline, or use a quicker model.',
	);
}

const OF_THE_ACCOUNT: ReadonlySet<CreditErrorCode> = new Set(['account_not_found', 'not_authorised', 'too_many_attempts']);

/** What was thrown, as a reason. A fault that no step expected is told as it is: the campaign goes on. */
export function fallbackOf(error: unknown): FallbackError {
	if (error instanceof FallbackError) return error;
	if (isLedgerFault(error)) return new FallbackError('ledger_unavailable', error.message);
	if (isCreditError(error) && error.code === 'idempotency_conflict') return new FallbackError('idempotency_conflict', error.message);
	// An account that is not there, and may not be opened without a key, is no fault of the item.
	if (isCreditError(error) && OF_THE_ACCOUNT.has(error.code)) return new FallbackError('ledger_unavailable', error.message);
	if (isCreditError(error)) return new FallbackError('invalid_item', error.message);
	return new FallbackError('provider_error', `Something unexpected happened: ${messageOf(error)}`);
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
