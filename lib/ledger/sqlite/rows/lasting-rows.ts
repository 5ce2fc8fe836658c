/**
 * Owns remembering rows that nothing ever changes once they are committed, so that a decision need not read them again: the terms of grants,
 * and the entries that record prices. For decisions alone: what proves or copies a ledger reads what is there. Refuses to grow
 * without bound.
 */
import { LRUCache } from 'lru-cache';
import type { Entry } from '../../../core/nouns/records';
import type { GrantTerms } from '../../rows';

/** Rows of each kind that are remembered. */
const MAX_REMEMBERED = 1000;

/** Rows of one kind by the number of their account and a name of their own. */
class Rows<Name extends string | number, Row extends object> {
	readonly #rows = new LRUCache<string, Row>({ max: MAX_REMEMBERED });

	find(account: bigint, name: Name): Row | undefined {
		return this.#rows.get(`${String(account)} ${String(name)}`);
	}

	remember(account: bigint, name: Name, row: Row): void {
		this.#rows.set(`${String(account)} ${String(name)}`, row);
	}

	forget(): void {
		this.#rows.clear();
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
