/** Counters of budgets by their key. */
import type { BudgetCounter, CounterRef } from './records';

/** The key of a counter within its account. A period may be the id of a send and hold any character, so its length stands before it. */
export function counterKey({ budgetSeq, period, value }: CounterRef): string {
	return `${String(budgetSeq)}/${String(period.length)}:${period}/${value}`;
}

/** Counters by their key, as entries change them: a `Map` is one. */
export interface CounterShelf {
	get(key: string): BudgetCounter | undefined;
	set(key: string, counter: BudgetCounter): unknown;
}
