/** Owns what is said where a ledger was to be read and there is none. Refuses nothing. */
import { CreditError, isCreditError } from '../core/values/errors';

const ABSENT = Symbol('no ledger');

/** The fault for a place without a ledger, when none may be made there: `ledger_unavailable`. `location` is for people, without a password. */
export function absentLedger(location: string): CreditError {
	return new CreditError(
		'ledger_unavailable',
		`There is no ledger at ${location}. Check that this is the right place, or make one with "llm-credits account open" or "llm-credits grant".`,
		{ cause: ABSENT },
	);
}

/** True for what {@link absentLedger} makes: the place could be looked at, and no ledger is there. */
export function isAbsentLedger(error: unknown): boolean {
	return isCreditError(error) && error.cause === ABSENT;
}
