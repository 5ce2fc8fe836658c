/**
 * Owns reading a ledger from PostgreSQL: statements for snapshots, pages and totals, and what their rows mean. Everything that can be
 * asked at once is sent at once. Runs inside the transaction of its caller; decides nothing.
 */
import { numberIn, textIn, usageSums, type Row } from '../../columns';
import type { AccountSnapshot } from '../../../core/nouns/snapshot';
import type { Account, BudgetCounter, Entry, GrantState, Hold } from '../../../core/nouns/records';
import type { HoldMark } from '../../../core/proof/verify-holds';
import type { CarriedKey } from '../../../core/proof/verify-keys';
import type { Instant } from '../../../core/values/time';
import { holdOf, readEntries, readEntry, readHoldMark } from '../../journal-rows';
import { bytesOf, readAccount, readCounter, readGrant, readUsageTotal, readStored as readRow, type StoredAccount } from '../../rows';
import { holdStateCode, kindCode } from '../../words';
import type { AccountProfile, EntryQuery, KeyQuery, MaterialisedAccount, PageQuery, SeqRange, UsageQuery } from '../../store';
import { readTexts } from '../../beside-rows';
import type { Session } from '../connection/connection';
import type { Statement } from '../connection/packet';
import { arrayOf, type Value } from '../connection/wire-values';
import { NOTHING, withoutAccount } from '../../related';

export type { StoredAccount } from '../../rows';

type HoldQuery = PageQuery & { readonly state: Hold['state'] | null };

/** Which holds are meant: a query for their numbers, in which $1 is the account, and its further values. */
export interface Picked {
	readonly name: string;
	readonly query: string;
	readonly values: readonly Value[];
}

const ACCOUNT =
	"SELECT id, public_id, name, time_zone, plan, paid_since_ms, unconfirmed_policy, overdraft_micro, reach_micro, last_at_ms, last_seq, encode(chain_hash, 'hex') AS chain_hash, settings, alerts, averages, frozen";
/** Selects a counter `c`. */
export const COUNTER = 'SELECT c.budget, c.period, c.value, c.held_micro, c.settled_micro, c.reached_room_micro, c.reach_micro';
const GRANT = `SELECT g.seq, g.category, g.amount_micro, g.priority, g.effective_at_ms, g.expires_at_ms, g.promotion_id, g.note,
	b.remaining_micro, b.held_micro, b.settled_micro, b.expired_micro, b.voided_micro, b.is_voided`;
const ENTRY =
	"SELECT e.seq, e.at_ms, e.kind, encode(e.key_hash, 'hex') AS key_hash, encode(e.request_hash, 'hex') AS request_hash, l.labels, e.person, e.body, encode(e.hash, 'hex') AS hash";
const SUMS = usageSums('::bigint');
const COUNTER_PAGE = 5000;
const RANDOM_KEY = "SELECT encode(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), 'hex') AS key";
/** Texts that every calendar day lies between. */
const FIRST_DAY = '';
const LAST_DAY = '~';

/** Reads rows of one schema into the nouns of the ledger. */
export class Reader {
	readonly #in: string;
	/** Default: the server's randomness. */
	readonly #newPersonKey: (() => string) | undefined;

	constructor(schema: string, newPersonKey?: () => string) {
		this.#in = `"${schema}".`;
		this.#newPersonKey = newPersonKey;
	}

	/** The account's row; under `isLocked` nobody else decides on the account before this transaction ends. */
	account(accountId: string, { isLocked }: { isLocked: boolean }): Statement {
		const [name, more, lock] = isLocked
			? ['locked_account', ", encode(person_key, 'hex') AS person_key", ' FOR UPDATE']
			: ['account', '', ''];
		return { name, text: `${ACCOUNT}${more} FROM ${this.#in}accounts WHERE public_id = $1${lock}`, values: [accountId] };
	}

	async accounts(session: Session): Promise<Account[]> {
		const [rows = []] = await session.run({ text: `${ACCOUNT} FROM ${this.#in}accounts ORDER BY public_id` });
		return rows.map(readAccount);
	}

	/** What a decision is made on that opens an account. */
	async withoutAccount(session: Session): Promise<AccountSnapshot> {
		const key = this.#newPersonKey?.() ?? textIn((await session.run({ text: RANDOM_KEY }))[0]?.[0] ?? {}, 'key');
		return withoutAccount(await this.accounts(session), key);
	}

	/** The account with all its grants and the holds that may be due by then. */
	async wholeSnapshot(session: Session, { id, account, averages }: StoredAccount, dueUntilMs: Instant): Promise<AccountSnapshot> {
		const due = {
			name: 'due',
			query: `SELECT seq FROM ${this.#in}holds WHERE account = $1 AND state = 0 AND timeout_at_ms <= $2`,
			values: [dueUntilMs],
		};
		const [grantRows, ...holdRows] = await session.run(this.#allGrants(id), ...this.holdStatements(id, due));
		return { ...NOTHING, account, averages, grants: readGrants(grantRows), holds: readHolds(holdRows) };
	}

	async materialised(session: Session, { id, account }: StoredAccount): Promise<MaterialisedAccount> {
		const usage = this.#usage(id, { fromDay: null, untilDay: null, isByDay: true });
		const [grantRows, usageRows = [], textRows = []] = await session.run(this.#allGrants(id), usage, this.#allTexts(id));
		return {
			account,
			grants: readGrants(grantRows),
			usage: usageRows.map(readUsageTotal),
			texts: readTexts(textRows),
		};
	}

	async profile(session: Session, { id, account }: StoredAccount): Promise<AccountProfile> {
		const [textRows = []] = await session.run(this.#allTexts(id));
		return { account, texts: readTexts(textRows) };
	}

	/** Tells all counters, page by page, so that there may be any number of them. */
	async eachCounter(session: Session, id: bigint, take: (counter: BudgetCounter) => void): Promise<void> {
		await session.run({ text: `DECLARE told NO SCROLL CURSOR FOR ${this.#countersText}`, values: [id] });
		for (;;) {
			const [rows = []] = await session.run({ text: `FETCH ${String(COUNTER_PAGE)} FROM told` });
			for (const counter of readCounters(rows)) take(counter);
			if (rows.length < COUNTER_PAGE) return;
		}
	}

	async counters(session: Session, id: bigint): Promise<BudgetCounter[]> {
		return readCounters((await session.run(this.#allCounters(id)))[0]);
	}

	async entries(session: Session, id: bigint, { afterSeq, limit, kind }: EntryQuery): Promise<Entry[]> {
		const [name, only] = kind === undefined ? ['entry_page', ''] : [`${kind}_page`, ` AND e.kind = ${String(kindCode(kind))}`];
		const text = `${ENTRY} FROM ${this.#in}entries e LEFT JOIN ${this.#in}label_sets l ON l.id = e.label_set WHERE e.account = $1 AND e.seq > $2${only} ORDER BY e.seq LIMIT $3`;
		return readEntries((await session.run({ name, text, values: [id, afterSeq, limit] }))[0] ?? []);
	}

	async holds(session: Session, id: bigint, query: HoldQuery): Promise<Hold[]> {
		return readHolds(await session.run(...this.holdStatements(id, this.#holdPage(query))));
	}

	async holdMarks(session: Session, id: bigint, { afterSeq, untilSeq }: SeqRange): Promise<HoldMark[]> {
		const text = `SELECT seq, state, timeout_at_ms, closed_seq FROM ${this.#in}holds WHERE account = $1 AND seq > $2 AND seq <= $3 ORDER BY seq`;
		const [rows = []] = await session.run({ name: 'hold_marks', text, values: [id, afterSeq, untilSeq] });
		return rows.map(readHoldMark);
	}

	async carriedKeys(session: Session, id: bigint, { after, limit }: KeyQuery): Promise<CarriedKey[]> {
		const text = `SELECT encode(key_hash, 'hex') AS key_hash, seq FROM ${this.#in}entries
			WHERE account = $1 AND key_hash IS NOT NULL AND (key_hash, seq) > ($2, $3) ORDER BY key_hash, seq LIMIT $4`;
		const values = [id, bytesOf(after?.keyHash ?? ''), after?.seq ?? 0, limit];
		const [rows = []] = await session.run({ name: 'key_page', text, values });
		return rows.map((row) => ({ keyHash: textIn(row, 'key_hash'), seq: numberIn(row, 'seq') }));
	}

	/** Totals within the days asked for; by day only when days are asked for, so that what is read stays small. */
	async usage(session: Session, id: bigint, { groupBy, fromDay, untilDay }: UsageQuery) {
		const [rows = []] = await session.run(this.#usage(id, { fromDay, untilDay, isByDay: groupBy.includes('day') }));
		return rows.map(readUsageTotal);
	}

	async keptResult(session: Session, id: bigint, { holdSeq, atMs }: { holdSeq: number; atMs: Instant }): Promise<string | null> {
		const text = `SELECT text FROM ${this.#in}kept_results WHERE account = $1 AND hold_seq = $2 AND kept_until_ms > $3`;
		const [[row] = []] = await session.run({ name: 'kept_result', text, values: [id, holdSeq, atMs] });
		return row ? textIn(row, 'text') : null;
	}

	async entryByKey(session: Session, id: bigint, keyHash: string): Promise<Entry | null> {
		return readEntry((await session.run(this.entriesByKey(id, [keyHash])))[0]?.[0]);
	}

	/** Entries that carry one of these keys. */
	entriesByKey(id: bigint, keyHashes: readonly string[]): Statement {
		const text = `${ENTRY} FROM ${this.#in}entries e LEFT JOIN ${this.#in}label_sets l ON l.id = e.label_set WHERE e.account = $1 AND e.key_hash = ANY ($2::bytea[])`;
		return { name: 'entries_by_key', text, values: [id, arrayOf('bytea', keyHashes)] };
	}

	/** Grants of these numbers. */
	grantsBySeq(id: bigint, seqs: readonly number[]): Statement {
		return { name: 'grants_by_seq', text: this.grants('AND b.seq = ANY ($2::bigint[])'), values: [id, arrayOf('bigint', seqs)] };
	}

	get #countersText(): string {
		return `${COUNTER} FROM ${this.#in}budget_counters c WHERE c.account = $1`;
	}

	#allCounters(id: bigint): Statement {
		return { name: 'all_counters', text: this.#countersText, values: [id] };
	}

	#allTexts(id: bigint): Statement {
		return { name: 'all_texts', text: `SELECT name, text FROM ${this.#in}account_texts WHERE account = $1`, values: [id] };
	}

	#allGrants(id: bigint): Statement {
		return { name: 'all_grants', text: this.grants(''), values: [id] };
	}

	/** Selects grants; OFFSET 0 keeps the planner from joining the other way round. */
	grants(which: string): string {
		return `${GRANT} FROM ${this.#in}grant_balances b CROSS JOIN LATERAL (SELECT * FROM ${this.#in}grants WHERE account = b.account AND seq = b.seq OFFSET 0) g
			WHERE b.account = $1 ${which} ORDER BY b.seq`;
	}

	#holdPage({ afterSeq, limit, state }: { afterSeq: number; limit: number | null; state: Hold['state'] | null }): Picked {
		const isState = state === null ? '' : ` AND state = ${String(holdStateCode(state))}`;
		// Says what the partial index says, so that it is used.
		const isUnsettled = state === 'released' || state === 'expired' ? ' AND state > 1' : '';
		return {
			name: `page_${state ?? 'all'}`,
			query: `SELECT seq FROM ${this.#in}holds WHERE account = $1 AND seq > $2${isState}${isUnsettled} ORDER BY seq LIMIT $3`,
			values: [afterSeq, limit],
		};
	}

	/**
	 * Two statements: the holds, and the entries that made and closed them. Numbers are looked up as an array: a join might be planned the
	 * other way round, over the whole account.
	 */
	holdStatements(id: bigint, { name, query, values }: Picked): Statement[] {
		const picked = `${this.#in}holds h WHERE h.account = $1 AND h.seq = ANY (ARRAY(${query}))`;
		const holds = `SELECT h.seq, h.state, h.timeout_at_ms, h.closed_seq FROM ${picked} ORDER BY h.seq`;
		const told = `SELECT h.seq FROM ${picked} UNION SELECT h.closed_seq FROM ${picked} AND h.closed_seq IS NOT NULL`;
		const entries = `${ENTRY} FROM ${this.#in}entries e LEFT JOIN ${this.#in}label_sets l ON l.id = e.label_set WHERE e.account = $1 AND e.seq = ANY (ARRAY(${told}))`;
		return [
			{ name: `holds_${name}`, text: holds, values: [id, ...values] },
			{ name: `hold_entries_${name}`, text: entries, values: [id, ...values] },
		];
	}

	#usage(id: bigint, { fromDay, untilDay, isByDay }: { fromDay: string | null; untilDay: string | null; isByDay: boolean }): Statement {
		const [day, group] = isByDay ? ['u.day', ', u.day'] : ["''", ''];
		const text = `SELECT ${day} AS day, l.labels, ${SUMS} FROM ${this.#in}usage_days u JOIN ${this.#in}label_sets l ON l.id = u.label_set
			WHERE u.account = $1 AND u.day >= $2 AND u.day <= $3 GROUP BY u.label_set, l.labels${group}`;
		return { text, values: [id, fromDay ?? FIRST_DAY, untilDay ?? LAST_DAY] };
	}
}

/** The account of a row, or `null` when there is none. */
export function readStored([row]: readonly Row[] = []): StoredAccount | null {
	return row ? readRow(row) : null;
}

/** Counters of rows. */
export function readCounters(rows: readonly Row[] = []): BudgetCounter[] {
	return rows.map(readCounter);
}

/** Grants of rows. */
export function readGrants(rows: readonly Row[] = []): GrantState[] {
	return rows.map(readGrant);
}

/** Holds of the rows of both statements. */
export function readHolds([holdRows = [], entryRows = []]: readonly (readonly Row[])[]): Hold[] {
	const entries = new Map(readEntries(entryRows).map((entry) => [entry.seq, entry]));
	const entryOf = (seq: number | null): Entry | null => (seq === null ? null : (entries.get(seq) ?? null));
	return holdRows.map(readHoldMark).map((mark) => holdOf(mark, entryOf(mark.seq), entryOf(mark.closedSeq)));
}
