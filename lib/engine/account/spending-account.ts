/** Owns what an LLM Action needs of an account: the ledger's own, or one that goes on while the ledger is away. Types only. */
import type { PriceList } from '../../core/prices/price-list';
import type { AnswerCache } from './answer-cache';
import type { CheckTally } from './check-tally';
import type { LearnedFacts } from './learned-facts';
import type { LedgerAccount } from './ledger-account';

/** Spending from an account, and what goes with it. */
export type SpendingAccount = Pick<
	LedgerAccount,
	'accountId' | 'reserve' | 'lookUp' | 'settle' | 'release' | 'expire' | 'keptResult' | 'readHold' | 'readProfile'
> & {
	/** The answers that are kept for identical requests; `null` while they cannot be reached. */
	openAnswers(): Promise<AnswerCache | null>;
	/** Where what checks came to is counted; `null` while it cannot be reached. */
	openChecks(): Promise<CheckTally | null>;
	/** The prices that new calls go by. */
	readonly prices: { current(): Promise<PriceList> };
	/** What processes learn of models and share; absent while it cannot be reached. */
	readonly learned?: LearnedFacts | null;
};
