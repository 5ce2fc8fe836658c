/** One account of one ledger as the nodes and the command line use it; a ledger that cannot be used rejects with a `CreditError`. */
import type { AlertSettings } from '../../core/nouns/alert';
import { balanceAt, type Balance } from '../../core/rules/draft/balance';
import { ledgerKeyOf } from '../../core/rules/commands/admin';
import { CreditError, isCreditError } from '../../core/values/errors';
import { DEFAULT_PRIORITY } from '../../core/rules/commands/grants';
import type { AdminKey } from '../../core/nouns/admin-key';
import { isOneOf } from '../../core/nouns/commands';
import type { AdminCommand, Alternative, AsAdmin, Command, Outcome, OutcomeOf, SettleCommand } from '../../core/nouns/commands';
import type { Promotion } from '../../core/nouns/promotion';
import type { PriceCommand } from '../../core/prices/price-settings';
import type { ProfileCommand } from '../../core/nouns/profile';
import type { Budget, Floor } from '../../core/nouns/settings';
import type { Enforcement } from '../../core/nouns/words';
import { MICRO_PER_CREDIT, type Micro } from '../../core/values/money';
import { AccountPrices } from './account-prices';
import { ProfileReader } from './account-profile';
import { adminKeyOf, KeyProver } from './admin-key';
import { AnswerCache } from './answer-cache';
import { CheckTally } from './check-tally';
import { learnedFacts, type LearnedFacts } from './learned-facts';
import type { AccountProfile, LedgerStore, UsageQuery, UsageRow } from '../../ledger/store';
import { reserveCommand, timingOf, type AccountTerms, type LimitRemoval } from './ledger-inputs';
import type { ReserveInput, GrantInput, RefundInput, AccountChange, AdminKeyChange, LedgerAccountOptions } from './ledger-inputs';
import { readPricedHold, type PricedHold } from './priced-hold';
import type { Timing } from '../waiting/timing';
import { reserveWaiting, type Taken } from '../waiting/reserve-waiting';
import { WakeUps } from '../waiting/wake-ups';

/** One pack of purchased credits: 100,000 credits at $10. */
export const PACK_MICRO: Micro = 100_000n * MICRO_PER_CREDIT;
const MAX_PACKS = 10_000;
const SETTLE_TRIES = 3;

/** One account of one open ledger. */
export class LedgerAccount {
	readonly accountId: string;
	readonly location: string;
	readonly timing: Timing;
	readonly profile: ProfileReader;
	readonly prices: AccountPrices;
	/** What lists for people are read from. */
	readonly reading: Pick<LedgerStore, 'counters' | 'names' | 'snapshot'>;
	/** Answers kept for identical requests. */
	readonly answers: AnswerCache;
	/** What checks of answers came to. */
	readonly checks: CheckTally;
	readonly #options: LedgerAccountOptions;
	readonly #store: LedgerStore;
	readonly #wakeUps: WakeUps;
	readonly #prover: KeyProver;

	constructor(options: LedgerAccountOptions) {
		const { accountId, store, wakeUps = new WakeUps() } = options;
		const timing = timingOf(options);
		const prover = options.prover ?? new KeyProver({ tries: store.tries, timing });
		this.accountId = accountId;
		this.location = store.location;
		this.profile = options.profile ?? new ProfileReader({ store, accountId, timing });
		this.prices = options.prices ?? new AccountPrices({ accountId, store, profile: this.profile });
		this.answers = options.answers ?? new AnswerCache({ store: store.answers, accountId, profile: this.profile, timing });
		this.checks = options.checks ?? new CheckTally({ store: store.checks, accountId, profile: this.profile, timing });
		this.#store = this.reading = store;
		this.timing = timing;
		this.#wakeUps = wakeUps;
		this.#prover = prover;
		this.#options = { ...options, wakeUps, prover, profile: this.profile, prices: this.prices, answers: this.answers, checks: this.checks };
	}

	/** The same account for whoever knows its admin key (an empty one changes nothing), and whom administrators' entries are to name. */
	asAdministrator(adminKey: string, { actor }: { readonly actor?: string } = {}): LedgerAccount {
		return new LedgerAccount({ ...this.#options, ...(adminKey === '' ? {} : { adminKey }), ...(actor === undefined ? {} : { actor }) });
	}

	/** Sets, changes or (with `null`) removes the admin key. Needs the current key where there is one. */
	async setAdminKey({ newKey, salt, key }: AdminKeyChange): Promise<OutcomeOf<'account'>> {
		const adminKey = newKey === null ? null : await adminKeyOf(newKey, salt);
		return this.#administer({ kind: 'set_admin_key', key, adminKey }, 'account');
	}

	/** Opens the account when it is new, which needs the ledger's admin key where there is one; an existing one is left as it is. */
	async open({ name, timeZone, plan = 'paid', unconfirmedPolicy = 'charge' }: AccountTerms): Promise<OutcomeOf<'account'>> {
		const terms = { name: name ?? this.accountId, timeZone, plan, unconfirmedPolicy };
		const command = { kind: 'open_account', key: 'open', ...terms } as const;
		return this.#prove(null, command, 'account').catch(async (error: unknown) => {
			if (!this.#options.adminKey || !isCreditError(error) || error.code !== 'not_authorised') throw error;
			return this.#prove(ledgerKeyOf(await this.#store.accounts())?.adminKey ?? null, command, 'account');
		});
	}

	/** Changes name, time zone, plan, or what becomes of unconfirmed calls. */
	async changeAccount(change: AccountChange): Promise<OutcomeOf<'account'>> {
		return this.#administer({ kind: 'change_account', ...change }, 'account');
	}

	/** The balance now, with all grants. Throws `account_not_found`. */
	async balance(): Promise<Balance> {
		return balanceAt(await this.#store.snapshot(this.accountId), { accountId: this.accountId });
	}

	/** Adds credits. The same key again adds nothing and returns the first grant. */
	async grant(input: GrantInput): Promise<OutcomeOf<'granted'>> {
		const { credits, category, expiry, key } = input;
		const outcome = await this.#administer(
			{
				kind: 'grant',
				key,
				category,
				amountMicro: credits,
				priority: input.priority ?? DEFAULT_PRIORITY,
				effectiveAtMs: input.effectiveAtMs ?? null,
				expiry,
				note: input.note ?? null,
			},
			'granted',
		);
		this.#wakeUps.wake();
		return outcome;
	}

	/** Adds whole packs of 100,000 purchased credits that never expire. Throws `invalid_argument` for parts of packs. */
	async purchase({ packs, note = null, key }: { packs: number; note?: string | null; key: string }): Promise<OutcomeOf<'granted'>> {
		if (!Number.isInteger(packs) || packs < 1 || packs > MAX_PACKS) {
			throw new CreditError(
				'invalid_argument',
				`Packs is ${String(packs)}; credits are bought in whole packs of 100,000, from 1 to ${String(MAX_PACKS)}.`,
			);
		}
		return this.grant({ credits: PACK_MICRO * BigInt(packs), category: 'purchased', expiry: null, note, key });
	}

	/** Claims a promotion, at most once per account. */
	async claimPromotion({ promotion, key }: { promotion: Promotion; key: string }): Promise<OutcomeOf<'granted' | 'not_granted'>> {
		return this.#administer({ kind: 'claim_promotion', key, promotion }, 'granted', 'not_granted');
	}

	/** Forfeits what a grant has left and nobody holds. */
	async voidGrant({ grantSeq, key }: { grantSeq: number; key: string }): Promise<OutcomeOf<'voided'>> {
		return this.#administer({ kind: 'void_grant', key, grantSeq }, 'voided');
	}

	/** Refunds a settled call, or `amountMicro` of it, to the credits that paid for it. */
	async refund({ renews = false, ...input }: RefundInput): Promise<OutcomeOf<'refunded'>> {
		const outcome = await this.#administer({ kind: 'refund', ...input, renews }, 'refunded');
		this.#wakeUps.wake();
		return outcome;
	}

	/** Sets a budget; one of the same name is replaced. */
	async setBudget({ key, ...budget }: Omit<Budget, 'seq'> & { readonly key: string }): Promise<OutcomeOf<'account'>> {
		return this.#administer({ kind: 'set_budget', key, budget }, 'account');
	}

	/** Sets a floor; one of the same name is replaced. */
	async setFloor({ key, ...floor }: Omit<Floor, 'seq'> & { readonly key: string }): Promise<OutcomeOf<'account'>> {
		return this.#administer({ kind: 'set_floor', key, floor }, 'account');
	}

	/** Removes a budget or a floor by name. */
	async removeLimit(limit: LimitRemoval): Promise<OutcomeOf<'account'>> {
		return this.#administer({ kind: 'remove_limit', ...limit }, 'account');
	}

	/** Enforces limits, or only meters what would have been refused. */
	async setEnforcement({ enforcement, key }: { readonly enforcement: Enforcement; readonly key: string }): Promise<OutcomeOf<'account'>> {
		return this.#administer({ kind: 'set_enforcement', key, enforcement }, 'account');
	}

	/** Forgets a person: the name, and what is kept of answers. `salt`: random, hexadecimal. Doing it again changes nothing. */
	async forgetPerson(input: { readonly person: string; readonly salt: string }): Promise<OutcomeOf<'forgotten'>> {
		return this.#administer({ kind: 'forget_person', ...input }, 'forgotten');
	}

	/** Stops all spending from the account, or (`null`) lets it go on; only that needs the admin key. */
	async setFrozen({ reason, key }: { readonly reason: string | null; readonly key: string }): Promise<OutcomeOf<'account'>> {
		const thaw = (): Promise<OutcomeOf<'account'>> => this.#administer({ kind: 'thaw_account', key }, 'account');
		return (reason === null ? thaw() : this.#submit({ kind: 'freeze_account', key, reason }, 'account')).finally(() =>
			this.profile.forget(),
		);
	}

	/** Changes when the account warns. */
	async setAlerts({ key, ...alerts }: AlertSettings & { readonly key: string }): Promise<OutcomeOf<'account'>> {
		return this.#administer({ kind: 'set_alerts', key, alerts }, 'account');
	}

	/** The alerts that a reader has not seen, each told once whoever asks in its name. */
	async claimAlerts(consumer: string): Promise<OutcomeOf<'alerts'>> {
		return this.#submit({ kind: 'claim_alerts', consumer }, 'alerts');
	}

	/** Sets or removes a text, the languages, how much is kept of answers, or the prices. */
	async changeProfile(command: ProfileCommand | PriceCommand): Promise<OutcomeOf<'account'>> {
		return this.#administer(command, 'account').finally(() => this.profile.forget());
	}

	/** What the account says to every model, at most a few seconds old. */
	async readProfile(): Promise<AccountProfile> {
		return this.profile.read();
	}

	/** What processes learn of models and share, beside the journal. */
	get learned(): LearnedFacts {
		return learnedFacts(this.#options);
	}

	/** The answers that are kept for identical requests. */
	openAnswers(): Promise<AnswerCache> {
		return Promise.resolve(this.answers);
	}

	/** Where what checks came to is counted. */
	openChecks(): Promise<CheckTally> {
		return Promise.resolve(this.checks);
	}

	/** Totals per group. */
	async usage(query: UsageQuery): Promise<readonly UsageRow[]> {
		return this.#store.usage(this.accountId, query);
	}

	/**
	 * Holds credits for the first alternative that fits. While open holds keep what the preferred one needs, waits for
	 * them as {@link Wait} says; then the next ones are tried, and when none fits, it is refused.
	 */
	async reserve<A extends Alternative>(input: ReserveInput<A>): Promise<Taken<A>> {
		return reserveWaiting(input, {
			alternatives: input.alternatives,
			submit: (asked) => this.#submit(reserveCommand(input, asked), 'reserved', 'refused', 'wait'),
			wakeUps: this.#wakeUps,
			timing: this.timing,
		});
	}

	/** The stored outcome of a key, or `null` where it was not used. Records nothing. */
	async lookUp(input: Omit<ReserveInput, 'alternatives' | 'waitMs'>): Promise<OutcomeOf<'reserved' | 'refused'> | null> {
		const command = reserveCommand(input, { alternatives: [], mayWait: false });
		const outcome = await this.#submit(command, 'reserved', 'refused', 'wait');
		return outcome.kind === 'wait' ? null : outcome;
	}

	/** Charges what a call cost. Tries again when the ledger is busy, because the money is spent already. */
	async settle(command: Omit<SettleCommand, 'kind'>): Promise<OutcomeOf<'closed'>> {
		for (let attempt = 1; ; attempt += 1) {
			try {
				return await this.#close({ kind: 'settle', ...command });
			} catch (error) {
				if (attempt >= SETTLE_TRIES || !(error instanceof CreditError) || !error.isRetryable) throw error;
			}
		}
	}

	/** Gives a hold back: the call was not made or certainly not charged. */
	async release(holdSeq: number): Promise<OutcomeOf<'closed'>> {
		return this.#close({ kind: 'release', holdSeq });
	}

	/** Ends a hold whose cost nobody will learn; it is reported as unconfirmed. */
	async expire(holdSeq: number): Promise<OutcomeOf<'closed'>> {
		return this.#close({ kind: 'expire', holdSeq });
	}

	/** The text kept for a settled hold, or `null`. */
	async keptResult(holdSeq: number): Promise<string | null> {
		return this.#store.keptResult(this.accountId, holdSeq);
	}

	/** A hold by its number with the price that it pinned, or `null` where there is none. */
	async readHold(seq: number): Promise<PricedHold | null> {
		return readPricedHold({ store: this.#store, accountId: this.accountId, prices: this.prices }, seq);
	}

	async #close(command: Extract<Command, { holdSeq: number }>): Promise<OutcomeOf<'closed'>> {
		const outcome = await this.#submit(command, 'closed');
		this.#wakeUps.wake();
		return outcome;
	}

	/** Gives the admin key's proof along, where there is a key to prove. */
	async #administer<K extends Outcome['kind']>(command: AdminCommand, ...expected: K[]): Promise<OutcomeOf<K>> {
		const kept = !this.#options.adminKey ? null : (await this.#store.snapshot(this.accountId)).account?.settings.adminKey;
		return this.#prove(kept ?? null, command, ...expected);
	}

	async #prove<K extends Outcome['kind']>(kept: AdminKey | null, command: AsAdmin['command'], ...expected: K[]): Promise<OutcomeOf<K>> {
		const { given, settle } = await this.#prover.given(command, { ...this.#options, kept });
		return this.#submit(given, ...expected).catch(async (error: unknown) => {
			await settle();
			throw error;
		});
	}

	async #submit<K extends Outcome['kind']>(command: Command, ...expected: K[]): Promise<OutcomeOf<K>> {
		const outcome: Outcome = await this.#options.commits.submit(this.accountId, command);
		if (isOneOf(outcome, expected)) return outcome;
		throw new TypeError(`The ledger answered ${command.kind} with ${outcome.kind}`);
	}
}
