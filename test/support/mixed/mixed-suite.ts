/** The same campaigns on each store, 64 calls at a time and with the number found automatically. */
import { openTestLedger } from '../ledger/sqlite-ledger';
import { openPostgresTestLedger } from '../postgres/postgres';
import type { OpenLedger } from './mixed-campaign';

/** A store, and how many calls at a time; `null`: automatic. */
export interface MixedKind {
	readonly name: string;
	readonly concurrency: number | null;
	readonly openLedger: OpenLedger;
}

const STORES: readonly (readonly [string, OpenLedger])[] = [
	['SQLite', ({ adapters }) => openTestLedger(adapters)],
	['PostgreSQL', ({ adapters }) => openPostgresTestLedger(adapters)],
];

export const MIXED_KINDS: readonly MixedKind[] = STORES.flatMap(([store, openLedger]) =>
	([64, null] as const).map((concurrency) => ({
		name: `${store}, ${concurrency === null ? 'automatic' : `${String(concurrency)} calls at a time`}`,
		concurrency,
		openLedger,
	})),
);
