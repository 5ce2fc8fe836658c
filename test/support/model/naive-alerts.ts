/**
 * Owns a second opinion on alerts, in whole coins: what was said is remembered with what could be spent when it was said, and everything
 * else is worked out afresh each time. It shares no code with the ledger.
 */

/** What there is to look at. */
export interface Sight {
	readonly isPaid: boolean;
	/** Available and held in live grants. */
	readonly spendable: number;
	/** Sizes of the live grants that are not used up. */
	readonly granted: number;
	/** A call did not get its credits, now or later. */
	readonly isShort: boolean;
	/** Credits are gone for good. */
	readonly isDrained: boolean;
}

/** A budget for one value in one period, as it stands. */
export interface BudgetSight {
	readonly id: string;
	readonly word: string;
	readonly limit: number;
	readonly settled: number;
	/** The amount that was refused or would have been, or `null`. */
	readonly refused: number | null;
	readonly isCharged: boolean;
}

interface Said {
	readonly threshold: number;
	readonly spendable: number;
	readonly nth: number;
}

/** Nothing is left, or not enough: the gravest threshold. */
const OUT = 0;

export class NaiveAlerts {
	/** Everything that was said, in order. */
	readonly words: string[] = [];
	#lowAt: readonly number[] = [20, 5];
	expiryDays: readonly number[] = [7, 1];
	#said: Said[] = [];
	readonly #budgets = new Map<string, number>();
	readonly #readers = new Map<string, number>();
	/** That the clock is behind, while it is. */
	#clockSaid: number | null = null;

	set({ low, expiring }: { low: readonly number[]; expiring: readonly number[] }): void {
		this.#lowAt = low;
		this.expiryDays = expiring;
		this.#said = this.#said.filter(({ threshold }) => threshold === OUT || low.includes(threshold));
	}

	say(word: string): void {
		this.words.push(word);
	}

	clockIsBehind(): void {
		this.say('clock_ahead');
		this.#clockSaid = this.words.length;
	}

	clockIsRight(): void {
		this.#clockSaid = null;
	}

	/** True when something was said or armed again. */
	look({ isPaid, spendable, granted, isShort, isDrained }: Sight): boolean {
		if (!isPaid) return false;
		const before = this.#said.length;
		const share = granted > 0 ? (100 * spendable) / granted : 0;
		this.#said = this.#said.filter(
			(said) => !(spendable > 0 && share > said.threshold + 5 && spendable > said.spendable + Math.ceil(granted / 20)),
		);
		const armed = this.#said.length < before;
		const isOut = isShort || (isDrained && spendable <= 0);
		const crossed = isOut ? OUT : granted > 0 ? Math.min(...this.#lowAt.filter((percent) => share <= percent)) : Infinity;
		if (crossed === Infinity || this.#isSaid(crossed) || this.#isSaid(OUT)) return armed;
		this.say(crossed === OUT ? 'exhausted' : `low:${String(crossed)}`);
		const milder = this.#lowAt.filter((percent) => percent > crossed && !this.#isSaid(percent));
		const nth = this.words.length;
		this.#said.push(...[crossed, ...milder].map((threshold) => ({ threshold, spendable, nth })));
		return true;
	}

	/** True when something was said or armed again. */
	lookAtBudget({ id, word, limit, settled, refused, isCharged }: BudgetSight): boolean {
		const room = limit - settled;
		const roomBefore = this.#budgets.get(id);
		const isArmed = roomBefore !== undefined && room > 0 && room > roomBefore + Math.ceil(limit / 20);
		if (isArmed) this.#budgets.delete(id);
		const isReached = (refused !== null && refused > room) || (isCharged && room <= 0);
		if (!isReached || this.#budgets.has(id)) return isArmed;
		this.say(word);
		this.#budgets.set(id, room);
		return true;
	}

	/** What a reader has not heard; a new one hears what stands. */
	tell(reader: string): { words: string[]; isNoted: boolean } {
		const heard = this.#readers.get(reader);
		const clock = this.#clockSaid === null ? [] : [this.#clockSaid];
		const standing = new Set([...this.#said.map(({ nth }) => nth), ...clock].map((nth) => nth - 1));
		const words = this.words.filter((_word, index) => (heard === undefined ? standing.has(index) : index >= heard));
		this.#readers.set(reader, this.words.length);
		return { words, isNoted: heard === undefined || words.length > 0 };
	}

	#isSaid(threshold: number): boolean {
		return this.#said.some((said) => said.threshold === threshold);
	}
}
