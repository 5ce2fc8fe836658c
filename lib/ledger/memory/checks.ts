/** Owns counts of checks that live and die with their process: the port in its simplest form. Refuses to outlive anything. */
import type { CheckCount, CheckQuery, CheckStore } from '../check-store';

/** The counts of one ledger in memory. `assertUsable` throws once the ledger is closed; `hasAccount` knows its accounts. */
export class MemoryChecks implements CheckStore {
	readonly #counts = new Map<string, Map<string, CheckCount>>();
	readonly #assertUsable: () => void;
	readonly #hasAccount: (accountId: string) => boolean;

	constructor({ assertUsable, hasAccount }: { assertUsable: () => void; hasAccount: (accountId: string) => boolean }) {
		this.#assertUsable = assertUsable;
		this.#hasAccount = hasAccount;
	}

	async add(accountId: string, counts: readonly CheckCount[]): Promise<void> {
		this.#assertUsable();
		if (!this.#hasAccount(accountId)) return Promise.resolve();
		const known = this.#counts.get(accountId) ?? new Map<string, CheckCount>();
		this.#counts.set(accountId, known);
		for (const { items, ...rest } of counts) {
			const id = JSON.stringify([rest.day, rest.campaign, rest.segment, rest.gate, rest.outcome]);
			known.set(id, { ...rest, items: (known.get(id)?.items ?? 0) + items });
		}
		return Promise.resolve();
	}

	async counts(accountId: string, { fromDay, untilDay }: CheckQuery): Promise<readonly CheckCount[]> {
		this.#assertUsable();
		const all = [...(this.#counts.get(accountId)?.values() ?? [])];
		return Promise.resolve(all.filter(({ day }) => (fromDay === null || day >= fromDay) && (untilDay === null || day <= untilDay)));
	}
}
