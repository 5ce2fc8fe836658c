/** Says what is wrong where a ledger was to be read, and there is none, or one of an older schema. */
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

/** The fault for a ledger of an older schema that is not brought forward here. */
export function olderLedger(location: string, { version, known }: { version: number; known: number }): CreditError {
	return new CreditError(
		'ledger_unavailable',
		`The ledger ${location} has the older schema ${String(version)}, and this version writes ${String(known)}. Bring it forward with "llm-credits migrate --ledger ${location}", when all hosts that use it have been updated: older ones cannot use it any more after that. Nothing was changed.`,
	);
}
