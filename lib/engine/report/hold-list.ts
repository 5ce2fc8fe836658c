/**
 * Owns listing holds for people: the newest first, and the unconfirmed ones with their sum. Shows a hold whose time is over as expired,
 * also while no command has written that yet. Changes nothing.
 */
import type { Account, Hold } from '../../core/nouns/records';
import type { HoldState } from '../../core/nouns/words';
import { grantId, holdId } from '../../core/nouns/records';
import { formatCredits, sumMicro, type Micro } from '../../core/values/money';
import { isOver } from '../../core/rules/draft/ledger-time';
import { toIso, type Instant } from '../../core/values/time';
import type { LedgerStore } from '../../ledger/store';
import { withNames } from './person-names';

const PAGE = 1000;
/** How much further to look back when too few holds were found. */
const WIDER = 8;

/** Which account, and what the ledger's clock says (epoch milliseconds). */
export interface HoldsAt {
	readonly account: Account;
	readonly clockMs: Instant;
}

/** Calls whose cost nobody reported: how many, and what was set aside for them in all. */
export interface Unconfirmed {
	readonly count: number;
	readonly amountMicro: Micro;
	/** The part that is charged nevertheless, where the account charges unconfirmed holds. */
	readonly chargedMicro: Micro;
}

/** At most `limit` holds, the newest first, with the names of persons; `state` `null` is any. */
export async function newestHolds(
	store: LedgerStore,
	at: HoldsAt,
	which: { state: HoldState | null; limit: number },
): Promise<readonly Hold[]> {
	return withNames(store, at.account.id, await newestStored(store, at, which));
}

async function newestStored(
	store: LedgerStore,
	at: HoldsAt,
	{ state, limit }: { state: HoldState | null; limit: number },
): Promise<readonly Hold[]> {
	const search = { ...at, limit };
	switch (state) {
		case 'open':
			return newest(store, { ...search, stored: 'open', isWanted: (hold) => !isOverdue(hold, at) });
		case 'expired': {
			const overdue = await newest(store, { ...search, stored: 'open', isWanted: (hold) => isOverdue(hold, at) });
			const expired = await newest(store, { ...search, stored: 'expired', isWanted: () => true });
			return [...overdue.map((hold) => asSeen(hold, at)), ...expired].sort((a, b) => b.seq - a.seq).slice(0, limit);
		}
		case 'settled':
		case 'released':
			return newest(store, { ...search, stored: state, isWanted: () => true });
		case null:
			return (await newest(store, { ...search, stored: null, isWanted: () => true })).map((hold) => asSeen(hold, at));
		default:
			return state satisfies never;
	}
}

/** All unconfirmed holds of the account. */
export async function unconfirmedOf(store: LedgerStore, at: HoldsAt): Promise<Unconfirmed> {
	const overdue = await sumOf(store, at, { stored: 'open', isWanted: (hold) => isOverdue(hold, at) });
	const expired = await sumOf(store, at, { stored: 'expired', isWanted: () => true });
	return {
		count: overdue.count + expired.count,
		amountMicro: overdue.amountMicro + expired.amountMicro,
		chargedMicro: overdue.chargedMicro + expired.chargedMicro,
	};
}

/** How well what is set aside fits what calls cost. Amounts are sums of the calls looked at. */
export interface EstimateFit {
	readonly calls: number;
	readonly setAsideMicro: Micro;
	readonly costMicro: Micro;
	/** Calls that cost more than was set aside for them, and by how much together. */
	readonly shortCalls: number;
	readonly shortMicro: Micro;
}

/** The fit of the estimates of settled calls; free calls, for which nothing is set aside, are left out. `null` without any. */
export function estimateFitOf(holds: readonly Hold[]): EstimateFit | null {
	const known = holds.flatMap(({ state, amountMicro, actualMicro }) =>
		state === 'settled' && actualMicro !== null && amountMicro > 0n ? [{ amountMicro, actualMicro }] : [],
	);
	if (known.length === 0) return null;
	const short = known.filter(({ amountMicro, actualMicro }) => actualMicro > amountMicro);
	return {
		calls: known.length,
		setAsideMicro: sumMicro(known.map(({ amountMicro }) => amountMicro)),
		costMicro: sumMicro(known.map(({ actualMicro }) => actualMicro)),
		shortCalls: short.length,
		shortMicro: sumMicro(short.map(({ amountMicro, actualMicro }) => actualMicro - amountMicro)),
	};
}

/** A hold as JSON. `amount` was set aside, `cost` is what the call cost (`null` until that is known), `measure` how that was known, `charged` what grants pay for it now. */
export function holdDocument(hold: Hold): Record<string, unknown> {
	return {
		id: holdId(hold.seq),
		state: hold.state,
		amount: formatCredits(hold.amountMicro),
		cost: hold.actualMicro === null ? null : formatCredits(hold.actualMicro),
		measure: hold.measure,
		charged: hold.state === 'open' ? '0' : formatCredits(chargedOf(hold)),
		refunded: formatCredits(hold.refundedMicro),
		overdraft: formatCredits(hold.overdraftMicro),
		isLate: hold.isLate,
		isImplausible: hold.isImplausible,
		wouldBeRefused: hold.shadow,
		rung: hold.rung,
		pass: hold.pass,
		steppedDown: hold.steppedDown,
		labels: hold.labels,
		person: hold.person,
		priceVersion: hold.priceVersion,
		slices: hold.slices.map(({ grantSeq, amountMicro }) => ({ grant: grantId(grantSeq), amount: formatCredits(amountMicro) })),
		reservedAt: toIso(hold.reservedAtMs),
		timeoutAt: toIso(hold.timeoutAtMs),
		closedAt: toIso(hold.closedAtMs),
	};
}

interface Search extends HoldsAt {
	readonly stored: HoldState | null;
	readonly limit: number;
	readonly isWanted: (hold: Hold) => boolean;
}

/** Stores page upwards, so this looks at the last numbers first, and at ever more of them until it has enough. */
async function newest(store: LedgerStore, { account, stored, limit, isWanted }: Search): Promise<Hold[]> {
	for (let span = limit; ; span *= WIDER) {
		const afterSeq = Math.max(0, account.lastSeq - span);
		const found = (await store.holds(account.id, { afterSeq, limit: span, state: stored })).filter(isWanted);
		if (found.length >= limit || afterSeq === 0) return found.slice(-limit).reverse();
	}
}

async function sumOf(store: LedgerStore, at: HoldsAt, { stored, isWanted }: Pick<Search, 'stored' | 'isWanted'>): Promise<Unconfirmed> {
	let sum: Unconfirmed = { count: 0, amountMicro: 0n, chargedMicro: 0n };
	for (let afterSeq = 0; ;) {
		const page = await store.holds(at.account.id, { afterSeq, limit: PAGE, state: stored });
		const wanted = page.filter(isWanted).map((hold) => asSeen(hold, at));
		sum = {
			count: sum.count + wanted.length,
			amountMicro: sum.amountMicro + sumMicro(wanted.map((hold) => hold.amountMicro)),
			chargedMicro: sum.chargedMicro + sumMicro(wanted.map(chargedOf)),
		};
		const last = page.at(-1);
		if (!last || page.length < PAGE) return sum;
		afterSeq = last.seq;
	}
}

function isOverdue(hold: Hold, at: HoldsAt): boolean {
	return hold.state === 'open' && isOver(hold, at);
}

/** What the next command will make of a hold whose time is over. */
function asSeen(hold: Hold, at: HoldsAt): Hold {
	if (!isOverdue(hold, at)) return hold;
	const isCharged = at.account.unconfirmedPolicy === 'charge';
	return { ...hold, state: 'expired', closedAtMs: hold.timeoutAtMs, slices: isCharged ? hold.slices : [] };
}

function chargedOf({ slices }: Hold): Micro {
	return sumMicro(slices.map(({ amountMicro }) => amountMicro));
}
