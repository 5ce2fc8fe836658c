/** Reads an account as it is now, by the clock of the server, over one unchanging view of it. */
import type { AccountNow } from '../../../core/nouns/snapshot';
import { batchTime } from '../../../core/rules/draft/ledger-time';
import { NOTHING } from '../../related';
import { beginRead, ROLLBACK, type Session } from '../connection/connection';
import { CLOCK, type ServerClock } from '../connection/server-clock';
import { readStored, type Reader } from './reader';

interface Asked {
	readonly reader: Reader;
	readonly clock: ServerClock;
	readonly accountId: string;
	readonly timeoutMs: number;
}

/** The account with all its grants and due holds; of one that is not there, nothing but the clock. */
export async function readAccountNow(session: Session, { reader, clock, accountId, timeoutMs }: Asked): Promise<AccountNow> {
	const asked = reader.account(accountId, { isLocked: false });
	const [, , rows, clockRows] = await session.run(...beginRead(timeoutMs), asked, CLOCK);
	const [stored, clockMs] = [readStored(rows), clock.read(clockRows)];
	const found = stored ? await reader.wholeSnapshot(session, stored, batchTime(stored.account, clockMs).dueUntilMs) : NOTHING;
	await session.run(ROLLBACK);
	return { ...found, clockMs };
}
