/**
 * What a proof asks of a ledger on a server beyond its accounts. Makes the schema anew under another name and compares, in a transaction
 * that is rolled back: nothing of it is ever seen by anybody else.
 */
import {
	differencesOf,
	type KeptOfHold,
	type LedgerProof,
	type PageQuery,
	type SchemaObjects,
	type SeenEnd,
	type StrayRows,
} from '../../store';
import { numberIn, textIn } from '../../columns';
import { LEDGER_TABLES } from '../../tables';
import { ROLLBACK, type Session } from '../connection/connection';
import { isForbidden } from '../connection/faults';
import { raise } from '../connection/migrations';
import type { Insist } from './transfer';

const LONG_MS = 120_000;
const LONGEST_NAME = 63;
const INNER_TABLES = ['label_sets'];

/**
 * Names and definitions of everything in a schema, without the schema's own name. Indexes and constraints are known by what they do, and
 * partitions by the whole table, since docs/scale.md divides tables. Roles and rights are the business of whoever runs the server.
 */
const OBJECTS = `
	WITH here AS (SELECT oid, nspname FROM pg_namespace WHERE nspname = $1),
	relations AS (
		SELECT c.oid, c.relname, CASE c.relkind WHEN 'p' THEN 'r' WHEN 'I' THEN 'i' ELSE c.relkind::text END AS relkind
		FROM pg_class c JOIN here ON c.relnamespace = here.oid WHERE NOT c.relispartition
	),
	indexes AS (
		SELECT regexp_replace(pg_get_indexdef(r.oid), '^(CREATE (?:UNIQUE )?INDEX) \\S+ ON (?:ONLY )?', '\\1 ON ') AS made, x.indisvalid
		FROM relations r JOIN pg_index x ON x.indexrelid = r.oid
	),
	objects AS (
		SELECT concat(CASE relkind WHEN 'r' THEN 'table ' WHEN 'v' THEN 'view ' ELSE 'relation ' END, relname) AS name, relkind::text AS text
		FROM relations WHERE relkind NOT IN ('i', 'S')
		UNION ALL SELECT concat('column ', r.relname, '.', a.attname), concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull::text,
			a.attidentity::text, a.attgenerated::text, l.collname::text, pg_get_expr(d.adbin, d.adrelid))
		FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
			LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum LEFT JOIN pg_collation l ON l.oid = a.attcollation
		WHERE r.relkind = 'r'
		UNION ALL SELECT concat('index ', made), indisvalid::text FROM indexes
		UNION ALL SELECT concat('constraint of ', r.relname, ' ', pg_get_constraintdef(c.oid)), 'there'
		FROM relations r JOIN pg_constraint c ON c.conrelid = r.oid WHERE c.contype <> 'n'
		UNION ALL SELECT concat('trigger ', r.relname, '.', t.tgname), pg_get_triggerdef(t.oid)
		FROM relations r JOIN pg_trigger t ON t.tgrelid = r.oid WHERE NOT t.tgisinternal
		UNION ALL SELECT concat('rule ', r.relname, '.', w.rulename), pg_get_ruledef(w.oid) FROM relations r JOIN pg_rewrite w ON w.ev_class = r.oid
	)
	SELECT replace(name, concat(quote_ident((SELECT nspname FROM here)::text), '.'), '') AS name,
		replace(text, concat(quote_ident((SELECT nspname FROM here)::text), '.'), '') AS text FROM objects`;

/** The capability for one schema. */
export class PostgresProof implements LedgerProof {
	readonly #schema: string;
	readonly #insist: Insist;

	constructor(schema: string, insist: Insist) {
		this.#schema = schema;
		this.#insist = insist;
	}

	async accountIds(): Promise<readonly string[]> {
		const text = `SELECT public_id FROM "${this.#schema}".accounts ORDER BY public_id`;
		return this.#insist(async (session) => ((await session.run({ text }))[0] ?? []).map((row) => String(row['public_id'])));
	}

	async schemaDifferences(): Promise<readonly string[] | null> {
		const other = `proof_of_${this.#schema}`.slice(0, LONGEST_NAME);
		try {
			return await this.#insist(async (session) => {
				await session.run({ text: 'BEGIN ISOLATION LEVEL READ COMMITTED' });
				await raise(session, other, 0);
				await session.run({ text: 'SET LOCAL search_path = pg_catalog' });
				const [expected, found] = [await objectsOf(session, other), await objectsOf(session, this.#schema)];
				await session.run(ROLLBACK);
				return differencesOf(found, expected);
			}, LONG_MS);
		} catch (error) {
			if (isForbidden(error)) return null;
			throw error;
		}
	}

	async strayRows(): Promise<readonly StrayRows[]> {
		const names = [...LEDGER_TABLES.filter(({ key }) => key.length > 0).map(({ name }) => name), ...INNER_TABLES];
		const counts = names.map((table) => ({
			text: `SELECT count(*) AS count FROM "${this.#schema}".${table} t WHERE NOT EXISTS (SELECT FROM "${this.#schema}".accounts a WHERE a.id = t.account)`,
		}));
		return this.#insist(async (session) => {
			const answers = await session.run(...counts);
			return names.flatMap((table, index) => {
				const rows = Number(answers[index]?.[0]?.['count'] ?? 0n);
				return rows === 0 ? [] : [{ table, rows }];
			});
		}, LONG_MS);
	}

	async keptResults(accountId: string, { afterSeq, limit }: PageQuery): Promise<readonly KeptOfHold[]> {
		const text = `SELECT hold_seq, text FROM "${this.#schema}".kept_results WHERE account = (SELECT id FROM "${this.#schema}".accounts WHERE public_id = $1) AND hold_seq > $2 ORDER BY hold_seq LIMIT $3`;
		const values = [accountId, afterSeq, limit];
		return this.#insist(async (session) =>
			((await session.run({ text, values }))[0] ?? []).map((row) => ({ holdSeq: numberIn(row, 'hold_seq'), text: textIn(row, 'text') })),
		);
	}

	/** A server keeps its own log; nothing is noted beside it. */
	seenEnds(): readonly SeenEnd[] {
		return [];
	}
}

async function objectsOf(session: Session, schema: string): Promise<SchemaObjects> {
	const [rows = []] = await session.run({ text: OBJECTS, values: [schema] });
	return new Map(rows.map((row) => [String(row['name']), String(row['text'])]));
}
