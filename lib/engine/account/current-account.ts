/** An account as it is now: where a backup took the place of its ledger, the next use is of that, and a call under way is charged to no other. */
import type { Alternative } from '../../core/nouns/commands';
import { isLedgerFault } from '../../core/values/errors';
import type { AccountProfile } from '../../ledger/store';
import type { Taken } from '../waiting/reserve-waiting';
import type { AnswerCache } from './answer-cache';
import type { CheckTally } from './check-tally';
import { HoldsUnderWay } from './holds-under-way';
import type { LearnedFacts } from './learned-facts';
import type { LedgerAccount } from './ledger-account';
import type { ReserveInput } from './ledger-inputs';
import type { Reopening, SpendingAccount } from './spending-account';

export interface CurrentAccountOptions {
	readonly ledger: LedgerAccount;
	/** The account now: the same, unless its ledger was replaced. Rejects while that cannot be used. */
	readonly open: () => Promise<LedgerAccount>;
	readonly reopening: Reopening;
}

/** An account for spending. Each method rejects as that of the ledger's account does. */
export class CurrentAccount implements SpendingAccount {
	readonly accountId: string;
	readonly reopening: Reopening;
	readonly prices: SpendingAccount['prices'] = { current: () => this.#use((ledger) => ledger.prices.current()) };
	readonly learned: LearnedFacts = {
		find: (endpoint, atMs) => this.#use((ledger) => ledger.learned.find(endpoint, atMs)),
		keep: (facts) => this.#use((ledger) => ledger.learned.keep(facts)),
	};
	readonly #open: () => Promise<LedgerAccount>;
	readonly #underWay = new HoldsUnderWay();
	#ledger: LedgerAccount;

	constructor({ ledger, open, reopening }: CurrentAccountOptions) {
		this.accountId = ledger.accountId;
		this.reopening = reopening;
		this.#ledger = ledger;
		this.#open = open;
	}

	async reserve<A extends Alternative>(input: ReserveInput<A>): Promise<Taken<A>> {
		return this.#use(async (ledger) => {
			const outcome = await ledger.reserve(input);
			this.#underWay.taken(outcome, ledger);
			return outcome;
		});
	}

	async lookUp(input: Parameters<LedgerAccount['lookUp']>[0]): ReturnType<LedgerAccount['lookUp']> {
		return this.#use((ledger) => ledger.lookUp(input));
	}

	async settle(command: Parameters<LedgerAccount['settle']>[0]): ReturnType<LedgerAccount['settle']> {
		return this.#closing(command.holdSeq).settle(command);
	}

	async release(holdSeq: number): ReturnType<LedgerAccount['release']> {
		return this.#closing(holdSeq).release(holdSeq);
	}

	async expire(holdSeq: number): ReturnType<LedgerAccount['expire']> {
		return this.#closing(holdSeq).expire(holdSeq);
	}

	async keptResult(holdSeq: number): Promise<string | null> {
		return this.#use((ledger) => ledger.keptResult(holdSeq));
	}

	async readHold(seq: number): ReturnType<LedgerAccount['readHold']> {
		return this.#use(async (ledger) => {
			const found = await ledger.readHold(seq);
			if (found?.hold.state === 'open') this.#underWay.seen(found.hold, ledger);
			return found;
		});
	}

	get timing(): LedgerAccount['timing'] {
		return this.#ledger.timing;
	}

	async readProfile(): Promise<AccountProfile> {
		return this.#use((ledger) => ledger.readProfile());
	}

	async openAnswers(): Promise<AnswerCache | null> {
		return this.#use((ledger) => ledger.openAnswers());
	}

	async openChecks(): Promise<CheckTally | null> {
		return this.#use((ledger) => ledger.openChecks());
	}

	/** Throws where the hold is in a ledger that is not the one now. */
	#closing(holdSeq: number): LedgerAccount {
		this.#underWay.takeFrom(this.#ledger, holdSeq);
		return this.#ledger;
	}

	/** Once more where the ledger turns out to be another one; none of these does anything twice. */
	async #use<T>(work: (ledger: LedgerAccount) => Promise<T>): Promise<T> {
		const ledger = this.#ledger;
		try {
			return await work(ledger);
		} catch (error) {
			if (!isLedgerFault(error)) throw error;
			const now = await this.#open();
			if (now === ledger) throw error;
			this.#ledger = now;
			return work(now);
		}
	}
}
