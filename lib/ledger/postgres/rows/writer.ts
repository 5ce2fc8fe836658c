/**
 * Owns writing what was decided into PostgreSQL: one statement for each table and batch, all sent at once within the transaction of the
 * caller. A table is a list of columns; a new table is a new list. Adds and replaces rows exactly as the decision says; decides nothing.
 */
import { LRUCache } from 'lru-cache';
import { amountIn, textIn, USAGE_COLUMNS } from '../../columns';
import { encodeLabels } from '../../../core/journal/journal';
import { sha256 } from '../../../core/values/idempotency';
import { NO_SETTINGS } from '../../../core/nouns/settings';
import type { Decision, KeptResult } from '../../../core/nouns/snapshot';
import type { UsageDelta } from '../../../core/nouns/usage-totals';
import type { Account, BudgetCounter, Entry, GrantState, Hold } from '../../../core/nouns/records';
import type { TextChange } from '../../../core/nouns/profile';
import { bytesOf, encodeAlerts, encodeAverages, encodeFrozen, encodeSettings } from '../../rows';
import { categoryCode, holdStateCode, kindCode, planCode, policyCode } from '../../words';
import type { Session } from '../connection/connection';
import type { Statement } from '../connection/packet';
import { PostgresPersons } from './persons';
import type { StoredAccount } from './reader';
import { insertRows, updateRows, upsertRows, type Column, type NumberColumn, type NumberedTable, type Table } from './row-statements';
import { arrayOf } from '../connection/wire-values';
import { closingSeqs } from '../../related';

interface SentHold {
	readonly hold: Hold;
	readonly closedSeq: number | null;
}

/** What spending changes of an account, and what only its owner changes: columns apart, because they are different rights. */
const ACCOUNT_POSITION: readonly Column<Account>[] = [
	['overdraft_micro', 'bigint', ({ overdraftMicro }) => overdraftMicro],
	['reach_micro', 'bigint', ({ reachMicro }) => reachMicro],
	['last_at_ms', 'bigint', ({ lastAtMs }) => lastAtMs],
	['last_seq', 'bigint', ({ lastSeq }) => lastSeq],
	['chain_hash', 'bytea', ({ chainHash }) => bytesOf(chainHash)],
	['alerts', 'text', ({ alerts }) => encodeAlerts(alerts)],
];
const ACCOUNT_TERMS: readonly Column<Account>[] = [
	['name', 'text', ({ name }) => name],
	['time_zone', 'text', ({ timeZone }) => timeZone],
	['plan', 'smallint', ({ plan }) => planCode(plan)],
	['paid_since_ms', 'bigint', ({ paidSinceMs }) => paidSinceMs],
	['unconfirmed_policy', 'smallint', ({ unconfirmedPolicy }) => policyCode(unconfirmedPolicy)],
	['frozen', 'text', ({ frozen }) => encodeFrozen(frozen)],
	['settings', 'text', ({ settings }) => (settings === NO_SETTINGS ? null : encodeSettings(settings))],
];
const SEQ: NumberColumn<{ readonly seq: number }> = ['seq', 'bigint', ({ seq }) => seq];
const GRANTS: Table<GrantState> = {
	name: 'grants',
	columns: [
		SEQ,
		['category', 'smallint', ({ category }) => categoryCode(category)],
		['amount_micro', 'bigint', ({ amountMicro }) => amountMicro],
		['priority', 'bigint', ({ priority }) => priority],
		['effective_at_ms', 'bigint', ({ effectiveAtMs }) => effectiveAtMs],
		['expires_at_ms', 'bigint', ({ expiresAtMs }) => expiresAtMs],
		['promotion_id', 'text', ({ promotionId }) => promotionId],
		['note', 'text', ({ note }) => note],
	],
};
const BALANCE: readonly Column<GrantState>[] = [
	['remaining_micro', 'bigint', ({ remainingMicro }) => remainingMicro],
	['held_micro', 'bigint', ({ heldMicro }) => heldMicro],
	['settled_micro', 'bigint', ({ settledMicro }) => settledMicro],
	['expired_micro', 'bigint', ({ expiredMicro }) => expiredMicro],
	['voided_micro', 'bigint', ({ voidedMicro }) => voidedMicro],
];
/** Apart from what moves: voiding is not spending. */
const VOIDED: Column<GrantState> = ['is_voided', 'smallint', ({ isVoided }) => (isVoided ? 1 : 0)];
const NEW_BALANCES: Table<GrantState> = {
	name: 'grant_balances',
	columns: [SEQ, ['amount_micro', 'bigint', ({ amountMicro }) => amountMicro], ...BALANCE, VOIDED],
};
const VOIDINGS: NumberedTable<GrantState> = { name: 'grant_balances', part: 'voided', columns: [SEQ, VOIDED] };
const BALANCES: NumberedTable<GrantState> = { name: 'grant_balances', columns: [SEQ, ...BALANCE] };
const HOLD_CLOSING: NumberedTable<SentHold>['columns'] = [
	['seq', 'bigint', ({ hold }) => hold.seq],
	['state', 'smallint', ({ hold }) => holdStateCode(hold.state)],
	['closed_seq', 'bigint', ({ closedSeq }) => closedSeq],
];
const NEW_HOLDS: Table<SentHold> = {
	name: 'holds',
	columns: [...HOLD_CLOSING, ['timeout_at_ms', 'bigint', ({ hold }) => hold.timeoutAtMs]],
};
const HOLDS: NumberedTable<SentHold> = { name: 'holds', columns: HOLD_CLOSING };
const COUNTERS: Table<BudgetCounter> = {
	name: 'budget_counters',
	columns: [
		['budget', 'bigint', ({ budgetSeq }) => budgetSeq],
		['period', 'text', ({ period }) => period],
		['value', 'text', ({ value }) => value],
		['held_micro', 'bigint', ({ heldMicro }) => heldMicro],
		['settled_micro', 'bigint', ({ settledMicro }) => settledMicro],
		['reached_room_micro', 'bigint', ({ reachedRoomMicro }) => reachedRoomMicro],
		['reach_micro', 'bigint', ({ reachMicro }) => reachMicro],
	],
};
const RESULTS: Table<KeptResult> = {
	name: 'kept_results',
	columns: [
		['hold_seq', 'bigint', ({ holdSeq }) => holdSeq],
		['kept_until_ms', 'bigint', ({ keptUntilMs }) => keptUntilMs],
		['text', 'text', ({ text }) => text],
	],
};

const TEXTS: Table<TextChange> = {
	name: 'account_texts',
	columns: [
		['name', 'text', ({ name }) => name],
		['text', 'text', ({ text }) => text],
	],
};

type LabelNumbers = ReadonlyMap<string, bigint>;

const entriesTable = (numbers: LabelNumbers): Table<Entry> => ({
	name: 'entries',
	columns: [
		SEQ,
		['at_ms', 'bigint', ({ atMs }) => atMs],
		['kind', 'smallint', ({ body }) => kindCode(body.kind)],
		['key_hash', 'bytea', ({ keyHash }) => keyHash],
		['request_hash', 'bytea', ({ requestHash }) => requestHash],
		['label_set', 'bigint', ({ labels, labelsText }) => (labels === null ? null : (numbers.get(labelsText) ?? null))],
		['person', 'text', ({ person }) => person],
		['body', 'text', ({ bodyText }) => bodyText],
		['hash', 'bytea', ({ hash }) => hash],
	],
});

const usageTable = (numbers: LabelNumbers): Table<UsageDelta> => ({
	name: 'usage_days',
	columns: [
		['label_set', 'bigint', ({ labels }) => numbers.get(encodeLabels(labels)) ?? null],
		['day', 'text', ({ day }) => day],
		...USAGE_COLUMNS.map(({ name, column }): Column<UsageDelta> => [column, 'bigint', (usage) => usage[name]]),
	],
});

/** A decision that has entries, with what it was made on. */
export interface Writing {
	readonly decision: Decision;
	readonly account: Account;
	/** `null`: the decision opens the account. */
	readonly stored: StoredAccount | null;
}

/** Sets of labels whose numbers are remembered. */
const MAX_REMEMBERED_SETS = 10_000;

/** Writes the nouns of the ledger into rows of one schema. */
export class Writer {
	readonly #in: string;
	readonly #persons: PostgresPersons;
	readonly #labelNumbers = new LRUCache<string, bigint>({ max: MAX_REMEMBERED_SETS });

	constructor(schema: string) {
		this.#in = `"${schema}".`;
		this.#persons = new PostgresPersons(this.#in);
	}

	/**
	 * The statements that write a decision, to be sent together with the COMMIT. What gives out numbers (a new account, a new set of
	 * labels) is written at once; `remember` keeps those numbers when the transaction was committed.
	 */
	async prepare(session: Session, { decision, account, stored }: Writing): Promise<{ statements: Statement[]; remember: () => void }> {
		const id = stored?.id ?? (await this.#openAccount(session, account, decision.people.key));
		const numbers = await this.#labelSets(session, id, decision);
		const made = new Set(decision.entries.map((entry) => entry.seq));
		const newGrants = decision.grants.filter(({ seq }) => made.has(seq));
		const voided = new Set(decision.entries.flatMap(({ body }) => (body.kind === 'grant_voided' ? [body.grantSeq] : [])));
		const closings = closingSeqs(decision.entries);
		const holds = decision.holds.map((hold) => ({ hold, closedSeq: closings.get(hold.seq) ?? null }));
		const statements = [
			...(stored ? [this.#updateAccount(id, account, { before: stored.account, decision })] : []),
			insertRows(this.#in, id, entriesTable(numbers), decision.entries),
			insertRows(this.#in, id, GRANTS, newGrants),
			insertRows(this.#in, id, NEW_BALANCES, newGrants),
			updateRows(
				this.#in,
				id,
				BALANCES,
				decision.grants.filter(({ seq }) => !made.has(seq)),
			),
			updateRows(
				this.#in,
				id,
				VOIDINGS,
				decision.grants.filter(({ seq }) => voided.has(seq) && !made.has(seq)),
			),
			insertRows(
				this.#in,
				id,
				NEW_HOLDS,
				holds.filter(({ hold }) => made.has(hold.seq)),
			),
			updateRows(
				this.#in,
				id,
				HOLDS,
				holds.filter(({ hold }) => !made.has(hold.seq)),
			),
			upsertRows(this.#in, id, usageTable(numbers), { rows: decision.usage, keys: 2, isAdded: true }),
			upsertRows(this.#in, id, COUNTERS, { rows: decision.counters, keys: 3, isAdded: false }),
			upsertRows(this.#in, id, RESULTS, { rows: decision.results, keys: 1, isAdded: false }),
			...this.#textStatements(id, decision.texts),
			...this.#persons.changes(id, decision.people),
		];
		return { statements: statements.filter((statement) => statement !== null), remember: () => this.#remember(id, numbers) };
	}

	/** Removes kept texts whose time is over at `atMs`; its rows are what was removed. */
	purgeResults(atMs: number): Statement {
		return { text: `DELETE FROM ${this.#in}kept_results WHERE kept_until_ms <= $1 RETURNING hold_seq`, values: [atMs] };
	}

	#textStatements(id: bigint, texts: readonly TextChange[]): (Statement | null)[] {
		const removed = texts.filter(({ text }) => text === null).map(({ name }) => name);
		const remove = {
			text: `DELETE FROM ${this.#in}account_texts WHERE account = $1 AND name = ANY ($2)`,
			values: [id, arrayOf('text', removed)],
		};
		const rows = texts.filter(({ text }) => text !== null);
		return [removed.length === 0 ? null : remove, upsertRows(this.#in, id, TEXTS, { rows, keys: 1, isAdded: false })];
	}

	async #openAccount(session: Session, account: Account, personKey: string | null): Promise<bigint> {
		const columns = [...ACCOUNT_TERMS, ...ACCOUNT_POSITION];
		const names = ['public_id', 'person_key', ...columns.map(([name]) => name)];
		const values = [account.id, bytesOf(personKey), ...columns.map(([, , valueOf]) => valueOf(account))];
		const places = names.map((_name, index) => `$${String(index + 1)}`);
		const [rows] = await session.run({
			text: `INSERT INTO ${this.#in}accounts (${names.join(', ')}) VALUES (${places.join(', ')}) RETURNING id`,
			values,
		});
		return amountIn(rows?.[0] ?? {}, 'id');
	}

	/** Names only the columns that changed: a role that spends may not name the others. */
	#updateAccount(id: bigint, account: Account, { before, decision }: { before: Account; decision: Decision }): Statement {
		const { averages, people } = decision;
		const personKey: Column<Account>[] = people.key === null ? [] : [['person_key', 'bytea', () => bytesOf(people.key)]];
		const changed = [...ACCOUNT_TERMS.filter(([, , valueOf]) => valueOf(account) !== valueOf(before)), ...personKey];
		const columns = [...ACCOUNT_POSITION, ...changed];
		const sets = columns.map(([name], index) => `${name} = $${String(index + 3)}`);
		const values = columns.map(([, , valueOf]) => valueOf(account));
		return {
			...(changed.length === 0 ? { name: 'move_account' } : {}),
			text: `UPDATE ${this.#in}accounts SET averages = coalesce($2, averages), ${sets.join(', ')} WHERE id = $1`,
			values: [id, encodeAverages(averages), ...values],
		};
	}

	/** The number of every set of labels that the decision writes. The account's lock keeps others from adding the same. */
	async #labelSets(session: Session, id: bigint, { entries, usage }: Decision): Promise<Map<string, bigint>> {
		const texts = new Set(usage.map(({ labels }) => encodeLabels(labels)));
		for (const { labels, labelsText } of entries) if (labels !== null) texts.add(labelsText);
		const known = [...texts].flatMap((text) => {
			const number = this.#labelNumbers.get(memoryKey(id, text));
			return number === undefined ? [] : [[text, number] as const];
		});
		const numbers = new Map(known);
		const unknown = [...texts].filter((text) => !numbers.has(text));
		if (unknown.length === 0) return numbers;
		const hashes = arrayOf('bytea', unknown.map(sha256));
		const add = `INSERT INTO ${this.#in}label_sets (account, hash, labels) SELECT $1, * FROM unnest($2::bytea[], $3::text[]) ON CONFLICT (account, hash) DO NOTHING`;
		const find = `SELECT id, labels FROM ${this.#in}label_sets WHERE account = $1 AND hash = ANY ($2::bytea[])`;
		const [, rows = []] = await session.run(
			{ text: add, values: [id, hashes, arrayOf('text', unknown)] },
			{ text: find, values: [id, hashes] },
		);
		for (const row of rows) numbers.set(textIn(row, 'labels'), amountIn(row, 'id'));
		return numbers;
	}

	#remember(id: bigint, numbers: LabelNumbers): void {
		for (const [text, number] of numbers) this.#labelNumbers.set(memoryKey(id, text), number);
	}
}

function memoryKey(id: bigint, labels: string): string {
	return `${String(id)} ${labels}`;
}
