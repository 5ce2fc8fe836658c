/**
 * Owns how tests look into a ledger file from outside the host that uses it: balance, journal, proof, at an instant of their choice.
 * Refuses to write, save for the grant a test starts with.
 */
import { parseCredits } from '../../lib/core/money';
import { balanceDocument } from '../../lib/engine/credit-balance';
import { LedgerAccount } from '../../lib/engine/ledger-account';
import { verifyLedger, type Verification } from '../../lib/engine/verify-ledger';
import { GroupCommit } from '../../lib/ledger/group-commit';
import { openSqliteLedger } from '../../lib/ledger/sqlite/store';
import type { LedgerStore, UsageGrouping, UsageRow } from '../../lib/ledger/store';
import { jitter, monotonicMs, pause } from '../../lib/runtime/system';

export interface BalanceReading {
	readonly account: string;
	readonly available: string;
	readonly held: string;
	readonly overdraft: string;
	readonly grants: readonly { readonly amount: string; readonly remaining: string; readonly used: string; readonly category: string }[];
}

async function withLedger<T>(path: string, aheadMs: number, use: (ledger: LedgerAccount, store: LedgerStore) => Promise<T>): Promise<T> {
	const clock = (): number => Date.now() + aheadMs;
	const store = await openSqliteLedger({ path, clock, pause, jitter });
	try {
		const ledger = new LedgerAccount({
			accountId: 'default',
			store,
			commits: new GroupCommit(store),
			timing: { clock, monotonicMs, pause, jitter },
		});
		return await use(ledger, store);
	} finally {
		await store.close();
	}
}

/** Makes a ledger with one purchased grant. Amounts are decimal texts of credits. */
export async function grantCredits(path: string, credits: string): Promise<void> {
	await withLedger(path, 0, async (ledger) => {
		await ledger.open({ timeZone: 'Europe/Berlin' });
		await ledger.grant({ credits: parseCredits(credits, { field: 'credits' }), category: 'purchased', expiry: null, key: 'test grant' });
	});
}

/** The balance, as of `aheadMs` from now. */
export async function readBalance(path: string, aheadMs = 0): Promise<BalanceReading> {
	return withLedger(path, aheadMs, async (ledger) => balanceDocument(await ledger.balance()) as unknown as BalanceReading);
}

/** Totals of calls by group. */
export async function readUsage(path: string, groupBy: readonly UsageGrouping[]): Promise<readonly UsageRow[]> {
	return withLedger(path, 0, (ledger) => ledger.usage({ groupBy, fromDay: null, untilDay: null, where: {} }));
}

/** The proof of the whole file. */
export async function verifyFile(path: string): Promise<Verification> {
	return withLedger(path, 0, (_, store) => verifyLedger(store));
}
