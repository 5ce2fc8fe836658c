/**
 * Owns the proof of one account: its journal is replayed entry by entry, and what a store has materialised must come out.
 * Calls are forgotten when they are done and budget counters are kept in a book, so memory grows with grants, calls under way and totals
 * only.
 * Refuses to trust a stored balance, and to stop at the first violation.
 */
import { textDifferences } from '../rules/commands/account-texts';
import { hashOpening, isOpeningWithoutId, type AccountOpening } from '../journal/opening';
import { sumSlices } from '../nouns/movement';
import { isCreditError } from '../values/errors';
import { CountersInMemory, type CounterBook, type CounterDifference } from './counter-book';
import { evolve, type Balances } from '../journal/evolve';
import { difference, isSame } from '../values/difference';
import { chainHash, encodeLabels } from '../journal/journal';
import type { UsageDelta } from '../nouns/usage-totals';
import { grantId, type Account, type Entry, type GrantState, type Hold } from '../nouns/records';
import type { Labels } from '../nouns/labels';
import { formatCredits, sumMicro, type Micro } from '../values/money';
import { isOwnPrice } from '../prices/recorded-price';
import { compareInstants, dayOf } from '../values/time';
import { HoldProof, type HoldMark } from './verify-holds';
import { KeyProof, type CarriedKey } from './verify-keys';
import { ResultProof } from './verify-results';
import { UsageTally } from '../journal/usage-tally';
import { expiredCounts, REFUSED_COUNTS, refundedCounts, settledCounts, takenBackCounts } from '../journal/usage-counts';
import { NO_USAGE, type UsageCounts } from '../nouns/usage-totals';

/** What kind of promise is broken. */
export type ViolationCode =
	| 'entry_missing'
	| 'entry_unreadable'
	| 'entry_unaccounted'
	| 'entry_impossible'
	| 'time_backwards'
	| 'chain_broken'
	| 'key_repeated'
	| 'keys_differ'
	| 'account_differs'
	| 'grant_differs'
	| 'grant_unbalanced'
	| 'hold_differs'
	| 'charges_differ'
	| 'usage_differs'
	| 'budget_differs'
	| 'text_differs'
	| 'account_renamed'
	| 'result_differs'
	| 'rows_stray'
	| 'schema_differs'
	| 'end_missing'
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
	readonly usage: readonly UsageDelta[];
	/** Texts of the account by name. */
	readonly texts: ReadonlyMap<string, string>;
}

/** More violations of one account than this are counted, not told. */
const MAX_TOLD = 200;

/** Replays the journal of one account. Give it every entry in order, page by page, then all keys in order, then compare. */
export class JournalVerifier {
	readonly #accountId: string;
	readonly #counters: CounterBook;
	readonly #balances: Balances & { readonly holds: Map<number, Hold> };
	readonly #holds: HoldProof;
	readonly #keys = new KeyProof();
	/** Takes the kept results before the first page. */
	readonly results = new ResultProof();
	readonly #usage = new UsageTally();
	readonly #violations: Violation[] = [];
	#untold = 0;
	#previous: Pick<Entry, 'seq' | 'atMs' | 'hash'> = { seq: 0, atMs: 0, hash: '' };
	#chargedMicro: Micro = 0n;

	/** `counters`: an empty book; what is stored is told to it before the comparison. */
	constructor(accountId: string, counters: CounterBook = new CountersInMemory()) {
		this.#accountId = accountId;
		this.#counters = counters;
		this.#balances = { account: null, grants: new Map(), holds: new Map(), counters };
		this.#holds = new HoldProof(this.#balances.holds, (detail) => this.report('hold_differs', detail));
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

	/** Calls whose story goes on: the only ones that are remembered. */
	get rememberedCalls(): number {
		return this.#balances.holds.size;
	}

	/** The last of the keys in order; the next page of them begins behind it. */
	get lastKey(): CarriedKey | null {
		return this.#keys.previous;
	}

	/** Adds a violation that was found outside, such as an entry that cannot be read. */
	report(code: ViolationCode, detail: string): void {
		if (this.#violations.length < MAX_TOLD) this.#violations.push({ accountId: this.#accountId, code, detail });
		else this.#untold += 1;
	}

	/** Replays a page; `marks` are those of all numbers from behind the page before up to its last entry. */
	addPage(entries: readonly Entry[], marks: readonly HoldMark[]): void {
		this.#holds.beginPage(marks);
		for (const entry of entries) this.#add(entry);
		this.#holds.endPage(this.lastSeq);
	}

	/** Takes a page of the journal's keys in ascending order, when the journal was replayed. */
	addKeys(keys: readonly CarriedKey[]): void {
		this.#keys.addInOrder(keys, this.lastSeq, (detail) => this.report('key_repeated', detail));
	}

	#add(entry: Entry): void {
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
		if (entry.body.kind === 'price_recorded' && !isOwnPrice(entry.body.price, entry.keyHash))
			this.report('entry_impossible', `Entry ${String(entry.seq)} records a price under the name of another.`);
		if (entry.body.kind === 'account_opened' && !isOpeningOf(this.#accountId, entry.body, entry.requestHash))
			this.report('account_renamed', `The journal was opened for an account with another id than "${this.#accountId}".`);
		this.#countUsage(entry, before);
		if (entry.body.kind === 'settled') this.results.settled(entry.body);
		if (entry.body.kind === 'reserved') this.#holds.made(entry.seq);
		else if ('holdSeq' in entry.body) this.#holds.closed(entry.body.holdSeq, entry.seq);
	}

	/**
	 * Compares everything else that is materialised, when the journal was replayed up to what was its newest entry then. `newestSeq` is
	 * the number of its newest entry now.
	 */
	compare(materialised: Materialised, newestSeq: number): void {
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
		this.#compareUsage(materialised.usage);
		for (const found of this.#counters.differences()) this.report('budget_differs', counterText(found));
		for (const detail of textDifferences(account?.settings.texts ?? [], materialised.texts)) this.report('text_differs', detail);
		this.#holds.finish(this.lastSeq, newestSeq);
		this.results.finish((detail) => this.report('result_differs', detail));
		this.#keys.finish((detail) => this.report('keys_differ', detail));
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
		if (keyHash !== null) this.#keys.add(keyHash);
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
		if (body.kind === 'released' && alreadyMicro > 0n) {
			this.#chargedMicro -= alreadyMicro;
			this.#count(atMs, before.labels, takenBackCounts(alreadyMicro));
		}
		if (body.kind === 'refunded') {
			this.#chargedMicro -= sumSlices(body.restored) + sumSlices(body.forfeited) + body.repaidMicro;
			this.#count(atMs, before.labels, refundedCounts(body.amountMicro));
		}
	}

	#count(atMs: number, labels: Labels, counts: UsageCounts): void {
		const day = dayOf(atMs, this.#balances.account?.timeZone ?? 'UTC');
		this.#usage.add(day, labels, counts);
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

	#compareUsage(stored: readonly UsageDelta[]): void {
		const tally = new UsageTally();
		for (const total of stored) tally.add(total.day, total.labels, total);
		for (const total of this.#usage.totals()) {
			if (!isSame(countsOf(total), countsOf(tally.get(total.day, total.labels))))
				this.report('usage_differs', `The totals of ${usageName(total)} are stored otherwise than the journal says.`);
		}
		for (const total of stored) {
			if (!this.#usage.get(total.day, total.labels) && !isSame(countsOf(total), NO_USAGE))
				this.report('usage_differs', `The totals of ${usageName(total)} are stored, but are not in the journal.`);
		}
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

/** Openings of before do not hold the id, so that it is taken as it stands. */
function isOpeningOf(accountId: string, opening: AccountOpening, requestHash: string | null): boolean {
	return requestHash === hashOpening(accountId, opening) || isOpeningWithoutId(requestHash, opening);
}

function isBalanced(grant: GrantState): boolean {
	const parts = [grant.remainingMicro, grant.heldMicro, grant.settledMicro, grant.expiredMicro, grant.voidedMicro];
	return parts.every((partMicro) => partMicro >= 0n) && sumMicro(parts) === grant.amountMicro;
}

function counterText({ key, kind }: CounterDifference): string {
	if (kind === 'not_in_journal') return `The budget counter ${key} is stored, but is not in the journal.`;
	return `The budget counter ${key} is stored otherwise than the journal says${kind === 'not_stored' ? ': it is not there' : ''}.`;
}

function usageName({ day, labels }: UsageDelta): string {
	return `${day} ${encodeLabels(labels) || 'without labels'}`;
}

function countsOf(total: UsageDelta | undefined): UsageCounts {
	const { day: _day, labels: _labels, ...counts } = total ?? { ...NO_USAGE, day: '', labels: {} };
	return counts;
}
