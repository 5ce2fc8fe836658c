/**
 * Owns the matrix of reasons: for each reason that an item can carry, what brings it about, what the items carry then, and every entry
 * that stands in the journal for it, to the micro-credit. Both hosts are held to it, and a reason without a row fails the unit tests.
 * A new reason gets its row in one of the files named here, and both hosts show it.
 */
import type { Reason } from '../../../lib/params/fallback-switch';
import type { ReasonScenario } from './reason-row';
import { BEFORE_ASKING, REFUSED, WITH_ANSWER } from './reason-rows-ledger';
import { BILLED, NOT_BILLED } from './reason-rows-provider';

/** Every row of the matrix. */
export const REASON_SCENARIOS: readonly ReasonScenario[] = [...WITH_ANSWER, ...REFUSED, ...BEFORE_ASKING, ...NOT_BILLED, ...BILLED];

/** Items of a batch leave and come back, which a row does not tell. */
const IN_BATCHES =
	'Shown in both hosts by test/load/node-red/batch.test.ts and test/e2e/n8n/batch.test.ts, with every entry of the journal.';

/** Reasons that no row shows, each with a sentence that says why. */
export const WITHOUT_SCENARIO: Readonly<Partial<Record<Reason, string>>> = {
	batch_cancelled: IN_BATCHES,
	batch_expired: IN_BATCHES,
	batch_failed: IN_BATCHES,
	batch_pending: IN_BATCHES,
};
