/**
 * Lets those who wait for credits of one account stand in a line and wakes them when some came free in this process. Only the first of
 * the line look again, however long it is; no wake-up between their look and their pause is lost.
 */
import type { Timing } from './timing';
import { SharedPatience } from './shared-patience';

/** Given along, because making up a reason takes longer than waking. */
const WOKEN = 'credits came free';
/** As many look again at a release; when one of them leaves the line, the next one does. */
const AT_THE_FRONT = 16;

/** How long to pause. */
export interface Pause {
	/** {@link WakeUps.count} before looking whether there are enough credits. */
	readonly since: number;
	/** Until the next look of one at the front: another process may release credits too. */
	readonly pollMs: number;
	/** Until the last look. */
	readonly leftMs: number;
	readonly signal?: AbortSignal | null | undefined;
}

/** A place in the line; taken with the first pause. */
export class PlaceInLine {
	readonly #wakeUps: WakeUps;
	#wakeUp: AbortController | null = null;

	constructor(wakeUps: WakeUps) {
		this.#wakeUps = wakeUps;
	}

	wake(): void {
		this.#wakeUp?.abort(WOKEN);
	}

	/** Pauses until it is time to look again, or until the signal. */
	async pause({ since, pollMs, leftMs, signal }: Pause, { pause }: Pick<Timing, 'pause'>): Promise<void> {
		const isAtTheFront = this.#wakeUps.stand(this);
		const wakeUp = new AbortController();
		if (isAtTheFront && since !== this.#wakeUps.count) wakeUp.abort(WOKEN);
		this.#wakeUp = wakeUp;
		try {
			const delayMs = isAtTheFront ? Math.min(pollMs, leftMs) : leftMs;
			await pause(delayMs, signal ? AbortSignal.any([wakeUp.signal, signal]) : wakeUp.signal);
		} finally {
			this.#wakeUp = null;
		}
	}

	/** Gives the place up; may be called by one that never took it. */
	leave(): void {
		this.#wakeUps.leave(this);
	}
}

/** Shared by all who use an account in one process. */
export class WakeUps {
	/** How long all of them wait for the same. */
	readonly patience = new SharedPatience();
	#count = 0;
	readonly #line = new Set<PlaceInLine>();

	/** How often credits came free so far; read before looking whether there are enough. */
	get count(): number {
		return this.#count;
	}

	/** Credits came free: the first of the line look again, and everybody's patience starts anew. */
	wake(): void {
		this.#count += 1;
		this.patience.restart();
		for (const place of this.#front()) place.wake();
	}

	/** Takes the place, behind all others where it is new. True at the front. */
	stand(place: PlaceInLine): boolean {
		this.#line.add(place);
		return this.#front().includes(place);
	}

	/** The one who comes to the front in its stead looks again: it was not told of what came free meanwhile. */
	leave(place: PlaceInLine): void {
		const before = this.#front();
		if (!this.#line.delete(place) || !before.includes(place)) return;
		this.#front()[AT_THE_FRONT - 1]?.wake();
	}

	#front(): PlaceInLine[] {
		const front: PlaceInLine[] = [];
		for (const place of this.#line) {
			if (front.push(place) === AT_THE_FRONT) break;
		}
		return front;
	}
}
