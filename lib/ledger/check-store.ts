/**
 * Owns the port to what checks of answers came to, counted by day. The counts lie beside the journal: they change no balance, and `verify`
 * proves nothing of them. Adapters hold no rules. An account that is not there keeps nothing and has nothing.
 */

/** How many items of a day, campaign and segment a check found something in. */
export interface CheckCount {
	/** Calendar day in the account's zone, YYYY-MM-DD. */
	readonly day: string;
	/** Labels of the item; empty where it had none. */
	readonly campaign: string;
	readonly segment: string;
	/** Name of the gate. */
	readonly gate: string;
	/** What became of the items: `repaired`, `replaced`, `fallback`, or `unjudged`. */
	readonly outcome: string;
	readonly items: number;
}

/** Days are inclusive; `null` is unbounded. */
export interface CheckQuery {
	readonly fromDay: string | null;
	readonly untilDay: string | null;
}

export interface CheckStore {
	/** Adds to what was counted before, all in one transaction. Each day, labels, gate and outcome at most once. */
	add(accountId: string, counts: readonly CheckCount[]): Promise<void>;

	/** What was counted, in any order. */
	counts(accountId: string, query: CheckQuery): Promise<readonly CheckCount[]>;
}
