/** Campaigns in the real n8n that meet faults at random moments: both promises hold. */
import { N8nChaos } from '../../support/chaos/hosts/n8n-chaos';
import { expectRunKept, RUNS, titleOf } from '../../support/chaos/hosts/real-runs';
import { mountSmallDisk, type SmallDisk } from '../../support/machine/small-disk';
import { startPostgres, type PostgresServer } from '../../support/postgres/postgres-server';

const DISK_MEGABYTES = 64;

describe('n8n: campaigns that meet faults', function () {
	this.timeout(300_000);
	let disk: SmallDisk;
	let server: PostgresServer;
	let n8n: N8nChaos;

	before(async function () {
		this.timeout(30 * 60_000);
		disk = mountSmallDisk(DISK_MEGABYTES);
		server = await startPostgres();
		n8n = await N8nChaos.start(disk.folder);
	});
	after(async () => {
		await n8n.stop();
		await server.stop();
		disk.unmount();
	});

	for (let number = 0; number < RUNS; number += 1)
		it(titleOf(number), () => expectRunKept(number, { disk, server, hosting: (campaign, use) => n8n.host(campaign, use) }));
});
