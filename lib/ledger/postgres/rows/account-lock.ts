/** Owns locking one account until the end of a transaction, and what is found out together with that. Decides nothing. */
import type { MoveMark } from '../../../core/rules/move';
import { amountIn, textIn } from '../../columns';
import type { LedgerAddress } from '../connection/address';
import { beginWrite, type Session } from '../connection/connection';
import { lockNumber } from '../connection/lock-number';
import { CLOCK, CLOCK_COLUMN, type ServerClock } from '../connection/server-clock';
import type { Instant } from '../../../core/values/time';
import { assertKnown, MARK_TABLE } from '../connection/migrations';
import type { Statement } from '../connection/packet';
import { readStored, type Reader, type StoredAccount } from './reader';
import type { FirstRows } from './snapshot';
import { readMark } from './transfer';

/** An account under its lock. */
export interface Locked {
	readonly stored: StoredAccount | null;
	/** The server's number of the transaction. */
	readonly transaction: string;
	/** Of the ledger: whether it is being moved. A new mark waits for every transaction that has come this far. */
	readonly mark: MoveMark | null;
	/** What the server's clock was at when the account was locked. */
	readonly clockMs: Instant;
	/** Of what was asked along, in order; `null` where the account was not there yet when it was asked. */
	readonly rows: FirstRows | null;
}

interface Locking {
	readonly reader: Reader;
	readonly address: LedgerAddress;
	readonly accountId: string;
	readonly clock: ServerClock;
	readonly timeoutMs: number;
	/** Asked behind the lock, in the same round trip. */
	readonly along: readonly Statement[];
}

/**
 * Begins a transaction and locks the account in it. One that is not there yet has no row to lock: then its name is locked, and it is looked
 * for once more, because another process may have opened it in between. The rows that depend on it are read by later statements: a
 * statement that waited for the lock would still see them as they were before. Throws `ledger_newer` for a schema of a newer version.
 */
export async function lockAccount(session: Session, { reader, address, accountId, clock, timeoutMs, along }: Locking): Promise<Locked> {
	const askAbout = {
		name: 'about',
		text: `SELECT pg_current_xact_id()::text AS transaction, ${CLOCK_COLUMN}, version, move FROM "${address.schema}".${MARK_TABLE}`,
	};
	const locked = reader.account(accountId, { isLocked: true });
	const [, , accountRows, aboutRows, ...rows] = await session.run(...beginWrite(timeoutMs), locked, askAbout, ...along);
	const about = aboutRows?.[0] ?? {};
	const transaction = textIn(about, 'transaction');
	assertKnown(amountIn(about, 'version'), address);
	const mark = readMark(aboutRows);
	const stored = readStored(accountRows);
	const clockMs = clock.read(aboutRows);
	if (stored) return { stored, transaction, mark, clockMs, rows };
	const lock = { text: 'SELECT pg_advisory_xact_lock($1::bigint)', values: [lockNumber(address.schema, accountId)] };
	const [, again, clockRows] = await session.run(lock, locked, CLOCK);
	return { stored: readStored(again), transaction, mark, clockMs: clock.read(clockRows), rows: null };
}
