/**
 * Owns taking turns at a file that other processes write too: one attempt at a time, waiting without blocking the host, and
 * stepping aside after a turn so that no process starves. Refuses to wait past a deadline.
 */
import { busyFault, isBusy } from './faults';

/** What waiting needs from outside: a timer and a random number in [0, 1). */
export interface Waiting {
	readonly pause: (delayMs: number) => Promise<void>;
	readonly jitter: () => number;
}

export interface TurnsOptions extends Waiting {
	readonly path: string;
	/** Longest wait for a lock that another process holds. */
	readonly busyDeadlineMs: number;
}

/** After another process was noticed, this many turns are followed by a rest. */
const POLITE_TURNS = 64;
/** A process that believes it is alone rests once in so many turns, so that a newcomer gets in and is noticed. */
const LONELY_TURNS = 32;
/** A lock that is merely shared comes free within milliseconds: who waits long must not be slower to take it than who just came. */
const RETRY_MS = 3;
/** After this long the lock is not shared but kept, and asking so often would only burn the processor. */
const PATIENT_AFTER_MS = 1000;
const PATIENT_RETRY_MS = 20;

/** The queue of one process at one file. */
export class Turns {
	readonly #options: TurnsOptions;
	#queue: Promise<unknown> = Promise.resolve();
	#rest: Promise<void> | null = null;
	#politeTurns = 0;
	#turnsSinceRest = 0;

	constructor(options: TurnsOptions) {
		this.#options = options;
	}

	/** Runs `attempt` when its turn comes, again and again while the file is locked. Rejects with `ledger_busy` after the deadline. */
	take<T>(attempt: () => T): Promise<T> {
		const turn = this.#queue.then(() => this.#run(attempt));
		this.#queue = turn.catch(() => undefined);
		return turn;
	}

	/** Tells that another process uses the file. */
	noticeOther(): void {
		this.#politeTurns = POLITE_TURNS;
	}

	async #run<T>(attempt: () => T): Promise<T> {
		await this.#rest;
		this.#rest = null;
		const result = await retryWhileBusy(attempt, {
			...this.#options,
			onBusy: () => {
				this.noticeOther();
			},
		});
		this.#restAfterTurn();
		return result;
	}

	/** The rest begins now and is waited for by the next turn, so the answer of this one is not delayed. */
	#restAfterTurn(): void {
		this.#turnsSinceRest += 1;
		if (this.#politeTurns > 0) this.#politeTurns -= 1;
		else if (this.#turnsSinceRest < LONELY_TURNS) return;
		this.#turnsSinceRest = 0;
		const restMs = Math.floor(this.#options.jitter() * 3);
		if (restMs > 0) this.#rest = this.#options.pause(restMs);
	}
}

/** Runs `attempt` until it does not meet a lock. Waits with jitter in between; rejects with `ledger_busy` after the deadline. */
export async function retryWhileBusy<T>(attempt: () => T, options: TurnsOptions & { readonly onBusy?: () => void }): Promise<T> {
	const { pause, jitter, path, busyDeadlineMs, onBusy } = options;
	let waitedMs = 0;
	for (;;) {
		try {
			return attempt();
		} catch (error) {
			if (!isBusy(error)) throw error;
			if (waitedMs >= busyDeadlineMs) throw busyFault(error, { path, waitedMs });
		}
		onBusy?.();
		const delayMs = 1 + Math.floor(jitter() * (waitedMs < PATIENT_AFTER_MS ? RETRY_MS : PATIENT_RETRY_MS));
		await pause(delayMs);
		waitedMs += delayMs;
	}
}
