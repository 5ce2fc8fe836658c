/**
 * Owns the translation of what PostgreSQL, its driver and the network report into faults with a name, the server and the mend, and
 * which of them pass by themselves. The one place where their codes are read. Refuses to show a password.
 */
import { codeOf, propertyOf } from '../../../core/values/foreign';
import { DUMP_HINT } from '../../../core/values/restore-hint';
import { CreditError, isCreditError, type CreditErrorCode } from '../../../core/values/errors';

/** Why an attempt may be made again: somebody else was in the way, or the server is not there at the moment. */
export type Passing = 'busy' | 'unreachable';

interface Description {
	readonly code: CreditErrorCode;
	readonly text: string;
	readonly isRetryable?: boolean;
}

/** A batch was sent with its COMMIT, and the connection was lost before the answer: it may have been written or not. */
export class UnansweredCommit extends Error {
	constructor(cause: unknown) {
		super('The connection was lost while a batch was being committed.', { cause });
		this.name = 'UnansweredCommit';
	}
}

/** Serialisation failure, deadlock, lock not available, statement cancelled by its timeout, too many connections. */
const BUSY_STATES = new Set(['40001', '40P01', '55P03', '57014', '53300']);
/** Server shutting down or starting, server taken over by a standby that is still read-only, session ended by a timeout. */
const UNREACHABLE_STATES = new Set(['57P01', '57P02', '57P03', '57P05', '25006', '25P03', '25P04']);
const NETWORK_CODES = new Set([
	'ECONNREFUSED',
	'ECONNRESET',
	'ECONNABORTED',
	'EPIPE',
	'ETIMEDOUT',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'EAI_AGAIN',
	'ENOENT',
]);
const POOL_IS_EXHAUSTED = 'timeout exceeded when trying to connect';
const CONNECTION_IS_LOST = /Connection terminated|Query read timeout|not queryable$/;

/** Whether the attempt may be made again, and why; `null` for what stays as it is. */
export function passing(error: unknown): Passing | null {
	if (error instanceof UnansweredCommit) return 'unreachable';
	if (isCreditError(error)) return null;
	const { code, message } = read(error);
	if (BUSY_STATES.has(code) || message.includes(POOL_IS_EXHAUSTED)) return 'busy';
	const isGone = UNREACHABLE_STATES.has(code) || NETWORK_CODES.has(code) || code.startsWith('08') || CONNECTION_IS_LOST.test(message);
	return isGone ? 'unreachable' : null;
}

/**
 * True when the server itself said that the statement failed: then its transaction is over and nothing of it stays. A session that
 * was ended, or a connection that broke, says nothing about a COMMIT under way.
 */
export function isStatementFailure(error: unknown): boolean {
	// The severity itself is in the server's language.
	const isFromServer = typeof propertyOf(error, 'severity') === 'string';
	return isFromServer && passing(error) !== 'unreachable';
}

/** The fault to reject with for anything that was thrown while the ledger at `location` was used. */
export function ledgerFault(cause: unknown, location: string): CreditError {
	if (isCreditError(cause)) return cause;
	const { code, text, isRetryable = false } = describe(cause, location);
	return new CreditError(code, text, { cause, isRetryable });
}

/** True when the database role has no right to what it was asked for. */
export function isForbidden(error: unknown): boolean {
	return isCreditError(error) && error.code === 'ledger_read_only';
}

function describe(cause: unknown, location: string): Description {
	const unknownEnd =
		cause instanceof UnansweredCommit ? ' It is not known whether the last batch was written; the same commands may be given again.' : '';
	switch (passing(cause)) {
		case 'busy':
			return {
				code: 'ledger_busy',
				text: `The ledger ${location} was busy for too long: ${wordsOf(cause)}. Try again; if it stays so, look for a transaction that never ends, or allow more connections.`,
				isRetryable: true,
			};
		case 'unreachable':
			return {
				code: 'ledger_unavailable',
				text: `The ledger ${location} cannot be reached: ${wordsOf(cause)}.${unknownEnd} See that the server runs and takes connections and writes.`,
				isRetryable: true,
			};
		case null:
			return describeState(cause, location);
	}
}

/** What the server's codes mean to people; the text goes on with the location. */
const STATES: readonly (readonly [codes: string, code: CreditErrorCode, text: (location: string, words: string) => string])[] = [
	[
		'42501',
		'ledger_read_only',
		(at, words) => `The database role of ${at} may not do this: ${words}. Use a role with the rights that docs/postgres.md lists for it.`,
	],
	[
		'28P01 28000',
		'ledger_unavailable',
		(at) =>
			`The server of ${at} does not let this user in. Check the user and the password in the PostgreSQL URL, and the server's pg_hba.conf.`,
	],
	['3D000', 'ledger_unavailable', (at) => `The database of ${at} does not exist. Make it, or name another in the PostgreSQL URL.`],
	[
		'53100 53200',
		'ledger_full',
		(at, words) => `The server of ${at} has no room left: ${words}. Make room; nothing of this operation was written.`,
	],
	[
		'42P01 3F000 42703',
		'ledger_corrupt',
		(at, words) => `The schema of the ledger ${at} is not whole: ${words}. Restore a backup ${DUMP_HINT}, or choose another schema.`,
	],
	['ENOTFOUND', 'ledger_unavailable', (at) => `The host of the ledger ${at} is not known. Check the name in the PostgreSQL URL.`],
];
/** Constraints that were broken, and damage that the server found itself; its other internal errors (XX000) say nothing about the ledger. */
const CONTRADICTION = /^(?:23|XX00[12])/;

function describeState(cause: unknown, location: string): Description {
	const { code } = read(cause);
	const words = wordsOf(cause);
	for (const [codes, faultCode, text] of STATES) {
		if (codes.split(' ').includes(code)) return { code: faultCode, text: text(location, words), isRetryable: faultCode === 'ledger_full' };
	}
	if (CONTRADICTION.test(code)) {
		return {
			code: 'ledger_corrupt',
			text: `The ledger ${location} contradicts itself: ${words}. Nothing was written. Run "llm-credits verify" on it.`,
		};
	}
	return {
		code: 'ledger_unavailable',
		text: `The ledger ${location} cannot be used: ${words}${code === '' ? '' : ` (${code})`}. Check the server and its log.`,
	};
}

function read(error: unknown): { code: string; message: string } {
	const message = propertyOf(error, 'message');
	return { code: codeOf(error), message: typeof message === 'string' ? message : '' };
}

/** The innermost words; several addresses of one host that all failed are told by the first. */
function wordsOf(error: unknown): string {
	if (error instanceof UnansweredCommit) return wordsOf(error.cause);
	if (error instanceof AggregateError && error.errors.length > 0) return wordsOf(error.errors[0]);
	const text = error instanceof Error ? error.message : String(error);
	return text.replace(/\.$/, '');
}
