/**
 * Owns proving a whole ledger: each account's journal is read in pages and replayed, and what is materialised must come out.
 * Works beside a ledger in use: it proves the state at the moment it began with each account. Changes nothing.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isCreditError } from '../core/errors';
import type { Hold } from '../core/model';
import { JournalVerifier, type Violation } from '../core/verify';
import type { LedgerStore } from '../ledger/store';

const PAGE = 500;

/** The result of a proof. */
export interface Verification {
	readonly ok: boolean;
	readonly accounts: number;
	readonly entries: number;
	readonly violations: readonly Violation[];
}

/** How far a proof has come. */
export interface VerifyProgress {
	readonly accountId: string;
	/** Entries of all accounts replayed so far, and how many there are. */
	readonly entries: number;
	readonly ofEntries: number;
}

/** What may be watched. */
export interface VerifyOptions {
	readonly onProgress?: (progress: VerifyProgress) => void;
}

/** Proves every account. Rejects only when the ledger cannot be read at all. */
export async function verifyLedger(store: LedgerStore, { onProgress }: VerifyOptions = {}): Promise<Verification> {
	const accounts = await store.accounts();
	const ofEntries = accounts.reduce((sum, account) => sum + account.lastSeq, 0);
	const violations: Violation[] = [];
	let entries = 0;
	for (const { id: accountId } of accounts) {
		const before = entries;
		const verifier = await verifyAccount(store, accountId, (seq) => onProgress?.({ accountId, entries: before + seq, ofEntries }));
		entries = before + verifier.lastSeq;
		violations.push(...verifier.violations);
	}
	return { ok: violations.length === 0, accounts: accounts.length, entries, violations };
}

async function verifyAccount(store: LedgerStore, accountId: string, onPage: (seq: number) => void): Promise<JournalVerifier> {
	const verifier = new JournalVerifier(accountId);
	try {
		await proveAccount(store, { accountId, verifier, onPage });
	} catch (error) {
		if (!isCreditError(error) || error.code !== 'ledger_corrupt') throw error;
		verifier.report('unreadable', error.message);
	}
	return verifier;
}

interface Proof {
	readonly accountId: string;
	readonly verifier: JournalVerifier;
	readonly onPage: (seq: number) => void;
}

/** The materialised state is read first: the journal up to it never changes, whatever is written meanwhile. */
async function proveAccount(store: LedgerStore, { accountId, verifier, onPage }: Proof): Promise<void> {
	const materialised = await store.materialised(accountId);
	if (!materialised) return;
	const untilSeq = materialised.account.lastSeq;
	for (;;) {
		const limit = Math.min(PAGE, untilSeq - verifier.lastSeq);
		const page = limit <= 0 ? [] : await store.entries(accountId, { afterSeq: verifier.lastSeq, limit });
		const entries = page.filter((entry) => entry.seq <= untilSeq);
		if (entries.length === 0) break;
		for (const entry of entries) verifier.add(entry);
		await compareHolds(store, { accountId, verifier }, verifier.takeClosedHolds());
		onPage(verifier.lastSeq);
		await nextTurn();
	}
	verifier.compare(materialised);
	await compareUnfinishedHolds(store, { accountId, verifier });
	await lookBehindTheEnd(store, { accountId, verifier });
}

async function compareHolds(store: LedgerStore, { accountId, verifier }: Omit<Proof, 'onPage'>, expected: readonly Hold[]): Promise<void> {
	if (expected.length === 0) return;
	const stored = await store.holdsBySeq(
		accountId,
		expected.map((hold) => hold.seq),
	);
	verifier.compareClosedHolds(expected, stored);
}

/** A hold may have been settled late or refunded since the proof began; then there is nothing to compare it with any more. */
async function compareUnfinishedHolds(store: LedgerStore, { accountId, verifier }: Omit<Proof, 'onPage'>): Promise<void> {
	const unfinished = verifier.unfinishedHolds;
	for (let start = 0; start < unfinished.length; start += PAGE) {
		const part = unfinished.slice(start, start + PAGE);
		const stored = await store.holdsBySeq(
			accountId,
			part.map((hold) => hold.seq),
		);
		const later = await store.materialised(accountId);
		const hasMovedOn = later !== null && later.account.lastSeq > verifier.lastSeq;
		const changed = new Set(stored.filter((hold) => hasMovedOn && (hold.isLate || hold.refundedMicro > 0n)).map((hold) => hold.seq));
		verifier.compareHolds(
			part.filter((hold) => !changed.has(hold.seq)),
			stored,
		);
	}
}

/** Entries that the account does not know of were not written by a commit. */
async function lookBehindTheEnd(store: LedgerStore, { accountId, verifier }: Omit<Proof, 'onPage'>): Promise<void> {
	const [next] = await store.entries(accountId, { afterSeq: verifier.lastSeq, limit: 1 });
	const now = await store.materialised(accountId);
	if (next && now && next.seq > now.account.lastSeq)
		verifier.report('entry_unaccounted', `Entry ${String(next.seq)} is in the journal, but the account does not know of it.`);
}
