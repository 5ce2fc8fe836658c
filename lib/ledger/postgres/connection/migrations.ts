/**
 * Owns the schema of a ledger on a PostgreSQL server, in numbered steps that only go forward, numbered as those of the SQLite files; a
 * released step is never edited. Refuses a schema of another program as `ledger_corrupt` and one of a newer version as `ledger_newer`.
 */
import type { Pool } from 'pg';
import { CreditError } from '../../../core/values/errors';
import { absentLedger, olderLedger } from '../../absent';
import { textIn, truthIn } from '../../columns';
import type { LedgerAddress } from './address';
import { beginWrite, COMMIT, withSession, type Session } from './connection';
import { lockNumber } from './lock-number';
import type { ServerMigration } from './options';

/**
 * Step n brings the schema from n to n + 1. What is never changed lies in tables of its own (`grants`, `entries`), and what spending
 * changes in columns of its own, so that roles can be kept apart (docs/postgres.md). A balance carries the amount of its grant, so
 * that no role that only spends can make credits. Only indexed columns that rarely change keep updates of the rest cheap.
 */
const STEPS: readonly string[] = [
	`
	CREATE TABLE accounts (
		id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		public_id text COLLATE "C" NOT NULL UNIQUE,
		name text NOT NULL,
		time_zone text NOT NULL,
		plan smallint NOT NULL,
		paid_since_ms bigint,
		unconfirmed_policy smallint NOT NULL,
		overdraft_micro bigint NOT NULL CHECK (overdraft_micro >= 0),
		last_at_ms bigint NOT NULL,
		last_seq bigint NOT NULL,
		chain_hash bytea NOT NULL
	) WITH (fillfactor = 50);

	CREATE TABLE grants (
		account bigint NOT NULL,
		seq bigint NOT NULL,
		category smallint NOT NULL,
		amount_micro bigint NOT NULL CHECK (amount_micro > 0),
		priority bigint NOT NULL,
		effective_at_ms bigint NOT NULL,
		expires_at_ms bigint,
		promotion_id text COLLATE "C",
		note text,
		PRIMARY KEY (account, seq),
		UNIQUE (account, seq, amount_micro)
	);
	CREATE UNIQUE INDEX grants_promotion ON grants (account, promotion_id) WHERE promotion_id IS NOT NULL;

	CREATE TABLE grant_balances (
		account bigint NOT NULL,
		seq bigint NOT NULL,
		amount_micro bigint NOT NULL,
		remaining_micro bigint NOT NULL CHECK (remaining_micro >= 0),
		held_micro bigint NOT NULL CHECK (held_micro >= 0),
		settled_micro bigint NOT NULL CHECK (settled_micro >= 0),
		expired_micro bigint NOT NULL CHECK (expired_micro >= 0),
		voided_micro bigint NOT NULL CHECK (voided_micro >= 0),
		is_voided smallint NOT NULL,
		is_exhausted boolean GENERATED ALWAYS AS (remaining_micro = 0 AND held_micro = 0) STORED,
		PRIMARY KEY (account, seq),
		FOREIGN KEY (account, seq, amount_micro) REFERENCES grants (account, seq, amount_micro),
		CHECK (remaining_micro + held_micro + settled_micro + expired_micro + voided_micro = amount_micro)
	) WITH (fillfactor = 50);
	CREATE INDEX grant_balances_unexhausted ON grant_balances (account, seq) WHERE NOT is_exhausted;

	CREATE TABLE label_sets (
		id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		account bigint NOT NULL,
		hash bytea NOT NULL,
		labels text NOT NULL,
		UNIQUE (account, hash)
	);

	CREATE TABLE entries (
		account bigint NOT NULL,
		seq bigint NOT NULL,
		at_ms bigint NOT NULL,
		label_set bigint,
		kind smallint NOT NULL,
		key_hash bytea,
		request_hash bytea,
		hash bytea NOT NULL,
		person text,
		body text NOT NULL,
		PRIMARY KEY (account, seq)
	);
	CREATE UNIQUE INDEX entries_key ON entries (account, key_hash) WHERE key_hash IS NOT NULL;

	CREATE TABLE holds (
		account bigint NOT NULL,
		seq bigint NOT NULL,
		timeout_at_ms bigint NOT NULL,
		closed_seq bigint,
		state smallint NOT NULL,
		PRIMARY KEY (account, seq)
	);
	CREATE INDEX holds_open ON holds (account, timeout_at_ms) WHERE state = 0;
	CREATE INDEX holds_unsettled ON holds (account, state, seq) WHERE state > 1;

	CREATE TABLE usage_days (
		account bigint NOT NULL,
		label_set bigint NOT NULL,
		day text COLLATE "C" NOT NULL,
		calls bigint NOT NULL,
		charged_micro bigint NOT NULL,
		input_tokens bigint NOT NULL,
		cached_input_tokens bigint NOT NULL,
		output_tokens bigint NOT NULL,
		reasoning_tokens bigint NOT NULL,
		refusals bigint NOT NULL,
		estimated_calls bigint NOT NULL,
		PRIMARY KEY (account, label_set, day)
	) WITH (fillfactor = 70);

	CREATE TABLE kept_results (
		account bigint NOT NULL,
		hold_seq bigint NOT NULL,
		kept_until_ms bigint NOT NULL,
		text text NOT NULL,
		PRIMARY KEY (account, hold_seq)
	);
	CREATE INDEX kept_results_until ON kept_results (kept_until_ms);
	`,
	`
	ALTER TABLE accounts ADD COLUMN settings text;

	CREATE TABLE budget_counters (
		account bigint NOT NULL,
		budget bigint NOT NULL,
		period text COLLATE "C" NOT NULL,
		value text COLLATE "C" NOT NULL,
		held_micro bigint NOT NULL CHECK (held_micro >= 0),
		settled_micro bigint NOT NULL CHECK (settled_micro >= 0),
		PRIMARY KEY (account, budget, period, value)
	) WITH (fillfactor = 70);
	`,
	`
	ALTER TABLE accounts ADD COLUMN alerts text, ADD COLUMN averages text;
	ALTER TABLE budget_counters ADD COLUMN reached_room_micro bigint;
	CREATE INDEX entries_alerts ON entries (account, seq) WHERE kind = 18;
	`,
	`
	CREATE TABLE account_texts (
		account bigint NOT NULL,
		name text COLLATE "C" NOT NULL,
		text text NOT NULL,
		PRIMARY KEY (account, name)
	);

	CREATE TABLE cached_answers (
		account bigint NOT NULL,
		key bytea NOT NULL,
		campaign text COLLATE "C" NOT NULL,
		node text COLLATE "C" NOT NULL,
		stored_at_ms bigint NOT NULL,
		used_at_ms bigint NOT NULL,
		kept_until_ms bigint NOT NULL,
		cost_micro bigint NOT NULL,
		bytes bigint NOT NULL,
		text text NOT NULL,
		PRIMARY KEY (account, key)
	);
	CREATE INDEX cached_answers_used ON cached_answers (account, used_at_ms, key) INCLUDE (bytes);
	CREATE INDEX cached_answers_until ON cached_answers (kept_until_ms);

	CREATE TABLE answer_savings (
		account bigint NOT NULL,
		day text COLLATE "C" NOT NULL,
		campaign text COLLATE "C" NOT NULL,
		calls bigint NOT NULL,
		saved_micro bigint NOT NULL,
		PRIMARY KEY (account, day, campaign)
	) WITH (fillfactor = 70);
	`,
	`
	ALTER TABLE ledger_version ADD COLUMN move text;
	`,
	`
	CREATE TABLE check_days (
		account bigint NOT NULL,
		day text COLLATE "C" NOT NULL,
		campaign text COLLATE "C" NOT NULL,
		segment text COLLATE "C" NOT NULL,
		gate text COLLATE "C" NOT NULL,
		outcome text COLLATE "C" NOT NULL,
		items bigint NOT NULL,
		PRIMARY KEY (account, day, campaign, segment, gate, outcome)
	) WITH (fillfactor = 70);
	`,
	`
	ALTER TABLE accounts ADD COLUMN reach_micro bigint NOT NULL DEFAULT 0 CHECK (reach_micro >= 0);
	ALTER TABLE budget_counters ADD COLUMN reach_micro bigint NOT NULL DEFAULT 0 CHECK (reach_micro >= 0);
	`,
	// Calls whose billing nobody knows are charged from now on, in accounts of before too (ledger rule 37). Whoever an entry of before names is
	// known from now on, and marked: the entry itself cannot be changed (ledger rule 48).
	`
	ALTER TABLE accounts ADD COLUMN frozen text,
		ADD COLUMN person_key bytea DEFAULT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
	UPDATE accounts SET unconfirmed_policy = 1;

	CREATE TABLE persons (
		account bigint NOT NULL,
		pseudonym text COLLATE "C" NOT NULL,
		name text COLLATE "C" NOT NULL,
		is_in_plain smallint NOT NULL,
		PRIMARY KEY (account, pseudonym)
	);
	CREATE UNIQUE INDEX persons_name ON persons (account, name);
	INSERT INTO persons
		SELECT account, '~' || left(replace(gen_random_uuid()::text, '-', ''), 16), person, 1
		FROM (SELECT DISTINCT account, person FROM entries WHERE person <> '') named;

	ALTER TABLE cached_answers ADD COLUMN person text COLLATE "C",
		ADD FOREIGN KEY (account, person) REFERENCES persons (account, pseudonym) ON DELETE CASCADE;
	CREATE INDEX cached_answers_person ON cached_answers (account, person) WHERE person IS NOT NULL;

	CREATE TABLE learned (
		account bigint NOT NULL,
		endpoint text COLLATE "C" NOT NULL,
		model text COLLATE "C" NOT NULL,
		name text COLLATE "C" NOT NULL,
		value text NOT NULL,
		until_ms bigint NOT NULL,
		PRIMARY KEY (account, endpoint, model, name)
	) WITH (fillfactor = 70);

	ALTER TABLE ledger_version ADD COLUMN tries text;
	`,
];

/** The schema this version reads and writes. */
const SCHEMA_VERSION = STEPS.length;

/** The table that marks a schema as a ledger and tells its version, and whether it is being moved (the column `move`). */
export const MARK_TABLE = 'ledger_version';

interface MigrateOptions {
	readonly mayMake: boolean;
	readonly timeoutMs: number;
	readonly refusesOlder: boolean;
	readonly onMigrated: ((migration: ServerMigration) => void) | undefined;
}

/**
 * Brings the schema to this version's, whoever comes first; the others wait and find it done. A schema that is up to date is only read,
 * so that roles without the right to change it can use it. Throws `ledger_unavailable` for a missing ledger that may not be made, and what
 * PostgreSQL throws.
 */
export async function migrate(pool: Pool, address: LedgerAddress, options: MigrateOptions): Promise<void> {
	const { mayMake, timeoutMs, refusesOlder, onMigrated } = options;
	await withSession(pool, async (session) => {
		const found = await versionOf(session, address);
		if (found === SCHEMA_VERSION) return;
		if (found === 0 && !mayMake) throw absentLedger(address.location);
		if (found > 0 && refusesOlder) throw olderLedger(address.location, { version: found, known: SCHEMA_VERSION });
		await session.run(...beginWrite(timeoutMs), { text: 'SELECT pg_advisory_xact_lock($1::bigint)', values: [lockNumber(address.schema)] });
		const version = await versionOf(session, address);
		if (version < SCHEMA_VERSION) await raise(session, address.schema, version);
		await session.run(COMMIT);
		if (found > 0) onMigrated?.({ location: address.location, from: found, to: SCHEMA_VERSION, backup: null });
	});
}

/** Throws `ledger_newer` unless the version is one that this program writes; another process may have raised it meanwhile. */
export function assertKnown(version: bigint | number, { location }: LedgerAddress): void {
	if (version <= SCHEMA_VERSION) return;
	throw new CreditError(
		'ledger_newer',
		`The ledger ${location} was written by a newer version of LLM Credits (schema ${String(version)}, this one knows ${String(SCHEMA_VERSION)}). Update LLM Credits here, or choose another schema.`,
	);
}

async function versionOf(session: Session, address: LedgerAddress): Promise<number> {
	const { schema, location } = address;
	const [rows] = await session.run({ text: FIND, values: [schema, MARK_TABLE] });
	const found = rows?.[0] ?? {};
	const encoding = textIn(found, 'encoding');
	if (encoding !== 'UTF8') {
		throw new CreditError(
			'ledger_unavailable',
			`The database of ${location} keeps texts as ${encoding}. A ledger needs one in UTF8: CREATE DATABASE … ENCODING 'UTF8'.`,
		);
	}
	if (!truthIn(found, 'is_ledger')) {
		if (truthIn(found, 'is_empty')) return 0;
		throw new CreditError(
			'ledger_corrupt',
			`${location} has a schema "${schema}" of another program, not a ledger. Nothing was changed in it. Choose another schema: add ?schema=name to the PostgreSQL URL.`,
		);
	}
	const [versions] = await session.run({ text: `SELECT version FROM "${schema}".${MARK_TABLE}` });
	const version = Number(versions?.[0]?.['version'] ?? 0);
	assertKnown(version, address);
	return version;
}

const FIND = `
	WITH relations AS (SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'v', 'm', 'p', 'f'))
	SELECT EXISTS (SELECT FROM relations WHERE relname = $2) AS is_ledger, NOT EXISTS (SELECT FROM relations) AS is_empty,
		EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1) AS has_schema, pg_catalog.current_setting('server_encoding') AS encoding`;

/** Makes the schema where it is missing, and takes the steps that it lacks from `version` on, within the transaction of the caller. */
export async function raise(session: Session, schema: string, version: number): Promise<void> {
	const [rows] = await session.run({ text: FIND, values: [schema, MARK_TABLE] });
	if (!truthIn(rows?.[0] ?? {}, 'has_schema')) await session.run({ text: `CREATE SCHEMA "${schema}"` });
	await session.run({ text: `SET LOCAL search_path = "${schema}"` });
	if (version === 0)
		await session.runScript(
			`CREATE TABLE ${MARK_TABLE} (is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only), version integer NOT NULL); INSERT INTO ${MARK_TABLE} (version) VALUES (0)`,
		);
	for (const step of STEPS.slice(version)) await session.runScript(step);
	await session.run({ text: `UPDATE ${MARK_TABLE} SET version = ${String(SCHEMA_VERSION)}` });
}
