/**
 * Keeps a bound that was found by running into it: a little below it for a while, then slowly above, ever faster, to see whether it still
 * holds. Only time in which somebody wanted more counts. Pure.
 */

/** So far below the bound is stayed. */
const BELOW = 0.97;
const FIRST_HOLD_MS = 20_000;
const LONGEST_HOLD_MS = 300_000;
const GUESS_HOLD_MS = 1_000;
/** A bound found again within this share of the old one is trusted for longer. */
const ALIKE = 0.2;
/** Growth after the hold, by e: so much for each second, and so much for each second squared. */
const GROWTH_PER_SECOND = 0.02;
const GROWTH_PER_SECOND_SQUARED = 0.001;
/** A guess doubles in two seconds. */
const GUESS_GROWTH_PER_SECOND = 0.35;

/** A bound, in calls or in calls a second. */
export interface HeldBound {
	readonly value: number;
	readonly holdMs: number;
	/** Time in which more was wanted, since the bound was found. */
	readonly pressedMs: number;
	/** It was met so soon that little is known of it: it grows quickly until it is met again. */
	readonly isGuess: boolean;
}

/** The bound as it was just found; `known` is what was taken for it before. */
export function foundBound(value: number, known: HeldBound | null, isGuess = false): HeldBound {
	if (isGuess) return { value, holdMs: GUESS_HOLD_MS, pressedMs: 0, isGuess };
	const isAlike = known !== null && Math.abs(value / known.value - 1) < ALIKE; // ratio: two bounds
	return { value, holdMs: isAlike ? Math.min(known.holdMs * 2, LONGEST_HOLD_MS) : FIRST_HOLD_MS, pressedMs: 0, isGuess };
}

/** The bound after somebody wanted more for so long. */
export function pressedBound(bound: HeldBound, forMs: number): HeldBound {
	return { ...bound, pressedMs: bound.pressedMs + forMs };
}

/** What may be used of the bound now. */
export function usableOf({ value, holdMs, pressedMs, isGuess }: HeldBound): number {
	const beyondS = Math.max(0, pressedMs - holdMs) / 1_000; // ratio: time
	const perSecond = isGuess ? GUESS_GROWTH_PER_SECOND : GROWTH_PER_SECOND;
	return value * BELOW * Math.exp(perSecond * beyondS + GROWTH_PER_SECOND_SQUARED * beyondS * beyondS);
}

/** True while it is tried whether more is possible. */
export function isTried({ holdMs, pressedMs }: HeldBound): boolean {
	return pressedMs > holdMs;
}
