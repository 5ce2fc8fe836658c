/**
 * Owns the ledger of an outage: what was spent while the real ledger was away, and bringing it home. Each call is charged once,
 * whoever asks and however often it is cut short, because the real ledger knows each by a key of its own. Refuses to forget a call
 * that cannot be charged yet: it stays, and is tried again.
 */
import type { Alternative } from '../../core/nouns/commands';
import type { EntryBody, Hold } from '../../core/nouns/records';
import { sumSlices } from '../../core/nouns/movement';
import { formatCredits, type Micro } from '../../core/values/money';
import type { ModelPrice } from '../../core/prices/pricing';
import { pinOf } from '../../core/prices/recorded-price';
import type { LedgerStore } from '../../ledger/store';
import type { LedgerAccount } from '../account/ledger-account';
import type { ReserveInput } from '../account/ledger-inputs';

/** A ledger of this machine's own, with one account whose credits are the allowance. */
export interface OutageLedger {
	readonly account: LedgerAccount;
	readonly store: LedgerStore;
}

/** What was brought home. */
export interface Reconciled {
	/** Calls charged, and calls whose cost nobody knows, which are noted as unconfirmed. */
	readonly calls: number;
	readonly unconfirmed: number;
	readonly chargedMicro: Micro;
}

type Settled = Extract<EntryBody, { kind: 'settled' }>;

const PAGE = 500;
/** The purpose of a note of what a call cost that was reserved in the real ledger before it went away; calls have others. */
const LATE = 'late_settle';
const SHORTEST_HOLD_MS = 1_000;

/** Makes the allowance what the settings say; nothing changes while it is that already. */
export async function setAllowance({ account }: OutageLedger, allowanceMicro: Micro): Promise<void> {
	const { grants } = await account.balance();
	const live = grants.filter(({ isVoided }) => !isVoided);
	if (live.length === 1 && live[0]?.amountMicro === allowanceMicro) return;
	for (const { seq } of live) await account.voidGrant({ grantSeq: seq, key: `void ${String(seq)}` });
	const key = `allowance ${formatCredits(allowanceMicro)} after ${String(grants.length)}`;
	await account.grant({ credits: allowanceMicro, category: 'adjustment', expiry: null, key });
}

/** Makes the texts of the outage's account those given; nothing is written while they are. */
export async function copyTexts(texts: ReadonlyMap<string, string>, account: LedgerAccount): Promise<void> {
	const { texts: noted, account: outage } = await account.readProfile();
	const after = `after ${String(outage.lastSeq)}`;
	for (const name of noted.keys())
		if (!texts.has(name)) await account.changeProfile({ kind: 'remove_text', key: `no text ${name} ${after}`, name });
	for (const [name, text] of texts)
		if (noted.get(name) !== text) await account.changeProfile({ kind: 'set_text', key: `text ${name} ${after}`, name, text });
}

/** A note of the cost of a call whose hold is in the real ledger. */
export function lateSettle(holdSeq: number): ReserveInput {
	const alternative: Alternative = { rung: 0, calls: [{ amountMicro: 0n, model: null, price: null }] };
	const labels = { purpose: LATE, node: String(holdSeq) };
	return { ...plainInput(`settles h${String(holdSeq)}`, LATE), labels, alternatives: () => [alternative] };
}

/**
 * Charges everything that the outage left to `ledger`. What is charged is marked in the outage's own ledger by a refund, which gives its
 * allowance back. Throws what the ledger throws; what was done until then is done.
 */
export async function reconcile(outage: OutageLedger, ledger: LedgerAccount): Promise<Reconciled> {
	const { account } = await outage.account.balance();
	const { costs, prices } = await journalOf(outage.store, account.id);
	let [calls, unconfirmed, chargedMicro] = [0, 0, 0n];
	for (let afterSeq = 0; ;) {
		const holds = await outage.store.holds(account.id, { state: null, afterSeq, limit: PAGE });
		for (const hold of holds) {
			const body = costs.get(hold.seq);
			const made = { hold, origin: account.name, price: prices.get(hold.priceVersion ?? '') ?? null };
			if (hold.state === 'expired') {
				chargedMicro += await noteUnconfirmed(outage, ledger, made);
				unconfirmed += 1;
			} else if (hold.state === 'settled' && body && !isHome(hold)) {
				chargedMicro += await charge(outage, ledger, { ...made, body });
				calls += 1;
			}
		}
		const last = holds.at(-1);
		if (!last || holds.length < PAGE) return { calls, unconfirmed, chargedMicro };
		afterSeq = last.seq;
	}
}

interface Journal {
	/** What each call of the outage cost, by the number of its hold. As many as the allowance pays for. */
	readonly costs: Map<number, Settled>;
	/** By the names that holds pin them under. */
	readonly prices: Map<string, ModelPrice>;
}

async function journalOf(store: LedgerStore, accountId: string): Promise<Journal> {
	const journal: Journal = { costs: new Map(), prices: new Map() };
	for (let afterSeq = 0; ;) {
		const entries = await store.entries(accountId, { afterSeq, limit: PAGE });
		for (const { body } of entries) {
			if (body.kind === 'settled') journal.costs.set(body.holdSeq, body);
			if (body.kind === 'price_recorded') journal.prices.set(pinOf(body.price), body.price);
		}
		const last = entries.at(-1);
		if (!last || entries.length < PAGE) return journal;
		afterSeq = last.seq;
	}
}

/** A call of the outage that is to be brought home. */
interface MadeOffline {
	readonly hold: Hold;
	/** Name of the outage; random, so that those of two machines differ. */
	readonly origin: string;
	readonly price: ModelPrice | null;
}

/** Refunded: it is charged already. One that cost nothing is told again each time, and the ledger knows it by its key. */
function isHome({ actualMicro, refundedMicro }: Hold): boolean {
	return refundedMicro > 0n && refundedMicro === actualMicro;
}

async function charge(
	outage: OutageLedger,
	ledger: LedgerAccount,
	{ body, ...made }: MadeOffline & { readonly body: Settled },
): Promise<Micro> {
	const { actualMicro, measure, usage, facts } = body;
	const { hold } = made;
	const holdSeq = lateHoldSeq(hold) ?? (await holdAtHome(ledger, made, { amountMicro: 0n, expectedMicro: 0n }));
	await ledger.settle({ holdSeq, actualMicro, measure, usage, facts, result: null });
	if (actualMicro > 0n) await outage.account.refund({ holdSeq: hold.seq, amountMicro: null, key: `home h${String(hold.seq)}` });
	return actualMicro;
}

/** A process died with the call under way: the real ledger reports it as unconfirmed, with its amount where credits allow. */
async function noteUnconfirmed(outage: OutageLedger, ledger: LedgerAccount, made: MadeOffline): Promise<Micro> {
	const { hold } = made;
	const holdSeq = await holdAtHome(ledger, made, hold);
	const { hold: noted } = await ledger.expire(holdSeq);
	await outage.account.settle({ holdSeq: hold.seq, actualMicro: 0n, measure: 'estimated', usage: null, result: null });
	return noted.state === 'expired' ? sumSlices(noted.slices) : 0n;
}

/** A hold in the real ledger for a call that was made without it. A hold of nothing is never refused, so what was spent is always charged. */
async function holdAtHome(
	ledger: LedgerAccount,
	{ hold, origin, price }: MadeOffline,
	{ amountMicro, expectedMicro }: Pick<Hold, 'amountMicro' | 'expectedMicro'>,
): Promise<number> {
	const { model = null, ...labels } = hold.labels;
	const alternative = (offeredMicro: Micro): Alternative => ({
		rung: hold.rung,
		calls: [{ amountMicro: offeredMicro, expectedMicro: offeredMicro === 0n ? 0n : expectedMicro, model, price }],
	});
	const outcome = await ledger.reserve({
		...plainInput(`outage ${origin} h${String(hold.seq)}`, 'outage'),
		labels,
		person: hold.person,
		alternatives: () => (amountMicro === 0n ? [alternative(0n)] : [alternative(amountMicro), alternative(0n)]),
	});
	if (outcome.kind === 'refused') throw new TypeError('A hold of nothing was refused');
	return outcome.hold.seq;
}

function lateHoldSeq({ labels: { purpose, node } }: Hold): number | null {
	return purpose === LATE ? Number(node) : null;
}

function plainInput(key: string, fingerprint: string): Omit<ReserveInput, 'alternatives'> {
	return {
		key,
		fingerprint,
		labels: {},
		person: null,
		executionId: null,
		sendId: null,
		caps: [],
		waitMs: 0,
		holdTimeoutMs: SHORTEST_HOLD_MS,
	};
}
