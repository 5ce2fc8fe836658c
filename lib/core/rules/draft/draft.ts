/**
 * Owns the working copy of an account while a batch is decided: it appends entries, applies them at once, and remembers
 * what a store must write. Refuses nothing by itself; the rules are in grants, hold and advance.
 */
import { isLive } from './burn-down';
import { People } from './people';
import { CreditError } from '../../values/errors';
import type { AdminKey } from '../../nouns/admin-key';
import type { CostAverage } from '../../nouns/cost-averages';
import { evolve, type Balances } from '../../journal/evolve';
import { chainHash, encodeEntry, encodeLabels } from '../../journal/journal';
import type { Outcome } from '../../nouns/commands';
import type { AccountSnapshot, Decision, KeptResult } from '../../nouns/snapshot';
import type { Account, BudgetCounter, CounterRef, Entry, EntryBody, GrantState, Hold } from '../../nouns/records';
import type { AccountSettings } from '../../nouns/settings';
import type { Labels } from '../../nouns/labels';
import { counterKey } from '../../nouns/counters';
import { grantId, holdId } from '../../nouns/records';
import type { Micro } from '../../values/money';
import type { Slice } from '../../nouns/movement';
import type { TextChange } from '../../nouns/profile';
import { dayOf, later, type Instant } from '../../values/time';
import { isSameSpan, type DaySpan, type SpentIn, type UsageCounts, type UsageDelta } from '../../nouns/usage-totals';
import { UsageTally } from '../../journal/usage-tally';

/** What goes with a new entry beside its body. */
export interface EntryContext {
	readonly keyHash?: string;
	readonly requestHash?: string;
	readonly labels?: Labels;
	readonly person?: string | null;
	/** Who gave the command. */
	readonly actor?: string | null;
}

/** The working copy. Its getters and amounts refer to {@link Draft.nowMs}; looking up what does not exist throws `…_not_found`. */
export class Draft {
	readonly accountId: string;
	readonly #balances: Balances;
	readonly #entriesByKey = new Map<string, Entry>();
	readonly #promotions: Map<string, number>;
	readonly #newEntries: Entry[] = [];
	readonly #dirtyGrants = new Set<number>();
	readonly #dirtyHolds = new Set<number>();
	readonly #dirtyCounters = new Set<string>();
	readonly #usage = new UsageTally();
	readonly #results: KeptResult[] = [];
	readonly #texts = new Map<string, TextChange>();
	readonly #settingsBefore: AccountSettings | undefined;
	readonly #spent: readonly SpentIn[];
	readonly #averagesBefore: readonly CostAverage[];
	/** Entries of alerts that readers may not have seen, as far as they were asked for. */
	readonly olderAlerts: readonly Entry[];
	/** The ledger's admin key, where the account is not open yet. */
	readonly ledgerKey: AdminKey | null;
	readonly people: People;
	/** What calls of each campaign have cost lately. */
	averages: readonly CostAverage[];
	readonly #isNew: boolean;
	/** What the ledger's clock says, by which calls are open for some time and no longer. It may be behind the newest entry. */
	readonly clockMs: Instant;
	#nowMs: Instant;

	constructor(accountId: string, snapshot: AccountSnapshot, clockMs: Instant) {
		this.accountId = accountId;
		this.clockMs = clockMs;
		this.#nowMs = clockMs;
		this.#settingsBefore = snapshot.account?.settings;
		this.#spent = snapshot.spent;
		this.#averagesBefore = snapshot.averages;
		this.averages = snapshot.averages;
		this.olderAlerts = snapshot.alerts;
		this.ledgerKey = snapshot.ledgerKey ?? null;
		this.people = new People(snapshot.people);
		this.#isNew = snapshot.account === null;
		this.#balances = {
			account: snapshot.account,
			grants: new Map(snapshot.grants.map((grant) => [grant.seq, grant])),
			holds: new Map(snapshot.holds.map((hold) => [hold.seq, hold])),
			counters: new Map(snapshot.counters.map((counter) => [counterKey(counter), counter])),
		};
		for (const entry of snapshot.entries) if (entry.keyHash) this.#entriesByKey.set(entry.keyHash, entry);
		this.#promotions = new Map(snapshot.promotions);
	}

	/** The instant that entries are stamped with and liveness is judged at. Never behind the account's newest entry. */
	get nowMs(): Instant {
		return this.#nowMs;
	}

	/** Moves the draft's time; an instant behind the account's newest entry becomes that entry's instant. */
	moveTo(atMs: Instant): void {
		this.#nowMs = this.#balances.account ? later(atMs, this.#balances.account.lastAtMs) : atMs;
	}

	get account(): Account {
		if (!this.#balances.account) {
			throw new CreditError(
				'account_not_found',
				`There is no account "${this.accountId}" in this ledger. Open it first: llm-credits account open --account ${this.accountId}`,
			);
		}
		return this.#balances.account;
	}

	get hasAccount(): boolean {
		return this.#balances.account !== null;
	}

	get grants(): Iterable<GrantState> {
		return this.#balances.grants.values();
	}

	get holds(): Iterable<Hold> {
		return this.#balances.holds.values();
	}

	grant(seq: number): GrantState {
		const grant = this.#balances.grants.get(seq);
		if (!grant)
			throw new CreditError(
				'grant_not_found',
				`There is no grant ${grantId(seq)} in account "${this.accountId}". List them with: llm-credits balance`,
			);
		return grant;
	}

	hold(seq: number): Hold {
		const hold = this.#balances.holds.get(seq);
		if (!hold) throw new CreditError('hold_not_found', `There is no hold ${holdId(seq)} in account "${this.accountId}".`);
		return hold;
	}

	/** What a budget has counted; 0 where it has counted nothing yet. */
	counter(ref: CounterRef): BudgetCounter {
		return (
			this.#balances.counters.get(counterKey(ref)) ?? { ...ref, heldMicro: 0n, settledMicro: 0n, reachedRoomMicro: null, reachMicro: 0n }
		);
	}

	/** What was charged on these days, before the batch and by it. */
	spentIn(span: DaySpan): readonly UsageDelta[] {
		const before = this.#spent.find((known) => isSameSpan(known.span, span))?.totals ?? [];
		return [...before, ...this.#usage.totals().filter(({ day }) => span.fromDay <= day && day <= span.untilDay)];
	}

	/** How many entries were added so far. */
	get entryCount(): number {
		return this.#newEntries.length;
	}

	/** The entries that were added from that one on. */
	entriesFrom(index: number): readonly Entry[] {
		return this.#newEntries.slice(index);
	}

	entryByKey(keyHash: string): Entry | undefined {
		return this.#entriesByKey.get(keyHash);
	}

	promotionGrantSeq(promotionId: string): number | undefined {
		return this.#promotions.get(promotionId);
	}

	/** Σ remaining of live grants − overdraft; holds are already out of `remaining`. May be below 0 only by the overdraft. */
	availableMicro(): Micro {
		let totalMicro = -this.account.overdraftMicro;
		for (const grant of this.grants) if (isLive(grant, this.#nowMs)) totalMicro += grant.remainingMicro;
		return totalMicro;
	}

	/** What is available, less what open holds may cost beyond their amounts. */
	freeMicro(): Micro {
		return this.availableMicro() - this.account.reachMicro;
	}

	/** What open holds keep from being spent and would give back if they closed now at no cost. */
	returnableMicro(): Micro {
		let totalMicro = 0n;
		for (const grant of this.grants) if (isLive(grant, this.#nowMs)) totalMicro += grant.heldMicro;
		return totalMicro;
	}

	/** Adds an entry to the journal and applies it. */
	append(body: EntryBody, context: EntryContext = {}): Entry {
		const previous = this.#balances.account;
		const unsealed = {
			seq: (previous?.lastSeq ?? 0) + 1,
			atMs: this.#nowMs,
			keyHash: context.keyHash ?? null,
			requestHash: context.requestHash ?? null,
			labels: context.labels ?? null,
			person: context.person ?? null,
			actor: context.actor ?? null,
			body,
			labelsText: encodeLabels(context.labels ?? null),
			bodyText: encodeEntry(body, context.actor ?? null),
		};
		const entry: Entry = { ...unsealed, hash: chainHash(previous?.chainHash ?? '', unsealed) };
		evolve(this.#balances, entry, this.accountId);
		if (entry.person !== null) this.people.note(entry.person);
		this.#remember(entry);
		return entry;
	}

	/** Adds to the totals of the draft's day and these labels. */
	count(labels: Labels, counts: UsageCounts): void {
		this.#usage.add(dayOf(this.#nowMs, this.account.timeZone), labels, counts);
	}

	keep(result: KeptResult): void {
		this.#results.push(result);
	}

	putText(change: TextChange): void {
		this.#texts.set(change.name, change);
	}

	/** Everything to write, with the outcomes of the batch. Nothing was changed when there are no entries. */
	finish(outcomes: readonly Outcome[]): Decision {
		return {
			outcomes,
			account: this.#newEntries.length === 0 ? null : this.account,
			hasNewSettings: this.hasAccount && this.account.settings !== this.#settingsBefore,
			grants: [...this.#dirtyGrants].map((seq) => this.grant(seq)),
			holds: [...this.#dirtyHolds].map((seq) => this.hold(seq)),
			entries: this.#newEntries,
			counters: [...this.#dirtyCounters].flatMap((key) => this.#balances.counters.get(key) ?? []),
			averages: this.averages === this.#averagesBefore ? null : this.averages,
			usage: this.#usage.totals(),
			results: this.#results,
			texts: [...this.#texts.values()],
			people: this.people.changes(this.#isNew),
		};
	}

	#remember(entry: Entry): void {
		this.#newEntries.push(entry);
		if (entry.keyHash) this.#entriesByKey.set(entry.keyHash, entry);
		const { body } = entry;
		if (body.kind === 'granted') {
			this.#dirtyGrants.add(entry.seq);
			if (body.grant.promotionId !== null) this.#promotions.set(body.grant.promotionId, entry.seq);
		}
		const holdSeq = body.kind === 'reserved' ? entry.seq : 'holdSeq' in body ? body.holdSeq : null;
		if (holdSeq !== null) {
			this.#dirtyHolds.add(holdSeq);
			for (const ref of this.hold(holdSeq).counters) this.#dirtyCounters.add(counterKey(ref));
		}
		for (const ref of touchedCounters(entry)) this.#dirtyCounters.add(counterKey(ref));
		this.#touchGrants(body);
	}

	#touchGrants(body: EntryBody): void {
		if ('grantSeq' in body) this.#dirtyGrants.add(body.grantSeq);
		else if (body.kind === 'reserved') this.#touch(body.slices);
		else if ('charged' in body) for (const slices of [body.charged, body.drawn, body.restored, body.forfeited]) this.#touch(slices);
	}

	#touch(slices: readonly Slice[]): void {
		for (const { grantSeq } of slices) this.#dirtyGrants.add(grantSeq);
	}
}

/** Counters that an entry names by itself; those of its hold come with the hold. */
function touchedCounters({ seq, body }: Entry): readonly CounterRef[] {
	if (body.kind === 'budget_set' && body.counted) {
		const { period, values } = body.counted;
		return values.map(({ value }) => ({ budgetSeq: seq, period, value }));
	}
	if (body.kind === 'alerts_rearmed') return body.counters;
	return body.kind === 'alerted' && body.alert.type === 'budget_reached' ? [body.alert] : [];
}
