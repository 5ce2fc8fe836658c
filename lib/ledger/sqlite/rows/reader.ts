/**
 * Owns reading a ledger file: snapshots for decisions, pages and totals for people. Every statement is prepared once and reads by
 * an index. Runs inside the transaction of its caller; decides nothing.
 *
 * What is read for a decision comes from one table at a time, or from subqueries: SQLite plans a join anew for each set of values, which
 * takes longer than reading the row. Hashes are read and written as text, because a Buffer for each costs more than the rest of its row.
 */
import { numberIn, textIn, type Row } from '../../columns';
import type { Database, Statement } from 'better-sqlite3';
import { alertsNeeded, MAX_CLAIMED } from '../../../core/rules/commands/claim';
import { needsOf } from '../../../core/rules/decide';
import { withLaterDecisions } from '../../../core/rules/later-decisions';
import { countersNeeded } from '../../../core/rules/draft/limits';
import { counterKey } from '../../../core/nouns/counters';
import type { Command } from '../../../core/nouns/commands';
import type { AccountSnapshot } from '../../../core/nouns/snapshot';
import type { Account, BudgetCounter, CounterRef, Entry, GrantState, Hold } from '../../../core/nouns/records';
import type { HoldMark } from '../../../core/proof/verify-holds';
import type { CarriedKey } from '../../../core/proof/verify-keys';
import type { BatchTime } from '../../../core/rules/draft/ledger-time';
import type { Instant } from '../../../core/values/time';
import { holdOf, readEntries, readEntry, readHoldMark } from '../../journal-rows';
import { grantOf, readAccount, readCounter, readGrantBalance, readStored, readTerms } from '../../rows';
import type { GrantBalance, GrantTerms, StoredAccount } from '../../rows';
import { holdStateCode } from '../../words';
import type { EntryQuery, KeyQuery, MaterialisedAccount, PageQuery, SeqRange } from '../../store';
import { readTexts } from '../../beside-rows';
import type { OpenHolds } from '../../open-holds';
import type { LastingRows } from './lasting-rows';
import { SqlitePersons } from './persons';
import { UsageReader } from './usage';
import { grantsHeldBy, grantsNamedBy, NOTHING, withoutAccount } from '../../related';

const TERMS = 'category, amount_micro, priority, effective_at_ms, expires_at_ms, promotion_id, note';
const BALANCES = 'SELECT seq, remaining_micro, held_micro, settled_micro, expired_micro, voided_micro, is_voided FROM grant_balances';
const ACCOUNTS = `
	SELECT id, public_id, name, time_zone, plan, paid_since_ms, unconfirmed_policy, overdraft_micro, reach_micro, last_at_ms, last_seq,
		lower(hex(chain_hash)) AS chain_hash, (SELECT settings FROM account_settings WHERE account = id) AS settings, alerts, averages, frozen, lower(hex(person_key)) AS person_key
	FROM accounts`;
const COUNTERS =
	'SELECT budget, period, value, held_micro, settled_micro, reached_room_micro, reach_micro FROM budget_counters WHERE account = ?';
const ENTRIES = `
	SELECT seq, at_ms, kind, lower(hex(key_hash)) AS key_hash, lower(hex(request_hash)) AS request_hash,
		(SELECT labels FROM label_sets WHERE id = label_set) AS labels, person, body, lower(hex(hash)) AS hash
	FROM entries
	WHERE account = ?`;
const HOLDS = 'SELECT seq, state, timeout_at_ms, closed_seq FROM holds WHERE account = ?';

export type { StoredAccount } from '../../rows';

/** Reads rows into the nouns of the ledger. Amounts are bigint from the column on. */
export class Reader {
	readonly #openHolds: OpenHolds;
	readonly #lasting: LastingRows;
	readonly usage: UsageReader;
	readonly #persons: SqlitePersons;
	readonly #account: Statement<[string], Row>;
	readonly #accounts: Statement<[], Row>;
	readonly #counter: Statement<[bigint, number, string, string], Row>;
	readonly #counters: Statement<[bigint], Row>;
	readonly #terms: Statement<[bigint, number], Row>;
	readonly #balance: Statement<[bigint, number], Row>;
	readonly #balances: Statement<[bigint], Row>;
	readonly #unexhausted: Statement<[bigint], Row>;
	readonly #promotionGrant: Statement<[bigint, string], Row>;
	readonly #entry: Statement<[bigint, number], Row>;
	readonly #seqByKey: Statement<[bigint, string], Row>;
	readonly #keyPage: Statement<[bigint, string, number, number], Row>;
	readonly #entryPage: Statement<[bigint, number, number], Row>;
	readonly #alertPage: Statement<[bigint, number, number], Row>;
	readonly #hold: Statement<[bigint, number], Row>;
	readonly #holdPage: Statement<[bigint, number, number], Row>;
	readonly #settledHoldPage: Statement<[bigint, number, number], Row>;
	readonly #openHoldPage: Statement<[bigint, number, number], Row>;
	readonly #unsettledHoldPage: Statement<[bigint, number, number, number], Row>;
	readonly #dueHolds: Statement<[bigint, number], Row>;
	readonly #holdMarks: Statement<[bigint, number, number], Row>;
	readonly #texts: Statement<[bigint], Row>;
	readonly #keptResult: Statement<[bigint, number, number], Row>;

	constructor(db: Database, { openHolds, lasting }: { openHolds: OpenHolds; lasting: LastingRows }) {
		this.#openHolds = openHolds;
		this.#lasting = lasting;
		this.usage = new UsageReader(db);
		this.#persons = new SqlitePersons(db);
		this.#account = db.prepare(`${ACCOUNTS} WHERE public_id = ?`);
		this.#accounts = db.prepare(`${ACCOUNTS} ORDER BY public_id`);
		this.#counter = db.prepare(`${COUNTERS} AND budget = ? AND period = ? AND value = ?`);
		this.#counters = db.prepare(COUNTERS);
		this.#terms = db.prepare(`SELECT ${TERMS} FROM grants WHERE account = ? AND seq = ?`);
		this.#balance = db.prepare(`${BALANCES} WHERE account = ? AND seq = ?`);
		this.#balances = db.prepare(`${BALANCES} WHERE account = ? ORDER BY seq`);
		this.#unexhausted = db.prepare(`${BALANCES} WHERE account = ? AND (remaining_micro > 0 OR held_micro > 0)`);
		this.#promotionGrant = db.prepare('SELECT seq FROM grants WHERE account = ? AND promotion_id = ?');
		this.#entry = db.prepare(`${ENTRIES} AND seq = ?`);
		this.#seqByKey = db.prepare('SELECT seq FROM entries WHERE account = ? AND key_hash = unhex(?)');
		this.#keyPage = db
			.prepare<[bigint, string, number, number], Row>(
				'SELECT lower(hex(key_hash)) AS key_hash, seq FROM entries WHERE account = ? AND key_hash IS NOT NULL AND (key_hash, seq) > (unhex(?), ?) ORDER BY key_hash, seq LIMIT ?',
			)
			.safeIntegers(false);
		this.#entryPage = db.prepare<[bigint, number, number], Row>(`${ENTRIES} AND seq > ? ORDER BY seq LIMIT ?`).safeIntegers(false);
		this.#alertPage = db.prepare(`${ENTRIES} AND kind = 18 AND seq > ? ORDER BY seq LIMIT ?`);
		this.#hold = db.prepare<[bigint, number], Row>(`${HOLDS} AND seq = ?`).safeIntegers(false);
		this.#holdPage = db.prepare(`${HOLDS} AND seq > ? ORDER BY seq LIMIT ?`);
		this.#settledHoldPage = db.prepare(`${HOLDS} AND seq > ? AND state = 1 ORDER BY seq LIMIT ?`);
		this.#openHoldPage = db.prepare(`${HOLDS} AND seq > ? AND state = 0 ORDER BY seq LIMIT ?`);
		this.#unsettledHoldPage = db.prepare(`${HOLDS} AND state > 1 AND state = ? AND seq > ? ORDER BY seq LIMIT ?`);
		this.#dueHolds = db.prepare(`${HOLDS} AND state = 0 AND timeout_at_ms <= ?`);
		this.#holdMarks = db.prepare<[bigint, number, number], Row>(`${HOLDS} AND seq > ? AND seq <= ? ORDER BY seq`).safeIntegers(false);
		this.#texts = db.prepare('SELECT name, text FROM account_texts WHERE account = ?');
		this.#keptResult = db.prepare('SELECT text FROM kept_results WHERE account = ? AND hold_seq = ? AND kept_until_ms > ?');
	}

	account(accountId: string): StoredAccount | null {
		const row = this.#account.get(accountId);
		return row ? readStored(row) : null;
	}

	/** What a decision is made on that opens an account; `personKey`: the key it is to get, instead of a random one. */
	withoutAccount(personKey: string | undefined): AccountSnapshot {
		return withoutAccount(this.accounts(), personKey ?? this.#persons.newKey());
	}

	accounts(): Account[] {
		return this.#accounts.all().map(readAccount);
	}

	/** What `decide` needs at that time, found by keys; the grants that loaded holds and entries refer to come along. */
	snapshot(stored: StoredAccount, commands: readonly Command[], { atMs, dueUntilMs }: BatchTime): AccountSnapshot {
		const { id, account, averages } = stored;
		const needs = needsOf(commands);
		const load = (keyHashes: readonly string[]): Entry[] => this.#snapshotEntries(id, keyHashes);
		const entries = withLaterDecisions(commands, { entries: load(needs.keyHashes), asked: needs.keyHashes, load });
		const reservedSeqs = entries.filter((entry) => entry.body.kind === 'reserved').map((entry) => entry.seq);
		const holds = this.#snapshotHolds(id, [...needs.holdSeqs, ...reservedSeqs], dueUntilMs);
		const promotions = this.#promotions(id, needs.promotionIds);
		const grantSeqs = [...needs.grantSeqs, ...promotions.values(), ...entries.flatMap(grantsNamedBy), ...holds.flatMap(grantsHeldBy)];
		const people = this.#persons.snapshot(stored, commands, { needs, holds });
		const refs = countersNeeded(commands, { settings: account.settings, timeZone: account.timeZone, holds, atMs, people });
		const alertsAfter = alertsNeeded(commands, account);
		const alerts = alertsAfter === null ? [] : this.entries(id, { afterSeq: alertsAfter, limit: MAX_CLAIMED, kind: 'alerted' });
		const [grants, counters] = [this.#snapshotGrants(id, grantSeqs), this.#snapshotCounters(id, refs)];
		return { ...NOTHING, account, grants, holds, entries, promotions, counters, alerts, averages, people };
	}

	/** The account with all its grants and the holds that may be due by then. */
	wholeSnapshot({ id, account, averages }: StoredAccount, { dueUntilMs }: BatchTime): AccountSnapshot {
		return { ...NOTHING, account, averages, grants: this.grants(id), holds: this.#snapshotHolds(id, [], dueUntilMs) };
	}

	counters(id: bigint): BudgetCounter[] {
		return this.#counters.all(id).map(readCounter);
	}

	*eachCounter(id: bigint): Iterable<BudgetCounter> {
		for (const row of this.#counters.iterate(id)) yield readCounter(row);
	}

	grants(id: bigint): GrantState[] {
		return this.#readGrants(id, this.#balances.all(id).map(readGrantBalance));
	}

	entries(id: bigint, { afterSeq, limit, kind }: EntryQuery): Entry[] {
		return readEntries((kind === 'alerted' ? this.#alertPage : this.#entryPage).all(id, afterSeq, limit));
	}

	holds(id: bigint, { afterSeq, limit, state }: PageQuery & { readonly state: Hold['state'] | null }): Hold[] {
		return this.#holdRows(id, { afterSeq, limit, state }).map((row) => this.#readHold(id, readHoldMark(row)));
	}

	holdMarks(id: bigint, { afterSeq, untilSeq }: SeqRange): HoldMark[] {
		return this.#holdMarks.all(id, afterSeq, untilSeq).map(readHoldMark);
	}

	carriedKeys(id: bigint, { after, limit }: KeyQuery): CarriedKey[] {
		const rows = this.#keyPage.all(id, after?.keyHash ?? '', after?.seq ?? 0, limit);
		return rows.map((row) => ({ keyHash: textIn(row, 'key_hash'), seq: numberIn(row, 'seq') }));
	}

	materialised({ id, account }: StoredAccount): MaterialisedAccount {
		return {
			account,
			grants: this.grants(id),
			usage: [...this.usage.totals(id, { groupBy: ['day'], fromDay: null, untilDay: null })],
			texts: this.texts(id),
		};
	}

	texts(id: bigint): Map<string, string> {
		return readTexts(this.#texts.all(id));
	}

	keptResult(id: bigint, { holdSeq, atMs }: { holdSeq: number; atMs: Instant }): string | null {
		const row = this.#keptResult.get(id, holdSeq, atMs);
		return row ? textIn(row, 'text') : null;
	}

	#snapshotGrants(id: bigint, seqs: readonly number[]): GrantState[] {
		const balances = this.#unexhausted.all(id).map(readGrantBalance);
		const loaded = new Set(balances.map(({ seq }) => seq));
		for (const seq of new Set(seqs)) {
			const row = loaded.has(seq) ? undefined : this.#balance.get(id, seq);
			if (row) balances.push(readGrantBalance(row));
		}
		return balances.flatMap((balance) => {
			const terms = this.#lastingTerms(id, balance.seq);
			return terms ? [grantOf(terms, balance)] : [];
		});
	}

	#lastingTerms(id: bigint, seq: number): GrantTerms | undefined {
		const known = this.#lasting.terms.find(id, seq);
		if (known) return known;
		const terms = this.#readTerms(id, seq);
		if (terms) this.#lasting.terms.remember(id, seq, terms);
		return terms;
	}

	#readTerms(id: bigint, seq: number): GrantTerms | undefined {
		const row = this.#terms.get(id, seq);
		return row && readTerms(row);
	}

	#readGrants(id: bigint, balances: readonly GrantBalance[]): GrantState[] {
		return balances.flatMap((balance) => {
			const terms = this.#readTerms(id, balance.seq);
			return terms ? [grantOf(terms, balance)] : [];
		});
	}

	entryByKey(id: bigint, keyHash: string): Entry | undefined {
		const row = this.#seqByKey.get(id, keyHash);
		return (row && readEntry(this.#entry.get(id, numberIn(row, 'seq')))) ?? undefined;
	}

	/** Every reservation asks for the entry of its price, which is never another. */
	#snapshotEntries(id: bigint, keyHashes: readonly string[]): Entry[] {
		const entries: Entry[] = [];
		for (const keyHash of new Set(keyHashes)) {
			const known = this.#lasting.prices.find(id, keyHash);
			const entry = known ?? this.entryByKey(id, keyHash);
			if (entry) entries.push(entry);
			if (!known && entry?.body.kind === 'price_recorded') this.#lasting.prices.remember(id, keyHash, entry);
		}
		return entries;
	}

	#snapshotHolds(id: bigint, seqs: readonly number[], dueUntilMs: Instant): Hold[] {
		const due = this.#dueHolds.all(id, dueUntilMs).map(readHoldMark);
		const loaded = new Set(due.map(({ seq }) => seq));
		const asked = [...new Set(seqs)].filter((seq) => !loaded.has(seq)).flatMap((seq) => listed(this.#hold.get(id, seq)));
		return [...due, ...asked.map(readHoldMark)].map((mark) => this.#readHold(id, mark));
	}

	#snapshotCounters(id: bigint, refs: readonly CounterRef[]): BudgetCounter[] {
		const byKey = new Map(refs.map((ref) => [counterKey(ref), ref]));
		return [...byKey.values()]
			.flatMap(({ budgetSeq, period, value }) => listed(this.#counter.get(id, budgetSeq, period, value)))
			.map(readCounter);
	}

	#promotions(id: bigint, promotionIds: readonly string[]): Map<string, number> {
		const found = promotionIds.flatMap((promotionId) =>
			listed(this.#promotionGrant.get(id, promotionId)).map((row) => [promotionId, numberIn(row, 'seq')] as const),
		);
		return new Map(found);
	}

	#holdRows(id: bigint, { afterSeq, limit, state }: PageQuery & { readonly state: Hold['state'] | null }): Row[] {
		switch (state) {
			case null:
				return this.#holdPage.all(id, afterSeq, limit);
			case 'open':
				return this.#openHoldPage.all(id, afterSeq, limit);
			case 'settled':
				return this.#settledHoldPage.all(id, afterSeq, limit);
			case 'released':
			case 'expired':
				return this.#unsettledHoldPage.all(id, holdStateCode(state), afterSeq, limit);
			default:
				return state satisfies never;
		}
	}

	#readHold(id: bigint, mark: HoldMark): Hold {
		const { seq, state, timeoutAtMs, closedSeq } = mark;
		const known = state === 'open' ? this.#openHolds.find(id, seq) : undefined;
		if (known?.timeoutAtMs === timeoutAtMs) return known;
		const closing = closedSeq === null ? null : readEntry(this.#entry.get(id, closedSeq));
		return holdOf(mark, readEntry(this.#entry.get(id, seq)), closing);
	}
}

function listed(row: Row | undefined): Row[] {
	return row === undefined ? [] : [row];
}
