/**
 * Owns the balance of an account as people see it: a pure view at an instant, with expiry and timeouts already applied.
 */
import { advance } from './advance';
import { compareBurnDown } from './burn-down';
import { Draft } from './draft';
import type { AccountSnapshot } from '../../nouns/snapshot';
import type { Account, GrantState } from '../../nouns/records';
import { sumMicro, type Micro } from '../../values/money';
import type { Instant } from '../../values/time';

export interface Balance {
	readonly account: Account;
	readonly atMs: Instant;
	/** Spendable now: Σ live remaining − overdraft. Below 0 only by the overdraft. */
	readonly availableMicro: Micro;
	/** Kept by open holds. */
	readonly heldMicro: Micro;
	/** What open calls may cost beyond what is held for them; nobody else can have it until they end. */
	readonly mayStillTakeMicro: Micro;
	readonly overdraftMicro: Micro;
	/** Everything ever granted that was live, spent or not; thresholds in percent refer to it. */
	readonly grantedMicro: Micro;
	/** In burn-down order. */
	readonly grants: readonly GrantState[];
}

/** The balance at `atMs` without writing anything. The snapshot's grants decide which grants are listed. Throws `account_not_found`. */
export function balanceAt(snapshot: AccountSnapshot, { accountId, atMs }: { accountId: string; atMs: Instant }): Balance {
	const draft = new Draft(accountId, snapshot, atMs);
	advance(draft, atMs);
	const grants = [...draft.grants].sort(compareBurnDown);
	return {
		account: draft.account,
		atMs: draft.nowMs,
		availableMicro: draft.availableMicro(),
		heldMicro: sumMicro(grants.map((grant) => grant.heldMicro)),
		mayStillTakeMicro: draft.account.reachMicro,
		overdraftMicro: draft.account.overdraftMicro,
		grantedMicro: sumMicro(grants.map((grant) => grant.amountMicro - grant.voidedMicro - grant.expiredMicro)),
		grants,
	};
}
