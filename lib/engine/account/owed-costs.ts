/**
 * Keeps in the memory of the process what could not be recorded because a ledger was away, and records it when that is back: also when
 * whoever made the calls has gone by then. What is never recorded is told with its amounts.
 */
import { isLedgerFault } from '../../core/values/errors';
import { formatCredits, sumMicro, type Micro } from '../../core/values/money';
import type { Timing } from '../waiting/timing';
import type { Reopening, SpendingAccount } from './spending-account';

/** Something that is to be recorded. */
export interface Owed {
	/** Its hold, for people; what has the same name is the same. */
	readonly name: string;
	readonly amountMicro: Micro;
	/** It is also kept on the disk, so that it is not lost with the process. */
	readonly isOnDisk?: boolean;
	/** False while it cannot be recorded although the ledger answers. */
	readonly record: (account: SpendingAccount) => Promise<boolean>;
}

export interface OwedCostsOptions {
	readonly timing: Pick<Timing, 'monotonicMs' | 'jitter'>;
	/** Resolves after so many milliseconds. */
	readonly rest: (delayMs: number) => Promise<void>;
	/** Tells people one line, and writes out what would act on a terminal. */
	readonly say: (line: string) => void;
}

/** More than these are not kept: an answer that is kept for retries has a length of its own. */
const MAX_OWED = 10_000;
/** Recorded together. */
const AT_ONCE = 100;
const FIRST_REST_MS = 500;
const LONGEST_REST_MS = 15_000;
/** As long as the longest hold lasts. */
const PATIENCE_MS = 8 * 24 * 3_600_000;
/** Of one line about what was lost, in UTF-16 units. */
const MAX_NAMES = 4_000;

/** What one process owes to its ledgers. */
export class OwedCosts {
	readonly #options: OwedCostsOptions;
	readonly #debts = new Map<string, Debt>();
	readonly #running = new Set<Promise<void>>();

	constructor(options: OwedCostsOptions) {
		this.#options = options;
	}

	/** Keeps it until it is recorded. False where too much is kept already. */
	keep(owed: Owed, { to, why }: { readonly to: Reopening; readonly why: string }): boolean {
		if (this.#size() >= MAX_OWED) return false;
		const known = this.#debts.get(to.name);
		const debt = known ?? new Debt(to, this.#options);
		debt.add(owed, why);
		if (known) return true;
		this.#debts.set(to.name, debt);
		const running = debt.run().finally(() => {
			this.#debts.delete(to.name);
			this.#running.delete(running);
		});
		this.#running.add(running);
		return true;
	}

	/** Records what is owed under a name to a ledger, and what is owed to it besides, at once. */
	async recordFor(name: string, { to }: { readonly to: Pick<Reopening, 'name'> }): Promise<'nothing' | 'recorded' | 'owed'> {
		const debt = this.#debts.get(to.name);
		if (!debt?.owes(name)) return 'nothing';
		await debt.tryNow();
		return debt.owes(name) ? 'owed' : 'recorded';
	}

	/** Tries once more at once to record everything. */
	async recordNow(): Promise<void> {
		await Promise.all([...this.#debts.values()].map((debt) => debt.tryNow()));
	}

	/** Resolves when nothing is owed any more. */
	async recorded(): Promise<void> {
		while (this.#running.size > 0) await Promise.all(this.#running);
	}

	/** What would be lost if the process ended now: a line for each ledger. */
	lost(): string[] {
		return [...this.#debts.values()].flatMap((debt) => debt.lost('This process ends'));
	}

	#size(): number {
		return [...this.#debts.values()].reduce((sum, { size }) => sum + size, 0);
	}
}

/** What is owed to one account of one ledger. */
class Debt {
	readonly #to: Reopening;
	readonly #options: OwedCostsOptions;
	readonly #owed = new Map<string, Owed>();
	readonly #startedMs: number;
	#recorded: Owed[] = [];
	#isTold = false;
	#trying: Promise<boolean> | null = null;

	constructor(to: Reopening, options: OwedCostsOptions) {
		this.#to = to;
		this.#options = options;
		this.#startedMs = options.timing.monotonicMs();
	}

	get size(): number {
		return this.#owed.size;
	}

	owes(name: string): boolean {
		return this.#owed.has(name);
	}

	add(owed: Owed, why: string): void {
		this.#owed.set(owed.name, owed);
		if (owed.isOnDisk || this.#isTold) return;
		this.#isTold = true;
		this.#options.say(
			`The ledger ${this.#to.name} cannot be used, so what calls cost is kept in the memory of this process until it can be. ${why} Should the process end before, what is not recorded is named here with its amounts.`,
		);
	}

	/** Ends when everything is recorded, or nobody waits any more. */
	async run(): Promise<void> {
		const { timing, rest, say } = this.#options;
		for (let restMs = FIRST_REST_MS; ; restMs = Math.min(restMs * 2, LONGEST_REST_MS)) {
			// Spread, so that processes that lost a ledger together do not come back at one moment.
			await rest(restMs * (0.5 + timing.jitter()));
			if (await this.tryNow()) break;
			if (timing.monotonicMs() - this.#startedMs < PATIENCE_MS) continue;
			for (const line of this.lost('Eight days have passed')) say(line);
			return;
		}
		const kept = this.#recorded.filter(({ isOnDisk }) => !isOnDisk);
		if (kept.length > 0) say(`The ledger ${this.#to.name} is back: ${amountsOf(kept)} recorded.`);
	}

	/** True when nothing is left. */
	tryNow(): Promise<boolean> {
		this.#trying ??= this.#try().finally(() => (this.#trying = null));
		return this.#trying;
	}

	lost(what: string): string[] {
		const lost = [...this.#owed.values()].filter(({ isOnDisk }) => !isOnDisk);
		if (lost.length === 0) return [];
		return [
			`${what}, and the ledger ${this.#to.name} was not back. Not recorded: ${amountsOf(lost)}. Their holds end as unconfirmed, charged what was expected; compare them with the provider's bill: ${namesOf(lost)}`,
		];
	}

	async #try(): Promise<boolean> {
		const lease = await this.#to.open().catch(() => null);
		if (lease === null) return false;
		try {
			while (this.#owed.size > 0) if (!(await this.#recordSome(lease.account))) return false;
			return true;
		} finally {
			await lease.release().catch(() => undefined);
		}
	}

	/** False when one of them has to wait. */
	async #recordSome(account: SpendingAccount): Promise<boolean> {
		const some = [...this.#owed.values()].slice(0, AT_ONCE);
		const ends = await Promise.all(some.map((owed) => this.#recordOne(owed, account)));
		return !ends.includes(false);
	}

	async #recordOne(owed: Owed, account: SpendingAccount): Promise<boolean> {
		try {
			if (!(await owed.record(account))) return false;
			this.#recorded.push(owed);
		} catch (error) {
			if (isLedgerFault(error)) return false;
			const why = error instanceof Error ? error.message : String(error);
			this.#options.say(`What a call cost cannot be recorded in the ledger ${this.#to.name}: ${namesOf([owed])} ${why}`);
		}
		if (this.#owed.get(owed.name) === owed) this.#owed.delete(owed.name);
		return true;
	}
}

/** "what 3 calls cost, 3.6 credits". */
function amountsOf(owed: readonly Owed[]): string {
	const calls = owed.length === 1 ? 'what a call cost' : `what ${String(owed.length)} calls cost`;
	return `${calls}, ${formatCredits(sumMicro(owed.map(({ amountMicro }) => amountMicro)))} credits`;
}

/** "h3 1.2, h4 1.2, and 7 more." */
function namesOf(owed: readonly Owed[]): string {
	const named: string[] = [];
	let length = 0;
	for (const { name, amountMicro } of owed) {
		const text = `${name} ${formatCredits(amountMicro)}`;
		length += text.length + 2;
		if (length > MAX_NAMES) break;
		named.push(text);
	}
	const more = owed.length - named.length;
	return `${named.join(', ')}${more > 0 ? `, and ${String(more)} more` : ''}.`;
}
