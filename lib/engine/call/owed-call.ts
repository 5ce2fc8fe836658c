/** Keeps how a call ended that could not be recorded, because the ledger is away, and says so. */
import { isCreditError, isLedgerFault } from '../../core/values/errors';
import { formatCredits, type Micro } from '../../core/values/money';
import { holdId } from '../../core/nouns/records';
import type { Hold } from '../../core/nouns/records';
import { differsText } from './call-cost';
import { releaseLate, settleLate, type LateCost } from '../account/late-settle';
import type { Reopening, SpendingAccount } from '../account/spending-account';
import type { ActionContext } from '../plan/action-types';

interface Held {
	readonly ledger: SpendingAccount;
	readonly hold: Hold;
}

/**
 * Charges a call; what is available then, or null where the ledger could not say. A cost that cannot be recorded now is recorded later, where
 * that may still be, and the note for people says so.
 */
export async function recordCost(
	{ owed }: Pick<ActionContext, 'owed'>,
	{ ledger, hold }: Held,
	cost: LateCost,
): Promise<{ readonly availableMicro: Micro | null; readonly note: string | null }> {
	try {
		const closed = await ledger.settle({ ...cost, holdSeq: hold.seq });
		// What is left of an outage's allowance is not the balance.
		return { availableMicro: closed.hold.seq < 0 ? null : closed.availableMicro, note: differsText(closed.differsByMicro) };
	} catch (why) {
		const words = why instanceof Error ? why.message : String(why);
		const name = holdId(hold.seq);
		const amountMicro = cost.actualMicro;
		const record = (account: SpendingAccount): Promise<boolean> => settleLate(account, hold, cost);
		const isKept = isLedgerFault(why) && owed.keep({ name, amountMicro, record }, { to: placeOf(ledger), why: words });
		const what = `The cost of ${formatCredits(amountMicro)} credits (${name}) could not be recorded and`;
		const end = isKept ? 'counts as unconfirmed until the ledger is back' : 'is reported as unconfirmed';
		return { availableMicro: null, note: `${what} ${end}: ${words}` };
	}
}

/**
 * Gives a hold back; returns what is available then, or null where the ledger could not say. One that cannot be closed now is closed later,
 * so that it is not charged what was expected; the item must not suffer for it.
 */
export async function giveBack({ owed }: Pick<ActionContext, 'owed'>, { ledger, hold }: Held): Promise<Micro | null> {
	try {
		return (await ledger.release(hold.seq)).availableMicro;
	} catch (why) {
		if (!isCreditError(why)) throw why;
		const record = (account: SpendingAccount): Promise<boolean> => releaseLate(account, hold);
		if (isLedgerFault(why)) owed.keep({ name: holdId(hold.seq), amountMicro: 0n, record }, { to: placeOf(ledger), why: why.message });
		return null;
	}
}

/**
 * Records first what this machine owes for a hold, because the ledger was away when its call ended: a run that comes back to the call would
 * take it for one without an answer, and pay again. False where it is still owed. Rejects as the ledger does.
 */
export async function recordOwed({ owed }: Pick<ActionContext, 'owed'>, { ledger, hold }: Held): Promise<boolean> {
	// What was reserved on this machine alone is brought home as it is.
	if (hold.seq < 0) return true;
	await ledger.bringHome?.();
	return (await owed.recordFor(holdId(hold.seq), { to: placeOf(ledger) })) !== 'owed';
}

/** One that is not opened once more is the same all the time. */
function placeOf(account: SpendingAccount): Reopening {
	const lease = { account, release: () => Promise.resolve() };
	return account.reopening ?? { name: account.accountId, open: () => Promise.resolve(lease) };
}
