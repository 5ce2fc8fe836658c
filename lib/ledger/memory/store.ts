/**
 * Owns a ledger that lives and dies with its process: the port in the simplest form, for tests and for trying things out.
 * Refuses to outlive anything: nothing is written anywhere.
 */
import { decide, needsOf } from '../../core/rules/decide';
import { CreditError } from '../../core/values/errors';
import type { Command, Outcome } from '../../core/nouns/commands';
import type { AccountNow, SnapshotNeeds } from '../../core/nouns/snapshot';
import type { Account, BudgetCounter, Entry, Hold } from '../../core/nouns/records';
import type { HoldMark } from '../../core/proof/verify-holds';
import type { CarriedKey } from '../../core/proof/verify-keys';
import { batchTime } from '../../core/rules/draft/ledger-time';
import { hasPassed, type Instant } from '../../core/values/time';
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
import type { NameStore } from '../ports/name-store';
import { MemoryAnswers, type Books } from './answers';
import { apply, emptyBook, load, pageOf, type Book } from './book';
import { MemoryChecks } from './checks';
import { MemoryLearned } from './learned';
import { MemoryTries } from './tries';
import { ledgerKeyOf } from '../../core/rules/commands/admin';

const NO_NEEDS: SnapshotNeeds = { keyHashes: [], holdSeqs: [], grantSeqs: [], promotionIds: [], names: [], forgotten: [] };

/** Nothing of a ledger in memory is ever kept, so its pseudonyms need no secret. */
const PERSON_KEY = '5e'.repeat(32);

export interface MemoryLedgerOptions {
	/** Epoch milliseconds. */
	readonly clock: () => Instant;
	/** Makes the key of a new account's pseudonyms, 32 bytes in hexadecimal; given by tests that compare journals. */
	readonly newPersonKey?: () => string;
}

/** Opens an empty ledger in memory. */
export function openMemoryLedger(options: MemoryLedgerOptions): LedgerStore {
	return new MemoryStore(options);
}

class MemoryStore implements LedgerStore {
	readonly location = 'memory';
	readonly answers = new MemoryAnswers(this.#options());
	readonly checks = new MemoryChecks(this.#options());
	readonly learned = new MemoryLearned(this.#options());
	readonly tries: MemoryTries;
	readonly names: NameStore = { find: (accountId, held) => Promise.resolve(this.#books.get(accountId)?.persons.find(held) ?? []) };
	readonly #clock: () => Instant;
	readonly #newPersonKey: () => string;
	readonly #books = new Map<string, Book>();
	#isClosed = false;

	constructor({ clock, newPersonKey = () => PERSON_KEY }: MemoryLedgerOptions) {
		this.#clock = clock;
		this.#newPersonKey = newPersonKey;
		this.tries = new MemoryTries({ assertUsable: () => this.#assertOpen(), clock });
	}

	/** What those who keep something beside the books need to know. */
	#options(): Books {
		return {
			assertUsable: () => this.#assertOpen(),
			hasAccount: (accountId) => this.#books.has(accountId),
			pseudonymOf: (accountId, name) => this.#books.get(accountId)?.persons.pseudonymOf(name),
		};
	}

	async commit(accountId: string, commands: readonly Command[]): Promise<readonly Outcome[]> {
		this.#assertOpen();
		const book = this.#books.get(accountId) ?? emptyBook(this.#newPersonKey());
		const time = batchTime(book.account, this.#clock());
		const ledgerKey = book.account ? null : (ledgerKeyOf(await this.accounts())?.adminKey ?? null);
		const answersOf = (pseudonym: string): number => this.answers.countOf(accountId, pseudonym);
		const snapshot = { ...load(book, commands, { needs: needsOf(commands), time, answersOf }), ledgerKey };
		const decision = decide(snapshot, commands, { accountId, clockMs: time.clockMs });
		if (decision.account) this.#books.set(accountId, book);
		apply(book, decision);
		for (const { pseudonym } of decision.people.forgotten) this.answers.forget(accountId, pseudonym);
		return Promise.resolve(decision.outcomes);
	}

	async snapshot(accountId: string): Promise<AccountNow> {
		this.#assertOpen();
		const book = this.#books.get(accountId) ?? emptyBook(this.#newPersonKey());
		const grantSeqs = [...book.grants.keys()];
		const time = batchTime(book.account, this.#clock());
		return Promise.resolve({ ...load(book, [], { needs: { ...NO_NEEDS, grantSeqs }, time }), clockMs: time.clockMs });
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

	clockNow(): Instant {
		return this.#clock();
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

	#assertOpen(): void {
		if (this.#isClosed) throw new CreditError('ledger_closed', 'The ledger in memory was closed. Open it again before using it.');
	}
}

function compareKeys(a: CarriedKey, b: CarriedKey): number {
	if (a.keyHash === b.keyHash) return a.seq - b.seq;
	return a.keyHash < b.keyHash ? -1 : 1;
}
