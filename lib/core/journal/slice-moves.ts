/**
 * Owns moving amounts between the parts of a grant. Refuses to move more than a part has, as `ledger_corrupt`: an entry that asks for it
 * was not written by a decision.
 */
import { restoreHint } from '../values/restore-hint';
import { CreditError } from '../values/errors';
import { grantId, type Entry, type GrantState } from '../nouns/records';
import type { Slice } from '../nouns/movement';

/** The parts of a grant, which always make up its amount. */
export type Bucket = 'remainingMicro' | 'heldMicro' | 'settledMicro' | 'expiredMicro' | 'voidedMicro';

/** Moves slices from one part of their grants to another. */
export function moveSlices(
	grants: Map<number, GrantState>,
	entry: Entry,
	slices: readonly Slice[],
	{ from, to }: { from: Bucket; to: Bucket },
): void {
	for (const { grantSeq, amountMicro } of slices) {
		const grant = grantOf(grants, entry, grantSeq);
		if (amountMicro < 0n || grant[from] < amountMicro) throw corrupt(entry, `moves more than ${grantId(grantSeq)} has`);
		const moved: { -readonly [K in keyof GrantState]: GrantState[K] } = { ...grant };
		moved[from] -= amountMicro;
		moved[to] += amountMicro;
		grants.set(grantSeq, moved);
	}
}

/** The grant of this number. */
export function grantOf(grants: ReadonlyMap<number, GrantState>, entry: Entry, seq: number): GrantState {
	const grant = grants.get(seq);
	if (!grant) throw corrupt(entry, `names ${grantId(seq)}, which does not exist`);
	return grant;
}

/** The fault for an entry that no decision could have made. */
export function corrupt(entry: Entry, what: string): CreditError {
	return new CreditError('ledger_corrupt', `Entry ${String(entry.seq)} of the journal ${what}. To go on: ${restoreHint()}.`);
}
