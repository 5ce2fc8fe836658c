/**
 * Owns answers on a PostgreSQL server: their statements and rows. Nothing here waits for the account's lock: what is kept of answers
 * changes no balance. Refuses to know how a transaction is insisted on; the store does.
 */
import type { Row } from '../../columns';
import type { CacheLimits } from '../../../core/nouns/profile';
import { earlier, type Instant } from '../../../core/values/time';
import { readAnswer, readAnswerGroup, readAnswerSaving } from '../../beside-rows';
import {
	bytesOfText,
	type AnswerChanges,
	type AnswerGroup,
	type AnswerSaving,
	type AnswerStore,
	type CachedAnswer,
	type KeptAnswer,
} from '../../answer-store';
import { bytesOf } from '../../rows';
import { AccountNumbers } from './account-numbers';
import { beginRead, ROLLBACK, type Session } from '../connection/connection';
import type { ServerClock } from '../connection/server-clock';
import type { Statement } from '../connection/packet';
import { PostgresPersons, readPersons } from './persons';
import { upsertRows, type Table } from './row-statements';
import { arrayOf } from '../connection/wire-values';

/** Runs work on a connection, again while what stands in the way may pass; it is told how long a statement may take. */
export type Insist = <T>(work: (session: Session, timeoutMs: number) => Promise<T>) => Promise<T>;

/** Runs statements that write these tables in one transaction, as far as they may be written now; resolves with their rows. */
export interface BesideWriter {
	writeBeside(tables: readonly string[], statements: Beside): Promise<Row[][]>;
}

/** Statements, or what finds them first. */
export type Beside = readonly Statement[] | ((session: Session) => Promise<readonly Statement[]>);

/** `person` is a pseudonym. */
const ANSWERS: Table<KeptAnswer> = {
	name: 'cached_answers',
	columns: [
		['key', 'bytea', ({ key }) => key],
		['campaign', 'text', ({ campaign }) => campaign],
		['node', 'text', ({ node }) => node],
		['stored_at_ms', 'bigint', ({ storedAtMs }) => storedAtMs],
		['used_at_ms', 'bigint', ({ storedAtMs }) => storedAtMs],
		['kept_until_ms', 'bigint', ({ keptUntilMs }) => keptUntilMs],
		['cost_micro', 'bigint', ({ costMicro }) => costMicro],
		['bytes', 'bigint', ({ text }) => bytesOfText(text)],
		['text', 'text', ({ text }) => text],
		['person', 'text', ({ person }) => person ?? null],
	],
};
const SAVINGS: Table<AnswerSaving> = {
	name: 'answer_savings',
	columns: [
		['day', 'text', ({ day }) => day],
		['campaign', 'text', ({ campaign }) => campaign],
		['calls', 'bigint', ({ calls }) => calls],
		['saved_micro', 'bigint', ({ savedMicro }) => savedMicro],
	],
};

/** The answers in one schema. */
export class PostgresAnswers implements AnswerStore {
	readonly #in: string;
	readonly #insist: Insist;
	readonly #writer: BesideWriter;
	readonly #accounts: AccountNumbers;
	readonly #clock: ServerClock;
	readonly #persons: PostgresPersons;

	constructor(schema: string, { insist, writer, clock }: { insist: Insist; writer: BesideWriter; clock: ServerClock }) {
		this.#in = `"${schema}".`;
		this.#insist = insist;
		this.#writer = writer;
		this.#clock = clock;
		this.#accounts = new AccountNumbers(this.#in);
		this.#persons = new PostgresPersons(this.#in);
	}

	async find(accountId: string, key: string, atMs: Instant): Promise<CachedAnswer | null> {
		const text = `SELECT key, campaign, node, text, stored_at_ms, kept_until_ms, cost_micro FROM ${this.#in}cached_answers WHERE account = ${this.#account()} AND key = $2 AND kept_until_ms > $3`;
		const find = { name: 'find_answer', text, values: [accountId, bytesOf(key), atMs] };
		const [row] = await this.#insist(async (session) => (await session.run(find))[0] ?? []);
		return row ? readAnswer(row) : null;
	}

	async write(accountId: string, { kept, used, saved }: AnswerChanges): Promise<void> {
		await this.#writer.writeBeside([ANSWERS.name, SAVINGS.name], async (session) => {
			const account = await this.#accounts.of(session, accountId);
			if (account === null) return [];
			const answers = await this.#ofKnown(session, account, kept);
			// In one order, so that two processes that write the same answers wait for each other and not in a circle.
			return [
				upsertRows(this.#in, account, ANSWERS, { rows: inOrder(answers, ({ key }) => key), keys: 1, isAdded: false }),
				this.#uses(account, used),
				upsertRows(this.#in, account, SAVINGS, {
					rows: inOrder(saved, ({ day, campaign }) => `${day} ${campaign}`),
					keys: 2,
					isAdded: true,
				}),
			].filter((statement) => statement !== null);
		});
	}

	async trim(accountId: string, { maxAnswers, maxBytes }: CacheLimits): Promise<number> {
		const kept = `SELECT key, row_number() OVER recent AS answers, sum(bytes) OVER recent AS bytes FROM ${this.#in}cached_answers WHERE account = ${this.#account()} WINDOW recent AS (ORDER BY used_at_ms DESC, key DESC)`;
		const text = `DELETE FROM ${this.#in}cached_answers WHERE account = ${this.#account()} AND key = ANY (ARRAY(SELECT key FROM (${kept}) k WHERE k.answers > $2 OR k.bytes > $3)) RETURNING 1`;
		return this.#remove({ name: 'trim_answers', text, values: [accountId, maxAnswers, maxBytes] });
	}

	async summary(accountId: string): Promise<{ groups: AnswerGroup[]; savings: AnswerSaving[] }> {
		const groups = `SELECT campaign, node, count(*) AS answers, sum(bytes)::bigint AS bytes, min(stored_at_ms) AS oldest_at_ms, max(stored_at_ms) AS newest_at_ms FROM ${this.#in}cached_answers WHERE account = ${this.#account()} GROUP BY campaign, node`;
		const savings = `SELECT day, campaign, calls, saved_micro FROM ${this.#in}answer_savings WHERE account = ${this.#account()}`;
		return this.#insist(async (session, timeoutMs) => {
			const [, , groupRows = [], savingRows = []] = await session.run(
				...beginRead(timeoutMs),
				{ text: groups, values: [accountId] },
				{ text: savings, values: [accountId] },
				ROLLBACK,
			);
			return {
				groups: groupRows.map(readAnswerGroup),
				savings: savingRows.map(readAnswerSaving),
			};
		});
	}

	async clear(accountId: string, { campaign = null, node = null }: { campaign?: string | null; node?: string | null }): Promise<number> {
		const which = '($2::text IS NULL OR campaign = $2) AND ($3::text IS NULL OR node = $3)';
		const text = `DELETE FROM ${this.#in}cached_answers WHERE account = ${this.#account()} AND ${which} RETURNING 1`;
		return this.#remove({ text, values: [accountId, campaign, node] });
	}

	/** A host whose clock is ahead must not remove what others keep. */
	async purge(atMs: Instant): Promise<number> {
		const untilMs = earlier(atMs, await this.#insist((session) => this.#clock.ask(session)));
		return this.#remove({ text: `DELETE FROM ${this.#in}cached_answers WHERE kept_until_ms <= $1 RETURNING 1`, values: [untilMs] });
	}

	async #remove(statement: Statement): Promise<number> {
		const [removed = []] = await this.#writer.writeBeside([ANSWERS.name], [statement]);
		return removed.length;
	}

	/** With pseudonyms, without those of persons who are not known any more. */
	async #ofKnown(session: Session, account: bigint, kept: readonly KeptAnswer[]): Promise<readonly KeptAnswer[]> {
		const names = kept.flatMap(({ person }) => (person ? [person.toWellFormed()] : []));
		if (names.length === 0) return kept;
		const [rows] = await session.run(this.#persons.find(account, names));
		const known = new Map(readPersons(rows).map(({ name, pseudonym }) => [name, pseudonym]));
		return kept.flatMap((answer) => {
			const person = answer.person ? known.get(answer.person.toWellFormed()) : null;
			return person === undefined ? [] : [{ ...answer, person }];
		});
	}

	/** A later use wins, whichever process comes first. */
	#uses(account: bigint, used: AnswerChanges['used']): Statement | null {
		if (used.length === 0) return null;
		const rows = inOrder(used, ({ key }) => key);
		const text = `UPDATE ${this.#in}cached_answers t SET used_at_ms = greatest(t.used_at_ms, v.at_ms) FROM unnest($2::bytea[], $3::bigint[]) AS v (key, at_ms) WHERE t.account = $1 AND t.key = ANY ($2) AND t.key = v.key`;
		return {
			name: 'use_answers',
			text,
			values: [
				account,
				arrayOf(
					'bytea',
					rows.map(({ key }) => key),
				),
				arrayOf(
					'bigint',
					rows.map(({ atMs }) => atMs),
				),
			],
		};
	}

	#account(): string {
		return `(SELECT id FROM ${this.#in}accounts WHERE public_id = $1)`;
	}
}

function inOrder<T>(rows: readonly T[], keyOf: (row: T) => string): T[] {
	return [...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
