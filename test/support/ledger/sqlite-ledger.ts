/** Owns SQLite ledgers of tests: in a folder that goes away, with a real timer and a clock that is given. */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openSqliteLedger, type SqliteLedgerOptions } from '../../../lib/ledger/sqlite/store';
import { newPersonKey } from '../machine/manual-clock';
import type { LedgerStore } from '../../../lib/ledger/store';
import { temporaryFolder } from '../machine/temporary-folder';

/** Opens a ledger; a new file unless a path is given. Not synced to the disk unless asked: only a loss of power would tell. */
export function openTestLedger(options: Partial<SqliteLedgerOptions> & Pick<SqliteLedgerOptions, 'clock'>): Promise<LedgerStore> {
	return openSqliteLedger({
		path: newLedgerPath(),
		pause: (delayMs) => wait(delayMs),
		jitter: Math.random,
		synchronous: 'normal',
		newPersonKey,
		...options,
	});
}

/** A path for a new ledger in a folder of its own. */
export function newLedgerPath(): string {
	return join(temporaryFolder(), 'ledger.db');
}
