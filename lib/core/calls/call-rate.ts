/**
 * Finds how many calls a second one model takes, and when the next may be sent. Nothing is held back until a limit shows: in the headers of
 * an answer, whose remaining calls are spread over the time until they are renewed, or by a refusal. Then nothing is sent for as long as
 * the provider asks, and afterwards a little less than it took before. Deterministic; instants are monotonic milliseconds.
 */
import { compareInstants, hasPassed, later, type Instant } from '../values/time';
import { foundBound, isTried, pressedBound, usableOf, type HeldBound } from './held-bound';
import { MAX_RETRY_AFTER_MS } from './retry';

/** Without a word of how long: so long, doubled each time that nothing was answered meanwhile. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A rate is measured over at least so long. */
const SECOND_MS = 1_000;
/** So long a limit that was met tells how the next one is measured. */
const RECENT_MS = 120_000;
/** One refusal does not lower what was known by more than to this. */
const LEAST_OF_KNOWN = 0.7;
/** A limit that is met at this part of what is known is another one. */
const KEPT = 0.9;
const LITTLE_MORE = 1.25;
/** Time is measured without its pauses where it is so many times as long. */
const MANY_PAUSES = 10;
/** Of fewer calls nothing can be told. */
const FEW_CALLS = 8;
/** One call in five seconds is always tried. */
const LEAST_PER_SECOND = 0.2;
/** Calls that were late by less than this may be caught up with. */
const CATCH_UP_MS = 25;
/** What remains is used so many times faster than evenly: it is renewed before its time as a rule. */
const EAGERNESS = 2;
/** Calls are sent so many times faster at most than they are answered. */
const BUNCHING = 4;
/** Where an answer says that nothing remains, and not until when. */
const UNTOLD_RESET_MS = 1_000;
/** Pressure is not counted over longer gaps between calls. */
const LONGEST_PRESSED_MS = 1_000;

/** How many more calls the provider says it takes. */
export interface Headroom {
	readonly remaining: number;
	/** Until it is renewed; `null`: it is not said. */
	readonly resetMs: number | null;
}

/** What is remembered of a call until its answer. */
export interface SentPace {
	/** 1 for the first call. */
	readonly number: number;
	readonly atMs: Instant;
}

interface Found {
	/** Of this process. */
	readonly accepted: number;
	readonly overMs: number;
	/** What was known before. */
	readonly known: HeldBound | null;
	readonly isGuess: boolean;
}

/** True where it was tried whether a little more is possible, and was not; `perSecond` is what was taken meanwhile. */
function isFoundAgain(known: HeldBound, perSecond: number): boolean {
	return !known.isGuess && isTried(known) && usableOf(known) < known.value * LITTLE_MORE && perSecond >= known.value * KEPT;
}

interface Room {
	readonly left: number;
	readonly untilMs: Instant;
	readonly isSpread: boolean;
	/** The call whose answer told it. */
	readonly number: number;
}

/** The pace of one model. */
export class CallRate {
	#bound: HeldBound | null = null;
	#part = 1;
	/** Calls a second that other processes are sending. */
	#elsewhere = 0;
	#number = 0;
	#lastAtMs: Instant = 0;
	#nextAtMs: Instant = 0;
	#pausedUntilMs: Instant = 0;
	#room: Room | null = null;
	/** The last call that was sent before the latest limit was met. */
	#metNumber = 0;
	#metAtMs: Instant | null = null;
	#measured: Found | null = null;
	#unanswered = 0;
	#sent = 0;
	#refused = 0;
	#waited = 0;
	#pausedMs = 0;
	#startedAtMs: Instant | null = null;
	#usualPerSecond = 0;
	readonly #lately: Instant[] = [];

	/** Calls a second that all processes together may send; `null` while no limit is known. */
	get knownPerSecond(): number | null {
		return this.#bound?.value ?? null;
	}

	/** Milliseconds until a call may be sent; 0: now. */
	waitMs(nowMs: Instant): number {
		const ofRoom = this.#roomAt(nowMs);
		const atMs = later(later(this.#pausedUntilMs, this.#nextAtMs), ofRoom);
		return Math.max(0, atMs - nowMs);
	}

	/**
	 * A call is sent. `hasWaited`: it, or others, had to wait for the pace. `usualPerSecond`: as many are answered; 0: not known. They are
	 * sent a few times as fast at most, so that answers that come together do not make calls that go together.
	 */
	sent(nowMs: Instant, { hasWaited, usualPerSecond }: { hasWaited: boolean; usualPerSecond: number }): SentPace {
		this.#usualPerSecond = usualPerSecond;
		this.#press(nowMs, hasWaited);
		this.#number += 1;
		this.#sent += 1;
		if (hasWaited) this.#waited += 1;
		this.#startedAtMs ??= nowMs;
		this.#lately.push(nowMs);
		if (this.#lately.length > 1024) this.#lately.splice(0, 512);
		const intervalMs = this.#intervalMs();
		if (intervalMs > 0) this.#nextAtMs = later(this.#nextAtMs, nowMs - CATCH_UP_MS) + intervalMs;
		if (this.#room) this.#room = { ...this.#room, left: this.#room.left - 1 };
		this.#lastAtMs = nowMs;
		return { number: this.#number, atMs: nowMs };
	}

	/** The call that was to be sent was not. */
	unsent(): void {
		this.#sent -= 1;
		this.#nextAtMs -= this.#intervalMs();
		this.#lately.pop();
		if (this.#room) this.#room = { ...this.#room, left: this.#room.left + 1 };
	}

	/** An answer came. */
	answered(sent: SentPace): void {
		if (sent.number > this.#metNumber) this.#unanswered = 0;
	}

	/** An answer, or a refusal, said how many more calls are taken. */
	told({ remaining, resetMs }: Headroom, { sent, nowMs }: { sent: SentPace; nowMs: Instant }): void {
		if (this.#room && sent.number < this.#room.number && !hasPassed(this.#room.untilMs, { atMs: nowMs })) return;
		const left = remaining - (this.#number - sent.number);
		const untilMs = nowMs + Math.min(resetMs ?? UNTOLD_RESET_MS, MAX_RETRY_AFTER_MS);
		this.#room = { left, untilMs, isSpread: resetMs !== null, number: sent.number };
	}

	/** Nothing is sent for so long. */
	pause(forMs: number, nowMs: Instant): void {
		const untilMs = later(this.#pausedUntilMs, nowMs + Math.min(forMs, MAX_RETRY_AFTER_MS));
		this.#pausedMs += untilMs - later(this.#pausedUntilMs, nowMs);
		this.#pausedUntilMs = untilMs;
	}

	/**
	 * The provider refused a call because there were too many. True where the rate does not explain it: then it has a limit of calls at a
	 * time.
	 */
	limited(sent: SentPace, { nowMs, retryAfterMs }: { nowMs: Instant; retryAfterMs: number | null }): boolean {
		let isAtOnce = false;
		this.#refused += 1;
		if (sent.number <= this.#metNumber) {
			this.#refusedOnceMore();
		} else {
			isAtOnce = this.#measure(nowMs);
			this.#unanswered += 1;
			this.#metNumber = this.#number;
		}
		const unaskedMs = Math.min(FIRST_PAUSE_MS * 2 ** (Math.max(1, this.#unanswered) - 1), LONGEST_PAUSE_MS);
		this.pause(retryAfterMs ?? unaskedMs, nowMs);
		return isAtOnce;
	}

	/** Others learned this later than we did, or send so much beside us; `part` of the whole is ours. */
	share({ part, elsewhere, knownPerSecond }: { part: number; elsewhere: number; knownPerSecond: number | null }): void {
		this.#part = part;
		this.#elsewhere = elsewhere;
		if (knownPerSecond !== null) this.#bound = foundBound(Math.max(LEAST_PER_SECOND, knownPerSecond), this.#bound);
	}

	/** True while a limit is known. */
	get isBound(): boolean {
		return this.#bound !== null || this.#room !== null;
	}

	/** Calls a second that were sent lately. */
	perSecond(nowMs: Instant): number {
		return this.#countSince(nowMs - SECOND_MS);
	}

	#roomAt(nowMs: Instant): Instant {
		const room = this.#room;
		if (!room) return nowMs;
		if (hasPassed(room.untilMs, { atMs: nowMs })) {
			this.#room = null;
			return nowMs;
		}
		if (room.left <= 0) return room.untilMs;
		if (!room.isSpread) return nowMs;
		return this.#lastAtMs + (room.untilMs - this.#lastAtMs) / (EAGERNESS * (room.left + 1)); // ratio: time
	}

	#intervalMs(): number {
		const evenlyMs = this.#usualPerSecond > 0 ? SECOND_MS / (BUNCHING * this.#usualPerSecond) : 0; // ratio: time
		return this.#bound ? Math.max(evenlyMs, SECOND_MS / (usableOf(this.#bound) * this.#part)) : evenlyMs; // ratio: time
	}

	#press(nowMs: Instant, hasWaited: boolean): void {
		if (this.#bound && hasWaited) this.#bound = pressedBound(this.#bound, Math.min(nowMs - this.#lastAtMs, LONGEST_PRESSED_MS));
	}

	/** True where the pace was what is known to be taken. */
	#measure(nowMs: Instant): boolean {
		const known = this.#bound;
		const found = this.#found(nowMs);
		const isKept =
			known !== null && !known.isGuess && !isTried(known) && found.accepted * SECOND_MS >= known.value * this.#part * KEPT * found.overMs;
		this.#measured = isKept ? null : found;
		if (isKept) this.#bound = null;
		this.#learn();
		this.#metAtMs = nowMs;
		this.#startedAtMs = nowMs;
		[this.#sent, this.#refused, this.#waited, this.#pausedMs] = [0, 0, 0, 0];
		return isKept;
	}

	/** What was taken: since the limit was met the last time, where that is not long ago; else in the last second. */
	#found(nowMs: Instant): Found {
		const known = this.#bound;
		const accepted = Math.max(0, this.#sent - this.#refused);
		const ofLastSecond = Math.max(0, this.#countSince(nowMs - SECOND_MS) - this.#refused);
		const sinceMs = nowMs - (this.#startedAtMs ?? nowMs);
		// A pause lets some limits fill up again, and is lost with others: it counts where it matters.
		const overMs = sinceMs > this.#pausedMs * MANY_PAUSES ? sinceMs - this.#pausedMs : sinceMs;
		const isRecent = this.#metAtMs !== null && nowMs - this.#metAtMs < RECENT_MS && this.#waited * 2 >= this.#sent;
		const isLong = !known?.isGuess && (isRecent || overMs < SECOND_MS || accepted * SECOND_MS > ofLastSecond * overMs);
		const isGuess = known === null && overMs < SECOND_MS && accepted < FEW_CALLS;
		const long = { accepted, overMs: Math.max(overMs, SECOND_MS) };
		const perSecond = (long.accepted * SECOND_MS) / (long.overMs * this.#part); // ratio: calls a second
		if (known && isRecent && isFoundAgain(known, perSecond))
			return { accepted: known.value * this.#part, overMs: SECOND_MS, known, isGuess };
		return { ...(isLong ? long : { accepted: ofLastSecond, overMs: SECOND_MS }), known, isGuess };
	}

	/** Of the calls that were under way then, one more was not accepted. */
	#refusedOnceMore(): void {
		this.#refused -= 1;
		if (!this.#measured) return;
		this.#measured = { ...this.#measured, accepted: Math.max(0, this.#measured.accepted - 1) };
		this.#learn();
	}

	#learn(): void {
		if (!this.#measured) return;
		const { accepted, overMs, known, isGuess } = this.#measured;
		const perSecond = (accepted * SECOND_MS) / overMs + this.#elsewhere; // ratio: calls a second
		const least = known && !known.isGuess ? known.value * LEAST_OF_KNOWN : LEAST_PER_SECOND;
		this.#bound = foundBound(Math.max(perSecond, least), known, isGuess);
	}

	#countSince(sinceMs: Instant): number {
		let count = 0;
		for (let index = this.#lately.length - 1; index >= 0; index -= 1) {
			if (compareInstants(this.#lately[index] ?? 0, sinceMs) < 0) break;
			count += 1;
		}
		return count;
	}
}
