/** The packed package in the real Node-RED: campaigns of 64 calls at a time through storms, held against the books of the provider. */
import { startFakeOpenAi } from '../../support/provider/fake-openai';
import { newLedger } from '../../support/hosts/host-ledger';
import { LADDER_PRICES } from '../../support/scenarios/ladder-scenarios';
import { grantCredits } from '../../support/ledger/ledger-reader';
import { campaignFlow, people, sendPeople, whenLeft } from '../../support/hosts/node-red-flow';
import { startNodeRed, type NodeRed } from '../../support/hosts/real-node-red';
import { expectStormOver, STORM_SETTINGS, StormBooks, STORMS } from '../../support/scenarios/storms';

describe('Node-RED: storms', function () {
	this.timeout(90_000);
	let nodeRed: NodeRed;

	before(async () => {
		nodeRed = await startNodeRed();
	});
	after(async () => {
		await nodeRed.stop();
		nodeRed.remove();
	});

	for (const storm of STORMS) {
		it(storm.name, async () => {
			const books = new StormBooks(storm);
			const provider = await startFakeOpenAi({ choose: books.choose });
			try {
				const ledger = await newLedger(nodeRed.userDir);
				await grantCredits(ledger, storm.credits);
				const action = { ...STORM_SETTINGS, ...storm.settings };
				await nodeRed.deploy(campaignFlow({ ledger, provider: provider.url, action, providerNode: { prices: LADDER_PRICES } }));
				const startMs = performance.now();
				await sendPeople(nodeRed, people(storm.people));
				const { left } = await whenLeft(nodeRed, storm.people, 60_000);
				const marks = left.map(({ credits }) => credits);
				await expectStormOver(storm, books, { ledger, tookMs: performance.now() - startMs, marks });
			} finally {
				await provider.close();
			}
		});
	}
});
