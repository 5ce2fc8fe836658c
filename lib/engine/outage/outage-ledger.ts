/**
 * Owns the ledger of an outage: what was spent while the real ledger was away, and bringing it home. Each call is charged once,
 * whoever asks and however often it is cut short, because the real ledger knows each by a key of its own. Refuses to forget a call
 * that cannot be charged yet: it stays, and is tried again.
 *
 * What a call of the real ledger cost that ended while that was away is noted as a call of nothing with a purpose of its own, whose labels
 * say which hold is meant.
 */
import type { Alternative } from '../../core/nouns/commands';
import type { EntryBody, Hold } from '../../core/nouns/records';
import { sumSlices } from '../../core/nouns/movement';
import { nameOf } from '../../core/nouns/person';
import { formatCredits, type Micro } from '../../core/values/money';
import type { ModelPrice } from '../../core/prices/pricing';
import { pinOf } from '../../core/prices/recorded-price';
import type { LedgerStore } from '../../ledger/store';
import type { LedgerAccount } from '../account/ledger-account';
import type { ReserveInput } from '../account/ledger-inputs';
import { plainReserve, settleLate, type KnownHold, type LateCost } from '../account/late-settle';

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
	/** Calls that have to wait, because the account is frozen. */
	readonly frozen: number;
}

type Settled = Extract<EntryBody, { kind: 'settled' }>;

const PAGE = 500;
/** The purpose of a note of what a call cost that was reserved in the real ledger before it went away; calls have others. */
const LATE = 'late_settle';

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

/** A note of the cost of a call whose hold is in the real ledger; `known`: the hold, where this process made it. */
export function lateSettle(holdSeq: number, known: KnownHold | null): ReserveInput {
	const { model = null, ...labels } = known?.labels ?? {};
	const mark = markOf(known);
	return {
		...plainReserve(`settles h${String(holdSeq)}${mark}`, LATE),
		labels: { ...labels, purpose: LATE, node: String(holdSeq), flow: mark },
		alternatives: () => [{ rung: known?.rung ?? 0, calls: [{ amountMicro: 0n, model, price: null }] }],
	};
}

/** Tells the hold from another of its number: when it was made, and how large it is. Empty: any. */
function markOf(hold: Pick<KnownHold, 'reservedAtMs' | 'amountMicro'> | null): string {
	return hold === null ? '' : ` ${String(hold.reservedAtMs)} ${String(hold.amountMicro)}`;
}

/**
 * Charges everything that the outage left to `ledger`. What is charged is marked in the outage's own ledger by a refund, which gives its
 * allowance back. Throws what the ledger throws; what was done until then is done.
 */
export async function reconcile(outage: OutageLedger, ledger: LedgerAccount): Promise<Reconciled> {
	const { account } = await outage.account.balance();
	const { costs, prices } = await journalOf(outage.store, account.id);
	let [calls, unconfirmed, chargedMicro, frozen] = [0, 0, 0n, 0];
	for (let afterSeq = 0; ;) {
		const holds = await outage.store.holds(account.id, { state: null, afterSeq, limit: PAGE });
		const persons = await outage.store.names.find(
			account.id,
			holds.flatMap(({ person }) => person ?? []),
		);
		for (const hold of holds) {
			const body = costs.get(hold.seq);
			const person = hold.person === null ? null : nameOf(hold.person, persons ?? []);
			const made = { hold, person, origin: account.name, price: prices.get(hold.priceVersion ?? '') ?? null };
			if (hold.state === 'expired') {
				const micro = await noteUnconfirmed(outage, ledger, made);
				chargedMicro += micro ?? 0n;
				if (micro === null) frozen += 1;
				else unconfirmed += 1;
			} else if (hold.state === 'settled' && body && !isHome(hold)) {
				const micro = await charge(outage, ledger, { ...made, body });
				chargedMicro += micro ?? 0n;
				if (micro === null) frozen += 1;
				else calls += 1;
			}
		}
		const last = holds.at(-1);
		if (!last || holds.length < PAGE) return { calls, unconfirmed, chargedMicro, frozen };
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
	/** By name: each ledger has pseudonyms of its own. `null` also for one who was forgotten meanwhile. */
	readonly person: string | null;
	/** Name of the outage; random, so that those of two machines differ. */
	readonly origin: string;
	readonly price: ModelPrice | null;
}

/** Refunded: it is charged already. One that cost nothing is told again each time, and the ledger knows it by its key. */
function isHome({ actualMicro, refundedMicro }: Hold): boolean {
	return refundedMicro > 0n && refundedMicro === actualMicro;
}

/** `null`: it has to wait, because the account is frozen. */
async function charge(
	outage: OutageLedger,
	ledger: LedgerAccount,
	{ body, ...made }: MadeOffline & { readonly body: Settled },
): Promise<Micro | null> {
	const { actualMicro, measure, usage, facts } = body;
	const { hold } = made;
	if (!(await chargeTo(ledger, made, { actualMicro, measure, usage, facts, result: null }))) return null;
	if (actualMicro > 0n) await outage.account.refund({ holdSeq: hold.seq, amountMicro: null, key: `home h${String(hold.seq)}` });
	return actualMicro;
}

async function chargeTo(ledger: LedgerAccount, made: MadeOffline, cost: LateCost): Promise<boolean> {
	const { hold } = made;
	const noted = await notedHold(ledger, hold);
	if (noted) return settleLate(ledger, noted, cost);
	const holdSeq = await holdAtHome(ledger, made, { amountMicro: 0n, expectedMicro: 0n });
	if (holdSeq !== null) await ledger.settle({ ...cost, holdSeq });
	return holdSeq !== null;
}

/** A process died with the call under way: the real ledger reports it as unconfirmed, with its amount where credits allow. */
async function noteUnconfirmed(outage: OutageLedger, ledger: LedgerAccount, made: MadeOffline): Promise<Micro | null> {
	const { hold } = made;
	const holdSeq = await holdAtHome(ledger, made, hold);
	if (holdSeq === null) return null;
	const { hold: noted } = await ledger.expire(holdSeq);
	await outage.account.settle({ holdSeq: hold.seq, actualMicro: 0n, measure: 'estimated', usage: null, result: null });
	return noted.state === 'expired' ? sumSlices(noted.slices) : 0n;
}

/**
 * A hold in the real ledger for a call that was made without it. A hold of nothing fits at any balance, so what was spent is charged as soon
 * as the account is not frozen; `null` while it is.
 */
async function holdAtHome(
	ledger: LedgerAccount,
	{ hold, person, origin, price }: MadeOffline,
	{ amountMicro, expectedMicro }: Pick<Hold, 'amountMicro' | 'expectedMicro'>,
): Promise<number | null> {
	const { model = null, ...labels } = hold.labels;
	const alternative = (offeredMicro: Micro): Alternative => ({
		rung: hold.rung,
		calls: [{ amountMicro: offeredMicro, expectedMicro: offeredMicro === 0n ? 0n : expectedMicro, model, price }],
	});
	const outcome = await ledger.reserve({
		...plainReserve(`outage ${origin} h${String(hold.seq)}`, 'outage'),
		labels,
		person,
		alternatives: () => (amountMicro === 0n ? [alternative(0n)] : [alternative(amountMicro), alternative(0n)]),
	});
	return outcome.kind === 'refused' ? null : outcome.hold.seq;
}

/** The hold of the real ledger that a note is about; `null` where `hold` is a call of the outage. */
async function notedHold(ledger: LedgerAccount, { labels, rung }: Hold): Promise<KnownHold | null> {
	if (labels.purpose !== LATE) return null;
	const { purpose: _purpose, node, flow = '', ...others } = labels;
	const seq = Number(node);
	const [reservedAt, amount] = flow.trim().split(' ');
	if (reservedAt && amount) return { seq, reservedAtMs: Number(reservedAt), amountMicro: BigInt(amount), labels: others, rung };
	// Nothing is known of it but its number, so it is taken for the one that has it.
	return (await ledger.readHold(seq))?.hold ?? { seq, reservedAtMs: 0, amountMicro: 0n, labels: others, rung };
}
