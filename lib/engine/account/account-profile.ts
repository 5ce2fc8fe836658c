/**
 * Owns what an account says to every model, as the engine reads it: texts, languages and the limits of its cache, at most a few seconds
 * old. Refuses to remember a failure: what could not be read is read again by the next who asks.
 */
import { CreditError } from '../../core/values/errors';
import type { AccountProfile, LedgerStore } from '../../ledger/store';
import type { Timing } from '../waiting/timing';

/** A text that is changed holds for calls that start this much later, at most, in every process. */
const FRESH_FOR_MS = 5_000;

/** The profile of one account, shared by all who use it in this process. */
export class ProfileReader {
	readonly #store: Pick<LedgerStore, 'profile'>;
	readonly #accountId: string;
	readonly #timing: Timing;
	#known: { readonly profile: Promise<AccountProfile>; readonly sinceMs: number } | null = null;

	constructor({ store, accountId, timing }: { store: Pick<LedgerStore, 'profile'>; accountId: string; timing: Timing }) {
		this.#store = store;
		this.#accountId = accountId;
		this.#timing = timing;
	}

	/** The profile. Rejects with a ledger fault, or `account_not_found`. */
	async read(): Promise<AccountProfile> {
		const nowMs = this.#timing.monotonicMs();
		if (this.#known && nowMs - this.#known.sinceMs < FRESH_FOR_MS) return this.#known.profile;
		const known = { profile: this.#load(), sinceMs: nowMs };
		this.#known = known;
		known.profile.catch(() => {
			if (this.#known === known) this.forget();
		});
		return known.profile;
	}

	/** To be called when this process itself has changed the account. */
	forget(): void {
		this.#known = null;
	}

	async #load(): Promise<AccountProfile> {
		const profile = await this.#store.profile(this.#accountId);
		if (profile) return profile;
		throw new CreditError(
			'account_not_found',
			`There is no account "${this.#accountId}" in this ledger. Open it first: llm-credits account open --account ${this.#accountId}`,
		);
	}
}
