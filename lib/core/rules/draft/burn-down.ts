/**
 * Owns the order in which grants burn, and drawing slices in that order. One comparator, total on every host (ledger rule 7).
 */
import type { GrantState } from '../../nouns/records';
import type { GrantCategory } from '../../nouns/words';
import type { Slice } from '../../nouns/movement';
import { minMicro, type Micro } from '../../values/money';
import { compareInstants, isWithin, type Instant } from '../../values/time';

const CATEGORY_RANK: Readonly<Record<GrantCategory, number>> = { promotional: 0, adjustment: 1, purchased: 2 };

/** Priority → expiry (never last) → promotional, adjustment, purchased → effective instant → sequence. Never 0 for two grants. */
export function compareBurnDown(a: GrantState, b: GrantState): number {
	return (
		a.priority - b.priority ||
		compareInstants(a.expiresAtMs, b.expiresAtMs) ||
		CATEGORY_RANK[a.category] - CATEGORY_RANK[b.category] ||
		compareInstants(a.effectiveAtMs, b.effectiveAtMs) ||
		a.seq - b.seq
	);
}

/** True when credits of the grant may be spent at `atMs`: not voided, and within `[effectiveAt, expiresAt)`. */
export function isLive(grant: GrantState, atMs: Instant): boolean {
	return !grant.isVoided && isWithin(atMs, { fromMs: grant.effectiveAtMs, untilMs: grant.expiresAtMs });
}

/** Slices of up to `amountMicro` from the live grants in burn-down order. Shorter than asked when credits run out. */
export function drawSlices(grants: Iterable<GrantState>, { amountMicro, atMs }: { amountMicro: Micro; atMs: Instant }): Slice[] {
	if (amountMicro === 0n) return [];
	const live = [...grants].filter((grant) => grant.remainingMicro > 0n && isLive(grant, atMs)).sort(compareBurnDown);
	const slices: Slice[] = [];
	let missingMicro = amountMicro;
	for (const grant of live) {
		if (missingMicro === 0n) break;
		const takenMicro = minMicro(grant.remainingMicro, missingMicro);
		slices.push({ grantSeq: grant.seq, amountMicro: takenMicro });
		missingMicro -= takenMicro;
	}
	return slices;
}
