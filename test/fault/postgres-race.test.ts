/** Eight processes start at once on a database without a ledger, and race for credits that are not enough for all. */
import { expect } from 'chai';
import { verifyLedger } from '../../lib/engine/verify-ledger';
import { startWorker } from '../support/ledger-load';
import { RACE_CREDITS, type RaceReport } from '../support/server-ledger-worker';
import { newLedgerUrl, openPostgresTestLedger } from '../support/postgres';

const PROCESSES = 8;
const RESERVATIONS = 1000;

describe('eight processes on one PostgreSQL ledger', function () {
	this.timeout(120_000);

	it(`grant exactly ${RACE_CREDITS} of ${PROCESSES} × ${RESERVATIONS} reservations, cold start included, and share the account fairly`, async () => {
		const url = await newLedgerUrl();
		const racers = Array.from({ length: PROCESSES }, (_, index) =>
			startWorker(['race', url, `racer ${index}`, String(RESERVATIONS), '32']),
		);
		const finished = await Promise.all(racers.map((racer) => racer.finished));
		expect(finished.map(({ code, stderr }) => `${code} ${stderr}`)).to.deep.equal(Array(PROCESSES).fill('0 '));
		const reports = finished.map(({ stdout }) => JSON.parse(stdout) as RaceReport);
		expect(reports.reduce((sum, { granted }) => sum + granted, 0)).to.equal(RACE_CREDITS);
		expect(reports.reduce((sum, { refused }) => sum + refused, 0)).to.equal(PROCESSES * RESERVATIONS - RACE_CREDITS);
		const store = await openPostgresTestLedger({ url, clock: Date.now });
		const { violations } = await verifyLedger(store);
		const grants = (await store.materialised('acme'))?.grants.map(({ remainingMicro }) => remainingMicro);
		await store.close();
		expect([violations, grants]).to.deep.equal([[], [0n]]);
		expect(fairness(reports), 'work of the slowest when the fastest was done').to.be.at.least(0.2);
	});
});

/** The part of its work that the slowest had done when the last of the fastest half was done; prints the waits. */
function fairness(reports: readonly RaceReport[]): number {
	const common = (at: (report: RaceReport) => number, pick: (...values: number[]) => number): number => pick(...reports.map(at));
	const firstDoneAtMs = common(({ tenthsAtMs }) => tenthsAtMs.at(-1) ?? 0, Math.min);
	const slowest = common(({ tenthsAtMs }) => tenthsAtMs.filter((atMs) => atMs <= firstDoneAtMs).length / 10, Math.min);
	const waitsMs = reports.flatMap(({ waitsMs: each }) => each).sort((a, b) => a - b);
	const p99Ms = waitsMs[Math.floor(waitsMs.length * 0.99)] ?? 0;
	const stallMs = common(({ longestStallMs }) => longestStallMs, Math.max);
	console.log(
		`      slowest / fastest ${slowest.toFixed(1)}, p99 wait ${p99Ms.toFixed(0)} ms, longest event-loop stall ${stallMs.toFixed(0)} ms`,
	);
	return slowest;
}
