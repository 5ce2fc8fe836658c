/** What an account is after the entries that open it, change its terms, freeze it or thaw it. */
import { NO_ALERTS } from '../nouns/alert';
import type { Account, Entry, EntryBody } from '../nouns/records';
import { NO_SETTINGS } from '../nouns/settings';

type Of<K extends EntryBody['kind']> = Extract<EntryBody, { kind: K }>;

/** The account that an `account_opened` entry makes. */
export function openedAccount(entry: Entry, body: Of<'account_opened'>, id: string): Account {
	return {
		id,
		name: body.name,
		timeZone: body.timeZone,
		plan: body.plan,
		paidSinceMs: body.plan === 'paid' ? entry.atMs : null,
		unconfirmedPolicy: body.unconfirmed ?? 'charge',
		frozen: null,
		overdraftMicro: 0n,
		reachMicro: 0n,
		settings: NO_SETTINGS,
		alerts: NO_ALERTS,
		lastAtMs: entry.atMs,
		lastSeq: entry.seq,
		chainHash: entry.hash,
	};
}

/** The account after an entry that changes its terms, freezes it or thaws it. */
export function accountAfter(
	account: Account,
	{ atMs }: Entry,
	body: Of<'account_changed' | 'account_frozen' | 'account_thawed'>,
): Account {
	switch (body.kind) {
		case 'account_changed':
			return changed(account, atMs, body);
		case 'account_frozen':
			// The first freezing stands until it is thawed.
			return { ...account, frozen: account.frozen ?? { reason: body.reason, sinceMs: atMs } };
		case 'account_thawed':
			return { ...account, frozen: null };
		default:
			return body satisfies never;
	}
}

function changed(account: Account, atMs: Entry['atMs'], { name, timeZone, plan: newPlan, unconfirmed }: Of<'account_changed'>): Account {
	const plan = newPlan ?? account.plan;
	const startedNow = plan === 'paid' && account.plan !== 'paid';
	return {
		...account,
		name: name ?? account.name,
		timeZone: timeZone ?? account.timeZone,
		plan,
		unconfirmedPolicy: unconfirmed ?? account.unconfirmedPolicy,
		paidSinceMs: plan === 'trial' ? null : startedNow ? atMs : account.paidSinceMs,
	};
}
