/**
 * Owns how long calls take lately, so that none is begun that hardly ends in time. Pure; instants are monotonic milliseconds.
 * Refuses to remember for long: a model that was slow is tried again after some minutes.
 */
import { hasPassed, type Instant } from '../values/time';

const WINDOW = 32;
const REMEMBERED_MS = 5 * 60_000;
/** Fewer calls than this say nothing. */
const FEWEST = 3;

interface Timed {
	readonly atMs: Instant;
	readonly tookMs: number;
}

/** The latest calls, newest last. */
export type Pace = readonly Timed[];

export const NO_PACE: Pace = [];

/** Adds how long a call took; one that was given up counts with the time it had. */
export function paced(pace: Pace, call: Timed): Pace {
	return [...pace, call].slice(-WINDOW);
}

/** The median of the last five minutes in milliseconds, or 0 while too little is known. */
export function usualMs(pace: Pace, { nowMs }: { nowMs: Instant }): number {
	const recent = pace.filter(({ atMs }) => !hasPassed(atMs + REMEMBERED_MS, { atMs: nowMs })).map(({ tookMs }) => tookMs);
	if (recent.length < FEWEST) return 0;
	return recent.sort((a, b) => a - b)[Math.floor((recent.length - 1) * 0.5)] ?? 0;
}
