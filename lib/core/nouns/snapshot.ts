/** What a decision is made on, and what a store must write of it. Types only. Amounts are micro-credits, instants epoch milliseconds UTC. */
import type { Instant } from '../values/time';
import type { Outcome } from './commands';
import type { AdminKey } from './admin-key';
import type { CostAverage } from './cost-averages';
import type { Account, BudgetCounter, Entry, GrantState, Hold } from './records';
import type { PeopleChanges, PeopleSnapshot } from './person';
import type { TextChange } from './profile';
import type { SpentIn, UsageDelta } from './usage-totals';

/** What a batch needs to know of an account. Everything that is not asked for may be absent. */
export interface SnapshotNeeds {
	readonly keyHashes: readonly string[];
	readonly holdSeqs: readonly number[];
	readonly grantSeqs: readonly number[];
	readonly promotionIds: readonly string[];
	/** Names of persons, and of those that are to be forgotten. */
	readonly names: readonly string[];
	readonly forgotten: readonly string[];
}

/** The bounded part of an account that decisions are made on. */
export interface AccountSnapshot {
	/** `null`: no such account yet. */
	readonly account: Account | null;
	/** Every grant with remaining or held credits, those asked for, and those that a loaded hold has slices of. */
	readonly grants: readonly GrantState[];
	/** Every open hold that is due at the batch's instant, those asked for, and those of loaded entries. */
	readonly holds: readonly Hold[];
	/** Entries found by key hash. */
	readonly entries: readonly Entry[];
	/** Grants of the promotions asked for, by promotion id. */
	readonly promotions: ReadonlyMap<string, number>;
	/** The counters that `countersNeeded` names for the batch, as far as they exist. */
	readonly counters: readonly BudgetCounter[];
	/** The first entries of alerts after the number that `alertsNeeded` names for the batch, at most `MAX_CLAIMED`. */
	readonly alerts: readonly Entry[];
	/** What calls of each campaign have cost lately. */
	readonly averages: readonly CostAverage[];
	/** What was charged in each span that `spansNeeded` names for the batch. */
	readonly spent: readonly SpentIn[];
	/** The account's key, and the persons of {@link SnapshotNeeds} and of holds whose result is to be kept. */
	readonly people: PeopleSnapshot;
	/** The ledger's admin key, which opening an account needs; only where the account is not there yet. */
	readonly ledgerKey?: AdminKey | null;
}

/** An account as it is, and what the ledger's clock said when it was read. */
export interface AccountNow extends AccountSnapshot {
	readonly clockMs: Instant;
}

/** A text to keep beside the journal for a hold. */
export interface KeptResult {
	readonly holdSeq: number;
	readonly text: string;
	readonly keptUntilMs: Instant;
}

/** What a store writes in one transaction. Rows are whole new values to insert or replace. */
export interface Decision {
	readonly outcomes: readonly Outcome[];
	readonly account: Account | null;
	readonly grants: readonly GrantState[];
	readonly holds: readonly Hold[];
	readonly entries: readonly Entry[];
	/** True when the account's settings must be written too. */
	readonly hasNewSettings: boolean;
	readonly counters: readonly BudgetCounter[];
	/** `null`: as they were. */
	readonly averages: readonly CostAverage[] | null;
	readonly usage: readonly UsageDelta[];
	readonly results: readonly KeptResult[];
	/** One for each name at most. */
	readonly texts: readonly TextChange[];
	readonly people: PeopleChanges;
}
