/**
 * Owns taking many random lives in one ledger, an account each, because opening a ledger for each takes longer than the life itself.
 * Whoever gets such a ledger sees only his own account, under the name `acme`. One life at a time: they set the clock.
 */
import type { Instant } from '../../lib/core/time';
import type { LedgerStore } from '../../lib/ledger/store';
import type { LedgerKind } from './ledger-places';

/** After so many lives a new ledger is made, so that each stays small. */
const LIVES = 250;

export class SharedLedgers {
	readonly #kind: LedgerKind;
	#store: LedgerStore | null = null;
	#lives = 0;
	#clock: () => Instant = () => 0;

	constructor(kind: LedgerKind) {
		this.#kind = kind;
	}

	/** A ledger for one life. Closing it changes nothing; its account is stored as `accountId`. */
	async open(clock: () => Instant, accountId = `life-${String(this.#lives)}`): Promise<LedgerStore> {
		this.#clock = clock;
		if (this.#lives % LIVES === 0) {
			await this.close();
			const place = await this.#kind.newPlace();
			this.#store = await place(() => this.#clock());
		}
		this.#lives += 1;
		if (!this.#store) throw new Error('The shared ledger is closed.');
		return onlyAccount(this.#store, accountId);
	}

	async close(): Promise<void> {
		await this.#store?.close();
		this.#store = null;
		this.#lives = Math.ceil(this.#lives / LIVES) * LIVES;
	}
}

/** The store as if it had one account. */
function onlyAccount(store: LedgerStore, id: string): LedgerStore {
	return {
		location: store.location,
		answers: store.answers,
		commit: (_acme, commands) => store.commit(id, commands),
		snapshot: () => store.snapshot(id),
		accounts: async () => [await store.snapshot(id)].flatMap(({ account }) => account ?? []),
		counters: () => store.counters(id),
		usage: (_acme, query) => store.usage(id, query),
		holds: (_acme, query) => store.holds(id, query),
		holdMarks: (_acme, range) => store.holdMarks(id, range),
		carriedKeys: (_acme, query) => store.carriedKeys(id, query),
		materialised: () => store.materialised(id),
		profile: () => store.profile(id),
		entries: (_acme, query) => store.entries(id, query),
		entryByKey: (_acme, keyHash) => store.entryByKey(id, keyHash),
		keptResult: (_acme, holdSeq) => store.keptResult(id, holdSeq),
		purgeResults: (atMs) => store.purgeResults(atMs),
		close: () => Promise.resolve(),
	};
}
