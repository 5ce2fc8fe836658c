/** Owns which rows belong together, for every store alike: the grants that a snapshot brings along, and the entry that closed a hold. */
import type { AccountSnapshot } from '../core/nouns/snapshot';
import { NO_PEOPLE } from '../core/nouns/person';
import type { Account, Entry, Hold } from '../core/nouns/records';
import { ledgerKeyOf } from '../core/rules/commands/admin';

/** What is known of an account that is not there. */
export const NOTHING: AccountSnapshot = {
	account: null,
	grants: [],
	holds: [],
	entries: [],
	promotions: new Map(),
	counters: [],
	alerts: [],
	averages: [],
	spent: [],
	people: NO_PEOPLE,
};

/** What `decide` needs of an account that is not there; `accounts` are all that are, `personKey` is what it gets for its pseudonyms. */
export function withoutAccount(accounts: readonly Account[], personKey: string): AccountSnapshot {
	return { ...NOTHING, ledgerKey: ledgerKeyOf(accounts)?.adminKey ?? null, people: { ...NO_PEOPLE, key: personKey } };
}

/** Numbers of the grants that an entry made or names. */
export function grantsNamedBy({ seq, body }: Entry): number[] {
	if (body.kind === 'granted') return [seq];
	return 'grantSeq' in body ? [body.grantSeq] : [];
}

/** Numbers of the grants that a hold has slices of. */
export function grantsHeldBy(hold: Hold): number[] {
	return hold.slices.map((slice) => slice.grantSeq);
}

/** For each hold that these entries close or refund: the number of the last entry that does. */
export function closingSeqs(entries: readonly Entry[]): Map<number, number> {
	return new Map(entries.flatMap(({ seq, body }) => ('holdSeq' in body ? [[body.holdSeq, seq] as const] : [])));
}
