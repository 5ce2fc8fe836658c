/** Owns finding one hold with the price that it pinned. */
import type { Hold } from '../../core/nouns/records';
import type { ModelPrice } from '../../core/prices/pricing';
import type { LedgerStore } from '../../ledger/store';
import type { AccountPrices } from './account-prices';

/** A hold, and the price that it is settled with; `null` where it had none, or nobody knows it any more. */
export interface PricedHold {
	readonly hold: Hold;
	readonly price: ModelPrice | null;
}

/** The hold of a number, or `null` where there is none. */
export async function readPricedHold(
	{ store, accountId, prices }: { store: Pick<LedgerStore, 'holds'>; accountId: string; prices: AccountPrices },
	seq: number,
): Promise<PricedHold | null> {
	const [hold] = await store.holds(accountId, { state: null, afterSeq: seq - 1, limit: 1 });
	if (hold?.seq !== seq) return null;
	return { hold, price: hold.priceVersion === null ? null : await prices.pinned(hold.priceVersion) };
}
