/** What a ledger says in the end, by its calls one by one, and what its proof says. */
import { sumSlices } from '../../../lib/core/nouns/movement';
import type { Hold } from '../../../lib/core/nouns/records';
import { balanceAt } from '../../../lib/core/rules/draft/balance';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import type { LedgerStore } from '../../../lib/ledger/store';
import type { LedgerEnd, Proved } from './judge';

/** The end of a journal is noted so often; what is newer may be lost without a word. */
const NOTED_EVERY_MS = 250;

/** The end of the journal. */
export interface Acknowledged {
	readonly lastSeq: number;
	readonly lastAtMs: number;
}

/** A ledger, and the account that the campaign is paid from. */
export interface Looked {
	readonly store: LedgerStore;
	readonly accountId: string;
}

/** Nothing is known to be there. */
export const NOTHING_KNOWN: Acknowledged = { lastSeq: 0, lastAtMs: 0 };

/** The ledger when everything that was open has run out; its clock must be past that. */
export async function ledgerEndOf({ store, accountId }: Looked, atMs: number): Promise<LedgerEnd> {
	await store.commit(accountId, []);
	const { availableMicro, heldMicro, account } = balanceAt(await store.snapshot(accountId), { accountId, clockMs: atMs });
	const holds = await store.holds(accountId, { state: null, afterSeq: 0, limit: account.lastSeq });
	return { availableMicro, heldMicro, chargedMicro: holds.reduce((sum, hold) => sum + chargedFor(hold), 0n) };
}

function chargedFor({ state, actualMicro, slices }: Hold): bigint {
	if (state === 'settled') return actualMicro ?? 0n;
	return state === 'expired' ? sumSlices(slices) : 0n;
}

/** Where the journal ends now. */
export async function acknowledgedIn({ store, accountId }: Looked): Promise<Acknowledged> {
	const { account } = await store.snapshot(accountId);
	return account ? { lastSeq: account.lastSeq, lastAtMs: account.lastAtMs } : NOTHING_KNOWN;
}

/** Proves a ledger of which this much was acknowledged. */
export async function provedBy(looked: Looked, when: string, before: Acknowledged): Promise<Proved> {
	const { violations } = await verifyLedger(looked.store);
	const after = await acknowledgedIn(looked);
	return {
		when,
		named: violations.map(({ code, detail }) => `${code}: ${detail}`),
		missingEntries: Math.max(0, before.lastSeq - after.lastSeq),
		mayBeUnnamed: before.lastAtMs - after.lastAtMs < NOTED_EVERY_MS,
	};
}
