/** What a check of an installation found: one state, one sentence about it, and what to do. */

/** The checks, in the order in which they are told. */
export const CHECKS = ['node', 'ledger', 'rights', 'mount', 'schema', 'account', 'clock', 'prices', 'provider'] as const;
export type Check = (typeof CHECKS)[number];

/** `warning`: it works, and may not always. `wrong`: it does not work as it should. `skipped`: it was not looked at. */
export type FindingState = 'ok' | 'warning' | 'wrong' | 'skipped';

/** One finding. No text of it has a secret in it. */
export interface CheckFinding {
	readonly check: Check;
	readonly state: FindingState;
	readonly says: string;
	/** What to do; `null` where there is nothing to do. */
	readonly todo: string | null;
}

/** A finding that all is well. */
export function isWell(check: Check, says: string): CheckFinding {
	return { check, state: 'ok', says, todo: null };
}

/** A finding that nobody looked, and why. */
export function isSkipped(check: Check, says: string): CheckFinding {
	return { check, state: 'skipped', says, todo: null };
}
