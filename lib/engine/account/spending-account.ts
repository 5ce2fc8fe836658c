/** Owns what an LLM Action needs of an account: the ledger's own, or one that goes on while the ledger is away. Types only. */
import type { PriceList } from '../../core/prices/price-list';
import type { AnswerCache } from './answer-cache';
import type { CheckTally } from './check-tally';
import type { LearnedFacts } from './learned-facts';
import type { LedgerAccount } from './ledger-account';
import type { Timing } from '../waiting/timing';

/** The use of an account; what was opened for it is closed after `release`. */
export interface SpendingLease {
	readonly account: SpendingAccount;
	release(): Promise<void>;
}

/** How an account is opened once more, for what is to be recorded when whoever opened it first has gone. */
export interface Reopening {
	/** Tells ledgers and their accounts apart, and names them for people, without a password. */
	readonly name: string;
	/** Rejects while the ledger is away. */
	readonly open: () => Promise<SpendingLease>;
}

/** Spending from an account, and what goes with it. */
export type SpendingAccount = Pick<
	LedgerAccount,
	'accountId' | 'reserve' | 'lookUp' | 'settle' | 'release' | 'expire' | 'keptResult' | 'readHold' | 'readProfile'
> & {
	/** The answers that are kept for identical requests; `null` while they cannot be reached. */
	openAnswers(): Promise<AnswerCache | null>;
	/** Where what checks came to is counted; `null` while it cannot be reached. */
	openChecks(): Promise<CheckTally | null>;
	/** Tells the time of the ledger (ledger rule 46); absent or `null`: the machine's is used. */
	readonly timing?: Pick<Timing, 'clock'> | null;
	/** The prices that new calls go by. */
	readonly prices: { current(): Promise<PriceList> };
	/** What processes learn of models and share; absent while it cannot be reached. */
	readonly learned?: LearnedFacts | null;
	/** Absent: it stays open as long as anybody uses it. */
	readonly reopening?: Reopening | null;
	/** Charges to the ledger what was spent while it was away; absent: nothing ever is. */
	readonly bringHome?: () => Promise<void>;
};
