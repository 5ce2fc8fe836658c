/** Owns places of ledgers for tests: what was written in one is found again when it is opened again. The memory only forgets. */
import { newPersonKey } from '../machine/manual-clock';
import { openMemoryLedger } from '../../../lib/ledger/memory/store';
import { isPostgresAddress } from '../../../lib/ledger/postgres/connection/address';
import type { LedgerStore } from '../../../lib/ledger/store';
import { newLedgerUrl, openPostgresTestLedger } from '../postgres/postgres';
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
		return (clock) => Promise.resolve((store ??= openMemoryLedger({ clock, newPersonKey })));
	},
};

/** A kind of ledger that other processes find under an address, a path or a URL. */
export interface SharedKind extends LedgerKind {
	readonly newAddress: () => Promise<string>;
}

/** Opens the ledger at a path or a URL. */
export function openAt(address: string, clock: () => number): Promise<LedgerStore> {
	return isPostgresAddress(address) ? openPostgresTestLedger({ url: address, clock }) : openTestLedger({ path: address, clock });
}

const shared = (name: string, newAddress: () => Promise<string>): SharedKind => ({
	name,
	isLasting: true,
	newAddress,
	newPlace: async () => {
		const address = await newAddress();
		return (clock) => openAt(address, clock);
	},
});

export const SQLITE = shared('SQLite', () => Promise.resolve(newLedgerPath()));
export const POSTGRES = shared('PostgreSQL', () => newLedgerUrl());

/** Kinds that several processes can use. */
export const SHARED_KINDS: readonly SharedKind[] = [SQLITE, POSTGRES];

export const LEDGER_KINDS: readonly LedgerKind[] = [MEMORY, SQLITE, POSTGRES];
