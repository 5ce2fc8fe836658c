/**
 * Owns proving a whole ledger: each account's journal is read in pages and replayed, and what is materialised must come out.
 * Works beside a ledger in use: it proves the state at the moment it began with each account. Changes nothing.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CountersInMemory, type CounterBook } from '../../core/proof/counter-book';
import { isCreditError } from '../../core/values/errors';
import { holdId } from '../../core/nouns/records';
import { JournalVerifier, type Violation } from '../../core/proof/verify';
import type { LedgerProof } from '../../ledger/store';
import type { LedgerStore } from '../../ledger/store';

const PAGE = 500;
const KEY_PAGE = 5000;
/** They may be long. */
const RESULT_PAGE = 100;

/** The result of a proof. */
export interface Verification {
	readonly ok: boolean;
	readonly accounts: number;
	readonly entries: number;
	readonly violations: readonly Violation[];
	/** What could not be proved here beyond {@link NEVER_PROVED}; absent when there is nothing. */
	readonly unproved?: readonly string[];
}

/** What no proof covers, because no entry tells it. */
export const NEVER_PROVED = [
	'cached answers and what they saved',
	'names of persons',
	'counts of checks',
	'averages by which unusual cost is found',
] as const;

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
	/** Makes what budget counters are kept in meanwhile: a book outside of memory for ledgers of any size. In memory unless it is given. */
	readonly makeCounters?: () => CounterBook;
}

/** Proves every account. Rejects only when the ledger cannot be read at all. */
export async function verifyLedger(
	store: LedgerStore,
	{ onProgress, makeCounters = () => new CountersInMemory() }: VerifyOptions = {},
): Promise<Verification> {
	const ids = store.proof ? await store.proof.accountIds() : (await store.accounts()).map(({ id }) => id);
	const ofEntries = await countEntries(store);
	const violations: Violation[] = [];
	let [entries, unprovedResults] = [0, 0];
	for (const accountId of ids) {
		const before = entries;
		const counters = makeCounters();
		const onPage = (seq: number): void => onProgress?.({ accountId, entries: before + seq, ofEntries });
		const verifier = await verifyAccount(store, { accountId, counters, onPage }).finally(() => counters.close());
		entries = before + verifier.lastSeq;
		for (const violation of verifier.violations) violations.push(violation);
		unprovedResults += verifier.results.unproved;
	}
	const around = store.proof ? await proveAround(store, store.proof) : NOTHING_AROUND;
	for (const violation of around.violations) violations.push(violation);
	const ok = violations.length === 0;
	const unproved = [...(around.isSchemaProved ? [] : [SCHEMA_NOT_PROVED]), ...(unprovedResults === 0 ? [] : [RESULTS_NOT_PROVED])];
	return { ok, accounts: ids.length, entries, violations, ...(unproved.length === 0 ? {} : { unproved }) };
}

/** How many entries there are to replay; for a bar alone, so accounts that cannot be read are left out. */
async function countEntries(store: LedgerStore): Promise<number> {
	try {
		return (await store.accounts()).reduce((sum, account) => sum + account.lastSeq, 0);
	} catch (error) {
		if (!isCreditError(error) || error.code !== 'ledger_corrupt') throw error;
		return 0;
	}
}

const SCHEMA_NOT_PROVED = 'the tables and indexes themselves: this database role may not make a schema to compare them with';
interface Around {
	readonly violations: readonly Violation[];
	readonly isSchemaProved: boolean;
}

const RESULTS_NOT_PROVED = 'results kept for retries of calls that are older than the hashes of results';
const NOTHING_AROUND: Around = { violations: [], isSchemaProved: true };

/** Proves what belongs to no account: the schema itself, stray rows, and that no journal lost its end. */
async function proveAround(store: LedgerStore, proof: LedgerProof): Promise<Around> {
	const differences = await proof.schemaDifferences();
	const stray = await proof.strayRows();
	const violations: Violation[] = [
		...(differences ?? []).map((detail): Violation => ({ accountId: '', code: 'schema_differs', detail })),
		...stray.map(({ table, rows }): Violation => {
			const detail = `${String(rows)} ${rows === 1 ? 'row' : 'rows'} of ${table} ${rows === 1 ? 'belongs' : 'belong'} to no account.`;
			return { accountId: '', code: 'rows_stray', detail };
		}),
	];
	for (const end of proof.seenEnds()) {
		const [entry] = await store.entries(end.accountId, { afterSeq: end.seq - 1, limit: 1 });
		if (entry?.seq === end.seq && entry.hash.startsWith(end.hash)) continue;
		const found = entry?.seq === end.seq ? 'is another one' : 'is not there';
		const detail = `Entry ${String(end.seq)} was written to this file, and ${found}: the ledger lost its newest entries.`;
		violations.push({ accountId: end.accountId, code: 'end_missing', detail });
	}
	return { violations, isSchemaProved: differences !== null };
}

async function verifyAccount(store: LedgerStore, proof: Omit<Proof, 'verifier'>): Promise<JournalVerifier> {
	const verifier = new JournalVerifier(proof.accountId, proof.counters);
	try {
		await proveAccount(store, { ...proof, verifier });
	} catch (error) {
		if (!isCreditError(error) || error.code !== 'ledger_corrupt') throw error;
		verifier.report('unreadable', error.message);
	}
	return verifier;
}

interface Proof {
	readonly accountId: string;
	readonly verifier: JournalVerifier;
	readonly counters: CounterBook;
	readonly onPage: (seq: number) => void;
}

/** What is kept by now was settled by entries that the proof will come to; what was kept and removed meanwhile is no matter. */
async function readResults(store: LedgerStore, { accountId, verifier }: Pick<Proof, 'accountId' | 'verifier'>): Promise<void> {
	for (let afterSeq = 0; store.proof;) {
		const page = await store.proof.keptResults(accountId, { afterSeq, limit: RESULT_PAGE });
		for (const { holdSeq, text } of page) verifier.results.tell(holdSeq, text);
		const last = page.at(-1);
		if (!last || page.length < RESULT_PAGE) return;
		afterSeq = last.holdSeq;
		await nextTurn();
	}
}

/** The materialised state is read first: the journal up to it never changes, whatever is written meanwhile. */
async function proveAccount(store: LedgerStore, { accountId, verifier, counters, onPage }: Proof): Promise<void> {
	await readResults(store, { accountId, verifier });
	const materialised = await store.materialised(accountId, (counter) => counters.tell(counter));
	if (!materialised) return;
	const untilSeq = materialised.account.lastSeq;
	for (;;) {
		const afterSeq = verifier.lastSeq;
		const limit = Math.min(PAGE, untilSeq - afterSeq);
		const page = limit <= 0 ? [] : await store.entries(accountId, { afterSeq, limit });
		const entries = page.filter((entry) => entry.seq <= untilSeq);
		// Where the journal ends too early, the marks behind its end are looked at all the same.
		const marks = await store.holdMarks(accountId, { afterSeq, untilSeq: entries.at(-1)?.seq ?? untilSeq });
		verifier.addPage(entries, marks);
		if (entries.length === 0) break;
		onPage(verifier.lastSeq);
		await nextTurn();
	}
	await readKeys(store, { accountId, verifier });
	verifier.compare(materialised, await newestSeq(store, accountId));
	await lookBehindTheEnd(store, { accountId, verifier });
}

async function readKeys(store: LedgerStore, { accountId, verifier }: Pick<Proof, 'accountId' | 'verifier'>): Promise<void> {
	for (;;) {
		const keys = await store.carriedKeys(accountId, { after: verifier.lastKey, limit: KEY_PAGE });
		if (keys.length === 0) return;
		verifier.addKeys(keys);
		await nextTurn();
	}
}

/** Entries and holds behind the account's newest entry were not written by a commit. */
async function lookBehindTheEnd(store: LedgerStore, { accountId, verifier }: Pick<Proof, 'accountId' | 'verifier'>): Promise<void> {
	const afterSeq = await newestSeq(store, accountId);
	const entries = await store.entries(accountId, { afterSeq, limit: 1 });
	const marks = await store.holdMarks(accountId, { afterSeq, untilSeq: Number.MAX_SAFE_INTEGER });
	const endSeq = await newestSeq(store, accountId);
	for (const { seq } of entries.filter((entry) => entry.seq > endSeq))
		verifier.report('entry_unaccounted', `Entry ${String(seq)} is in the journal, but the account does not know of it.`);
	for (const { seq } of marks.filter((mark) => mark.seq > endSeq))
		verifier.report('hold_differs', `${holdId(seq)} is stored, but the account does not know of it.`);
}

/** Others may have written since the proof began. */
async function newestSeq(store: LedgerStore, accountId: string): Promise<number> {
	return (await store.snapshot(accountId)).account?.lastSeq ?? 0;
}
