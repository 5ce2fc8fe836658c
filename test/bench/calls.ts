/** Owns measuring what metering adds to calls: latency of one at a time, throughput of many, and a campaign at a model's usual pace. */
import Database from 'better-sqlite3';
import { newLedgerPath } from '../support/ledger/sqlite-ledger';
import { bareSide, meteredSide, startEndpoint } from './call-world';
import { inTurns, sideBySide, spreadOf, timed, type Bench, type Measured } from './measure';
import { PORTKEY_VERSION, startPortkey } from './portkey';

const WARM_UP_CALLS = 200;
const ROUNDS = 5;
const LATENCY_CALLS = 150;
const THROUGHPUT_CALLS = 1500;
const CAMPAIGN = { calls: 5000, delayMs: 200, concurrency: 64, rounds: 3 } as const;

/** The rows of calls through an endpoint. */
export const CALL_BENCHES: readonly Bench[] = [
	{ names: ['call.c1.added-commits'], run: async () => [await addedCommits()] },
	{ names: ['call.c16.throughput'], run: async () => [await throughput(16)] },
	{ names: ['call.c64.throughput'], run: async () => [await throughput(64)] },
	{ names: ['call.c16.vs-portkey'], run: async () => [await vsPortkey()] },
	{ names: ['campaign.200ms.c64'], run: async () => [await campaign()] },
];

/** Metered call, the same without a file, bare call and bare commit follow one another, so that all see the same machine. */
async function addedCommits(): Promise<Measured> {
	const endpoint = await startEndpoint(0);
	const metered = await meteredSide(endpoint);
	const undurable = await meteredSide(endpoint, { isInMemory: true });
	const bare = bareSide(endpoint.url);
	const commit = commitSide();
	const ours: number[] = [];
	const peer: number[] = [];
	const withoutFile: number[] = [];
	await warmUp(metered.call, undurable.call, bare);
	for (let round = 0; round < ROUNDS; round += 1) {
		const tookMs = { metered: [] as number[], undurable: [] as number[], bare: [] as number[], commit: [] as number[] };
		for (let index = 0; index < LATENCY_CALLS; index += 1) {
			const number = WARM_UP_CALLS + round * LATENCY_CALLS + index;
			tookMs.metered.push(await timed(() => metered.call(number)));
			tookMs.undurable.push(await timed(() => undurable.call(number)));
			tookMs.bare.push(await timed(() => bare(number)));
			tookMs.commit.push(await timed(() => commit.write(number)));
		}
		ours.push(spreadOf(tookMs.metered).median - spreadOf(tookMs.bare).median);
		withoutFile.push(spreadOf(tookMs.undurable).median - spreadOf(tookMs.bare).median);
		peer.push(spreadOf(tookMs.commit).median);
	}
	await metered.close();
	await undurable.close();
	commit.close();
	await endpoint.stop();
	const note = `added median latency over one bare durable commit; ${String(ROUNDS)} rounds of ${String(LATENCY_CALLS)} calls; with the ledger in memory ${spreadOf(withoutFile).median.toFixed(2)} ms are added`;
	return { name: 'call.c1.added-commits', unit: 'ms', ours, peer, reach: { atMost: 2.5 }, note };
}

/** Takes both sides in turns at a concurrency; gives rates, and the processor time of this process a call. */
async function ratesOf(
	concurrency: number,
	sides: Readonly<Record<'ours' | 'peer', (index: number) => Promise<void>>>,
): Promise<{ ours: number[]; peer: number[]; usedUs: { ours: string; peer: string } }> {
	await warmUp(sides.ours, sides.peer);
	let next = WARM_UP_CALLS;
	const used = { ours: [] as number[], peer: [] as number[] };
	const rate = (side: 'ours' | 'peer') => async (): Promise<number> => {
		const first = next;
		next += THROUGHPUT_CALLS;
		const before = process.cpuUsage();
		const tookMs = await timed(() => sideBySide(THROUGHPUT_CALLS, concurrency, (index) => sides[side](first + index)));
		const { user, system } = process.cpuUsage(before);
		used[side].push((user + system) / THROUGHPUT_CALLS);
		return (THROUGHPUT_CALLS * 1000) / tookMs;
	};
	const rates = await inTurns(ROUNDS, { ours: rate('ours'), peer: rate('peer') });
	const microseconds = (samples: readonly number[]): string => spreadOf(samples).median.toFixed(0);
	return { ...rates, usedUs: { ours: microseconds(used.ours), peer: microseconds(used.peer) } };
}

async function throughput(concurrency: number): Promise<Measured> {
	const endpoint = await startEndpoint(0);
	const metered = await meteredSide(endpoint);
	const { usedUs, ...rates } = await ratesOf(concurrency, { ours: metered.call, peer: bareSide(endpoint.url) });
	await metered.close();
	await endpoint.stop();
	const note = `metered over bare SDK, endpoint without delay; ${String(ROUNDS)} rounds of ${String(THROUGHPUT_CALLS)} calls; processor time a call ${usedUs.ours} µs, bare ${usedUs.peer} µs`;
	return { name: `call.c${String(concurrency)}.throughput`, unit: 'calls/s', ...rates, reach: { atLeast: 0.85 }, note };
}

/** The gateway keeps no ledger; it runs in a process of its own, as it is meant to. */
async function vsPortkey(): Promise<Measured> {
	const endpoint = await startEndpoint(0);
	const gateway = await startPortkey();
	const metered = await meteredSide(endpoint);
	const { usedUs, ...rates } = await ratesOf(16, { ours: metered.call, peer: bareSide(gateway.url, gateway.headersFor(endpoint.url)) });
	await metered.close();
	await gateway.stop();
	await endpoint.stop();
	const note = `the peer is the bare SDK through the Portkey gateway ${PORTKEY_VERSION} to the same endpoint; ${String(ROUNDS)} rounds of ${String(THROUGHPUT_CALLS)} calls; processor time a call in this process ${usedUs.ours} µs, the peer's ${usedUs.peer} µs without the gateway's own`;
	return { name: 'call.c16.vs-portkey', unit: 'calls/s', ...rates, reach: { atLeast: 2 }, note };
}

/** The peer is arithmetic: the time a campaign takes when nothing but the model costs time. */
async function campaign(): Promise<Measured> {
	const { calls, delayMs, concurrency, rounds } = CAMPAIGN;
	const idealS = ((calls / concurrency) * delayMs) / 1000;
	const endpoint = await startEndpoint(delayMs);
	const bare = bareSide(endpoint.url);
	const seconds = async (call: (index: number) => Promise<void>): Promise<number> =>
		(await timed(() => sideBySide(calls, concurrency, call))) / 1000;
	const taken = await inTurns(rounds, {
		ours: async () => {
			const metered = await meteredSide(endpoint);
			const tookS = await seconds(metered.call);
			await metered.close();
			return tookS;
		},
		peer: () => seconds(bare),
	});
	await endpoint.stop();
	const bareRatio = spreadOf(taken.peer).median / idealS;
	const note = `${String(calls)} calls, ${String(rounds)} rounds, ledger and connections opened within; the peer is the ideal, of which the bare SDK takes ${bareRatio.toFixed(3)}`;
	return { name: 'campaign.200ms.c64', unit: 's', ours: taken.ours, peer: taken.ours.map(() => idealS), reach: { atMost: 1.05 }, note };
}

async function warmUp(...sides: readonly ((index: number) => Promise<void>)[]): Promise<void> {
	for (const side of sides) await sideBySide(WARM_UP_CALLS, 16, side);
}

/** One small row, durable before it returns. */
function commitSide(): { write(index: number): void; close(): void } {
	const db = new Database(newLedgerPath().replace('ledger.db', 'bare.db'));
	db.pragma('journal_mode = WAL');
	db.pragma('synchronous = FULL');
	db.exec('CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)');
	const insert = db.prepare('INSERT INTO rows (text) VALUES (?)');
	return { write: (index) => void insert.run(`row ${String(index)}`), close: () => void db.close() };
}
