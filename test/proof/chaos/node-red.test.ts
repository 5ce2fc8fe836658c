/** Campaigns in the real Node-RED that meet faults at random moments: both promises hold. */
import { startNodeRedChaos } from '../../support/chaos/hosts/node-red-chaos';
import { expectRunKept, RUNS, titleOf, type Hosting } from '../../support/chaos/hosts/real-runs';
import { mountSmallDisk, type SmallDisk } from '../../support/machine/small-disk';
import { startPostgres, type PostgresServer } from '../../support/postgres/postgres-server';

const DISK_MEGABYTES = 64;

describe('Node-RED: campaigns that meet faults', function () {
	this.timeout(240_000);
	let disk: SmallDisk;
	let server: PostgresServer;

	before(async () => {
		disk = mountSmallDisk(DISK_MEGABYTES);
		server = await startPostgres();
	});
	after(async () => {
		await server.stop();
		disk.unmount();
	});

	const hosting: Hosting = async (campaign, use) => {
		const host = await startNodeRedChaos(campaign);
		try {
			await use(host);
		} finally {
			await host.stop();
		}
	};

	for (let number = 0; number < RUNS; number += 1) it(titleOf(number), () => expectRunKept(number, { disk, server, hosting }));
});
