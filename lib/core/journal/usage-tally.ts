/** Owns totals that grow call by call: one for each day and set of labels. Refuses nothing; a correction may take something away again. */
import { encodeLabels } from './journal';
import type { Labels } from '../nouns/labels';
import { grow, NO_USAGE, type UsageCounts, type UsageDelta } from '../nouns/usage-totals';

type Total = { -readonly [K in keyof UsageDelta]: UsageDelta[K] };

/** Totals by day and labels. */
export class UsageTally {
	readonly #byDay = new Map<string, Map<string, Total>>();

	/** Adds counts to the total of a day and labels. */
	add(day: string, labels: Labels, counts: UsageCounts): void {
		grow(this.#total(day, labels), counts);
	}

	/** The total of a day and labels, or `undefined` where nothing was added. */
	get(day: string, labels: Labels): UsageDelta | undefined {
		return this.#byDay.get(day)?.get(encodeLabels(labels));
	}

	/** All totals, in the order in which they began within their days. */
	totals(): UsageDelta[] {
		return [...this.#byDay.values()].flatMap((totals) => [...totals.values()]);
	}

	#total(day: string, labels: Labels): Total {
		let totals = this.#byDay.get(day);
		if (!totals) this.#byDay.set(day, (totals = new Map<string, Total>()));
		const text = encodeLabels(labels);
		let total = totals.get(text);
		if (!total) totals.set(text, (total = { day, labels, ...NO_USAGE }));
		return total;
	}
}
