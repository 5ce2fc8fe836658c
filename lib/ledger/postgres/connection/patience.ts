/**
 * Owns how long a ledger on a server is insisted on: again while what stood in the way may pass, with growing pauses and jitter, up to
 * a deadline. Refuses to let every call wait that long while the server stays away.
 */
import { passing, type Passing } from './faults';

/** What waiting needs from outside: a timer, a random number in [0, 1), and milliseconds that only go forward. */
export interface Waiting {
	readonly pause: (delayMs: number) => Promise<void>;
	readonly jitter: () => number;
	readonly monotonicMs: () => number;
}

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 250;
/** What the last attempt may still take when the deadline is near. */
const LEAST_ATTEMPT_MS = 100;

/** The patience of one store. */
export class Retries {
	readonly #waiting: Waiting;
	readonly #deadlinesMs: Readonly<Record<Passing, number>>;
	/** Set when the server stayed away for a whole deadline: from then on each call tries once, until one gets through. */
	#isAway = false;

	/** `deadlinesMs`: how long somebody may be in the way, and how long the server may be away. */
	constructor(waiting: Waiting, deadlinesMs: Readonly<Record<Passing, number>>) {
		this.#waiting = waiting;
		this.#deadlinesMs = deadlinesMs;
	}

	/** Runs `attempt`, which is told how long it may take, until it succeeds. Rejects with its last error, or the first that will not pass. */
	async insist<T>(attempt: (timeoutMs: number) => Promise<T>): Promise<T> {
		const { pause, jitter, monotonicMs } = this.#waiting;
		const startMs = monotonicMs();
		for (let longestMs = FIRST_PAUSE_MS; ; longestMs = Math.min(longestMs * 2, LONGEST_PAUSE_MS)) {
			const waitedMs = monotonicMs() - startMs;
			try {
				const result = await attempt(Math.max(Math.ceil(this.#deadlinesMs.busy - waitedMs), LEAST_ATTEMPT_MS));
				this.#isAway = false;
				return result;
			} catch (error) {
				const reason = passing(error);
				if (reason === null) throw error;
				if (waitedMs >= this.#deadlinesMs[reason] || this.#isAway) {
					this.#isAway = reason === 'unreachable';
					throw error;
				}
			}
			await pause(1 + Math.floor(jitter() * longestMs));
		}
	}
}
