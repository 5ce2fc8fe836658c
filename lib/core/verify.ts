/**
 * Owns the proof of one account: its journal is replayed entry by entry, and what a store has materialised must come out.
 * Closed holds are handed out as they close and then forgotten, so memory grows with grants, open holds and keys only.
 * Refuses to trust a stored balance, and to stop at the first violation.
 */
import { textDifferences } from './account-texts';
import { sumSlices } from './burn-down';
import { isCreditError } from './errors';
import { evolve, type Balances } from './evolve';
import { difference, isSame } from './difference';
import { chainHash, encodeLabels } from './journal';
import { counterKey } from './limits';
import type { UsageDelta } from './commands';
import { grantId, holdId, type Account, type BudgetCounter, type Entry, type GrantState, type Hold, type Labels } from './model';
import { formatCredits, sumMicro, type Micro } from './money';
import { compareInstants, dayOf } from './time';
import { addCounts, expiredCounts, NO_USAGE, REFUSED_COUNTS, refundedCounts, settledCounts, type UsageCounts } from './usage-counts';

/** What kind of promise is broken. */
export type ViolationCode =
	| 'entry_missing'
	| 'entry_unreadable'
	| 'entry_unaccounted'
	| 'entry_impossible'
	| 'time_backwards'
	| 'chain_broken'
	| 'key_repeated'
	| 'account_differs'
	| 'grant_differs'
	| 'grant_unbalanced'
	| 'hold_differs'
	| 'charges_differ'
	| 'usage_differs'
	| 'budget_differs'
	| 'text_differs'
	| 'unreadable';

/** One broken promise, named for people. */
export interface Violation {
	readonly accountId: string;
	readonly code: ViolationCode;
	readonly detail: string;
}

/** What a store has materialised, as far as the proof looks at it. */
export interface Materialised {
	readonly account: Account;
	readonly grants: readonly GrantState[];
	readonly openHolds: readonly Hold[];
	readonly holdCount: number;
	readonly usage: readonly UsageDelta[];
	readonly counters: readonly BudgetCounter[];
	/** Texts of the account by name. */
	readonly texts: ReadonlyMap<string, string>;
}

/** More violations of one account than this are counted, not told. */
const MAX_TOLD = 200;

/** Replays the journal of one account. Give it every entry in order, then compare. */
export class JournalVerifier {
	readonly #accountId: string;
	readonly #balances: Balances = { account: null, grants: new Map(), holds: new Map(), counters: new Map() };
	readonly #keyHashes = new Set<string>();
	readonly #usage = new Map<string, UsageDelta>();
	readonly #violations: Violation[] = [];
	#untold = 0;
	#previous: Pick<Entry, 'seq' | 'atMs' | 'hash'> = { seq: 0, atMs: 0, hash: '' };
	#closedSeqs: number[] = [];
	#holdCount = 0;
	#chargedMicro: Micro = 0n;

	constructor(accountId: string) {
		this.#accountId = accountId;
	}

	/** Number of the newest entry replayed; 0 before the first. */
	get lastSeq(): number {
		return this.#previous.seq;
	}

	/** What is broken so far. */
	get violations(): readonly Violation[] {
		if (this.#untold === 0) return this.#violations;
		return [
			...this.#violations,
			{ accountId: this.#accountId, code: 'unreadable', detail: `There are ${String(this.#untold)} more violations.` },
		];
	}

	/** Holds that may still change: expired ones may be settled late, refunded ones refunded further. */
	get unfinishedHolds(): readonly Hold[] {
		return [...this.#balances.holds.values()].filter((hold) => hold.state !== 'open');
	}

	/** Adds a violation that was found outside, such as an entry that cannot be read. */
	report(code: ViolationCode, detail: string): void {
		if (this.#violations.length < MAX_TOLD) this.#violations.push({ accountId: this.#accountId, code, detail });
		else this.#untold += 1;
	}

	/** Replays one entry. */
	add(entry: Entry): void {
		this.#checkLinks(entry);
		this.#previous = entry;
		const before = 'holdSeq' in entry.body ? this.#balances.holds.get(entry.body.holdSeq) : undefined;
		try {
			evolve(this.#balances, entry, this.#accountId);
		} catch (error) {
			if (!isCreditError(error)) throw error;
			this.report('entry_impossible', error.message);
			return;
		}
		this.#countUsage(entry, before);
		this.#noteHold(entry);
	}

	/** The holds that were settled or released since the last call; give them to `compareClosedHolds` with the stored ones. */
	takeClosedHolds(): readonly Hold[] {
		const closed = this.#closedSeqs.flatMap((seq) => this.#balances.holds.get(seq) ?? []);
		this.#closedSeqs = [];
		return closed;
	}

	/** Compares closed holds and forgets them, but for those that are stored as refunded: their refunds are still to come. */
	compareClosedHolds(expected: readonly Hold[], stored: readonly Hold[]): void {
		const refundedSeqs = new Set(stored.filter((hold) => hold.refundedMicro > 0n).map((hold) => hold.seq));
		const final = expected.filter((hold) => !refundedSeqs.has(hold.seq));
		this.compareHolds(final, stored);
		for (const hold of final) this.#balances.holds.delete(hold.seq);
	}

	/** Compares holds that the journal knows with the stored ones of the same numbers. */
	compareHolds(expected: readonly Hold[], stored: readonly Hold[]): void {
		const bySeq = new Map(stored.map((hold) => [hold.seq, hold]));
		for (const hold of expected) {
			const found = bySeq.get(hold.seq);
			if (!found) this.report('hold_differs', `${holdId(hold.seq)} is ${hold.state} by the journal, but is not stored.`);
			else if (!isSame(hold, found))
				this.report('hold_differs', `${holdId(hold.seq)} is stored otherwise than the journal says: ${difference(hold, found)}.`);
		}
	}

	/** Compares everything else that is materialised, when the journal was replayed up to its newest entry. */
	compare(materialised: Materialised): void {
		const { account } = this.#balances;
		const { account: stored } = materialised;
		if (stored.lastSeq !== this.lastSeq) {
			this.report(
				'entry_missing',
				`The account's newest entry is ${String(stored.lastSeq)}, but the journal ends with ${String(this.lastSeq)}.`,
			);
		}
		if (account && !isSame(account, stored))
			this.report('account_differs', `The account is stored otherwise than the journal says: ${difference(account, stored)}.`);
		this.#compareGrants(materialised.grants);
		this.#compareOpenHolds(materialised);
		this.#compareUsage(materialised.usage);
		this.#compareCounters(materialised.counters);
		for (const detail of textDifferences(account?.settings.texts ?? [], materialised.texts)) this.report('text_differs', detail);
		this.#checkSums();
	}

	#checkLinks(entry: Entry): void {
		const { seq, atMs, keyHash, hash } = entry;
		const previous = this.#previous;
		if (seq !== previous.seq + 1)
			this.report('entry_missing', `Entry ${String(previous.seq + 1)} is missing: ${String(seq)} follows ${String(previous.seq)}.`);
		if (compareInstants(atMs, previous.atMs) < 0)
			this.report('time_backwards', `Entry ${String(seq)} is dated before entry ${String(previous.seq)}.`);
		if (chainHash(previous.hash, entry) !== hash)
			this.report('chain_broken', `Entry ${String(seq)} does not match its hash: it, or the one before it, was changed.`);
		if (keyHash === null) return;
		if (this.#keyHashes.has(keyHash))
			this.report('key_repeated', `Entry ${String(seq)} carries an idempotency key that an earlier entry has.`);
		this.#keyHashes.add(keyHash);
	}

	#countUsage({ body, atMs, labels }: Entry, before: Hold | undefined): void {
		if (body.kind === 'refused') this.#count(atMs, labels ?? {}, REFUSED_COUNTS);
		if (!before) return;
		const alreadyMicro = before.state === 'expired' ? sumSlices(before.slices) : 0n;
		if (body.kind === 'settled') {
			this.#chargedMicro += body.actualMicro - alreadyMicro;
			this.#count(atMs, before.labels, settledCounts(body, alreadyMicro));
		}
		if (body.kind === 'hold_expired' && body.charged.length > 0) {
			this.#chargedMicro += sumSlices(body.charged);
			this.#count(atMs, before.labels, expiredCounts(sumSlices(body.charged)));
		}
		if (body.kind === 'refunded') {
			this.#chargedMicro -= sumSlices(body.restored) + sumSlices(body.forfeited) + body.repaidMicro;
			this.#count(atMs, before.labels, refundedCounts(body.amountMicro));
		}
	}

	#count(atMs: number, labels: Labels, counts: UsageCounts): void {
		const day = dayOf(atMs, this.#balances.account?.timeZone ?? 'UTC');
		const id = usageId({ day, labels });
		this.#usage.set(id, { day, labels, ...addCounts(this.#usage.get(id) ?? NO_USAGE, counts) });
	}

	#noteHold({ body }: Entry): void {
		if (body.kind === 'reserved') this.#holdCount += 1;
		if (body.kind === 'settled' || body.kind === 'released') this.#closedSeqs.push(body.holdSeq);
	}

	#compareGrants(stored: readonly GrantState[]): void {
		const bySeq = new Map(stored.map((grant) => [grant.seq, grant]));
		for (const grant of this.#balances.grants.values()) {
			const found = bySeq.get(grant.seq);
			if (!found) this.report('grant_differs', `${grantId(grant.seq)} is in the journal, but is not stored.`);
			else if (!isSame(grant, found))
				this.report('grant_differs', `${grantId(grant.seq)} is stored otherwise than the journal says: ${difference(grant, found)}.`);
		}
		for (const grant of stored) {
			if (!this.#balances.grants.has(grant.seq))
				this.report('grant_differs', `${grantId(grant.seq)} is stored, but is not in the journal.`);
			if (!isBalanced(grant))
				this.report(
					'grant_unbalanced',
					`${grantId(grant.seq)} does not add up: granted is not remaining + held + settled + expired + voided.`,
				);
		}
	}

	#compareOpenHolds({ openHolds, holdCount }: Materialised): void {
		const open = [...this.#balances.holds.values()].filter((hold) => hold.state === 'open');
		this.compareHolds(open, openHolds);
		const known = new Set(open.map((hold) => hold.seq));
		for (const { seq } of openHolds)
			if (!known.has(seq)) this.report('hold_differs', `${holdId(seq)} is stored as open, but the journal closed it or never made it.`);
		if (holdCount !== this.#holdCount)
			this.report('hold_differs', `There are ${String(holdCount)} holds stored, but the journal made ${String(this.#holdCount)}.`);
	}

	#compareUsage(stored: readonly UsageDelta[]): void {
		const byId = new Map(stored.map((total) => [usageId(total), total]));
		for (const [id, total] of this.#usage) {
			if (!isSame(countsOf(total), countsOf(byId.get(id))))
				this.report('usage_differs', `The totals of ${usageName(total)} are stored otherwise than the journal says.`);
		}
		for (const [id, total] of byId) {
			if (!this.#usage.has(id) && !isSame(countsOf(total), NO_USAGE))
				this.report('usage_differs', `The totals of ${usageName(total)} are stored, but are not in the journal.`);
		}
	}

	#compareCounters(stored: readonly BudgetCounter[]): void {
		const byKey = new Map(stored.map((counter) => [counterKey(counter), counter]));
		for (const [key, counter] of this.#balances.counters) {
			if (!isSame(counter, byKey.get(key)))
				this.report('budget_differs', `The budget counter ${key} is stored otherwise than the journal says.`);
			byKey.delete(key);
		}
		for (const key of byKey.keys()) this.report('budget_differs', `The budget counter ${key} is stored, but is not in the journal.`);
	}

	/** What was taken from grants, with the overdraft, is what calls cost; what holds hold is what grants have held. */
	#checkSums(): void {
		const grants = [...this.#balances.grants.values()];
		const settledMicro = sumMicro(grants.map((grant) => grant.settledMicro)) + (this.#balances.account?.overdraftMicro ?? 0n);
		if (settledMicro !== this.#chargedMicro) {
			this.report(
				'charges_differ',
				`Calls cost ${formatCredits(this.#chargedMicro)} credits, but grants and overdraft paid ${formatCredits(settledMicro)}.`,
			);
		}
		const heldMicro = sumMicro(grants.map((grant) => grant.heldMicro));
		const inHoldsMicro = sumMicro(
			[...this.#balances.holds.values()].filter((hold) => hold.state === 'open').map((hold) => sumSlices(hold.slices)),
		);
		if (heldMicro !== inHoldsMicro) {
			this.report(
				'charges_differ',
				`Open holds keep ${formatCredits(inHoldsMicro)} credits, but grants have ${formatCredits(heldMicro)} held.`,
			);
		}
	}
}

function isBalanced(grant: GrantState): boolean {
	const parts = [grant.remainingMicro, grant.heldMicro, grant.settledMicro, grant.expiredMicro, grant.voidedMicro];
	return parts.every((partMicro) => partMicro >= 0n) && sumMicro(parts) === grant.amountMicro;
}

function usageId({ day, labels }: Pick<UsageDelta, 'day' | 'labels'>): string {
	return `${day}${encodeLabels(labels)}`;
}

function usageName({ day, labels }: UsageDelta): string {
	return `${day} ${encodeLabels(labels) || 'without labels'}`;
}

function countsOf(total: UsageDelta | undefined): UsageCounts {
	const { day: _day, labels: _labels, ...counts } = total ?? { ...NO_USAGE, day: '', labels: {} };
	return counts;
}
