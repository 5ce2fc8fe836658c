/**
 * Owns the port to durable storage: one writing method, a few reading ones. Adapters hold no rules: they load a snapshot,
 * run `decide`, write what it says in one transaction, and translate their own failures into named `CreditError`s.
 */
import type { UsageCounts } from '../core/nouns/usage-totals';
import type { Command, Outcome } from '../core/nouns/commands';
import type { AccountNow, KeptResult } from '../core/nouns/snapshot';
import type { UsageDelta } from '../core/nouns/usage-totals';
import type { Account, BudgetCounter, Entry, GrantState, Hold } from '../core/nouns/records';
import type { Labels, LabelName } from '../core/nouns/labels';
import type { HoldMark } from '../core/proof/verify-holds';
import type { CarriedKey } from '../core/proof/verify-keys';

import type { Instant } from '../core/values/time';
import type { AnswerStore } from './answer-store';
import type { CheckStore } from './check-store';
import type { LearnedStore } from './learned-store';
import type { LedgerTransfer } from './transfer';
import type { NameStore } from './ports/name-store';
import type { TryStore } from './ports/try-store';

/** Totals of one group of calls. */
export interface UsageRow extends UsageCounts {
	/** The value of each grouping asked for; `''` where the label was not set. */
	readonly group: Readonly<Partial<Record<UsageGrouping, string>>>;
}

export type UsageGrouping = LabelName | 'day';

export interface UsageQuery {
	readonly groupBy: readonly UsageGrouping[];
	/** Calendar days in the account's zone, YYYY-MM-DD, both included; `null` is open. */
	readonly fromDay: string | null;
	readonly untilDay: string | null;
	readonly where: Labels;
}

/** A page of a journal or of holds, in ascending sequence. */
export interface PageQuery {
	readonly afterSeq: number;
	readonly limit: number;
}

/** A page of a journal, or of its alerts alone. */
export interface EntryQuery extends PageQuery {
	readonly kind?: 'alerted';
}

/** The numbers above `afterSeq` and up to `untilSeq`. */
export interface SeqRange {
	readonly afterSeq: number;
	readonly untilSeq: number;
}

/** A page of idempotency keys; `after`: the last of the page before, `null` for the first. */
export interface KeyQuery {
	readonly after: CarriedKey | null;
	readonly limit: number;
}

/** Everything a store has materialised about an account, read at one moment: what the journal up to `account.lastSeq` must add up to. */
export interface MaterialisedAccount {
	readonly account: Account;
	readonly grants: readonly GrantState[];
	/** Running totals, one for each day and set of labels. */
	readonly usage: readonly UsageDelta[];
	/** Texts of the account by name. */
	readonly texts: ReadonlyMap<string, string>;
}

/** An account with its texts, read at one moment. */
export type AccountProfile = Pick<MaterialisedAccount, 'account' | 'texts'>;

/** Rows of a table whose account is not there. */
export interface StrayRows {
	readonly table: string;
	readonly rows: number;
}

/** How far an account's journal was known to be durable, noted beside the ledger. */
export interface SeenEnd {
	readonly accountId: string;
	readonly seq: number;
	/** The beginning of the entry's hash. */
	readonly hash: string;
}

/** An object of the schema, and what it is made of in words that can be compared. */
export type SchemaObjects = ReadonlyMap<string, string>;

/** A result that is kept for a hold. */
export type KeptOfHold = Pick<KeptResult, 'holdSeq' | 'text'>;

export interface LedgerProof {
	/** Ids of all accounts, also of those whose rows cannot be read. */
	accountIds(): Promise<readonly string[]>;

	/** What of tables, columns, indexes, constraints and triggers is otherwise than the migrations make it, a sentence each; `null` when this user may not compare. */
	schemaDifferences(): Promise<readonly string[] | null>;

	/** Tables with rows that belong to no account. */
	strayRows(): Promise<readonly StrayRows[]>;

	/** Results that are kept for retries, in the order of their holds. */
	keptResults(accountId: string, page: PageQuery): Promise<readonly KeptOfHold[]>;

	/** What was noted of the ends of journals; empty where nothing is. */
	seenEnds(): readonly SeenEnd[];
}

export interface LedgerStore {
	/** For people: the file or the server, without credentials. */
	readonly location: string;
	/** Answers kept for identical requests, beside the journal. */
	readonly answers: AnswerStore;

	/** What checks of answers came to, beside the journal. */
	readonly checks: CheckStore;

	/** What processes learn of models and share, beside the journal. */
	readonly learned: LearnedStore;

	/** Names of persons, beside the journal. */
	readonly names: NameStore;

	/** Tries at the admin keys of all accounts. */
	readonly tries: TryStore;

	/**
	 * True for a store that decides a batch on what the last one has written while that is still being made durable; it is answered later
	 * than the last one, or fails as that does.
	 */
	readonly decidesAhead?: boolean;

	/** What moving the ledger to another place, or from one to here, needs. Only stores that outlive their process have it. */
	readonly transfer?: LedgerTransfer;

	/** What a proof must know beyond the accounts. Only stores that outlive their process have it. */
	readonly proof?: LedgerProof;

	/**
	 * Decides and writes one batch for one account, all in one transaction. Resolves after it is durable, with outcomes in
	 * the order of the commands. Rejects with a ledger fault when nothing was written, or nobody knows whether it is durable.
	 * `onWritten` is called by stores that decide ahead, when the next batch may begin.
	 */
	commit(accountId: string, commands: readonly Command[], onWritten?: () => void): Promise<readonly Outcome[]>;

	/**
	 * What the ledger's clock says, as far as it is known without asking; `null`: not yet. Absent: as the machine's. What is judged by time
	 * beside the journal goes by it too, so that a host whose clock is wrong neither keeps too long nor removes too soon (ledger rule 46).
	 */
	clockNow?(): Instant | null;

	/** The account with all its grants and due holds, and the instant by the ledger's clock, for balances. */
	snapshot(accountId: string): Promise<AccountNow>;

	accounts(): Promise<readonly Account[]>;

	/** What the account's budgets have counted, in any order. */
	counters(accountId: string): Promise<readonly BudgetCounter[]>;

	/** Totals per group, largest charge first. */
	usage(accountId: string, query: UsageQuery): Promise<readonly UsageRow[]>;

	/** Holds by number, in pages; `state` restricts. */
	holds(accountId: string, query: PageQuery & { readonly state: Hold['state'] | null }): Promise<readonly Hold[]>;

	/** Where the holds with numbers in the range stand, in ascending order. */
	holdMarks(accountId: string, range: SeqRange): Promise<readonly HoldMark[]>;

	/** The idempotency keys of the journal in pages, in ascending order of hash and number. */
	carriedKeys(accountId: string, query: KeyQuery): Promise<readonly CarriedKey[]>;

	/**
	 * What is materialised about the account, in one consistent read; `null` when there is no such account. Its budget counters, which may
	 * be many, are told one by one, in any order; again from the first when the read had to begin again.
	 */
	materialised(accountId: string, takeCounter?: (counter: BudgetCounter) => void): Promise<MaterialisedAccount | null>;

	/** The account with its texts; `null` when there is no such account. */
	profile(accountId: string): Promise<AccountProfile | null>;

	/** The journal in pages; `kind` restricts. */
	entries(accountId: string, query: EntryQuery): Promise<readonly Entry[]>;

	/** The entry that carries the hash of a key, or `null`. */
	entryByKey(accountId: string, keyHash: string): Promise<Entry | null>;

	/** The text kept for a settled hold, or `null` when none was kept or its time is over. */
	keptResult(accountId: string, holdSeq: number): Promise<string | null>;

	/** Removes kept texts whose time is over at `atMs`; returns how many. */
	purgeResults(atMs: Instant): Promise<number>;

	/**
	 * Copies the whole ledger as it is now to a new file, while others go on writing; `done` of `total` are parts of the work. Only stores
	 * that are a file have it. Rejects with `invalid_path` when something is there already.
	 */
	backup?(to: string, onProgress: (done: number, total: number) => void): Promise<void>;

	/** True when its place now leads to another ledger than the one that is open; false while there is none. Only stores that are a file have it. */
	isReplaced?(): boolean;

	/** Waits for commits under way, then gives up the file or the connections. Later calls reject with `ledger_closed`. */
	close(): Promise<void>;
}

/** The differences between what is there and what the migrations make, in the order of the names. */
export function differencesOf(found: SchemaObjects, expected: SchemaObjects): string[] {
	const names = [...new Set([...found.keys(), ...expected.keys()])].sort();
	return names.flatMap((name) => {
		if (!found.has(name)) return [`The ${name} is missing.`];
		if (!expected.has(name)) return [`The ${name} is not one of the ledger's.`];
		return found.get(name) === expected.get(name) ? [] : [`The ${name} is otherwise than this version makes it.`];
	});
}
