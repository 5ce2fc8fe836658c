/** Brings a backup of a ledger file back: proved before it takes the place, and compared with what it replaces. */
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isCreditError } from '../core/values/errors';
import { verifyLedger, type Verification } from '../engine/moving/verify-ledger';
import { absentLedger } from '../ledger/absent';
import { backUp } from '../ledger/sqlite/file/backup';
import { ledgerFault } from '../ledger/sqlite/file/faults';
import { hasLedgerFile } from '../ledger/sqlite/file/file';
import { ledgerPathOf, withoutLinks } from '../ledger/sqlite/file/ledger-path';
import { replaceLedgerFile } from '../ledger/sqlite/file/restore';
import { openLedgerStore, scratchCounters } from './runtime';
import { jitter, pause } from './system';

const BUSY_DEADLINE_MS = 10_000;

/** What was restored. */
export interface Restored {
	readonly verification: Verification;
	/** Where the replaced file lies now; `null` when there was none, or nothing was replaced because the backup is wrong. */
	readonly kept: string | null;
	/** Entries that the replaced file had and the backup has not; `null` when the replaced file could not be read. */
	readonly lostEntries: number | null;
}

/** Restores `from` to `to`. A backup that does not verify is not used. Rejects with a `CreditError`; then everything is as it was. */
export async function restoreLedger({ from: source, to: target }: { readonly from: string; readonly to: string }): Promise<Restored> {
	const from = ledgerPathOf(source);
	const to = withoutLinks(ledgerPathOf(target));
	let folder: string | null = null;
	try {
		if (!hasLedgerFile(from)) throw absentLedger(from);
		folder = mkdtempSync(join(dirname(to), '.llm-credits-'));
		const draft = join(folder, 'draft.db');
		await backUp({ path: from, pause, jitter, busyDeadlineMs: BUSY_DEADLINE_MS }, { to: draft, onProgress: () => undefined });
		const { verification, ends } = await proofOf(draft);
		if (!verification.ok) return { verification, kept: null, lostEntries: null };
		const lostEntries = await entriesBeyond(ends, to);
		return { verification, kept: replaceLedgerFile(draft, to), lostEntries };
	} catch (error) {
		throw ledgerFault(error, to);
	} finally {
		if (folder !== null) rmSync(folder, { recursive: true, force: true });
	}
}

type Ends = ReadonlyMap<string, number>;

async function proofOf(path: string): Promise<{ verification: Verification; ends: Ends }> {
	const store = await openLedgerStore(path, { mayMake: false, older: 'copy' });
	try {
		const verification = await verifyLedger(store, { makeCounters: scratchCounters });
		const accounts = verification.ok ? await store.accounts() : [];
		return { verification, ends: new Map(accounts.map(({ id, lastSeq }) => [id, lastSeq])) };
	} finally {
		await store.close();
	}
}

/** How many entries the ledger at `path` has beyond these ends. */
async function entriesBeyond(ends: Ends, path: string): Promise<number | null> {
	try {
		if (!hasLedgerFile(path)) return 0;
		const store = await openLedgerStore(path, { mayMake: false, older: 'copy' });
		try {
			return (await store.accounts()).reduce((sum, { id, lastSeq }) => sum + Math.max(0, lastSeq - (ends.get(id) ?? 0)), 0);
		} finally {
			await store.close();
		}
	} catch (error) {
		// A ledger that cannot be read is what one restores a backup for.
		if (isCreditError(error)) return null;
		throw error;
	}
}
