/** Eight real processes at one ledger, a file or on a server: they make it at once, race for the last credits, and share it while all are waiting. */
import { expect } from 'chai';
import { credits } from '../support/ledger/ledger-commands';
import { expectProven } from '../support/loads/ledger-aftermath';
import { openAt, SHARED_KINDS } from '../support/ledger/ledger-places';
import { contentionOf, runTogether } from '../support/loads/ledger-processes';
import { WORKER_ACCOUNT } from '../support/loads/ledger-worker';
import { roundsOf } from '../support/machine/proof-rounds';

const PROCESSES = 8;
const RESERVATIONS = 1000;
const CREDITS = 500;
const CLIENTS = 32;
const SHARE_MS = roundsOf({ usual: 2000, proof: 20_000 });

const names = Array.from({ length: PROCESSES }, (_, index) => `w${index}`);

for (const { name: kind, newAddress } of SHARED_KINDS) {
	describe(`eight processes at one ledger on ${kind}`, function () {
		this.timeout(120_000);

		it(`field lesson 3: make it at once and grant exactly ${CREDITS} of ${PROCESSES} × ${RESERVATIONS} reservations`, async () => {
			const place = await newAddress();
			const reports = await runTogether(
				names.map((name) => ({ task: 'race', place, name, count: RESERVATIONS, concurrency: CLIENTS, credits: CREDITS })),
			);
			process.stdout.write(`      ${contentionOf(reports).waits}\n`);
			const sumOf = (count: (report: (typeof reports)[number]) => number): number => reports.reduce((sum, each) => sum + count(each), 0);
			expect(sumOf(({ reserved }) => reserved)).to.equal(CREDITS);
			expect(sumOf(({ refused }) => refused)).to.equal(PROCESSES * RESERVATIONS - CREDITS);
			const store = await openAt(place, Date.now);
			const grants = (await store.materialised(WORKER_ACCOUNT))?.grants.map(({ remainingMicro, heldMicro }) => [remainingMicro, heldMicro]);
			expect(grants).to.deep.equal([[0n, credits(CREDITS)]]);
			await expectProven(store);
			await store.close();
		});

		it('share it while all are waiting, and keep their event loops turning', async () => {
			const place = await newAddress();
			const reports = await runTogether(names.map((name) => ({ task: 'share', place, name, concurrency: CLIENTS, forMs: SHARE_MS })));
			const { fairness, p99Ms, stallMs, waits, perSecond } = contentionOf(reports);
			process.stdout.write(`      slowest/fastest ${fairness.toFixed(2)}, ${waits}, ${perSecond.toFixed(0)} operations/s\n`);
			const store = await openAt(place, Date.now);
			await expectProven(store);
			await store.close();
			expect(fairness, 'work of the slowest by that of the fastest').to.be.at.least(0.2);
			expect(p99Ms).to.be.lessThan(1500);
			expect(stallMs).to.be.lessThan(500);
		});
	});
}
