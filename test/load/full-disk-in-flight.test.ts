/** A small disk, really full, while calls are in flight: their answers leave, and what they cost is charged when there is room, by itself. */
import { expect } from 'chai';
import { join } from 'node:path';
import { owedCosts } from '../../lib/runtime/owed';
import { grantCredits, proofOf, readBalance } from '../support/ledger/ledger-reader';
import { mountSmallDisk } from '../support/machine/small-disk';
import { temporaryFolder } from '../support/machine/temporary-folder';
import { callsInFlight } from '../support/failures/calls-in-flight';

const CALLS = 10;

describe('a disk that gets full with calls in flight', function () {
	this.timeout(120_000);

	for (const [what, outageCredits, isAllFull] of [
		['the ledger alone, with the default settings', '0', false],
		['the ledger alone, with credits for an outage', '50', false],
		['the place of the outage too', '50', true],
	] as const)
		it(`${what}: everything that was billed is charged, and nothing else`, async () => {
			const disk = mountSmallDisk(8);
			const place = join(disk.folder, 'ledger.db');
			await grantCredits(place, '100');
			const folder = isAllFull ? disk.folder : temporaryFolder();
			const flight = await callsInFlight({ place, folder, count: CALLS, outageCredits });
			disk.leaveRoom(0);
			const results = await flight.answer();
			expect(results.map(({ route, llmCredits }) => [route, llmCredits.credits])).to.deep.equal(Array(CALLS).fill(['result', '1']));
			// The run is over, as a host's is, before there is room.
			await flight.leave();
			expect(owedCosts().lost()).to.have.length(outageCredits === '0' || isAllFull ? 1 : 0);
			disk.makeRoom();
			await owedCosts().recorded();
			expect(await readBalance(place)).to.deep.include({ available: '90', held: '0', overdraft: '0' });
			expect(await proofOf(place)).to.deep.include({ ok: true });
			disk.unmount();
		});
});
