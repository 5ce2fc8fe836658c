/**
 * Owns the fixed words of the ledger as they are stored: each is a number, its place in its list. The numbers are in people's files and
 * databases: append only. Refuses a number that it does not know as `ledger_corrupt`.
 */
import { restoreHint } from '../core/values/restore-hint';
import { CreditError } from '../core/values/errors';
import { ENTRY_KINDS } from '../core/journal/journal';
import type { Entry } from '../core/nouns/records';
import {
	GRANT_CATEGORIES,
	HOLD_STATES,
	PLANS,
	UNCONFIRMED_POLICIES,
	type GrantCategory,
	type HoldState,
	type Plan,
	type UnconfirmedPolicy,
} from '../core/nouns/words';

/** The number that a fixed word is stored as. */
export const planCode = (plan: Plan): number => PLANS.indexOf(plan);
/** The number that a fixed word is stored as. */
export const policyCode = (policy: UnconfirmedPolicy): number => UNCONFIRMED_POLICIES.indexOf(policy);
/** The number that a fixed word is stored as. */
export const categoryCode = (category: GrantCategory): number => GRANT_CATEGORIES.indexOf(category);
/** The number that a fixed word is stored as. */
export const holdStateCode = (state: HoldState): number => HOLD_STATES.indexOf(state);
/** The number that a fixed word is stored as. */
export const kindCode = (kind: Entry['body']['kind']): number => ENTRY_KINDS.indexOf(kind);

/** The word that is stored as a number; `what` is named when there is none. */
export function word<T extends string>(words: readonly T[], code: bigint | number, what: string): T {
	const found = words[Number(code)];
	if (found === undefined) throw corrupt(`a row has the unknown ${what} ${String(code)}`);
	return found;
}

/** The fault for a ledger whose rows cannot be read. */
export function corrupt(what: string): CreditError {
	return new CreditError('ledger_corrupt', `The ledger cannot be read: ${what}. To go on: ${restoreHint()}.`);
}
