/** Owns measuring what a settled call leaves in the file, and how fast a journal is proven beside merely being read. */
import Database from 'better-sqlite3';
import { statSync } from 'node:fs';
import { verifyLedger } from '../../lib/engine/moving/verify-ledger';
import { openSqliteLedger } from '../../lib/ledger/sqlite/store';
import { jitter, pause, systemClock } from '../../lib/runtime/system';
import { answer, ScriptedProvider } from '../support/provider/scripted-provider';
import { newLedgerPath } from '../support/ledger/sqlite-ledger';
import { fill, openFilled } from './filling';
import { meteredSide, type MeteredSide } from './call-world';
import { inTurns, sideBySide, timed, type Bench, type Measured } from './measure';

const GROWTH_CALLS = 6000;
const VERIFIED_CALLS = 40_000;
const ROUNDS = 5;
const CONCURRENCY = 64;
const ANSWER = JSON.stringify({
	subject: 'New trails are waiting for you',
	message: 'The trail collection is here. Shall we put a pair aside?',
});

/** The rows about size and proof. */
export const SCALE_BENCHES: readonly Bench[] = [
	{ names: ['scale.bytes-per-call'], run: async () => [await bytesPerCall()] },
	{ names: ['verify.entries-per-s'], run: async () => [await verified()] },
];

async function bytesPerCall(): Promise<Measured> {
	const bytes = await growth({ keepResultsHours: 0 });
	const withAnswers = await growth({});
	const note = `growth from ${String(GROWTH_CALLS)} to ${String(2 * GROWTH_CALLS)} calls with person, campaign and segment; while the answers are kept for retries (24 h, then purged) ${withAnswers.toFixed(0)}`;
	return { name: 'scale.bytes-per-call', unit: 'bytes', ours: [bytes], peer: null, reach: { atMost: 400 }, note };
}

async function growth(settings: Readonly<Record<string, unknown>>): Promise<number> {
	const metered = await unwiredSide(settings);
	await sideBySide(GROWTH_CALLS, CONCURRENCY, metered.call);
	const before = sizeOf(metered.path);
	await sideBySide(GROWTH_CALLS, CONCURRENCY, (index) => metered.call(GROWTH_CALLS + index));
	const after = sizeOf(metered.path);
	await metered.close();
	return (after - before) / GROWTH_CALLS;
}

async function verified(): Promise<Measured> {
	const path = newLedgerPath();
	const store = await openSqliteLedger({ path, clock: systemClock, pause, jitter });
	await openFilled(store);
	await fill(store, { first: 0, calls: VERIFIED_CALLS });
	await verifyLedger(store);
	const db = new Database(path, { readonly: true });
	const select = db.prepare('SELECT * FROM entries ORDER BY account, seq');
	let entries = 0;
	const rates = await inTurns(ROUNDS, {
		ours: async () => {
			const startMs = performance.now();
			const proof = await verifyLedger(store);
			if (!proof.ok) throw new Error(`The ledger does not add up: ${JSON.stringify(proof.violations[0])}`);
			entries = proof.entries;
			return (proof.entries * 1000) / (performance.now() - startMs);
		},
		peer: async () => {
			let count = 0;
			const tookMs = await timed(() => void (count = select.all().length));
			return (count * 1000) / tookMs;
		},
	});
	db.close();
	await store.close();
	const note = `${String(entries)} entries, ${String(ROUNDS)} rounds, file in the cache, after one proof to warm up; the peer is one bare SELECT of all columns`;
	return { name: 'verify.entries-per-s', unit: 'entries/s', ...rates, reach: { atLeast: 0.3 }, note };
}

/** Calls that stay in this process: what is measured is what they leave behind. */
function unwiredSide(settings: Readonly<Record<string, unknown>>): Promise<MeteredSide> {
	return meteredSide({ handle: new ScriptedProvider(() => answer(ANSWER)).handle() }, settings);
}

/** The file once its log is emptied into it. */
function sizeOf(path: string): number {
	const db = new Database(path);
	db.pragma('wal_checkpoint(TRUNCATE)');
	db.close();
	return statSync(path).size;
}
