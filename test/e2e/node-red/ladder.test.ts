/** The packed package in the real Node-RED: every way down the ladder, with what stands in the ledger for it. */
import { expect } from 'chai';
import { until } from '../../support/machine/child';
import { startFakeOpenAi } from '../../support/provider/fake-openai';
import { newLedger } from '../../support/hosts/host-ledger';
import { LADDER_MODEL, LADDER_PRICES, LADDER_SCENARIOS } from '../../support/scenarios/ladder-scenarios';
import { grantCredits, proofOf, readBalance, readCalls } from '../../support/ledger/ledger-reader';
import { campaignFlow, people, sendPeople, whenLeft } from '../../support/hosts/node-red-flow';
import { startNodeRed, type NodeRed } from '../../support/hosts/real-node-red';

describe('Node-RED: the ladder', function () {
	this.timeout(60_000);
	let nodeRed: NodeRed;

	before(async () => {
		nodeRed = await startNodeRed();
	});
	after(async () => {
		await nodeRed.stop();
		nodeRed.remove();
	});

	for (const { name, credits, people: count, settings, choose, got, story, requests } of LADDER_SCENARIOS) {
		it(name, async () => {
			const provider = await startFakeOpenAi(choose ? { choose } : {});
			try {
				const ledger = await newLedger(nodeRed.userDir);
				await grantCredits(ledger, credits);
				const action = { model: LADDER_MODEL, ...settings };
				await nodeRed.deploy(campaignFlow({ ledger, provider: provider.url, action, providerNode: { prices: LADDER_PRICES } }));
				await sendPeople(nodeRed, people(count));
				const { left, caught } = await whenLeft(nodeRed, count);
				expect(left.map(({ credits: { source, reason, model } }) => `${source} ${reason} ${model}`)).to.deep.equal(got);
				expect(caught).to.deep.equal([]);
				await until(async () => ((await readBalance(ledger)).held === '0' ? true : null), {
					timeoutMs: 10_000,
					everyMs: 100,
					describe: () => 'a hold stayed open',
				});
				expect(await readCalls(ledger)).to.deep.equal(story);
				expect(provider.requests).to.have.length(requests);
				expect(await proofOf(ledger)).to.deep.include({ ok: true, violations: [] });
			} finally {
				await provider.close();
			}
		});
	}

	it('a deploy ends calls whose messages have left at their deadline, and the ledger is exact', async () => {
		const provider = await startFakeOpenAi({ choose: () => ({ kind: 'answer', delayMs: 60_000 }) });
		try {
			const ledger = await newLedger(nodeRed.userDir);
			await grantCredits(ledger, '10');
			const action = { deadlineSeconds: 1, timeoutSeconds: 120 };
			await nodeRed.deploy(campaignFlow({ ledger, provider: provider.url, action }));
			await sendPeople(nodeRed, people(2));
			await whenLeft(nodeRed, 2);
			expect(await readBalance(ledger)).to.include({ held: '2' });
			await nodeRed.deploy(campaignFlow({ ledger, provider: provider.url }));
			await until(async () => ((await readBalance(ledger)).held === '0' ? true : null), {
				timeoutMs: 10_000,
				everyMs: 100,
				describe: () => 'a hold stayed open',
			});
			expect(await readCalls(ledger)).to.deep.equal([`0/0 ${LADDER_MODEL} expired`, `0/0 ${LADDER_MODEL} expired`]);
		} finally {
			await provider.close();
		}
	});
});
