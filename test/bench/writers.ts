/** Owns measuring eight processes at one ledger file: whether they share it, how long a command waits, how long a host stands still. */
import { percentile, runTogether } from '../support/loads/ledger-processes';
import { newLedgerPath } from '../support/ledger/sqlite-ledger';
import type { Bench } from './measure';

const SHARE = 'sqlite.8writers.share';
const WAIT = 'sqlite.8writers.p99-wait-ms';
const STALL = 'sqlite.8writers.loop-stall-ms';
/** What the machine does to eight processes that share nothing but its processor. */
const CONTROL = 'sqlite.8writers.loop-stall-without-ledger-ms';
const WRITERS = 8;
const CLIENTS = 32;
const FOR_MS = 3000;
/** Loading and compiling keep a process from turning, whatever it does. */
const WARM_MS = 1000;
const ROUNDS = 3;

/** The rows of several processes. */
export const WRITERS_BENCH: Bench = {
	names: [SHARE, WAIT, STALL, CONTROL],
	run: async () => {
		const slowest: number[] = [];
		const fastest: number[] = [];
		const waitsMs: number[] = [];
		const stallsMs: number[] = [];
		const controlMs: number[] = [];
		let operations = 0;
		for (let round = 0; round < ROUNDS; round += 1) {
			const reports = await writeTogether();
			const perSecond = reports.map((report) => (report.operations * 1000) / report.tookMs);
			slowest.push(Math.min(...perSecond));
			fastest.push(Math.max(...perSecond));
			waitsMs.push(
				percentile(
					reports.flatMap((report) => report.waitsMs),
					0.99,
				),
			);
			stallsMs.push(longestStall(reports));
			controlMs.push(longestStall(await computeTogether()));
			operations += reports.reduce((sum, report) => sum + report.operations, 0);
		}
		const all = `${String(WRITERS)} processes × ${String(CLIENTS)} clients, ${String(ROUNDS)} rounds of ${String(FOR_MS / 1000)} s, each after one to warm up`;
		const inAll = Math.round((operations * 1000) / (FOR_MS * ROUNDS)).toLocaleString('en');
		return [
			{
				name: SHARE,
				unit: 'ops/s',
				ours: slowest,
				peer: fastest,
				reach: { atLeast: 0.7 },
				note: `slowest over fastest process; ${all}; ${inAll} operations/s in all`,
			},
			{ name: WAIT, unit: 'ms', ours: waitsMs, peer: null, reach: { atMost: 80 }, note: all },
			{ name: STALL, unit: 'ms', ours: stallsMs, peer: null, reach: { atMost: 20 }, note: `longest of all processes; ${all}` },
			{
				name: CONTROL,
				unit: 'ms',
				ours: controlMs,
				peer: null,
				reach: null,
				note: `longest of ${String(WRITERS)} processes that compute for 0.5 ms at a time and rest for 1, in turns with the row above`,
			},
		];
	},
};

function longestStall(reports: Awaited<ReturnType<typeof runTogether>>): number {
	return Math.max(...reports.map((report) => report.longestStallMs));
}

async function computeTogether(): ReturnType<typeof runTogether> {
	return runTogether(
		Array.from({ length: WRITERS }, (_, index) => ({ task: 'compute', name: `c${String(index)}`, warmMs: WARM_MS, forMs: FOR_MS })),
	);
}

async function writeTogether(): ReturnType<typeof runTogether> {
	const place = newLedgerPath();
	return runTogether(
		Array.from({ length: WRITERS }, (_, index) => ({
			task: 'share',
			place,
			name: `w${String(index)}`,
			concurrency: CLIENTS,
			warmMs: WARM_MS,
			forMs: FOR_MS,
		})),
	);
}
