/** Grants as JSON documents: decimal strings and ISO times. */
import { grantId, type GrantState } from '../../core/nouns/records';
import { isLive } from '../../core/rules/draft/burn-down';
import { formatCredits, type Micro } from '../../core/values/money';
import { toIso, type Instant } from '../../core/values/time';

type Document = Record<string, unknown>;

/** The grant that was made, whether it had been made before under the same key, and what is available now. */
export function grantedDocument(
	grant: GrantState,
	{ availableMicro, isReplayed, nowMs }: { availableMicro: Micro; isReplayed: boolean; nowMs: Instant },
): Document {
	return { grant: grantDocument(grant, nowMs), available: formatCredits(availableMicro), replayed: isReplayed };
}

/** A grant with where its credits are at `atMs`. */
export function grantDocument(grant: GrantState, atMs: Instant): Document {
	return {
		id: grantId(grant.seq),
		category: grant.category,
		amount: formatCredits(grant.amountMicro),
		remaining: formatCredits(grant.remainingMicro),
		held: formatCredits(grant.heldMicro),
		used: formatCredits(grant.settledMicro),
		expired: formatCredits(grant.expiredMicro),
		voided: formatCredits(grant.voidedMicro),
		priority: grant.priority,
		effectiveAt: toIso(grant.effectiveAtMs),
		expiresAt: toIso(grant.expiresAtMs),
		isLive: isLive(grant, atMs),
		note: grant.note,
	};
}
