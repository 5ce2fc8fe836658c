/**
 * Owns reading what a batch needs to be decided on PostgreSQL: usually in one round trip, and only what its commands ask for. Holds that
 * this process made and that are still open are not read back. Runs under the account's lock; decides nothing.
 */
import { LRUCache } from 'lru-cache';
import type { Row } from '../../columns';
import { alertsNeeded, MAX_CLAIMED } from '../../../core/rules/commands/claim';
import type { Command } from '../../../core/nouns/commands';
import type { AccountNow, AccountSnapshot, SnapshotNeeds } from '../../../core/nouns/snapshot';
import { needsOf } from '../../../core/rules/decide';
import { laterKeys } from '../../../core/rules/later-decisions';
import { countersNeeded } from '../../../core/rules/draft/limits';
import { keptFor } from '../../../core/rules/draft/people';
import type { Person } from '../../../core/nouns/person';
import type { BudgetCounter, CounterRef, Entry, GrantState, Hold } from '../../../core/nouns/records';
import { spansNeeded } from '../../../core/rules/draft/spent-before';
import type { SpentIn } from '../../../core/nouns/usage-totals';
import { batchTime, type BatchTime } from '../../../core/rules/draft/ledger-time';
import { hasPassed, type Instant } from '../../../core/values/time';
import { readEntries, readHoldMark } from '../../journal-rows';
import type { OpenHolds } from '../../open-holds';
import { grantsHeldBy, grantsNamedBy, NOTHING } from '../../related';
import { PostgresPersons, readPersons } from './persons';
import { beginRead, ROLLBACK, type Session } from '../connection/connection';
import type { Statement } from '../connection/packet';
import { CLOCK, type ServerClock } from '../connection/server-clock';
import { COUNTER, readCounters, readGrants, readHolds, readStored, type Picked, type Reader, type StoredAccount } from './reader';
import { arrayOf } from '../connection/wire-values';

/** Holds that are due so soon are asked for with the lock: how long it is waited for is not known then. */
const DUE_AHEAD_MS = 5000;
/** Accounts whose numbers are remembered. */
const MAX_REMEMBERED = 10_000;

/** What is asked first for a batch: as much as its commands tell. */
export interface FirstAsked {
	readonly id: bigint;
	readonly statements: readonly Statement[];
	readonly needs: SnapshotNeeds;
	readonly hasKeys: boolean;
	/** Some holds are asked for that are not remembered. */
	readonly hasUnknown: boolean;
	/** Persons are asked for, last of all. */
	readonly hasPersons: boolean;
	/** Holds that are due until then are asked for. */
	readonly dueUntilMs: Instant;
}

/** The rows of each statement that was asked first. */
export type FirstRows = readonly (readonly Row[])[];

/** What the first answers say. */
interface Found {
	readonly entries: readonly Entry[];
	readonly grants: readonly GrantState[];
	readonly holds: readonly Hold[];
	/** Holds of which only the number is known yet. */
	readonly unread: readonly number[];
}

/** Reads snapshots of one schema. */
export class Snapshots {
	readonly #in: string;
	readonly #reader: Reader;
	readonly #openHolds: OpenHolds;
	readonly #persons: PostgresPersons;
	readonly #ids = new LRUCache<string, bigint>({ max: MAX_REMEMBERED });

	constructor(schema: string, { reader, openHolds }: { reader: Reader; openHolds: OpenHolds }) {
		this.#in = `"${schema}".`;
		this.#reader = reader;
		this.#openHolds = openHolds;
		this.#persons = new PostgresPersons(this.#in);
	}

	/** An account as it is now, by the clock of the server, over one unchanging view of it; of one that is not there, nothing but the clock. */
	async now(
		session: Session,
		{ accountId, clock, timeoutMs }: { readonly accountId: string; readonly clock: ServerClock; readonly timeoutMs: number },
	): Promise<AccountNow> {
		const asked = this.#reader.account(accountId, { isLocked: false });
		const [, , rows, clockRows] = await session.run(...beginRead(timeoutMs), asked, CLOCK);
		const [stored, clockMs] = [readStored(rows), clock.read(clockRows)];
		const found = stored ? await this.#reader.wholeSnapshot(session, stored, batchTime(stored.account, clockMs).dueUntilMs) : NOTHING;
		await session.run(ROLLBACK);
		return { ...found, clockMs };
	}

	/** What may be asked together with the lock of the account, behind it, about `nowMs`; `null` while its number or the time is not known. */
	askEarly(accountId: string, { commands, nowMs }: { commands: readonly Command[]; nowMs: Instant | null }): FirstAsked | null {
		const id = this.#ids.get(accountId);
		return id === undefined || nowMs === null ? null : this.#ask(id, commands, nowMs + DUE_AHEAD_MS);
	}

	/**
	 * What `decide` needs at that time; `early` is what was asked with the lock, and the answers. Further round trips only without that, for
	 * replays, for holds that others closed or that are due, and for budgets.
	 */
	async read(
		session: Session,
		{ id, account, averages, personKey }: StoredAccount,
		{ commands, time, early }: { commands: readonly Command[]; time: BatchTime; early: { asked: FirstAsked; rows: FirstRows } | null },
	): Promise<AccountSnapshot> {
		const { atMs, dueUntilMs } = time;
		this.#ids.set(account.id, id);
		const isEarlyEnough = early !== null && early.asked.id === id && !hasPassed(early.asked.dueUntilMs, { atMs: dueUntilMs });
		const found = isEarlyEnough ? early : await this.#askNow(session, id, { commands, dueUntilMs });
		const first = this.#found(found.asked, found.rows);
		const later = await this.#laterDecisions(session, id, { commands, entries: first.entries, asked: found.asked.needs.keyHashes });
		const entries = [...first.entries, ...later];
		const holds = [...first.holds, ...(await this.#holdsOf(session, id, [...first.unread, ...reservedBy(later)]))];
		const missing = missingGrants(first.grants, [...entries.flatMap(grantsNamedBy), ...holds.flatMap(grantsHeldBy)]);
		const further = missing.length === 0 ? [] : readGrants((await session.run(this.#reader.grantsBySeq(id, missing)))[0]);
		const grants = [...first.grants, ...further];
		const persons = await this.#personsOf(session, id, {
			commands,
			holds,
			known: found.asked.hasPersons ? readPersons(found.rows.at(-1)) : [],
		});
		const people = { key: personKey, persons, kept: await this.#persons.kept(session, id, found.asked.needs.forgotten) };
		const refs = countersNeeded(commands, { settings: account.settings, timeZone: account.timeZone, holds, atMs, people });
		const alertsAfter = alertsNeeded(commands, account);
		const alertPage = { afterSeq: alertsAfter ?? 0, limit: MAX_CLAIMED, kind: 'alerted' as const };
		const spent: SpentIn[] = [];
		for (const span of spansNeeded(commands, { atMs, timeZone: account.timeZone }))
			spent.push({ span, totals: await this.#reader.usage(session, id, { groupBy: [], where: {}, ...span }) });
		return {
			account,
			grants,
			holds,
			entries,
			promotions: promotionsAmong(grants, found.asked.needs.promotionIds),
			counters: refs.length === 0 ? [] : await this.#counters(session, id, refs),
			alerts: alertsAfter === null ? [] : await this.#reader.entries(session, id, alertPage),
			averages,
			spent,
			people,
		};
	}

	/** The persons who are known already, and those of holds that were not remembered. */
	async #personsOf(
		session: Session,
		id: bigint,
		{ commands, holds, known }: { commands: readonly Command[]; holds: readonly Hold[]; known: readonly Person[] },
	): Promise<readonly Person[]> {
		const named = keptFor(commands, (seq) => (this.#openHolds.find(id, seq) ? undefined : holds.find((hold) => hold.seq === seq)));
		return named.length === 0 ? known : [...known, ...readPersons((await session.run(this.#persons.find(id, named)))[0])];
	}

	/** Later decisions about requests that were refused (ledger rule 36); nothing is asked where there can be none. */
	async #laterDecisions(
		session: Session,
		id: bigint,
		{ commands, entries, asked }: { commands: readonly Command[]; entries: readonly Entry[]; asked: readonly string[] },
	): Promise<Entry[]> {
		const known = new Set(asked);
		const later: Entry[] = [];
		for (;;) {
			const keys = laterKeys(commands, [...entries, ...later], known);
			if (keys.length === 0) return later;
			for (const key of keys) known.add(key);
			later.push(...readEntries((await session.run(this.#reader.entriesByKey(id, keys)))[0] ?? []));
		}
	}

	#ask(id: bigint, commands: readonly Command[], dueUntilMs: Instant): FirstAsked {
		const needs = needsOf(commands);
		const keys = [...new Set(needs.keyHashes)];
		const seqs = [...new Set(needs.holdSeqs)];
		const remembered = seqs.filter((seq) => this.#openHolds.find(id, seq) !== undefined);
		const unknown = seqs.filter((seq) => this.#openHolds.find(id, seq) === undefined);
		const held = [...needs.names, ...keptFor(commands, (seq) => this.#openHolds.find(id, seq))];
		const statements = [
			this.#neededGrants(id, needs),
			this.#marks(id, { seqs: remembered, dueUntilMs }),
			...(keys.length === 0 ? [] : [this.#reader.entriesByKey(id, keys)]),
			...(unknown.length === 0 ? [] : this.#reader.holdStatements(id, bySeq(unknown))),
			...(held.length === 0 ? [] : [this.#persons.find(id, held)]),
		];
		return { id, statements, needs, hasKeys: keys.length > 0, hasUnknown: unknown.length > 0, hasPersons: held.length > 0, dueUntilMs };
	}

	async #askNow(
		session: Session,
		id: bigint,
		{ commands, dueUntilMs }: { commands: readonly Command[]; dueUntilMs: Instant },
	): Promise<{ asked: FirstAsked; rows: FirstRows }> {
		const asked = this.#ask(id, commands, dueUntilMs);
		return { asked, rows: await session.run(...asked.statements) };
	}

	#found({ id, hasKeys, hasUnknown }: FirstAsked, [grantRows, markRows = [], ...rest]: FirstRows): Found {
		const entries = hasKeys ? readEntries(rest[0] ?? []) : [];
		const read = hasUnknown ? readHolds(hasKeys ? rest.slice(1) : rest) : [];
		const open = this.#stillOpen(id, markRows);
		const known = new Set([...read, ...open.holds].map(({ seq }) => seq));
		const unread = [...new Set([...open.others, ...reservedBy(entries)])].filter((seq) => !known.has(seq));
		return { entries, grants: readGrants(grantRows), holds: [...read, ...open.holds], unread };
	}

	/** Of marks, the holds that are remembered and as they were, and the numbers of the others. */
	#stillOpen(id: bigint, rows: readonly Row[]): { holds: Hold[]; others: number[] } {
		const holds: Hold[] = [];
		const others: number[] = [];
		for (const { seq, state, timeoutAtMs } of rows.map(readHoldMark)) {
			const hold = state === 'open' ? this.#openHolds.find(id, seq) : undefined;
			if (hold?.timeoutAtMs === timeoutAtMs) holds.push(hold);
			else others.push(seq);
		}
		return { holds, others };
	}

	async #holdsOf(session: Session, id: bigint, seqs: readonly number[]): Promise<Hold[]> {
		return seqs.length === 0 ? [] : readHolds(await session.run(...this.#reader.holdStatements(id, bySeq(seqs))));
	}

	/** Grants with credits, and those asked for. */
	#neededGrants(id: bigint, { grantSeqs, promotionIds }: SnapshotNeeds): Statement {
		if (grantSeqs.length + promotionIds.length === 0)
			return { name: 'grants_with_credits', text: this.#reader.grants('AND NOT b.is_exhausted'), values: [id] };
		const needed = `SELECT seq FROM ${this.#in}grant_balances WHERE account = $1 AND NOT is_exhausted
			UNION SELECT unnest($2::bigint[])
			UNION SELECT seq FROM ${this.#in}grants WHERE account = $1 AND promotion_id = ANY ($3::text[])`;
		const text = this.#reader.grants(`AND b.seq = ANY (ARRAY(${needed}))`);
		return { name: 'needed_grants', text, values: [id, arrayOf('bigint', grantSeqs), arrayOf('text', promotionIds)] };
	}

	/** Where holds stand: those of these numbers, and those that are due until then. */
	#marks(id: bigint, { seqs, dueUntilMs }: { seqs: readonly number[]; dueUntilMs: Instant }): Statement {
		const mark = `SELECT seq, state, timeout_at_ms, closed_seq FROM ${this.#in}holds WHERE account = $1`;
		const due = `${mark} AND state = 0 AND timeout_at_ms <= $2`;
		if (seqs.length === 0) return { name: 'due_marks', text: due, values: [id, dueUntilMs] };
		return { name: 'marks', text: `${due} UNION ${mark} AND seq = ANY ($3::bigint[])`, values: [id, dueUntilMs, arrayOf('bigint', seqs)] };
	}

	async #counters(session: Session, id: bigint, refs: readonly CounterRef[]): Promise<BudgetCounter[]> {
		const text = `${COUNTER} FROM (SELECT DISTINCT * FROM unnest($2::bigint[], $3::text[], $4::text[]) AS a (budget, period, value)) asked
			CROSS JOIN LATERAL (SELECT * FROM ${this.#in}budget_counters WHERE account = $1 AND budget = asked.budget AND period = asked.period AND value = asked.value OFFSET 0) c`;
		const values = [
			id,
			arrayOf(
				'bigint',
				refs.map(({ budgetSeq }) => budgetSeq),
			),
			arrayOf(
				'text',
				refs.map(({ period }) => period),
			),
			arrayOf(
				'text',
				refs.map(({ value }) => value),
			),
		];
		return readCounters((await session.run({ name: 'counters_by_key', text, values }))[0]);
	}
}

function reservedBy(entries: readonly Entry[]): number[] {
	return entries.filter(({ body }) => body.kind === 'reserved').map(({ seq }) => seq);
}

function bySeq(seqs: readonly number[]): Picked {
	return { name: 'by_seq', query: 'SELECT unnest($2::bigint[]) AS seq', values: [arrayOf('bigint', seqs)] };
}

function promotionsAmong(grants: readonly GrantState[], promotionIds: readonly string[]): Map<string, number> {
	const asked = new Set(promotionIds);
	return new Map(
		grants.flatMap(({ promotionId, seq }) => (promotionId !== null && asked.has(promotionId) ? [[promotionId, seq] as const] : [])),
	);
}

function missingGrants(grants: readonly GrantState[], seqs: readonly number[]): number[] {
	const loaded = new Set(grants.map((grant) => grant.seq));
	return [...new Set(seqs)].filter((seq) => !loaded.has(seq));
}
