/** Owns places of ledgers for tests: what was written in one is found again when it is opened again. The memory only forgets. */
import { openMemoryLedger } from '../../lib/ledger/memory/store';
import type { LedgerStore } from '../../lib/ledger/store';
import { newLedgerUrl, openPostgresTestLedger } from './postgres';
import { newLedgerPath, openTestLedger } from './sqlite-ledger';

/** Opens the ledger of one place, as often as one likes. */
export type LedgerPlace = (clock: () => number) => Promise<LedgerStore>;

export interface LedgerKind {
	readonly name: string;
	/** False where a ledger is gone when it is closed. */
	readonly isLasting: boolean;
	/** A new place without a ledger. */
	readonly newPlace: () => Promise<LedgerPlace>;
}

export const MEMORY: LedgerKind = {
	name: 'memory',
	isLasting: false,
	newPlace: async () => {
		let store: LedgerStore | null = null;
		return (clock) => Promise.resolve((store ??= openMemoryLedger({ clock })));
	},
};

export const SQLITE: LedgerKind = {
	name: 'SQLite',
	isLasting: true,
	newPlace: async () => {
		const path = newLedgerPath();
		return (clock) => openTestLedger({ path, clock });
	},
};

export const POSTGRES: LedgerKind = {
	name: 'PostgreSQL',
	isLasting: true,
	newPlace: async () => {
		const url = await newLedgerUrl();
		return (clock) => openPostgresTestLedger({ url, clock });
	},
};

export const LEDGER_KINDS: readonly LedgerKind[] = [MEMORY, SQLITE, POSTGRES];
