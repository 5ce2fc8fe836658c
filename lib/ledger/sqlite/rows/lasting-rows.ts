/**
 * Owns remembering rows that nothing ever changes once they are committed, so that a decision need not read them again: the terms of grants,
 * and the entries that record prices. For decisions alone: what proves or copies a ledger reads what is there. Refuses to grow
 * without bound.
 */
import type { Entry } from '../../../core/nouns/records';
import type { GrantTerms } from '../../rows';

/** Rows of each kind that are remembered before all are forgotten. */
const MAX_REMEMBERED = 1000;

/** Rows of one kind by the number of their account and a name of their own. */
class Rows<Name, Row> {
	readonly #byAccount = new Map<bigint, Map<Name, Row>>();
	#count = 0;

	find(account: bigint, name: Name): Row | undefined {
		return this.#byAccount.get(account)?.get(name);
	}

	remember(account: bigint, name: Name, row: Row): void {
		if (this.#count >= MAX_REMEMBERED) this.forget();
		const rows = this.#byAccount.get(account) ?? new Map<Name, Row>();
		this.#byAccount.set(account, rows.set(name, row));
		this.#count += 1;
	}

	forget(): void {
		this.#byAccount.clear();
		this.#count = 0;
	}
}

/** What one connection remembers. */
export class LastingRows {
	/** By the number of the grant. */
	readonly terms = new Rows<number, GrantTerms>();
	/** By the hash of the key, which no other kind of entry has. */
	readonly prices = new Rows<string, Entry>();

	/** To be called when rows are written or removed other than by a decision, as a ledger that is copied does. */
	forget(): void {
		this.terms.forget();
		this.prices.forget();
	}
}
