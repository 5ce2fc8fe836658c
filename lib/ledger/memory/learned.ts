/** What is learned of models in a ledger that lives and dies with its process. */
import { hasPassed, type Instant } from '../../core/values/time';
import type { LearnedFact, LearnedStore } from '../learned-store';

/** The facts of one ledger in memory. `assertUsable` throws once the ledger is closed; `hasAccount` knows its accounts. */
export class MemoryLearned implements LearnedStore {
	readonly #facts = new Map<string, Map<string, LearnedFact>>();
	readonly #assertUsable: () => void;
	readonly #hasAccount: (accountId: string) => boolean;

	constructor({ assertUsable, hasAccount }: { assertUsable: () => void; hasAccount: (accountId: string) => boolean }) {
		this.#assertUsable = assertUsable;
		this.#hasAccount = hasAccount;
	}

	async find(accountId: string, endpoint: string, atMs: Instant): Promise<readonly LearnedFact[]> {
		this.#assertUsable();
		const known = [...(this.#facts.get(accountId)?.values() ?? [])];
		return Promise.resolve(known.filter((fact) => fact.endpoint === endpoint && !hasPassed(fact.untilMs, { atMs })));
	}

	async keep(accountId: string, facts: readonly LearnedFact[]): Promise<void> {
		this.#assertUsable();
		if (!this.#hasAccount(accountId)) return Promise.resolve();
		const known = this.#facts.get(accountId) ?? new Map<string, LearnedFact>();
		this.#facts.set(accountId, known);
		for (const fact of facts) known.set(JSON.stringify([fact.endpoint, fact.model, fact.name]), fact);
		return Promise.resolve();
	}

	async purge(atMs: Instant): Promise<number> {
		this.#assertUsable();
		let purged = 0;
		for (const facts of this.#facts.values()) {
			for (const [key, { untilMs }] of facts) if (hasPassed(untilMs, { atMs }) && facts.delete(key)) purged += 1;
		}
		return Promise.resolve(purged);
	}
}
