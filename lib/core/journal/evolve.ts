/**
 * Owns what an entry does to balances. Arithmetic only: an entry says which slice moves where, so replaying a journal needs
 * no rule, no clock and no order of burning. Refuses entries that would break an invariant, as `ledger_corrupt`.
 */
import { sumSlices } from '../nouns/movement';
import type { CounterShelf } from '../nouns/counters';
import { accountAfter, openedAccount } from './account-terms';
import { closedHold, reservedHold, type ClosingBody } from './hold-states';
import { counterKey } from '../nouns/counters';
import { isSettingsBody, settingsAfter, type SettingsBody } from './settings-after';
import {
	holdId,
	type Grant,
	type Account,
	type BudgetCounter,
	type CounterRef,
	type Entry,
	type EntryBody,
	type GrantState,
	type Hold,
} from '../nouns/records';
import type { Movement, RefundedBody } from '../nouns/movement';
import type { Micro } from '../values/money';
import { corrupt, grantOf, moveSlices, type Bucket } from './slice-moves';
import { afterAlert, afterClaim, afterRearming, afterSetting } from './standing';

/** Balances of one account while entries are applied to it. Values are replaced, never changed in place. */
export interface Balances {
	account: Account | null;
	readonly grants: Map<number, GrantState>;
	readonly holds: Map<number, Hold>;
	readonly counters: CounterShelf;
}

type Of<K extends EntryBody['kind']> = Extract<EntryBody, { kind: K }>;

/** Applies one entry. `accountId` names the account that an `account_opened` entry makes. */
export function evolve(balances: Balances, entry: Entry, accountId: string): void {
	applyBody(balances, entry, accountId);
	if (!balances.account) throw corrupt(entry, 'comes before the account was opened');
	balances.account = { ...balances.account, lastSeq: entry.seq, lastAtMs: entry.atMs, chainHash: entry.hash };
}

function applyBody(balances: Balances, entry: Entry, accountId: string): void {
	const { body } = entry;
	if (isSettingsBody(body)) {
		changeSettings(balances, entry, body);
		return;
	}
	switch (body.kind) {
		case 'account_opened':
			balances.account = openedAccount(entry, body, accountId);
			return;
		case 'account_changed':
		case 'account_frozen':
		case 'account_thawed':
			balances.account = accountAfter(accountOf(balances, entry), entry, body);
			return;
		case 'granted':
		case 'grant_expired':
		case 'grant_voided':
		case 'overdraft_repaid':
			applyToGrant(balances, entry, body);
			return;
		case 'reserved':
			reserve(balances, entry, body);
			return;
		case 'refused':
		case 'admin_denied':
		case 'price_recorded':
		case 'person_forgotten':
			return;
		case 'alerted':
		case 'alerts_rearmed':
		case 'alerts_claimed':
			noteAlerts(balances, entry, body);
			return;
		case 'settled':
		case 'released':
		case 'hold_expired':
			closeHold(balances, entry, body);
			return;
		case 'refunded':
			refundHold(balances, entry, body);
			return;
		default:
			body satisfies never;
	}
}

function applyToGrant(balances: Balances, entry: Entry, body: Of<'granted' | 'grant_expired' | 'grant_voided' | 'overdraft_repaid'>): void {
	switch (body.kind) {
		case 'granted':
			balances.grants.set(entry.seq, newGrant(entry.seq, body.grant));
			return;
		case 'grant_expired':
			moveSlices(balances.grants, entry, [body], { from: 'remainingMicro', to: 'expiredMicro' });
			return;
		case 'grant_voided':
			moveSlices(balances.grants, entry, [body], { from: 'remainingMicro', to: 'voidedMicro' });
			balances.grants.set(body.grantSeq, { ...grantOf(balances.grants, entry, body.grantSeq), isVoided: true });
			return;
		case 'overdraft_repaid':
			moveSlices(balances.grants, entry, [body], { from: 'remainingMicro', to: 'settledMicro' });
			addOverdraft(balances, entry, -body.amountMicro);
			return;
		default:
			body satisfies never;
	}
}

function newGrant(seq: number, grant: Omit<Grant, 'seq'>): GrantState {
	return {
		...grant,
		seq,
		remainingMicro: grant.amountMicro,
		heldMicro: 0n,
		settledMicro: 0n,
		expiredMicro: 0n,
		voidedMicro: 0n,
		isVoided: false,
	};
}

function reserve(balances: Balances, entry: Entry, body: Of<'reserved'>): void {
	const slicedMicro = sumSlices(body.slices);
	if (slicedMicro > body.amountMicro || (slicedMicro < body.amountMicro && body.shadow === null))
		throw corrupt(entry, 'holds slices that do not add up to its amount');
	for (const ref of body.counters) count(balances, ref, { heldMicro: body.amountMicro, reachMicro: body.reachMicro });
	addReach(balances, entry, body.reachMicro);
	moveSlices(balances.grants, entry, body.slices, { from: 'remainingMicro', to: 'heldMicro' });
	balances.holds.set(entry.seq, reservedHold(entry, body));
}

function changeSettings(balances: Balances, entry: Entry, body: SettingsBody): void {
	const account = accountOf(balances, entry);
	if (body.kind === 'budget_set') {
		const { period = '', values = [] } = body.counted ?? {};
		for (const { value, amountMicro } of values) count(balances, { budgetSeq: entry.seq, period, value }, { settledMicro: amountMicro });
	}
	const settings = settingsAfter(account.settings, entry.seq, body);
	balances.account = {
		...account,
		settings,
		alerts: body.kind === 'alerts_set' ? afterSetting(account.alerts, body.alerts) : account.alerts,
	};
}

/** An alert of a budget stands on the budget's counter, the others with the account. */
function noteAlerts(balances: Balances, entry: Entry, body: Of<'alerted' | 'alerts_rearmed' | 'alerts_claimed'>): void {
	const account = accountOf(balances, entry);
	const stand = (ref: CounterRef, reachedRoomMicro: Micro | null): void => {
		balances.counters.set(counterKey(ref), { ...counterOf(balances, ref), reachedRoomMicro });
	};
	if (body.kind === 'alerted') {
		const { alert } = body;
		if (alert.type === 'budget_reached') stand(alert, alert.limitMicro - alert.settledMicro);
		balances.account = { ...account, alerts: afterAlert(account.alerts, entry.seq, body) };
	} else if (body.kind === 'alerts_rearmed') {
		for (const ref of body.counters) stand(ref, null);
		balances.account = { ...account, alerts: afterRearming(account.alerts, body) };
	} else balances.account = { ...account, alerts: afterClaim(account.alerts, body) };
}

function counterOf(balances: Balances, { budgetSeq, period, value }: CounterRef): BudgetCounter {
	const none = { budgetSeq, period, value, heldMicro: 0n, settledMicro: 0n, reachedRoomMicro: null, reachMicro: 0n };
	return balances.counters.get(counterKey(none)) ?? none;
}

function count(
	balances: Balances,
	ref: CounterRef,
	{ heldMicro = 0n, settledMicro = 0n, reachMicro = 0n }: { heldMicro?: Micro; settledMicro?: Micro; reachMicro?: Micro },
): void {
	const counter = counterOf(balances, ref);
	balances.counters.set(counterKey(ref), {
		...counter,
		heldMicro: counter.heldMicro + heldMicro,
		settledMicro: counter.settledMicro + settledMicro,
		reachMicro: counter.reachMicro + reachMicro,
	});
}

/** Of a hold that is made, or less of one that closes. */
function addReach(balances: Balances, entry: Entry, reachMicro: Micro): void {
	if (reachMicro === 0n) return;
	const account = accountOf(balances, entry);
	balances.account = { ...account, reachMicro: account.reachMicro + reachMicro };
	if (balances.account.reachMicro < 0n) throw corrupt(entry, 'gives back more reach than open holds have');
}

function closeHold(balances: Balances, entry: Entry, body: Exclude<ClosingBody, RefundedBody>): void {
	const hold = balances.holds.get(body.holdSeq);
	if (!hold) throw corrupt(entry, `closes ${holdId(body.holdSeq)}, which does not exist`);
	const isSecondClosing = hold.state === 'expired' && (body.kind === 'settled' || body.kind === 'released');
	if (hold.state !== 'open' && !isSecondClosing) throw corrupt(entry, `closes ${holdId(hold.seq)}, which is already ${hold.state}`);
	moveAtClosing(balances, entry, body, {
		from: hold.state === 'open' ? 'heldMicro' : 'settledMicro',
		outstandingMicro: sumSlices(hold.slices),
	});
	if (body.kind === 'settled') {
		if (sumSlices(body.charged) + sumSlices(body.drawn) + body.overdraftMicro !== body.actualMicro)
			throw corrupt(entry, 'charges something else than its amount');
		addOverdraft(balances, entry, body.overdraftMicro);
	}
	const costMicro = body.kind === 'settled' ? body.actualMicro : sumSlices(body.charged);
	const heldMicro = hold.state === 'open' ? -hold.amountMicro : 0n;
	const reachMicro = hold.state === 'open' ? -hold.reachMicro : 0n;
	const countedMicro = hold.state === 'open' ? 0n : sumSlices(hold.slices);
	for (const ref of hold.counters) count(balances, ref, { heldMicro, settledMicro: costMicro - countedMicro, reachMicro });
	addReach(balances, entry, reachMicro);
	balances.holds.set(hold.seq, closedHold(hold, entry, body));
}

/** Charged credits go back; every slice either stays charged, is restored or is forfeited, and the parts make up the amount. */
function refundHold(balances: Balances, entry: Entry, body: RefundedBody): void {
	const hold = balances.holds.get(body.holdSeq);
	if (hold?.state !== 'settled') throw corrupt(entry, `refunds ${holdId(body.holdSeq)}, which is not settled`);
	const { closedAtMs, actualMicro, overdraftMicro, isLate, amountMicro, refundedMicro, renewedMicro } = body;
	if (
		closedAtMs !== hold.closedAtMs ||
		actualMicro !== hold.actualMicro ||
		overdraftMicro !== hold.overdraftMicro ||
		isLate !== hold.isLate
	)
		throw corrupt(entry, `tells another cost of ${holdId(hold.seq)} than its settling`);
	const forfeitedMicro = sumSlices(body.forfeited);
	const unpaidMicro = amountMicro - sumSlices(body.restored) - forfeitedMicro - body.repaidMicro;
	const isRenewed = renewedMicro === unpaidMicro || renewedMicro === unpaidMicro + forfeitedMicro;
	if (unpaidMicro < 0n || unpaidMicro > overdraftMicro || !isRenewed || refundedMicro !== hold.refundedMicro + amountMicro)
		throw corrupt(entry, 'refunds something else than its amount');
	if (refundedMicro > actualMicro) throw corrupt(entry, 'refunds more than there is to refund');
	moveAtClosing(balances, entry, body, { from: 'settledMicro', outstandingMicro: sumSlices(hold.slices) });
	addOverdraft(balances, entry, -body.repaidMicro);
	for (const ref of hold.counters) count(balances, ref, { settledMicro: -body.amountMicro });
	balances.holds.set(hold.seq, closedHold(hold, entry, body));
}

/** Every slice that was outstanding must leave: charged, restored or forfeited. */
function moveAtClosing(
	balances: Balances,
	entry: Entry,
	movement: Movement,
	{ from, outstandingMicro }: { from: Bucket; outstandingMicro: Micro },
): void {
	const { charged, drawn, restored, forfeited } = movement;
	if (sumSlices(charged) + sumSlices(restored) + sumSlices(forfeited) !== outstandingMicro)
		throw corrupt(entry, 'does not account for every slice of its hold');
	if (from !== 'settledMicro') moveSlices(balances.grants, entry, charged, { from, to: 'settledMicro' });
	moveSlices(balances.grants, entry, restored, { from, to: 'remainingMicro' });
	for (const slice of forfeited) {
		moveSlices(balances.grants, entry, [slice], {
			from,
			to: grantOf(balances.grants, entry, slice.grantSeq).isVoided ? 'voidedMicro' : 'expiredMicro',
		});
	}
	moveSlices(balances.grants, entry, drawn, { from: 'remainingMicro', to: 'settledMicro' });
}

function addOverdraft(balances: Balances, entry: Entry, amountMicro: Micro): void {
	const account = accountOf(balances, entry);
	const overdraftMicro = account.overdraftMicro + amountMicro;
	if (overdraftMicro < 0n) throw corrupt(entry, 'repays more overdraft than there is');
	balances.account = { ...account, overdraftMicro };
}

function accountOf(balances: Balances, entry: Entry): Account {
	if (!balances.account) throw corrupt(entry, 'comes before the account was opened');
	return balances.account;
}
