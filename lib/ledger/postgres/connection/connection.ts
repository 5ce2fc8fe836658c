/**
 * Owns connections to a PostgreSQL server: a small pool, sessions that send several statements at once, and what every transaction is
 * set to. The only module that loads pg, and only when a ledger on a server is opened. Refuses to reuse a connection that failed.
 */
import type { Row } from '../../columns';
import type { Pool, PoolClient } from 'pg';
import { isCreditError } from '../../../core/values/errors';
import type { LedgerAddress } from './address';
import { isStatementFailure, UnansweredCommit } from './faults';
import { Packet, type Statement } from './packet';

export interface PoolSettings {
	readonly address: LedgerAddress;
	readonly poolSize: number;
	/** No statement and no connecting takes longer than this. */
	readonly timeoutMs: number;
}

const IDLE_MS = 30_000;

/**
 * Every lookup goes by an index: a plan made while a table was small must not turn into a scan of it when it has grown, and a ledger of
 * ten million calls must answer like an empty one.
 */
const PLAN_BY_INDEX = {
	enable_seqscan: 'off',
	enable_bitmapscan: 'off',
	enable_hashjoin: 'off',
	enable_mergejoin: 'off',
	jit: 'off',
	plan_cache_mode: 'force_generic_plan',
} as const;

/** Connects to the server when asked, at most `poolSize` times at once. */
export function openPool({ address, poolSize, timeoutMs }: PoolSettings): Pool {
	// eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on first use: a host without a ledger on a server must not need the driver
	const pg = require('pg') as typeof import('pg');
	const pool = new pg.Pool({
		connectionString: address.connectionString,
		application_name: 'llm-credits',
		max: poolSize,
		connectionTimeoutMillis: timeoutMs,
		query_timeout: timeoutMs,
		idleTimeoutMillis: IDLE_MS,
		allowExitOnIdle: true,
		keepAlive: true,
	});
	// A connection that breaks while nobody uses it is taken out of the pool by the pool; the next use makes a new one.
	pool.on('error', ignoreLoss);
	return pool;
}

/** Statements of one connection. */
export class Session {
	readonly #client: PoolClient;
	readonly #timeoutMs: number | null;

	constructor(client: PoolClient, timeoutMs: number | null) {
		this.#client = client;
		this.#timeoutMs = timeoutMs;
	}

	/** Sends all statements at once and resolves with their rows, in order. Rejects with the first failure; then none after it was carried out. */
	async run(...statements: readonly Statement[]): Promise<Row[][]> {
		return new Promise((resolve, reject) => {
			const callback: Packet['callback'] = (error, rows = []) => {
				if (error === null) resolve(rows);
				else reject(error);
			};
			this.#client.query(new Packet(statements, { timeoutMs: this.#timeoutMs, callback }));
		});
	}

	/** Runs a text of several commands without values. */
	async runScript(text: string): Promise<void> {
		await this.#client.query({ text, ...(this.#timeoutMs === null ? {} : { query_timeout: this.#timeoutMs }) });
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
	const client = await pool.connect();
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

/** Begins a transaction that writes, in two statements. An answered commit survives a loss of power, whatever the server's default is. */
export function beginWrite(timeoutMs: number): Statement[] {
	const limits = { lock_timeout: timeoutMs, statement_timeout: timeoutMs, idle_in_transaction_session_timeout: timeoutMs };
	// READ COMMITTED is enough, and needed: whoever waited for the account's row must then see what was written before it came free.
	// Everything else of the account is only written under that lock, so nothing that is read after it can change.
	const begin = { name: 'BEGIN', text: 'BEGIN ISOLATION LEVEL READ COMMITTED' };
	return [begin, within('write_settings', { synchronous_commit: 'on', ...limits, ...PLAN_BY_INDEX })];
}

/** Begins a transaction that reads one unchanging view, in two statements. */
export function beginRead(timeoutMs: number): Statement[] {
	const begin = { name: 'BEGIN READ ONLY', text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' };
	return [begin, within('read_settings', { statement_timeout: timeoutMs, ...PLAN_BY_INDEX })];
}

/** Settings that hold until the transaction ends. */
function within(name: string, settings: Readonly<Record<string, string | number>>): Statement {
	const calls = Object.keys(settings).map((setting, index) => `set_config('${setting}', $${String(index + 1)}, true)`);
	return { name, text: `SELECT ${calls.join(', ')}`, values: Object.values(settings).map(String) };
}

export const COMMIT: Statement = { name: 'COMMIT', text: 'COMMIT' };
export const ROLLBACK: Statement = { name: 'ROLLBACK', text: 'ROLLBACK' };

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

/** Whoever uses the connection is told by the rejection of its statement. */
function ignoreLoss(): void {
	return undefined;
}
