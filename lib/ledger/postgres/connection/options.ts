/** What is said when a ledger on a server is opened. */
import type { Instant } from '../../../core/values/time';
import type { LedgerAddress } from './address';
import type { ServerClock } from './server-clock';
import type { Retries, Waiting } from './patience';

/** A schema that was brought forward; a server is backed up with its own tools. */
export interface ServerMigration {
	readonly location: string;
	readonly from: number;
	readonly to: number;
	readonly backup: null;
}

export interface PostgresLedgerOptions extends Waiting {
	/** `postgres://user:password@host:port/database`, with what the driver understands as parameters, and `schema`. */
	readonly url: string;
	/** Epoch milliseconds, UTC, in place of the server's own clock; for tests, which set the time. */
	readonly clock?: () => Instant;
	/** Connections at most; default 4. The commands of one account share one connection, so few are enough. */
	readonly poolSize?: number;
	/** Default: the parameter `schema` of the address, else `llm_credits`. */
	readonly schema?: string;
	/** False: a ledger that is not there is told as `ledger_unavailable`, and nothing is made. Default true. */
	readonly mayMake?: boolean;
	/** True: a ledger of an older schema is refused, and `llm-credits migrate` named. Default: it is brought forward. */
	readonly refusesOlder?: boolean;
	/** Told when a ledger was brought forward. */
	readonly onMigrated?: (migration: ServerMigration) => void;
	/** Makes the key of a new account's pseudonyms, 32 bytes in hexadecimal; given by tests that compare journals. */
	readonly newPersonKey?: () => string;
	/** Longest wait for locks, for connections, and for a server that went away; default 10,000 ms. */
	readonly deadlineMs?: number;
}

/** What an open ledger is made of. */
export interface PostgresStoreOptions {
	readonly clock: ServerClock;
	readonly address: LedgerAddress;
	readonly patience: Retries;
	readonly newPersonKey: (() => string) | undefined;
}
