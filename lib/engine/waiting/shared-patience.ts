/**
 * Keeps one deadline for all who wait for the same cause. While nothing happens, those who come later wait only for what is left of it,
 * so that what will never come is waited for once, not once by each.
 */

import { compareInstants, type Instant } from '../../core/values/time';

/** An item waits this many times its patience at most, however often something happens. */
export const LONGEST_WAIT = 3;

/** What somebody waits for. */
export interface Waited {
	readonly cause: string;
	/** Differs when something has happened since: then the deadline starts anew. */
	readonly sign: string;
	readonly patienceMs: number;
	/** Monotonic milliseconds. */
	readonly nowMs: number;
	/** The clock, where {@link SharedPatience.sawLife} is told of instants. */
	readonly atMs?: Instant;
}

interface Known {
	readonly sinceMs: number;
	readonly sinceAtMs: Instant | null;
	readonly sign: string;
	readonly askedMs: number;
}

/** The deadlines of one account, or of one action. */
export class SharedPatience {
	readonly #causes = new Map<string, Known>();

	/** Milliseconds until the deadline of the cause; 0 or less when it has passed. */
	leftMs({ cause, sign, patienceMs, nowMs, atMs }: Waited): number {
		const known = this.#causes.get(cause);
		// What nobody waited for as long as that is forgotten: it says nothing about now.
		const isOld = known?.sign !== sign || nowMs - known.askedMs > patienceMs;
		const sinceMs = isOld ? nowMs : known.sinceMs;
		const sinceAtMs = isOld ? (atMs ?? null) : known.sinceAtMs;
		this.#causes.set(cause, { sinceMs, sinceAtMs, sign, askedMs: nowMs });
		return sinceMs + patienceMs - nowMs;
	}

	/**
	 * Somebody who is waited for did something at this instant: a deadline that began before starts anew. An instant after `nowMs` tells
	 * nothing: it is of another clock.
	 */
	sawLife(atMs: Instant, nowMs: Instant): void {
		if (compareInstants(nowMs, atMs) < 0) return;
		for (const [cause, { sinceAtMs }] of this.#causes) {
			if (sinceAtMs !== null && compareInstants(sinceAtMs, atMs) < 0) this.#causes.delete(cause);
		}
	}

	/** Something came free: all deadlines start anew. */
	restart(): void {
		this.#causes.clear();
	}
}
