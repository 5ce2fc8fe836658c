/**
 * Owns finding out whether a batch was written whose COMMIT was not answered. Refuses to guess: the server's own record of the
 * transaction tells.
 */
import type { Outcome } from '../../../core/nouns/commands';
import { bytesOf } from '../../rows';
import type { Session } from '../connection/connection';
import type { StoredAccount } from './reader';

/** A batch whose COMMIT was sent and not answered: what tells whether it was written. */
export interface SentBatch {
	readonly outcomes: readonly Outcome[];
	readonly lastSeq: number;
	readonly chainHash: string;
	/** The server's number of the transaction. */
	readonly transaction: string;
}

/** Whether a batch was written after all: its last entry is there, and was written by its own transaction, not by a twin's. */
export async function wasWritten(
	session: Session,
	{ schema, stored, sent }: { schema: string; stored: StoredAccount | null; sent: SentBatch },
): Promise<boolean> {
	if (!stored) return false;
	const { lastSeq, chainHash, transaction } = sent;
	const text = `SELECT CASE WHEN $4::xid8 < pg_current_xact_id() THEN pg_xact_status($4::xid8) END AS status FROM "${schema}".entries WHERE account = $1 AND seq = $2 AND hash = $3`;
	const [rows] = await session.run({ text, values: [stored.id, lastSeq, bytesOf(chainHash), transaction] });
	return rows?.[0]?.['status'] === 'committed';
}
