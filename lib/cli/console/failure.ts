/**
 * Owns how the command line ends: its exit codes, and what a person is told when it did not work. Refuses stack traces, and passwords
 * inside addresses.
 */
import { isCreditError, isLedgerFault, type CreditErrorCode } from '../../core/values/errors';

/** 0 done; 1 refused, or a violation was found; 2 wrong use; 3 the ledger cannot be used; 4 done, but the answer could not be printed. */
export const EXIT = { done: 0, refused: 1, usage: 2, ledger: 3, output: 4 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A failure that the command line itself found. The message is one sentence, the mend another. */
export class CliFailure extends Error {
	readonly exitCode: ExitCode;
	readonly code: string;
	readonly mend: string;

	constructor(exitCode: ExitCode, { code, message, mend }: { code: string; message: string; mend: string }) {
		super(message);
		this.name = 'CliFailure';
		this.exitCode = exitCode;
		this.code = code;
		this.mend = mend;
	}
}

/** Something typed in a way that cannot be meant. */
export function wrongUse(message: string, mend: string): CliFailure {
	return new CliFailure(EXIT.usage, { code: 'wrong_use', message, mend });
}

/** A request that the rules of the ledger do not allow. */
export function refused(code: string, { message, mend }: { message: string; mend: string }): CliFailure {
	return new CliFailure(EXIT.refused, { code, message, mend });
}

/**
 * Runs what was well asked for; where the rules of the ledger still do not allow it, that is a refusal and not wrong use. Throws a
 * {@link CliFailure} in the words of the ledger.
 */
export async function unlessRefused<T>(work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		if (isLedgerFault(error) || !isCreditError(error)) throw error;
		throw refused(error.code, { message: error.message, mend: '' });
	}
}

/** What is printed about a failure, and how the process ends. */
export interface FailureReport {
	readonly exitCode: ExitCode;
	readonly code: string;
	/** What was wrong and how to mend it. */
	readonly message: string;
}

const REFUSALS: ReadonlySet<CreditErrorCode> = new Set([
	'account_not_found',
	'grant_not_found',
	'hold_not_found',
	'idempotency_conflict',
	'not_authorised',
	'too_many_attempts',
]);

/** Tells any thrown value to a person. Never throws. */
export function reportOf(error: unknown): FailureReport {
	if (error instanceof CliFailure)
		return { exitCode: error.exitCode, code: error.code, message: withoutSecrets(`${error.message} ${error.mend}`.trimEnd()) };
	if (isCreditError(error))
		return { exitCode: exitCodeOf(error.code, isLedgerFault(error)), code: error.code, message: withoutSecrets(error.message) };
	const words = error instanceof Error ? error.message : String(error);
	return {
		exitCode: EXIT.ledger,
		code: 'unexpected',
		message: withoutSecrets(`Something unexpected went wrong: ${words}. Please report it with the command you ran.`),
	};
}

function exitCodeOf(code: CreditErrorCode, isFaultOfLedger: boolean): ExitCode {
	if (isFaultOfLedger || code === 'invalid_path') return EXIT.ledger;
	return REFUSALS.has(code) ? EXIT.refused : EXIT.usage;
}

/** The text with user names and passwords inside addresses replaced. */
export function withoutSecrets(text: string): string {
	return text.replace(/([a-z][a-z0-9+.-]{0,30}:\/\/)\S{0,1000}@/gi, '$1***@').replace(/(password=)[^\s&'"]*/gi, '$1***');
}
