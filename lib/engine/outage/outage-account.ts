/**
 * Owns spending while the ledger cannot be reached, where its owner allowed it (ledger rule 30): calls are taken from an allowance in a
 * ledger of this machine's own, and charged to the real one as soon as it answers. Refuses more than the allowance, and to overrule a
 * ledger that answers: a refusal is no outage.
 */
import type { Alternative } from '../../core/nouns/commands';
import { isCreditError, isLedgerFault, type CreditErrorCode } from '../../core/values/errors';
import type { Hold } from '../../core/nouns/records';
import { BUILT_IN_PRICES, type PriceList } from '../../core/prices/price-list';
import type { AccountProfile } from '../../ledger/store';
import type { AnswerCache } from '../account/answer-cache';
import type { LearnedFacts } from '../account/learned-facts';
import type { CheckTally } from '../account/check-tally';
import { HoldsUnderWay } from '../account/holds-under-way';
import type { LedgerAccount } from '../account/ledger-account';
import type { ReserveInput } from '../account/ledger-inputs';
import { copyTexts, lateSettle, reconcile, type OutageLedger } from './outage-ledger';
import type { Reopening, SpendingAccount } from '../account/spending-account';
import type { Taken } from '../waiting/reserve-waiting';

export interface OutageOptions {
	readonly accountId: string;
	/** Rejects while the ledger is away. */
	readonly openLedger: () => Promise<LedgerAccount>;
	/** Whether there is a ledger of an earlier outage; looking makes none. */
	readonly hasOutage: () => boolean;
	/** With its allowance set. Rejects when this machine cannot keep anything either. */
	readonly openOutage: () => Promise<OutageLedger>;
	/** How the account is opened once more; absent: it stays open. */
	readonly reopening?: Reopening;
	/** Told when something was noted that is to be charged when the ledger is back. */
	readonly onNoted?: () => void;
}

/**
 * Faults that pass by themselves or by somebody's work on the server, the disk or this host; a ledger that contradicts itself, or has moved,
 * is none of them.
 */
const AWAY: ReadonlySet<CreditErrorCode> = new Set([
	'ledger_busy',
	'ledger_full',
	'ledger_newer',
	'ledger_read_only',
	'ledger_unavailable',
]);
type StoredHold = Extract<Awaited<ReturnType<LedgerAccount['lookUp']>>, { kind: 'reserved' }>;

/** An account that goes on. Holds of the outage have numbers below 0. */
export class OutageAccount implements SpendingAccount {
	readonly accountId: string;
	readonly reopening: Reopening | null;
	/** Those of the ledger; while it is away, the last that were read, or else those of this package. */
	readonly prices: SpendingAccount['prices'] = { current: async () => (this.#lastPrices = await this.#currentPrices()) };
	readonly #options: OutageOptions;
	#lastPrices = BUILT_IN_PRICES;
	/** True while an outage may have left something to charge. */
	#owes: boolean;
	#homing: Promise<void> | null = null;
	/** As the ledger said last, and the texts that are noted for when it is away. */
	#known: AccountProfile | null = null;
	#noted: ReadonlyMap<string, string> | null = null;
	readonly #underWay = new HoldsUnderWay();
	#last: LedgerAccount | null = null;

	constructor(options: OutageOptions) {
		this.accountId = options.accountId;
		this.reopening = options.reopening ?? null;
		this.#options = options;
		this.#owes = options.hasOutage();
	}

	/** As in the ledger; while that is away, from the allowance. What an outage holds for the key stands. */
	async reserve<A extends Alternative>(input: ReserveInput<A>): Promise<Taken<A>> {
		const stored = await this.#storedOffline(input);
		if (stored) return { ...stored, taken: null };
		try {
			const ledger = await this.#ledger();
			const outcome = await ledger.reserve(input);
			this.#underWay.taken(outcome, ledger);
			return outcome;
		} catch (error) {
			if (!isAway(error)) throw error;
			return this.#reserveOffline(input, error);
		}
	}

	async lookUp(input: Omit<ReserveInput, 'alternatives' | 'waitMs'>): ReturnType<LedgerAccount['lookUp']> {
		const stored = await this.#storedOffline(input);
		if (stored) return stored;
		return this.#unlessAway((ledger) => ledger.lookUp(input), null);
	}

	/** Charges what a call cost. While the ledger cannot be used, that is noted for a hold of the real ledger too: usage is never lost. */
	async settle(command: Parameters<LedgerAccount['settle']>[0]): ReturnType<LedgerAccount['settle']> {
		const { holdSeq } = command;
		if (holdSeq < 0) return offline(await (await this.#outage()).account.settle({ ...command, holdSeq: -holdSeq }));
		const known = this.#underWay.take(holdSeq);
		try {
			const ledger = await this.#ledger();
			return known && known.ledger !== ledger ? await this.#noteCost(known.hold, command) : await ledger.settle(command);
		} catch (error) {
			if (!isLedgerFault(error)) throw error;
			return this.#noteCost(known?.hold ?? null, command);
		}
	}

	async release(holdSeq: number): ReturnType<LedgerAccount['release']> {
		if (holdSeq < 0) return offline(await (await this.#outage()).account.release(-holdSeq));
		return (await this.#ledgerOf(holdSeq)).release(holdSeq);
	}

	async expire(holdSeq: number): ReturnType<LedgerAccount['expire']> {
		if (holdSeq < 0) return offline(await (await this.#outage()).account.expire(-holdSeq));
		return (await this.#ledgerOf(holdSeq)).expire(holdSeq);
	}

	async keptResult(holdSeq: number): Promise<string | null> {
		if (holdSeq < 0) return (await this.#outage()).account.keptResult(-holdSeq);
		return this.#unlessAway((ledger) => ledger.keptResult(holdSeq), null);
	}

	/** Of the ledger, once it was there. */
	get timing(): LedgerAccount['timing'] | null {
		return this.#last?.timing ?? null;
	}

	/** Of the ledger alone: what waits in a batch was never reserved in an outage. */
	async readHold(seq: number): ReturnType<LedgerAccount['readHold']> {
		const ledger = await this.#ledger();
		const found = await ledger.readHold(seq);
		if (found?.hold.state === 'open') this.#underWay.seen(found.hold, ledger);
		return found;
	}

	/** Charges to the ledger what was spent and noted while it was away, by this process or another of this machine. Rejects while it still is. */
	async bringHome(): Promise<void> {
		this.#owes ||= this.#options.hasOutage();
		await this.#ledger();
	}

	/** As in the ledger; while that is away, as this machine knew it last: what goes with every request must not be left out. */
	async readProfile(): Promise<AccountProfile> {
		try {
			const profile = await (await this.#options.openLedger()).readProfile();
			this.#known = profile;
			await this.#note(profile);
			return profile;
		} catch (error) {
			if (!isAway(error)) throw error;
			return this.#known ?? (await this.#options.openOutage()).account.readProfile();
		}
	}

	/** What is learned lies in the ledger alone. */
	readonly learned: LearnedFacts = {
		find: (endpoint, atMs) => this.#unlessAway((ledger) => ledger.learned.find(endpoint, atMs), []),
		keep: (facts) => this.#unlessAway((ledger) => ledger.learned.keep(facts), undefined),
	};

	/** Answers lie in the ledger alone. */
	async openAnswers(): Promise<AnswerCache | null> {
		return this.#unlessAway((ledger) => ledger.openAnswers(), null);
	}

	/** Counts lie in the ledger alone. */
	async openChecks(): Promise<CheckTally | null> {
		return this.#unlessAway((ledger) => ledger.openChecks(), null);
	}

	async #currentPrices(): Promise<PriceList> {
		try {
			return await (await this.#options.openLedger()).prices.current();
		} catch (error) {
			if (isAway(error)) return this.#lastPrices;
			throw error;
		}
	}

	/**
	 * Notes the texts on this machine, for a process that starts while the ledger is away; no file is made to note that there are none.
	 * Where nothing can be noted, the item must not suffer for it: the next one tries again.
	 */
	async #note({ texts }: AccountProfile): Promise<void> {
		if (this.#noted === texts || (texts.size === 0 && !this.#options.hasOutage())) return;
		this.#noted = texts;
		try {
			await copyTexts(texts, (await this.#options.openOutage()).account);
		} catch (error) {
			if (!isCreditError(error)) throw error;
			this.#noted = null;
		}
	}

	/** The ledger, after everything that an outage left was charged to it. */
	async #ledger(): Promise<LedgerAccount> {
		const ledger = await this.#options.openLedger();
		this.#last = ledger;
		if (!this.#owes) return ledger;
		this.#homing ??= this.#bringHome(ledger).finally(() => (this.#homing = null));
		await this.#homing;
		return ledger;
	}

	async #bringHome(ledger: LedgerAccount): Promise<void> {
		this.#owes = false;
		try {
			const { frozen } = await reconcile(await this.#options.openOutage(), ledger);
			if (frozen > 0) this.#owes = true;
		} catch (error) {
			this.#owes = true;
			throw error;
		}
	}

	async #outage(): Promise<OutageLedger> {
		this.#owes = true;
		this.#options.onNoted?.();
		return this.#options.openOutage();
	}

	/** The ledger that the hold is in. Rejects where another has taken its place. */
	async #ledgerOf(holdSeq: number): Promise<LedgerAccount> {
		const ledger = await this.#ledger();
		this.#underWay.takeFrom(ledger, holdSeq);
		return ledger;
	}

	async #noteCost(known: Hold | null, command: Parameters<LedgerAccount['settle']>[0]): ReturnType<LedgerAccount['settle']> {
		const { account } = await this.#outage();
		const note = await account.reserve(lateSettle(command.holdSeq, known));
		if (note.kind === 'refused') throw new TypeError('A note of nothing was refused');
		return offline(await account.settle({ ...command, holdSeq: note.hold.seq, result: null }));
	}

	async #reserveOffline<A extends Alternative>(input: ReserveInput<A>, why: unknown): Promise<Taken<A>> {
		// As far as this machine knows, nothing may be spent from it.
		if (this.#known?.account.frozen) throw why;
		const outcome = await (await this.#outage()).account.reserve({ ...input, caps: [], waitMs: 0 });
		// The allowance is used up: what keeps the item from a model is the ledger that is away.
		if (outcome.kind === 'refused') throw why;
		return offline(outcome);
	}

	/** What an outage has stored for the key: a host that tries again after it must not pay twice. */
	async #storedOffline(input: Omit<ReserveInput, 'alternatives' | 'waitMs'>): Promise<StoredHold | null> {
		if (!this.#owes && !this.#options.hasOutage()) return null;
		const stored = await (await this.#options.openOutage()).account.lookUp(input);
		return stored?.kind === 'reserved' ? offline(stored) : null;
	}

	async #unlessAway<T>(work: (ledger: LedgerAccount) => Promise<T>, otherwise: T): Promise<T> {
		try {
			return await work(await this.#ledger());
		} catch (error) {
			if (isAway(error)) return otherwise;
			throw error;
		}
	}
}

function isAway(error: unknown): boolean {
	return isCreditError(error) && AWAY.has(error.code);
}

/** The same outcome with the numbers by which holds of an outage are told from those of the ledger. */
function offline<T extends { readonly hold?: Hold; readonly further?: readonly Hold[] }>(outcome: T): T {
	const told = (hold: Hold): Hold => ({ ...hold, seq: -hold.seq });
	return {
		...outcome,
		...(outcome.hold ? { hold: told(outcome.hold) } : {}),
		...(outcome.further ? { further: outcome.further.map(told) } : {}),
	};
}
