/**
 * Owns taking many random lives in one ledger, an account each, because opening a ledger for each takes longer than the life itself.
 * Whoever gets such a ledger sees only his own account, under the name `acme`. One life at a time: they set the clock. A ledger may be
 * opened twice, as two processes have it, and a life taken over both.
 */
import type { Instant } from '../../../lib/core/values/time';
import type { LedgerStore } from '../../../lib/ledger/store';
import type { LedgerKind } from './ledger-places';

/** After so many lives a new ledger is made, so that each stays small. */
const LIVES = 250;

export class SharedLedgers {
	readonly #kind: LedgerKind;
	#stores: readonly LedgerStore[] = [];
	#lives = 0;
	#clock: () => Instant = () => 0;

	constructor(kind: LedgerKind) {
		this.#kind = kind;
	}

	/**
	 * A ledger for one life. Closing it changes nothing; its account is stored as `accountId`. `isOther` says for each commit whether the
	 * other one of two who have opened the ledger makes it; without it there is one.
	 */
	async open(
		clock: () => Instant,
		{ accountId = `life-${String(this.#lives)}`, isOther }: { readonly accountId?: string; readonly isOther?: () => boolean } = {},
	): Promise<LedgerStore> {
		this.#clock = clock;
		if (this.#lives % LIVES === 0) {
			await this.close();
			const place = await this.#kind.newPlace();
			const opened = () => place(() => this.#clock());
			this.#stores = isOther ? [await opened(), await opened()] : [await opened()];
		}
		this.#lives += 1;
		const [store, other] = this.#stores;
		if (!store) throw new Error('The shared ledger is closed.');
		return onlyAccount(store, accountId, () => (other && isOther?.() === true ? other : store));
	}

	async close(): Promise<void> {
		await Promise.all(this.#stores.map((store) => store.close()));
		this.#stores = [];
		this.#lives = Math.ceil(this.#lives / LIVES) * LIVES;
	}
}

/** The store as if it had one account; `committing` says who commits next. */
function onlyAccount(store: LedgerStore, id: string, committing: () => LedgerStore): LedgerStore {
	return {
		location: store.location,
		answers: store.answers,
		checks: store.checks,
		learned: store.learned,
		names: { find: (_acme, held) => store.names.find(id, held) },
		tries: store.tries,
		commit: (_acme, commands) => committing().commit(id, commands),
		snapshot: () => store.snapshot(id),
		accounts: async () => [await store.snapshot(id)].flatMap(({ account }) => account ?? []),
		counters: () => store.counters(id),
		usage: (_acme, query) => store.usage(id, query),
		holds: (_acme, query) => store.holds(id, query),
		holdMarks: (_acme, range) => store.holdMarks(id, range),
		carriedKeys: (_acme, query) => store.carriedKeys(id, query),
		materialised: (_acme, takeCounter) => store.materialised(id, takeCounter),
		profile: () => store.profile(id),
		entries: (_acme, query) => store.entries(id, query),
		entryByKey: (_acme, keyHash) => store.entryByKey(id, keyHash),
		keptResult: (_acme, holdSeq) => store.keptResult(id, holdSeq),
		purgeResults: (atMs) => store.purgeResults(atMs),
		close: () => Promise.resolve(),
	};
}
