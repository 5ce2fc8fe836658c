/**
 * Owns remembering the open holds that this process made, so that settling them need not read them back. What a hold was when it was made
 * never changes; whether it is still open is for the store to read. Refuses to grow without bound.
 */
import type { Hold } from '../core/nouns/records';

/** Of each account. A hold that was forgotten is read back. */
const MAX_REMEMBERED = 10_000;

/** Open holds by the store's number of their account. */
export class OpenHolds {
	readonly #byAccount = new Map<bigint, Map<number, Hold>>();

	/** Takes the holds of a batch that was committed: open ones are remembered, closed ones forgotten. */
	take(account: bigint, holds: readonly Hold[]): void {
		if (holds.length === 0) return;
		const known = this.#byAccount.get(account) ?? new Map<number, Hold>();
		for (const hold of holds) {
			if (hold.state === 'open') known.set(hold.seq, hold);
			else known.delete(hold.seq);
		}
		for (const seq of known.keys()) {
			if (known.size <= MAX_REMEMBERED) break;
			known.delete(seq);
		}
		if (known.size === 0) this.#byAccount.delete(account);
		else this.#byAccount.set(account, known);
	}

	/** The hold as it was made, or `undefined` when it is not remembered. */
	find(account: bigint, seq: number): Hold | undefined {
		return this.#byAccount.get(account)?.get(seq);
	}
}
