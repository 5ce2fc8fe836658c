/** Owns what an LLM Action needs of an account: the ledger's own, or one that goes on while the ledger is away. Types only. */
import type { PriceList } from '../../core/prices/price-list';
import type { LedgerAccount } from './ledger-account';

/** Spending from an account, and what goes with it. */
export type SpendingAccount = Pick<
	LedgerAccount,
	| 'accountId'
	| 'reserve'
	| 'lookUp'
	| 'settle'
	| 'release'
	| 'expire'
	| 'keptResult'
	| 'readHold'
	| 'readProfile'
	| 'openAnswers'
	| 'openChecks'
> & {
	/** The prices that new calls go by. */
	readonly prices: { current(): Promise<PriceList> };
};
