/**
 * Owns watching a move from outside: every change that it makes to one of its two ledgers is a step, and a test is called before and after
 * each. What the test throws is the death of the mover: from then on nothing that it does reaches a ledger.
 */
import type { LedgerStore } from '../../../lib/ledger/store';

/** When a test is called. */
export type Moment = 'before' | 'after';

/** Calls that change a ledger. */
const CHANGES: ReadonlySet<string> = new Set(['replaceMark', 'addRows', 'clear', 'commit']);

type Call = (...args: unknown[]) => unknown;

/** The mover's view of both ledgers. */
export class WatchedMove {
	readonly #watch: (step: number, moment: Moment) => Promise<void>;
	readonly #survives: boolean;
	#steps = 0;
	#death: { readonly cause: unknown } | null = null;

	/** `survives`: what the test throws is a failure of that step only. */
	constructor(watch: (step: number, moment: Moment) => Promise<void>, { survives = false } = {}) {
		this.#watch = watch;
		this.#survives = survives;
	}

	/** How many steps were begun. */
	get steps(): number {
		return this.#steps;
	}

	/** The store as the mover is given it. */
	store(store: LedgerStore): LedgerStore {
		const transfer = store.transfer && this.#watched(store.transfer);
		return this.#watched({ ...this.#bound(store), location: store.location, ...(transfer ? { transfer } : {}) } as LedgerStore);
	}

	/** The methods of a store, which keep to the store itself. */
	#bound(store: LedgerStore): Partial<LedgerStore> {
		const names = Object.getOwnPropertyNames(Object.getPrototypeOf(store)).filter((name) => name !== 'constructor');
		return Object.fromEntries(names.map((name) => [name, (Reflect.get(store, name) as Call).bind(store)]));
	}

	#watched<T extends object>(target: T): T {
		return new Proxy(target, {
			get: (_, name) => {
				const value: unknown = Reflect.get(target, name);
				if (typeof value !== 'function') return value;
				const call = (...args: unknown[]): unknown => (value as Call).apply(target, args);
				return (...args: unknown[]) => this.#run(CHANGES.has(String(name)), () => call(...args));
			},
		});
	}

	async #run(isChange: boolean, call: () => unknown): Promise<unknown> {
		this.#assertAlive();
		if (!isChange) return call();
		this.#steps += 1;
		const step = this.#steps;
		await this.#tell(step, 'before');
		const result = await call();
		await this.#tell(step, 'after');
		return result;
	}

	async #tell(step: number, moment: Moment): Promise<void> {
		try {
			await this.#watch(step, moment);
		} catch (cause) {
			if (!this.#survives) this.#death = { cause };
			throw cause;
		}
	}

	#assertAlive(): void {
		if (this.#death) throw new Error('A dead process does nothing.', { cause: this.#death.cause });
	}
}
