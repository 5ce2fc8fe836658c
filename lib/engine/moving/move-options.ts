/** Owns what moving a ledger is told, what it tells on its way, and what it comes to. Types only. */
import type { CounterBook } from '../../core/proof/counter-book';
import type { LedgerStore } from '../../ledger/store';
import type { Timing } from '../waiting/timing';

/** What is being done, for people; `done` of `total` are entries, calls or rows. */
export interface MoveProgress {
	readonly step: 'verifying' | 'waiting' | 'copying' | 'proving' | 'comparing';
	readonly done: number;
	readonly total: number;
}

export interface MoveOptions {
	readonly source: LedgerStore;
	/** Where it is to go, for people: without user and password. */
	readonly to: string;
	/** Opens the new place, making an empty ledger where there is none. Called only for a ledger that may be moved. */
	readonly openTarget: () => Promise<LedgerStore>;
	/** For this move if it is a new one; unique. */
	readonly copyId: string;
	readonly adminKeys: readonly string[];
	/** How long calls under way are waited for; milliseconds. */
	readonly waitMs: number;
	readonly timing: Timing;
	/** Aborted: the move is called off, unless it is past that. */
	readonly signal: AbortSignal | null;
	readonly onProgress: (progress: MoveProgress) => void;
	/** Makes what budget counters are kept in while a ledger is proven. */
	readonly makeCounters: () => CounterBook;
}

/** A move that is done. */
export interface MoveReport {
	/** False: it was done before, and nothing was done now. */
	readonly isNew: boolean;
	readonly from: string;
	readonly to: string;
	readonly copyId: string;
	/** Rows of each table; of a move that was done before, those of the old ledger. */
	readonly rows: ReadonlyMap<string, number>;
	/** Calls that were still under way when the ledger was frozen; holds of the new one, which nobody may ever settle. */
	readonly openCalls: number;
}
