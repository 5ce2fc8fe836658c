/**
 * Owns a ledger that lives and dies with its process: the port in the simplest form, for tests and for trying things out.
 * Refuses to outlive anything: nothing is written anywhere.
 */
import { alertsNeeded, MAX_CLAIMED } from '../../core/rules/commands/claim';
import type { CostAverage } from '../../core/nouns/cost-averages';
import { decide, needsOf } from '../../core/rules/decide';
import { withLaterDecisions } from '../../core/rules/later-decisions';
import { CreditError } from '../../core/values/errors';
import { spansNeeded } from '../../core/rules/draft/spent-before';
import type { DaySpan, UsageDelta } from '../../core/nouns/usage-totals';
import { countersNeeded } from '../../core/rules/draft/limits';
import { counterKey } from '../../core/nouns/counters';
import type { Command, Outcome } from '../../core/nouns/commands';
import type { AccountSnapshot, Decision, KeptResult, SnapshotNeeds } from '../../core/nouns/snapshot';
import type { Account, BudgetCounter, Entry, GrantState, Hold } from '../../core/nouns/records';
import type { HoldMark } from '../../core/proof/verify-holds';
import type { CarriedKey } from '../../core/proof/verify-keys';
import { hasPassed, later, type Instant } from '../../core/values/time';
import { UsageTally } from '../../core/journal/usage-tally';
import type {
	AccountProfile,
	EntryQuery,
	KeyQuery,
	LedgerStore,
	MaterialisedAccount,
	PageQuery,
	SeqRange,
	UsageQuery,
	UsageRow,
} from '../store';
import { totalUsage } from '../usage-totals';
import { closingSeqs, grantsHeldBy, grantsNamedBy } from '../related';
import { MemoryAnswers } from './answers';
import { MemoryChecks } from './checks';
import { MemoryLearned } from './learned';
import { MemoryTries } from './tries';
import { ledgerKeyOf } from '../../core/rules/commands/admin';

interface Book {
	account: Account | null;
	readonly grants: Map<number, GrantState>;
	readonly holds: Map<number, Hold>;
	/** For each hold, the number of the last entry that closed or refunded it. */
	readonly closings: Map<number, number>;
	readonly entries: Entry[];
	readonly entriesByKey: Map<string, Entry>;
	readonly promotions: Map<string, number>;
	readonly counters: Map<string, BudgetCounter>;
	averages: readonly CostAverage[];
	readonly usage: UsageTally;
	readonly results: Map<number, KeptResult>;
	readonly texts: Map<string, string>;
}

const NO_NEEDS: SnapshotNeeds = { keyHashes: [], holdSeqs: [], grantSeqs: [], promotionIds: [] };

/** Opens an empty ledger in memory. `clock` gives epoch milliseconds. */
export function openMemoryLedger({ clock }: { clock: () => Instant }): LedgerStore {
	return new MemoryStore(clock);
}

class MemoryStore implements LedgerStore {
	readonly location = 'memory';
	readonly answers = new MemoryAnswers(this.#options());
	readonly checks = new MemoryChecks(this.#options());
	readonly learned = new MemoryLearned(this.#options());
	readonly tries: MemoryTries;
	readonly #clock: () => Instant;
	readonly #books = new Map<string, Book>();
	#isClosed = false;

	constructor(clock: () => Instant) {
		this.#clock = clock;
		this.tries = new MemoryTries({ assertUsable: () => this.#assertOpen(), clock });
	}

	/** What those who keep something beside the books need to know. */
	#options(): { assertUsable: () => void; hasAccount: (accountId: string) => boolean } {
		return { assertUsable: () => this.#assertOpen(), hasAccount: (accountId) => this.#books.has(accountId) };
	}

	async commit(accountId: string, commands: readonly Command[]): Promise<readonly Outcome[]> {
		this.#assertOpen();
		const book = this.#books.get(accountId) ?? emptyBook();
		const atMs = this.#now(book);
		const ledgerKey = book.account ? null : (ledgerKeyOf(await this.accounts())?.adminKey ?? null);
		const snapshot = { ...load(book, commands, { needs: needsOf(commands), atMs }), ledgerKey };
		const decision = decide(snapshot, commands, { accountId, atMs });
		if (decision.account) this.#books.set(accountId, book);
		apply(book, decision);
		return Promise.resolve(decision.outcomes);
	}

	async snapshot(accountId: string): Promise<AccountSnapshot> {
		this.#assertOpen();
		const book = this.#books.get(accountId) ?? emptyBook();
		const grantSeqs = [...book.grants.keys()];
		return Promise.resolve(load(book, [], { needs: { ...NO_NEEDS, grantSeqs }, atMs: this.#now(book) }));
	}

	async accounts(): Promise<readonly Account[]> {
		this.#assertOpen();
		const accounts = [...this.#books.values()].flatMap(({ account }) => account ?? []);
		return Promise.resolve(accounts.sort((a, b) => (a.id < b.id ? -1 : 1)));
	}

	async usage(accountId: string, query: UsageQuery): Promise<readonly UsageRow[]> {
		this.#assertOpen();
		return Promise.resolve(totalUsage(this.#books.get(accountId)?.usage.totals() ?? [], query));
	}

	async counters(accountId: string): Promise<readonly BudgetCounter[]> {
		this.#assertOpen();
		return Promise.resolve([...(this.#books.get(accountId)?.counters.values() ?? [])]);
	}

	async holds(accountId: string, { state, ...page }: PageQuery & { readonly state: Hold['state'] | null }): Promise<readonly Hold[]> {
		this.#assertOpen();
		const holds = [...(this.#books.get(accountId)?.holds.values() ?? [])];
		return Promise.resolve(
			pageOf(
				holds.filter((hold) => state === null || hold.state === state),
				page,
			),
		);
	}

	async holdMarks(accountId: string, { afterSeq, untilSeq }: SeqRange): Promise<readonly HoldMark[]> {
		this.#assertOpen();
		const { holds = [], closings } = this.#books.get(accountId) ?? {};
		const marks = [...holds.values()]
			.filter(({ seq }) => seq > afterSeq && seq <= untilSeq)
			.map(({ seq, state, timeoutAtMs }) => ({ seq, state, timeoutAtMs, closedSeq: closings?.get(seq) ?? null }));
		return Promise.resolve(marks.sort((a, b) => a.seq - b.seq));
	}

	async carriedKeys(accountId: string, { after, limit }: KeyQuery): Promise<readonly CarriedKey[]> {
		this.#assertOpen();
		const keys = (this.#books.get(accountId)?.entries ?? []).flatMap(({ keyHash, seq }) => (keyHash === null ? [] : [{ keyHash, seq }]));
		const ascending = keys.sort(compareKeys);
		return Promise.resolve(ascending.filter((key) => after === null || compareKeys(key, after) > 0).slice(0, limit));
	}

	async materialised(accountId: string, takeCounter?: (counter: BudgetCounter) => void): Promise<MaterialisedAccount | null> {
		this.#assertOpen();
		const book = this.#books.get(accountId);
		if (!book?.account) return Promise.resolve(null);
		if (takeCounter) for (const counter of book.counters.values()) takeCounter(counter);
		return Promise.resolve({
			account: book.account,
			grants: [...book.grants.values()],
			usage: book.usage.totals(),
			texts: new Map(book.texts),
		});
	}

	async profile(accountId: string): Promise<AccountProfile | null> {
		this.#assertOpen();
		const book = this.#books.get(accountId);
		return Promise.resolve(book?.account ? { account: book.account, texts: new Map(book.texts) } : null);
	}

	async entries(accountId: string, { kind, ...page }: EntryQuery): Promise<readonly Entry[]> {
		this.#assertOpen();
		const entries = this.#books.get(accountId)?.entries ?? [];
		return Promise.resolve(pageOf(kind === undefined ? entries : entries.filter(({ body }) => body.kind === kind), page));
	}

	async entryByKey(accountId: string, keyHash: string): Promise<Entry | null> {
		this.#assertOpen();
		return Promise.resolve(this.#books.get(accountId)?.entriesByKey.get(keyHash) ?? null);
	}

	async keptResult(accountId: string, holdSeq: number): Promise<string | null> {
		this.#assertOpen();
		const kept = this.#books.get(accountId)?.results.get(holdSeq);
		return Promise.resolve(kept && !hasPassed(kept.keptUntilMs, { atMs: this.#clock() }) ? kept.text : null);
	}

	async purgeResults(atMs: Instant): Promise<number> {
		this.#assertOpen();
		let purged = 0;
		for (const { results } of this.#books.values()) {
			for (const kept of results.values()) {
				if (hasPassed(kept.keptUntilMs, { atMs }) && results.delete(kept.holdSeq)) purged += 1;
			}
		}
		return Promise.resolve(purged);
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		return Promise.resolve();
	}

	#now(book: Book): Instant {
		return book.account ? later(this.#clock(), book.account.lastAtMs) : this.#clock();
	}

	#assertOpen(): void {
		if (this.#isClosed) throw new CreditError('ledger_closed', 'The ledger in memory was closed. Open it again before using it.');
	}
}

function emptyBook(): Book {
	return {
		account: null,
		grants: new Map(),
		holds: new Map(),
		closings: new Map(),
		entries: [],
		entriesByKey: new Map(),
		promotions: new Map(),
		counters: new Map(),
		averages: [],
		usage: new UsageTally(),
		results: new Map(),
		texts: new Map(),
	};
}

function load(book: Book, commands: readonly Command[], { needs, atMs }: { needs: SnapshotNeeds; atMs: Instant }): AccountSnapshot {
	const byKeys = (hashes: readonly string[]): Entry[] => hashes.flatMap((hash) => book.entriesByKey.get(hash) ?? []);
	const entries = withLaterDecisions(commands, { entries: byKeys(needs.keyHashes), asked: needs.keyHashes, load: byKeys });
	const promotions = new Map([...book.promotions].filter(([id]) => needs.promotionIds.includes(id)));
	const holdSeqs = new Set([...needs.holdSeqs, ...entries.map((entry) => entry.seq)]);
	const holds = [...book.holds.values()].filter(
		(hold) => holdSeqs.has(hold.seq) || (hold.state === 'open' && hasPassed(hold.timeoutAtMs, { atMs })),
	);
	const grantSeqs = new Set([
		...needs.grantSeqs,
		...promotions.values(),
		...entries.flatMap(grantsNamedBy),
		...holds.flatMap(grantsHeldBy),
	]);
	const grants = [...book.grants.values()].filter((grant) => grantSeqs.has(grant.seq) || grant.remainingMicro > 0n || grant.heldMicro > 0n);
	const { account, averages } = book;
	const spans = account ? spansNeeded(commands, { atMs, timeZone: account.timeZone }) : [];
	const spent = spans.map((span) => ({ span, totals: spentOn(book, span) }));
	const counters = loadCounters(book, commands, { holds, atMs });
	return { account, grants, holds, entries, promotions, counters, alerts: loadAlerts(book, commands), averages, spent };
}

function spentOn({ usage }: Book, { fromDay, untilDay }: DaySpan): UsageDelta[] {
	return usage.totals().filter(({ day }) => fromDay <= day && day <= untilDay);
}

function loadAlerts({ account, entries }: Book, commands: readonly Command[]): Entry[] {
	const afterSeq = alertsNeeded(commands, account);
	if (afterSeq === null) return [];
	return pageOf(
		entries.filter(({ body }) => body.kind === 'alerted'),
		{ afterSeq, limit: MAX_CLAIMED },
	);
}

function loadCounters(
	{ account, counters }: Book,
	commands: readonly Command[],
	{ holds, atMs }: { holds: readonly Hold[]; atMs: Instant },
): BudgetCounter[] {
	const refs = account ? countersNeeded(commands, { settings: account.settings, timeZone: account.timeZone, holds, atMs }) : [];
	return [...new Set(refs.map(counterKey))].flatMap((key) => counters.get(key) ?? []);
}

function apply(book: Book, decision: Decision): void {
	if (!decision.account) return;
	book.account = decision.account;
	for (const grant of decision.grants) {
		book.grants.set(grant.seq, grant);
		if (grant.promotionId !== null) book.promotions.set(grant.promotionId, grant.seq);
	}
	for (const hold of decision.holds) book.holds.set(hold.seq, hold);
	for (const [holdSeq, seq] of closingSeqs(decision.entries)) book.closings.set(holdSeq, seq);
	for (const entry of decision.entries) {
		book.entries.push(entry);
		if (entry.keyHash !== null) book.entriesByKey.set(entry.keyHash, entry);
	}
	for (const counter of decision.counters) book.counters.set(counterKey(counter), counter);
	book.averages = decision.averages ?? book.averages;
	for (const { day, labels, ...counts } of decision.usage) book.usage.add(day, labels, counts);
	for (const result of decision.results) book.results.set(result.holdSeq, result);
	for (const { name, text } of decision.texts) {
		if (text === null) book.texts.delete(name);
		else book.texts.set(name, text);
	}
}

function compareKeys(a: CarriedKey, b: CarriedKey): number {
	if (a.keyHash === b.keyHash) return a.seq - b.seq;
	return a.keyHash < b.keyHash ? -1 : 1;
}

function pageOf<T extends { readonly seq: number }>(rows: readonly T[], { afterSeq, limit }: PageQuery): T[] {
	return rows.filter((row) => row.seq > afterSeq).slice(0, limit);
}
