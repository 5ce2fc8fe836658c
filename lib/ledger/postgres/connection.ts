/**
 * Owns connections to a PostgreSQL server: a small pool, sessions that send several statements at once, and what every transaction is
 * set to. The only module that loads pg, and only when a ledger on a server is opened. Refuses to reuse a connection that failed.
 */
import type { Client, Pool, PoolClient, QueryConfig, QueryResult } from 'pg';
import { isCreditError } from '../../core/errors';
import type { LedgerAddress } from './address';
import { isStatementFailure, UnansweredCommit } from './faults';
import { decodeText, encodeText } from './text-codec';

/** A statement with its values; `name` makes the server keep its plan for the connection. */
export interface Statement {
	readonly name?: string;
	readonly text: string;
	readonly values?: readonly unknown[];
}

export interface PoolSettings {
	readonly address: LedgerAddress;
	readonly poolSize: number;
	/** No statement and no connecting takes longer than this. */
	readonly timeoutMs: number;
}

/** A row by the names of its columns. */
export type Row = Record<string, unknown>;
/** The pool's clients have it too; only their types do not say so. */
type SessionClient = PoolClient & Pick<Client, 'connection'>;

const INT8_OID = 20;
const INT2_OID = 21;
const INT4_OID = 23;
const TEXT_OID = 25;
const IDLE_MS = 30_000;

/**
 * Every lookup goes by an index: a plan made while a table was small must not turn into a scan of it when it has grown, and a ledger of
 * ten million calls must answer like an empty one.
 */
const PLAN_BY_INDEX =
	'SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off; SET LOCAL plan_cache_mode = force_generic_plan';

/** Connects to the server when asked, at most `poolSize` times at once. */
export function openPool({ address, poolSize, timeoutMs }: PoolSettings): Pool {
	// eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on first use: a host without a ledger on a server must not need the driver
	const pg = require('pg') as typeof import('pg');
	const pool = new pg.Pool({
		connectionString: address.connectionString,
		application_name: 'llm-credits',
		max: poolSize,
		pipeline: true,
		connectionTimeoutMillis: timeoutMs,
		query_timeout: timeoutMs,
		idleTimeoutMillis: IDLE_MS,
		allowExitOnIdle: true,
		keepAlive: true,
		types: {
			getTypeParser: ((oid, format) =>
				parserOf(oid) ?? (pg.types.getTypeParser(oid, format) as unknown)) satisfies typeof pg.types.getTypeParser,
		},
	});
	// A connection that breaks while nobody uses it is taken out of the pool by the pool; the next use makes a new one.
	pool.on('error', ignoreLoss);
	return pool;
}

function parserOf(oid: number): ((value: string) => unknown) | null {
	if (oid === INT8_OID || oid === INT4_OID || oid === INT2_OID) return BigInt;
	return oid === TEXT_OID ? decodeText : null;
}

/** Statements of one connection. */
export class Session {
	readonly #client: SessionClient;
	readonly #timeoutMs: number | null;

	constructor(client: SessionClient, timeoutMs: number | null) {
		this.#client = client;
		this.#timeoutMs = timeoutMs;
	}

	/** Sends all statements at once and resolves with their rows, in order. Rejects with the first failure when all are answered. */
	async run(...statements: readonly Statement[]): Promise<Row[][]> {
		const answers = await Promise.allSettled(this.#send(statements));
		const failed = answers.find((answer) => answer.status === 'rejected');
		if (failed) throw failed.reason;
		return answers.map((answer) => rowsOf((answer as PromiseFulfilledResult<QueryResult<Row>>).value));
	}

	/** All in one packet: the server is woken once, and not once for each statement. */
	#send(statements: readonly Statement[]): Promise<QueryResult<Row>>[] {
		const { stream } = this.#client.connection;
		stream.cork();
		try {
			return statements.map((statement) => this.#client.query<Row>(queryOf(statement, this.#timeoutMs)));
		} finally {
			stream.uncork();
		}
	}

	/** Ends the transaction; false when the connection does not even answer that. */
	async isAlive(): Promise<boolean> {
		return this.run(ROLLBACK).then(
			() => true,
			() => false,
		);
	}
}

/**
 * Lends a connection to `work`; `timeoutMs` is for each of its statements, by default the pool's. A connection that was lost, or was
 * left in a transaction, is not used again.
 */
export async function withSession<T>(pool: Pool, work: (session: Session) => Promise<T>, timeoutMs: number | null = null): Promise<T> {
	const client = (await pool.connect()) as SessionClient;
	client.on('error', ignoreLoss);
	let isSound = false;
	try {
		const session = new Session(client, timeoutMs);
		try {
			const result = await work(session);
			isSound = true;
			return result;
		} catch (error) {
			// What was found in the rows says nothing against the connection.
			isSound = (isStatementFailure(error) || isCreditError(error)) && (await session.isAlive());
			throw error;
		}
	} finally {
		client.off('error', ignoreLoss);
		client.release(!isSound);
	}
}

/** Begins a transaction that writes. An answered commit survives a loss of power, whatever the server's default is. */
export function beginWrite(timeoutMs: number): Statement {
	const limits = ['lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'].map(
		(name) => `SET LOCAL ${name} = ${String(timeoutMs)}`,
	);
	// READ COMMITTED is enough, and needed: whoever waited for the account's row must then see what was written before it came free.
	// Everything else of the account is only written under that lock, so nothing that is read after it can change.
	return { text: ['BEGIN ISOLATION LEVEL READ COMMITTED', 'SET LOCAL synchronous_commit = on', ...limits, PLAN_BY_INDEX].join('; ') };
}

/** Begins a transaction that reads one unchanging view. */
export function beginRead(timeoutMs: number): Statement {
	return { text: `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = ${String(timeoutMs)}; ${PLAN_BY_INDEX}` };
}

export const COMMIT: Statement = { text: 'COMMIT' };
export const ROLLBACK: Statement = { text: 'ROLLBACK' };

/** Sends the writing statements with the COMMIT behind them. `onUnanswered` is told when it is not known whether they took effect. */
export async function sendCommit(session: Session, statements: readonly Statement[], onUnanswered: () => void): Promise<void> {
	try {
		await session.run(...statements, COMMIT);
	} catch (error) {
		// A server that falls, as when its log has no room, tells why as if the statement had failed; what it had written by then may stand.
		if (isStatementFailure(error) && (await session.isAlive())) throw error;
		onUnanswered();
		throw new UnansweredCommit(error);
	}
}

function queryOf({ name, text, values }: Statement, timeoutMs: number | null): QueryConfig {
	return {
		text,
		...(timeoutMs === null ? {} : { query_timeout: timeoutMs }),
		...(name === undefined ? {} : { name }),
		...(values ? { values: values.map(encoded) } : {}),
	};
}

/** Texts, also in lists, as the database can keep them; the inverse of what is done with every text that is read. */
function encoded(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(encoded);
	return typeof value === 'string' ? encodeText(value) : value;
}

/** Whoever uses the connection is told by the rejection of its statement. */
function ignoreLoss(): void {
	return undefined;
}

function rowsOf(result: QueryResult<Row> | QueryResult<Row>[]): Row[] {
	return Array.isArray(result) ? [] : result.rows;
}
