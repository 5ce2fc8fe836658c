/** Says what of a balance can be spent now: a frozen account and a trial plan have credits that are there for nobody. */
import type { RefusalReason } from '../../nouns/words';
import type { Micro } from '../../values/money';
import type { Balance } from './balance';

/** Why no call can spend anything, whatever there is; `null` where it can. */
export function spendingBlockOf({
	account,
}: Pick<Balance, 'account'>): Extract<RefusalReason, 'account_frozen' | 'plan_not_eligible'> | null {
	if (account.frozen !== null) return 'account_frozen';
	return account.plan === 'trial' && account.settings.enforcement !== 'shadow' ? 'plan_not_eligible' : null;
}

/** What calls can spend now: nothing while something blocks them, else what is available. */
export function spendableMicro(balance: Pick<Balance, 'account' | 'availableMicro'>): Micro {
	return spendingBlockOf(balance) === null ? balance.availableMicro : 0n;
}
