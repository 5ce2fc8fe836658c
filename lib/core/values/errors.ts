/**
 * Owns the one error type for faults. Expected results (refused, replayed) are values and never pass through here.
 * Every code has one meaning, and the message always names what was wrong and what to do about it.
 */

/** Codes of faults. `isRetryable` on the error tells whether the same command may simply be tried again. */
export type CreditErrorCode =
	| 'account_not_found'
	| 'grant_not_found'
	| 'hold_not_found'
	| 'idempotency_conflict'
	| 'invalid_amount'
	| 'invalid_argument'
	| 'invalid_key'
	| 'invalid_labels'
	| 'invalid_path'
	| 'invalid_settings'
	| 'invalid_time'
	| 'ledger_busy'
	| 'ledger_closed'
	| 'ledger_corrupt'
	| 'ledger_full'
	| 'ledger_moved'
	| 'ledger_newer'
	| 'ledger_read_only'
	| 'ledger_unavailable'
	| 'not_authorised'
	| 'provider_misconfigured'
	| 'too_many_attempts';

const MARKER = Symbol.for('llm-credits.error');

/** A fault with a stable code. Recognised by a marker symbol, so that it survives two copies of this package in one process. */
export class CreditError extends Error {
	readonly code: CreditErrorCode;
	readonly isRetryable: boolean;
	readonly [MARKER] = true;

	constructor(code: CreditErrorCode, message: string, options: { cause?: unknown; isRetryable?: boolean } = {}) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.name = 'CreditError';
		this.code = code;
		this.isRetryable = options.isRetryable ?? false;
	}
}

/** True for a {@link CreditError} made by any copy of this package. */
export function isCreditError(value: unknown): value is CreditError {
	return typeof value === 'object' && value !== null && MARKER in value && value[MARKER] === true;
}

const LEDGER_CODES: ReadonlySet<CreditErrorCode> = new Set([
	'ledger_busy',
	'ledger_closed',
	'ledger_corrupt',
	'ledger_full',
	'ledger_moved',
	'ledger_newer',
	'ledger_read_only',
	'ledger_unavailable',
]);

/** True when the fault means that the ledger itself cannot be used now (rule 30: no call is made, the item takes its fallback). */
export function isLedgerFault(value: unknown): value is CreditError {
	return isCreditError(value) && LEDGER_CODES.has(value.code);
}
