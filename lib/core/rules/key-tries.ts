/**
 * How tries at an admin key are slowed for a whole ledger (ledger rule 35), without keeping whoever knows the key waiting.
 *
 * Each try has a lane by a few bits of its proof: `near` where they are those of the right proof, `far` otherwise. A right key is always
 * near, a guess hardly ever. In each lane one try at a time is looked at, and each wrong one keeps the lane for longer. So a flood
 * of guesses fills the far lane alone, and somebody who guesses learns those few bits at most.
 */
import { sha256 } from '../values/idempotency';
import { hasPassed, type Instant } from '../values/time';
import type { AdminKey } from '../nouns/admin-key';

export type TryLane = 'near' | 'far';

/** What a ledger remembers of one lane. */
export interface LaneTries {
	/** Wrong keys so far; none any more when a day has passed without one. */
	readonly wrong: number;
	/** Until then nothing is looked at. */
	readonly untilMs: Instant;
}

/** What a ledger remembers of all tries at its admin keys. */
export type KeyTries = Readonly<Record<TryLane, LaneTries>>;

export const NO_TRIES: KeyTries = { near: { wrong: 0, untilMs: 0 }, far: { wrong: 0, untilMs: 0 } };

/** 12 bits: one guess in 4,096 comes near. */
const NEAR_DIGITS = 3;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS: Readonly<Record<TryLane, number>> = { near: 10_000, far: 60_000 };
const FORGOTTEN_AFTER_MS = 86_400_000;

/** The lane of a proof. */
export function laneOf({ hash }: AdminKey, proof: string): TryLane {
	return sha256(proof).slice(0, NEAR_DIGITS) === hash.slice(0, NEAR_DIGITS) ? 'near' : 'far';
}

/** What became of a try. */
export interface TryAnswer {
	/** The same object where nothing is to be remembered. */
	readonly tries: KeyTries;
	/** False: the lane is taken, and nobody looked at the key. */
	readonly isLookedAt: boolean;
	/** Where the lane is taken: when to ask again. After a wrong key: when that may be told. */
	readonly waitMs: number;
}

/** Looks at a try at `atMs` unless its lane is taken. A right key leaves its lane free; a wrong one takes it, for longer each time. */
export function lookAt(
	tries: KeyTries,
	lane: TryLane,
	{ isRight, atMs }: { readonly isRight: boolean; readonly atMs: Instant },
): TryAnswer {
	const { wrong, untilMs } = tries[lane];
	const leftMs = untilMs - atMs;
	// A clock that was set back must not keep the lane for longer than any wrong key does.
	if (leftMs > 0 && leftMs <= LONGEST_DELAY_MS.far) return { tries, isLookedAt: false, waitMs: leftMs };
	if (isRight) return { tries: wrong === 0 ? tries : { ...tries, [lane]: { wrong: 0, untilMs: 0 } }, isLookedAt: true, waitMs: 0 };
	const before = hasPassed(untilMs + FORGOTTEN_AFTER_MS, { atMs }) ? 0 : wrong;
	const waitMs = Math.min(FIRST_DELAY_MS * 2 ** Math.min(before, 20), LONGEST_DELAY_MS[lane]);
	return { tries: { ...tries, [lane]: { wrong: before + 1, untilMs: atMs + waitMs } }, isLookedAt: true, waitMs };
}
