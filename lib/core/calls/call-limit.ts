/**
 * Finds how many calls to one model may be under way at a time: it starts at 8 and doubles while that pays, goes on trying a few more and
 * a few fewer, and falls by half when the provider says that it is too much. What counts is whether more calls are answered in the same
 * time: a provider that only takes longer is asked no more than it can take. Deterministic; it is told of time.
 */
import { gainOf, LoadWindow, type Level, type Loaded } from './call-load';
import { foundBound, pressedBound, usableOf, type HeldBound } from './held-bound';

/** Calls at a time before anything is known. */
export const FIRST_CALLS = 8;
/** Never more, whatever is learned. */
export const MOST_CALLS = 256;

/** More calls under way are worth it from this gain on; see {@link gainOf}. */
const WORTH_IT = 0.15;
/** Fewer calls are as good below this gain. */
const WORTHLESS = 0.05;
/** The first window is kept at the first limit, so that a narrow rate limit is met with few calls under way. */
const FIRST_WINDOW = 16;
/** While it doubles, differences are large; later they are small. */
const RISING_WINDOW = 12;
const HOLDING_WINDOW = 96;
/** Of fewer calls it is not believed that the rise has come to its end. */
const SURE_WINDOW = 40;
/** Windows of a load that differ by less are not compared. */
const LEAST_STEP = 1.2;
/** Of the limit, from which on a call shows what it is like at the limit. */
const NEARLY = 0.9;
const TRIED_STEP = 1.5;
/** Windows without a trial, doubled up to the most each time that nothing came of it. */
const FIRST_PATIENCE = 4;
const MOST_PATIENCE = 32;
/** Calls that suddenly take so much longer are a sign to look whether fewer would do. */
const SLOWED = 1.4;
/** Where the last step up gained so much, fewer calls are surely worse. */
const GAINS_MUCH = 0.5;

/** What is remembered of a call until its answer. */
export interface SentLoad extends Loaded {
	readonly window: LoadWindow;
	readonly cuts: number;
}

/** The limit of one model. */
export class CallLimit {
	#calls = FIRST_CALLS;
	#mode: 'first' | 'rising' | 'holding' | 'more' | 'fewer' = 'first';
	#window = new LoadWindow();
	/** What the present is compared with. */
	#base: Level | null = null;
	#held: HeldBound | null = null;
	/** Where the rise ends, because more was too much before. */
	#top: number = MOST_CALLS;
	#most = MOST_CALLS;
	#cuts = 0;
	/** True until something is answered after a cut. */
	#isUnanswered = false;
	#usualMs = 0;
	/** What the last step up gained. */
	#gain = 1;
	/** The limit before the trial. */
	#before = FIRST_CALLS;
	#passedOver = 0;
	#isInDoubt = false;
	#windowsHeld = 0;
	#patience = FIRST_PATIENCE;
	#triesMore = true;

	/** Calls that may be under way now, a whole number of at least 1. */
	get calls(): number {
		return Math.max(1, Math.floor(Math.min(this.#calls, this.#ceiling())));
	}

	/** How long a call takes lately, in milliseconds; 0: not known. */
	get usualMs(): number {
		return this.#usualMs;
	}

	/** Starts from what is known of the model: half of it at once, and quickly up to it. */
	startFrom(calls: number): void {
		this.#top = Math.max(1, calls);
		this.#calls = Math.min(calls, Math.max(FIRST_CALLS, calls / 2)); // ratio: calls
		this.#rise();
	}

	/** From now on this part of it, and not more than so many: another process has come. */
	share({ part, most }: { part: number; most: number }): void {
		this.#most = Math.max(1, most);
		if (part >= 1) return;
		this.#calls = Math.max(1, this.#calls * part);
		if (this.#held) this.#held = { ...this.#held, value: Math.max(1, this.#held.value * part) };
		this.#hold();
	}

	/** A call is sent; `calls` are under way with it. `pressedMs`: for how long it, or others, had to wait since the one before. */
	sent(load: Loaded, pressedMs: number): SentLoad {
		if (this.#held && load.isFull) this.#held = pressedBound(this.#held, pressedMs);
		return { ...load, window: this.#window, cuts: this.#cuts };
	}

	/** An answer came after `tookMs`. */
	answered(sent: SentLoad, tookMs: number): void {
		if (sent.cuts === this.#cuts) this.#isUnanswered = false;
		if (sent.window !== this.#window) return;
		if (this.#isSteady && sent.calls < this.calls * NEARLY) {
			this.#passOver();
			return;
		}
		this.#window.add(sent, tookMs);
		if (this.#mode === 'rising' && sent.isFull && !this.#isInDoubt)
			this.#calls = Math.min(this.#calls + 1, Math.max(this.#calls, this.#ceiling(), 1));
		const level = this.#window.level(this.#windowCalls());
		if (!level) return;
		this.#usualMs = level.usualMs;
		this.#look(level);
	}

	/**
	 * The provider says that it is too much, by a limit or because it is overloaded: once for all calls that were under way, and not again
	 * until something is answered.
	 * `accepted`: those that it goes on with, where it has a limit of calls at a time.
	 */
	cut(sent: SentLoad, { isLimit, accepted }: { isLimit: boolean; accepted: number | null }): void {
		if (sent.cuts !== this.#cuts || this.#isUnanswered) return;
		const before = this.calls;
		this.#cuts += 1;
		if (accepted !== null) this.#held = foundBound(Math.max(1, accepted), this.#held);
		this.#top = isLimit ? MOST_CALLS : before;
		this.#isUnanswered = true;
		this.#calls = Math.max(1, before / 2); // ratio: calls
		this.#rise();
	}

	/** True where a window shows one load: what is sent while it fills or empties is passed over. */
	get #isSteady(): boolean {
		return this.#mode === 'holding' || this.#mode === 'more' || this.#mode === 'fewer';
	}

	/** Where the load is not reached any more, a trial shows nothing. */
	#passOver(): void {
		this.#passedOver += 1;
		if (this.#passedOver <= HOLDING_WINDOW + 2 * this.#calls) return;
		this.#calls = Math.max(this.#calls, this.#before);
		this.#hold();
	}

	#windowCalls(): number {
		if (this.#mode === 'first') return FIRST_WINDOW;
		const isRising = this.#mode === 'rising' || (this.#mode === 'more' && this.#gain >= GAINS_MUCH);
		return isRising ? RISING_WINDOW : HOLDING_WINDOW;
	}

	#ceiling(): number {
		return Math.min(this.#most, MOST_CALLS, this.#held ? usableOf(this.#held) : MOST_CALLS);
	}

	#look(level: Level): void {
		if (this.#isRiseInDoubt(level)) return;
		this.#begin();
		switch (this.#mode) {
			case 'first':
				if (level.isFull) this.#rise(level);
				return;
			case 'rising':
				this.#lookAtRise(level);
				return;
			case 'holding':
				this.#lookWhileHolding(level);
				return;
			case 'more':
				this.#lookAtMore(level);
				return;
			case 'fewer':
				this.#lookAtFewer(level);
				return;
			default:
				return this.#mode satisfies never;
		}
	}

	/** Where a small window shows that more is not worth it, a larger one is looked at before that is believed. */
	#isRiseInDoubt(level: Level): boolean {
		const base = this.#base;
		if (this.#mode !== 'rising' || base === null || !level.isFull || level.count >= SURE_WINDOW) return false;
		this.#isInDoubt = level.calls >= base.calls * LEAST_STEP && gainOf(base, level) < WORTH_IT;
		return this.#isInDoubt;
	}

	#lookAtRise(level: Level): void {
		if (!level.isFull) return;
		if (this.#base === null) this.#base = level;
		else if (level.calls >= this.#base.calls * LEAST_STEP) {
			this.#gain = gainOf(this.#base, level);
			if (this.#gain < WORTH_IT) {
				this.#calls = Math.sqrt(this.#base.calls * level.calls);
				this.#hold();
				return;
			}
			this.#base = level;
		}
		if (this.#calls < Math.min(this.#top, this.#ceiling())) return;
		if (this.#gain >= GAINS_MUCH && this.#calls < this.#ceiling()) this.#try('more');
		else this.#hold();
	}

	#lookWhileHolding(level: Level): void {
		if (!level.isFull) return;
		this.#windowsHeld += 1;
		// The first window after a change shows what was still under way.
		if (this.#windowsHeld === 1) return;
		const isFirst = this.#base === null;
		const isSlowed = this.#base !== null && level.usualMs > this.#base.usualMs * SLOWED;
		if (!isFirst && !isSlowed && this.#windowsHeld <= this.#patience) return;
		this.#base = level;
		const isGaining = this.#gain >= GAINS_MUCH;
		const mayGrow = this.#calls < this.#ceiling();
		if (isFirst && isGaining && !mayGrow) return;
		const isMore = mayGrow && !isSlowed && (isFirst ? isGaining : this.#triesMore);
		this.#try(isMore ? 'more' : 'fewer');
	}

	/** Worth it: more still. Else back. */
	#lookAtMore(level: Level): void {
		const base = this.#base;
		const isSeen = base !== null && level.isFull && level.calls >= base.calls * LEAST_STEP;
		if (isSeen) this.#gain = gainOf(base, level);
		if (!isSeen || this.#gain < WORTH_IT) {
			this.#return(base);
			return;
		}
		this.#base = level;
		this.#patience = FIRST_PATIENCE;
		if (this.#calls >= this.#ceiling()) this.#hold(level);
		else this.#try('more');
	}

	/** As many answers in the same time: fewer still. Else back. */
	#lookAtFewer(level: Level): void {
		const base = this.#base;
		if (base === null || level.calls * LEAST_STEP > base.calls || gainOf(level, base) > WORTHLESS) {
			this.#return(base);
			return;
		}
		this.#patience = FIRST_PATIENCE;
		this.#base = level;
		if (this.#calls <= 1) this.#hold(level);
		else this.#try('fewer');
	}

	#rise(base: Level | null = null): void {
		this.#mode = 'rising';
		this.#base = base;
		this.#begin();
	}

	#try(mode: 'more' | 'fewer'): void {
		const before = Math.max(this.#calls, 1);
		this.#before = before;
		this.#calls = mode === 'more' ? Math.min(before * TRIED_STEP, this.#ceiling()) : Math.max(1, before / TRIED_STEP); // ratio: calls
		this.#mode = mode;
		this.#begin();
	}

	/** Nothing came of a trial. */
	#return(base: Level | null): void {
		this.#calls = this.#before;
		this.#patience = Math.min(this.#patience * 2, MOST_PATIENCE);
		this.#triesMore = this.#mode === 'fewer';
		this.#hold(base);
	}

	#hold(base: Level | null = null): void {
		this.#mode = 'holding';
		this.#base = base;
		this.#windowsHeld = 0;
		this.#begin();
	}

	#begin(): void {
		this.#window = new LoadWindow();
		this.#passedOver = 0;
		this.#isInDoubt = false;
	}
}
