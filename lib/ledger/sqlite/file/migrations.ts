/**
 * Owns the schema of a ledger file, in numbered steps that only go forward; a released step is never edited. Refuses files of
 * another program as `ledger_corrupt` and files of a newer version of this one as `ledger_newer`.
 */
import type { Database } from 'better-sqlite3';
import { CreditError } from '../../../core/values/errors';
import { notOurs } from './file';

/** Marks a SQLite file as a ledger: "LLMC". */
const APPLICATION_ID = 0x4c_4c_4d_43;

/**
 * Step n brings a file from schema n to n + 1. A hold is only a state and pointers: what was reserved and how it closed is in the
 * entries. Sets of labels repeat from call to call, so they are stored once.
 */
const STEPS: readonly string[] = [
	`
	CREATE TABLE accounts (
		id INTEGER PRIMARY KEY,
		public_id TEXT NOT NULL UNIQUE,
		name TEXT NOT NULL,
		time_zone TEXT NOT NULL,
		plan INTEGER NOT NULL,
		paid_since_ms INTEGER,
		unconfirmed_policy INTEGER NOT NULL,
		overdraft_micro INTEGER NOT NULL CHECK (overdraft_micro >= 0),
		last_at_ms INTEGER NOT NULL,
		last_seq INTEGER NOT NULL,
		chain_hash BLOB NOT NULL
	) STRICT;

	CREATE TABLE grants (
		account INTEGER NOT NULL,
		seq INTEGER NOT NULL,
		category INTEGER NOT NULL,
		amount_micro INTEGER NOT NULL CHECK (amount_micro > 0),
		priority INTEGER NOT NULL,
		effective_at_ms INTEGER NOT NULL,
		expires_at_ms INTEGER,
		promotion_id TEXT,
		note TEXT,
		PRIMARY KEY (account, seq)
	) STRICT, WITHOUT ROWID;
	CREATE UNIQUE INDEX grants_promotion ON grants (account, promotion_id) WHERE promotion_id IS NOT NULL;

	CREATE TABLE grant_balances (
		account INTEGER NOT NULL,
		seq INTEGER NOT NULL,
		remaining_micro INTEGER NOT NULL CHECK (remaining_micro >= 0),
		held_micro INTEGER NOT NULL CHECK (held_micro >= 0),
		settled_micro INTEGER NOT NULL CHECK (settled_micro >= 0),
		expired_micro INTEGER NOT NULL CHECK (expired_micro >= 0),
		voided_micro INTEGER NOT NULL CHECK (voided_micro >= 0),
		is_voided INTEGER NOT NULL,
		PRIMARY KEY (account, seq)
	) STRICT, WITHOUT ROWID;
	CREATE INDEX grant_balances_unexhausted ON grant_balances (account, seq) WHERE remaining_micro > 0 OR held_micro > 0;

	CREATE TABLE entries (
		account INTEGER NOT NULL,
		seq INTEGER NOT NULL,
		at_ms INTEGER NOT NULL,
		kind INTEGER NOT NULL,
		key_hash BLOB,
		request_hash BLOB,
		label_set INTEGER,
		person TEXT,
		body TEXT NOT NULL,
		hash BLOB NOT NULL,
		PRIMARY KEY (account, seq)
	) STRICT, WITHOUT ROWID;
	CREATE UNIQUE INDEX entries_key ON entries (account, key_hash) WHERE key_hash IS NOT NULL;

	CREATE TABLE holds (
		account INTEGER NOT NULL,
		seq INTEGER NOT NULL,
		state INTEGER NOT NULL,
		timeout_at_ms INTEGER NOT NULL,
		closed_seq INTEGER,
		PRIMARY KEY (account, seq)
	) STRICT, WITHOUT ROWID;
	CREATE INDEX holds_open ON holds (account, timeout_at_ms) WHERE state = 0;
	CREATE INDEX holds_unsettled ON holds (account, state, seq) WHERE state > 1;

	CREATE TABLE label_sets (
		id INTEGER PRIMARY KEY,
		labels TEXT NOT NULL UNIQUE
	) STRICT;

	CREATE TABLE usage_days (
		account INTEGER NOT NULL,
		label_set INTEGER NOT NULL,
		day TEXT NOT NULL,
		calls INTEGER NOT NULL,
		charged_micro INTEGER NOT NULL,
		input_tokens INTEGER NOT NULL,
		cached_input_tokens INTEGER NOT NULL,
		output_tokens INTEGER NOT NULL,
		reasoning_tokens INTEGER NOT NULL,
		refusals INTEGER NOT NULL,
		estimated_calls INTEGER NOT NULL,
		PRIMARY KEY (account, label_set, day)
	) STRICT, WITHOUT ROWID;

	CREATE TABLE kept_results (
		account INTEGER NOT NULL,
		hold_seq INTEGER NOT NULL,
		kept_until_ms INTEGER NOT NULL,
		text TEXT NOT NULL,
		PRIMARY KEY (account, hold_seq)
	) STRICT;
	CREATE INDEX kept_results_until ON kept_results (kept_until_ms);
	`,
	`
	CREATE TABLE account_settings (
		account INTEGER PRIMARY KEY,
		settings TEXT NOT NULL
	) STRICT;

	CREATE TABLE budget_counters (
		account INTEGER NOT NULL,
		budget INTEGER NOT NULL,
		period TEXT NOT NULL,
		value TEXT NOT NULL,
		held_micro INTEGER NOT NULL CHECK (held_micro >= 0),
		settled_micro INTEGER NOT NULL CHECK (settled_micro >= 0),
		PRIMARY KEY (account, budget, period, value)
	) STRICT, WITHOUT ROWID;
	`,
	`
	ALTER TABLE accounts ADD COLUMN alerts TEXT;
	ALTER TABLE accounts ADD COLUMN averages TEXT;
	ALTER TABLE budget_counters ADD COLUMN reached_room_micro INTEGER;
	CREATE INDEX entries_alerts ON entries (account, seq) WHERE kind = 18;
	`,
	`
	CREATE TABLE account_texts (
		account INTEGER NOT NULL,
		name TEXT NOT NULL,
		text TEXT NOT NULL,
		PRIMARY KEY (account, name)
	) STRICT;

	CREATE TABLE cached_answers (
		account INTEGER NOT NULL,
		key BLOB NOT NULL,
		campaign TEXT NOT NULL,
		node TEXT NOT NULL,
		stored_at_ms INTEGER NOT NULL,
		used_at_ms INTEGER NOT NULL,
		kept_until_ms INTEGER NOT NULL,
		cost_micro INTEGER NOT NULL,
		bytes INTEGER NOT NULL,
		text TEXT NOT NULL,
		PRIMARY KEY (account, key)
	) STRICT;
	CREATE INDEX cached_answers_used ON cached_answers (account, used_at_ms, key, bytes);
	CREATE INDEX cached_answers_until ON cached_answers (kept_until_ms);

	CREATE TABLE answer_savings (
		account INTEGER NOT NULL,
		day TEXT NOT NULL,
		campaign TEXT NOT NULL,
		calls INTEGER NOT NULL,
		saved_micro INTEGER NOT NULL,
		PRIMARY KEY (account, day, campaign)
	) STRICT, WITHOUT ROWID;
	`,
	`
	CREATE TABLE ledger_move (
		is_only INTEGER PRIMARY KEY CHECK (is_only = 1),
		mark TEXT NOT NULL
	) STRICT;
	`,
	`
	CREATE TABLE check_days (
		account INTEGER NOT NULL,
		day TEXT NOT NULL,
		campaign TEXT NOT NULL,
		segment TEXT NOT NULL,
		gate TEXT NOT NULL,
		outcome TEXT NOT NULL,
		items INTEGER NOT NULL,
		PRIMARY KEY (account, day, campaign, segment, gate, outcome)
	) STRICT, WITHOUT ROWID;
	`,
	`
	ALTER TABLE accounts ADD COLUMN reach_micro INTEGER NOT NULL DEFAULT 0 CHECK (reach_micro >= 0);
	ALTER TABLE budget_counters ADD COLUMN reach_micro INTEGER NOT NULL DEFAULT 0 CHECK (reach_micro >= 0);
	`,
	// Calls whose billing nobody knows are charged from now on, in accounts of before too (ledger rule 37). Whoever an entry of before names is
	// known from now on, and marked: the entry itself cannot be changed (ledger rule 48).
	`
	ALTER TABLE accounts ADD COLUMN frozen TEXT;
	ALTER TABLE accounts ADD COLUMN person_key BLOB;
	UPDATE accounts SET unconfirmed_policy = 1, person_key = randomblob(32);

	CREATE TABLE persons (
		account INTEGER NOT NULL,
		pseudonym TEXT NOT NULL,
		name TEXT NOT NULL,
		is_in_plain INTEGER NOT NULL,
		PRIMARY KEY (account, pseudonym)
	) STRICT, WITHOUT ROWID;
	CREATE UNIQUE INDEX persons_name ON persons (account, name);
	INSERT INTO persons
		SELECT account, '~' || lower(hex(randomblob(8))), person, 1 FROM (SELECT DISTINCT account, person FROM entries WHERE person <> '');

	ALTER TABLE cached_answers ADD COLUMN person TEXT;
	CREATE INDEX cached_answers_person ON cached_answers (account, person) WHERE person IS NOT NULL;

	CREATE TABLE learned (
		account INTEGER NOT NULL,
		endpoint TEXT NOT NULL,
		model TEXT NOT NULL,
		name TEXT NOT NULL,
		value TEXT NOT NULL,
		until_ms INTEGER NOT NULL,
		PRIMARY KEY (account, endpoint, model, name)
	) STRICT, WITHOUT ROWID;

	CREATE TABLE ledger_tries (
		is_only INTEGER PRIMARY KEY CHECK (is_only = 1),
		tries TEXT NOT NULL
	) STRICT;
	`,
];

/** Changes nothing, but is refused by a file that was opened for reading only; an immediate transaction is not. */
const PROVE_WRITABLE = 'DELETE FROM kept_results WHERE 0';

/** The schema this version reads and writes. */
export const SCHEMA_VERSION = STEPS.length;

/**
 * Throws for anything that this version cannot read: `ledger_corrupt` for what is no ledger, `ledger_newer`. Run before anything is changed,
 * so that a file of another program stays as it is.
 */
export function assertLedger(db: Database, path: string): void {
	const applicationId = Number(db.pragma('application_id', { simple: true }));
	if (applicationId === APPLICATION_ID) {
		assertKnown(versionOf(db), path);
		return;
	}
	const objects = Number(db.prepare('SELECT count(*) FROM sqlite_master').pluck().get());
	const isEmpty = applicationId === 0 && versionOf(db) === 0 && objects === 0;
	throw notOurs(path, isEmpty ? 'an empty database' : 'a database of another program');
}

/** Throws `ledger_newer` unless the version is one that this program writes; another process may have raised it meanwhile. */
export function assertKnown(version: number, path: string): void {
	if (version <= SCHEMA_VERSION) return;
	throw new CreditError(
		'ledger_newer',
		`The ledger ${path} was written by a newer version of LLM Credits (schema ${String(version)}, this one knows ${String(SCHEMA_VERSION)}). Update LLM Credits here, or choose another file.`,
	);
}

/**
 * Brings the file to this version's schema under the write lock, whoever comes first; the others find it done. Also proves that
 * the file can be written. Throws what SQLite throws, busy included.
 */
export function migrate(db: Database, path: string): void {
	db.exec('BEGIN IMMEDIATE');
	try {
		assertLedger(db, path);
		raise(db);
		db.exec(PROVE_WRITABLE);
		db.exec('COMMIT');
	} finally {
		if (db.inTransaction) db.exec('ROLLBACK');
	}
}

/** Makes the schema of a new ledger, or takes the steps that an older one lacks, within the transaction of the caller, if there is one. */
export function raise(db: Database): void {
	const version = versionOf(db);
	for (const step of STEPS.slice(version)) db.exec(step);
	if (version === SCHEMA_VERSION) return;
	db.pragma(`application_id = ${String(APPLICATION_ID)}`);
	db.pragma(`user_version = ${String(SCHEMA_VERSION)}`);
}

/** The schema of an open file; 0 before it has one. */
export function versionOf(db: Database): number {
	return Number(db.pragma('user_version', { simple: true }));
}

/** `migrate`: bring it forward. `copy`: read a copy that is brought forward. `refuse`: neither. */
export type OlderSchema = 'migrate' | 'copy' | 'refuse';

/** What became of a ledger of an older schema. */
export interface Migration {
	readonly location: string;
	readonly from: number;
	readonly to: number;
	/** Where the ledger lies as it was; `null` on a server, which is backed up with its own tools. */
	readonly backup: string | null;
}
