/**
 * Owns keeping the budget counters of a proof twice: as a store tells them, and as the journal makes them. A budget for each person has a
 * counter for each person, so a book may be kept outside of memory; `CountersInMemory` is for accounts with few.
 */
import { isSame } from '../values/difference';
import { counterKey, type CounterShelf } from '../nouns/counters';
import type { BudgetCounter } from '../nouns/records';

/** A counter that is stored otherwise than the journal says. */
export interface CounterDifference {
	readonly key: string;
	/** `changed`: both know it, with other amounts; otherwise one of them does not know it. */
	readonly kind: 'changed' | 'not_stored' | 'not_in_journal';
}

/** The counters of one proof. Those of the journal are got and set; those of the store are told. */
export interface CounterBook extends CounterShelf {
	/** Takes a counter as it is stored; one of the same key that was told before is replaced. */
	tell(counter: BudgetCounter): void;
	/** What differs, in any order. */
	differences(): Iterable<CounterDifference>;
	/** Gives up what the book was kept in. It is not used afterwards. */
	close(): void;
}

/** A book in memory. */
export class CountersInMemory implements CounterBook {
	readonly #stored = new Map<string, BudgetCounter>();
	readonly #replayed = new Map<string, BudgetCounter>();

	get(key: string): BudgetCounter | undefined {
		return this.#replayed.get(key);
	}

	set(key: string, counter: BudgetCounter): void {
		this.#replayed.set(key, counter);
	}

	tell(counter: BudgetCounter): void {
		this.#stored.set(counterKey(counter), counter);
	}

	*differences(): Iterable<CounterDifference> {
		for (const [key, counter] of this.#replayed) {
			const stored = this.#stored.get(key);
			if (!stored) yield { key, kind: 'not_stored' };
			else if (!isSame(counter, stored)) yield { key, kind: 'changed' };
		}
		for (const key of this.#stored.keys()) if (!this.#replayed.has(key)) yield { key, kind: 'not_in_journal' };
	}

	close(): void {
		this.#stored.clear();
		this.#replayed.clear();
	}
}
