/**
 * Owns the balance of an account as people see it: a pure view at an instant, with expiry and timeouts already applied.
 */
import { advance } from './advance';
import { compareBurnDown } from './burn-down';
import { Draft } from './draft';
import { clockAheadOf, type ClockAhead } from './ledger-time';
import type { AccountNow } from '../../nouns/snapshot';
import type { Account, GrantState } from '../../nouns/records';
import { sumMicro, type Micro } from '../../values/money';
import type { Instant } from '../../values/time';

export interface Balance {
	readonly account: Account;
	/** What entries would be stamped with now. */
	readonly atMs: Instant;
	/** What the ledger's clock says. */
	readonly clockMs: Instant;
	/** `null` where the clock is not behind the account's newest entry, or by five minutes at most. */
	readonly ahead: ClockAhead | null;
	/** What is there: Σ live remaining − overdraft. Below 0 only by the overdraft. */
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

/**
 * The balance when the ledger's clock says `clockMs` (as when the snapshot was read, where nothing is said), without writing anything. The
 * snapshot's grants decide which grants are listed. Throws `account_not_found`.
 */
export function balanceAt(
	snapshot: AccountNow,
	{ accountId, clockMs = snapshot.clockMs }: { readonly accountId: string; readonly clockMs?: Instant },
): Balance {
	const draft = new Draft(accountId, snapshot, clockMs);
	advance(draft);
	const { account } = draft;
	const grants = [...draft.grants].sort(compareBurnDown);
	return {
		account,
		atMs: draft.nowMs,
		clockMs,
		ahead: clockAheadOf(account, clockMs),
		availableMicro: draft.availableMicro(),
		heldMicro: sumMicro(grants.map((grant) => grant.heldMicro)),
		mayStillTakeMicro: account.reachMicro,
		overdraftMicro: account.overdraftMicro,
		grantedMicro: sumMicro(grants.map((grant) => grant.amountMicro - grant.voidedMicro - grant.expiredMicro)),
		grants,
	};
}
