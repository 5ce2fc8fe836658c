/**
 * Owns what docs/scale.md reckons with: what a batch of a ledger on PostgreSQL costs by its size, and what a settled call leaves in tables and
 * in the server's log.
 */
import { openPostgresLedger } from '../../lib/ledger/postgres/store';
import type { LedgerStore } from '../../lib/ledger/store';
import { jitter, monotonicMs, pause, systemClock } from '../../lib/runtime/system';
import { priceNamed, reserve, settle, tokens } from '../support/ledger/ledger-commands';
import { runSql, startPostgres, type PostgresServer } from '../support/postgres/postgres-server';
import { fill, FILLED_ACCOUNT, LABELS, openFilled } from './filling';
import { timed, type Bench, type Measured } from './measure';

const SIZES = [1, 16, 256] as const;
const ROUNDS = 7;
/** Pairs of batches in a round: as many reservations, then their settlements. */
const PAIRS = 10;
const CALLS = 20_000;
const nameOf = (size: number): string => `postgres.batch-${String(size)}.ms`;
const TABLE_BYTES = 'postgres.bytes-per-call';
const LOG_BYTES = 'postgres.log-bytes-per-call';

/** Rows without a peer: what a simulation is fed with. */
export const BATCHES_BENCH: Bench = {
	names: [...SIZES.map(nameOf), TABLE_BYTES, LOG_BYTES],
	run: async () => {
		const server = await startPostgres();
		try {
			return [...(await batches(server)), ...(await sizes(server))];
		} finally {
			await server.stop();
		}
	},
};

async function openOn(server: PostgresServer, schema: string): Promise<LedgerStore> {
	const store = await openPostgresLedger({
		url: `${server.url()}?schema=${schema}`,
		...{ clock: systemClock, pause, jitter, monotonicMs },
	});
	await openFilled(store);
	return store;
}

/** One process, one batch after the other: nobody waits for the lock, so what is taken is what a batch holds it for, and its way there. */
async function batches(server: PostgresServer): Promise<Measured[]> {
	const store = await openOn(server, 'batches');
	const samples = new Map<number, number[]>(SIZES.map((size) => [size, []]));
	let calls = 0;
	for (let round = 0; round <= ROUNDS; round += 1) {
		for (const size of SIZES) {
			const tookMs = await timed(async () => {
				for (let pair = 0; pair < PAIRS; pair += 1) calls = await pairOfBatches(store, { size, calls });
			});
			// The first round prepares statements.
			if (round > 0) samples.get(size)?.push(tookMs / (2 * PAIRS));
		}
	}
	await store.close();
	const note = `one process, ${String(ROUNDS)} rounds of ${String(2 * PAIRS)} batches, half of them reservations and half settlements, every commit synced`;
	return SIZES.map((size) => ({ name: nameOf(size), unit: 'ms', ours: samples.get(size) ?? [], peer: null, reach: null, note }));
}

async function pairOfBatches(store: LedgerStore, { size, calls }: { size: number; calls: number }): Promise<number> {
	const price = priceNamed('openai/gpt-4.1-mini/1');
	const numbers = Array.from({ length: size }, (_, index) => calls + index);
	const outcomes = await store.commit(
		FILLED_ACCOUNT,
		numbers.map((number) => reserve(`batch-${String(number)}`, 3, { labels: LABELS, price, person: `customer-${String(number)}` })),
	);
	const settlements = outcomes.map((outcome) => {
		if (outcome.kind !== 'reserved') throw new Error(`Reserving gave ${outcome.kind}.`);
		return settle(outcome.hold.seq, 1, { usage: tokens(100, 20) });
	});
	await store.commit(FILLED_ACCOUNT, settlements);
	return calls + size;
}

async function sizes(server: PostgresServer): Promise<Measured[]> {
	const store = await openOn(server, 'sizes');
	const before = await bytesOf(server);
	await fill(store, { first: 0, calls: CALLS });
	const after = await bytesOf(server);
	await store.close();
	const note = `growth by ${CALLS.toLocaleString('en')} calls with person, campaign and segment`;
	return [
		{
			name: TABLE_BYTES,
			unit: 'bytes',
			ours: [(after.tables - before.tables) / CALLS],
			peer: null,
			reach: null,
			note: `${note}, with indexes`,
		},
		{
			name: LOG_BYTES,
			unit: 'bytes',
			ours: [(after.log - before.log) / CALLS],
			peer: null,
			reach: null,
			note: `${note}, in batches of 256; what a replica is sent`,
		},
	];
}

async function bytesOf(server: PostgresServer): Promise<{ tables: number; log: number }> {
	const [row = {}] = await runSql(
		server.url(),
		`SELECT (SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'sizes'::regnamespace)::float8 AS tables,
			(pg_current_wal_lsn() - '0/0'::pg_lsn)::float8 AS log`,
	);
	return { tables: Number(row['tables']), log: Number(row['log']) };
}
