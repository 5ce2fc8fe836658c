/**
 * Owns working the charge of one call out again, from the price that was recorded with its hold and the usage that was settled. Refuses
 * to guess: where the usage was estimated or the price is known no more, it says so.
 */
import { CreditError } from '../../core/values/errors';
import { holdId, type Entry, type Hold } from '../../core/nouns/records';
import type { Micro } from '../../core/values/money';
import { priceAt } from '../../core/prices/batch-price';
import { chargeOf } from '../../core/prices/charging';
import { priceUsage, type ModelPrice } from '../../core/prices/pricing';
import type { Usage } from '../../core/usage/usage-fields';
import type { LedgerStore } from '../../ledger/store';
import type { AccountPrices } from '../account/account-prices';
import { readPricedHold } from '../account/priced-hold';

/**
 * `same`: price and usage, or the rate, make what was charged. `reported_cost`: the provider said what it cost, and that was charged.
 * `differs`: they make something else.
 * `estimated`: the provider reported no usage. `unsettled`: nothing was charged for usage. `unknown_price`: nobody knows it any more.
 */
export type ChargeVerdict = 'same' | 'reported_cost' | 'differs' | 'estimated' | 'unsettled' | 'unknown_price';

export interface ChargeProof {
	readonly hold: Hold;
	/** As it was recorded with the hold; `null` for a call that had none, or an old one that nobody knows. */
	readonly price: ModelPrice | null;
	readonly usage: Usage | null;
	/** What the provider said that it cost, in micro-credits; `null`: nothing. */
	readonly reportedMicro: Micro | null;
	/** Of the price, in whole per cent, by the tier of service that answered; 100 as usual. */
	readonly ratePercent: number;
	/** What price and usage make, or the rate, in micro-credits; `null` where neither is known. */
	readonly againMicro: Micro | null;
	/** What the tokens alone cost: what the provider bills, where the charge is a rate. */
	readonly tokensMicro: Micro | null;
	readonly verdict: ChargeVerdict;
}

type Settled = Extract<Entry['body'], { kind: 'settled' }>;

const PAGE = 500;
const WHOLE_PERCENT = 100;

/** The proof for a hold by its number. Rejects with `hold_not_found`. */
export async function proveCharge(
	{ store, accountId, prices }: { store: LedgerStore; accountId: string; prices: AccountPrices },
	holdSeq: number,
): Promise<ChargeProof> {
	const priced = await readPricedHold({ store, accountId, prices }, holdSeq);
	if (!priced) throw new CreditError('hold_not_found', `There is no hold ${holdId(holdSeq)} in account "${accountId}".`);
	const { hold, price } = priced;
	const settled = hold.state === 'settled' ? await settlingOf(store, accountId, holdSeq) : null;
	const usage = settled?.usage ?? null;
	const served = price && priceAt(price, settled?.facts.ratePercent ?? WHOLE_PERCENT);
	const tokensMicro = served && usage && priceUsage(served, usage);
	// A charge of nothing says that the result did not pass, and nothing else.
	const hasPassed = settled !== null && settled.actualMicro > 0n;
	const againMicro = served && settled?.measure === 'reported' ? chargeOf(served, { usage, hasPassed }) : null;
	return {
		hold,
		price,
		usage,
		ratePercent: settled?.facts.ratePercent ?? WHOLE_PERCENT,
		reportedMicro: settled?.facts.reportedMicro ?? null,
		againMicro,
		tokensMicro,
		verdict: verdictOf({ settled, price, againMicro }),
	};
}

function verdictOf({
	settled,
	price,
	againMicro,
}: {
	settled: Settled | null;
	price: ModelPrice | null;
	againMicro: Micro | null;
}): ChargeVerdict {
	if (settled === null) return 'unsettled';
	if (settled.measure === 'estimated') return 'estimated';
	const { reportedMicro, listMicro } = settled.facts;
	if (settled.actualMicro === reportedMicro && reportedMicro !== (listMicro ?? againMicro)) return 'reported_cost';
	if (price === null) return 'unknown_price';
	if (againMicro === null) return 'estimated';
	return againMicro === settled.actualMicro ? 'same' : 'differs';
}

/** The entry that settled a hold. It is behind the hold, mostly close by. */
async function settlingOf(store: LedgerStore, accountId: string, holdSeq: number): Promise<Settled | null> {
	for (let afterSeq = holdSeq; ;) {
		const page = await store.entries(accountId, { afterSeq, limit: PAGE });
		for (const { body } of page) if (body.kind === 'settled' && body.holdSeq === holdSeq) return body;
		const last = page.at(-1);
		if (!last) return null;
		afterSeq = last.seq;
	}
}
