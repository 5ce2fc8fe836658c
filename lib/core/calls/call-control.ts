/**
 * Says when the next call to one model may be sent, from what the calls before it came to: so many at a time, and so many a second once a
 * limit was met. Deterministic; instants are monotonic milliseconds.
 */
import type { Instant } from '../values/time';
import { CallLimit, FIRST_CALLS, MOST_CALLS, type SentLoad } from './call-limit';
import { CallRate, type Headroom, type SentPace } from './call-rate';

/** Pressure is not counted over longer gaps between calls. */
const LONGEST_PRESSED_MS = 1_000;
/** Beyond what the rate that was taken needs at a time. */
const HEADROOM = 1.3;

/** What a call came to, for those that follow. */
export type CallSign =
	/** Answered. */
	| { readonly kind: 'well'; readonly headroom: Headroom | null }
	/** Refused, because there were too many. */
	| { readonly kind: 'limited'; readonly retryAfterMs: number | null; readonly headroom: Headroom | null }
	/** The provider cannot do so much now. */
	| { readonly kind: 'overloaded'; readonly retryAfterMs: number | null }
	/** It says nothing about how many calls are too many. */
	| { readonly kind: 'unknown' };

/** What is remembered of a call until its end. */
export interface SentCall {
	readonly load: SentLoad;
	readonly pace: SentPace;
}

/** What processes tell one another, and what is kept for the next one. */
export interface KnownControl {
	/** Calls at a time. */
	readonly calls: number;
	/** Calls a second that all processes may send together; `null`: no limit was met. */
	readonly perSecond: number | null;
}

/** The calls of this process to one model. */
export class CallControl {
	readonly #limit = new CallLimit();
	readonly #rate = new CallRate();
	#underWay = 0;
	#processes = 1;
	#fullSinceMs: Instant | null = null;

	/** Calls under way. */
	get underWay(): number {
		return this.#underWay;
	}

	/** Calls that may be under way. */
	get calls(): number {
		return this.#limit.calls;
	}

	/** What is known now. */
	get known(): KnownControl {
		return { calls: this.#limit.calls, perSecond: this.#rate.knownPerSecond };
	}

	/** Milliseconds until the next call may be sent; 0: now. `null`: once one ends. */
	waitMs(nowMs: Instant): number | null {
		if (this.#underWay >= this.#limit.calls) return null;
		return this.#rate.waitMs(nowMs);
	}

	/** A call is sent. `hasWaited`: more are waiting, or it had to. */
	sent(nowMs: Instant, hasWaited: boolean): SentCall {
		this.#underWay += 1;
		const isFull = hasWaited && (this.#underWay >= this.#limit.calls || !this.#rate.isBound);
		const pressedMs = isFull && this.#fullSinceMs !== null ? Math.min(nowMs - this.#fullSinceMs, LONGEST_PRESSED_MS) : 0;
		this.#fullSinceMs = isFull ? nowMs : null;
		return {
			load: this.#limit.sent({ calls: this.#underWay, isFull }, pressedMs),
			pace: this.#rate.sent(nowMs, { hasWaited: hasWaited && !isFull, usualPerSecond: this.#usualPerSecond() }),
		};
	}

	/** The call that was to be sent was not. */
	unsent(): void {
		this.#underWay -= 1;
		this.#rate.unsent();
	}

	/** A call came to its end, `tookMs` after it was really sent. */
	ended({ load, pace }: SentCall, sign: CallSign, { nowMs, tookMs }: { nowMs: Instant; tookMs: number }): void {
		this.#underWay -= 1;
		switch (sign.kind) {
			case 'well':
				this.#rate.answered(pace);
				if (sign.headroom) this.#rate.told(sign.headroom, { sent: pace, nowMs });
				this.#limit.answered(load, tookMs);
				return;
			case 'limited':
				if (sign.headroom) this.#rate.told(sign.headroom, { sent: pace, nowMs });
				this.#limited({ load, pace }, { nowMs, retryAfterMs: sign.retryAfterMs });
				return;
			case 'overloaded':
				if (sign.retryAfterMs !== null) this.#rate.pause(sign.retryAfterMs, nowMs);
				this.#limit.cut(load, { isLimit: false, accepted: null });
				return;
			case 'unknown':
				return;
			default:
				return sign satisfies never;
		}
	}

	/** Calls a second that were sent lately. */
	perSecond(nowMs: Instant): number {
		return this.#rate.perSecond(nowMs);
	}

	#limited({ load, pace }: SentCall, refusal: { nowMs: Instant; retryAfterMs: number | null }): void {
		const neededCalls = (this.#rate.perSecond(refusal.nowMs) * this.#limit.usualMs * HEADROOM) / 1_000; // ratio: calls
		const isAtOnce = this.#rate.limited(pace, refusal);
		this.#limit.cut(load, { isLimit: true, accepted: isAtOnce ? Math.max(this.#underWay, neededCalls) : null });
	}

	#usualPerSecond(): number {
		const { calls, usualMs } = this.#limit;
		return usualMs > 0 ? (calls * 1_000) / usualMs : 0; // ratio: calls a second
	}

	/** Starts from what was kept, or from what others know who are at it now: `others` of them. */
	startFrom(known: KnownControl, others: number): void {
		const part = 1 / (others + 1); // ratio: processes
		this.#limit.startFrom(others === 0 ? known.calls : Math.max(1, Math.min(FIRST_CALLS, known.calls * part)));
		this.beside({ others, elsewhere: 0, perSecond: known.perSecond });
	}

	/**
	 * So many other processes call the model too, and send so much a second together; `perSecond` is what they learned later than we did.
	 * All take the same part of what is known.
	 */
	beside({ others, elsewhere, perSecond }: { others: number; elsewhere: number; perSecond: number | null }): void {
		const processes = others + 1;
		const part = this.#processes / processes; // ratio: processes
		if (processes !== this.#processes) this.#limit.share({ part, most: MOST_CALLS / processes }); // ratio: calls
		this.#processes = processes;
		this.#rate.share({ part: 1 / processes, elsewhere, knownPerSecond: perSecond }); // ratio: processes
	}
}
