/** The packed package in the real n8n: campaigns on a budget. */
import { expect } from 'chai';
import { secretsOf } from '../../support/hosts/host-ledger';
import { proofOf, readBalance, readUsage } from '../../support/ledger/ledger-reader';
import { outputOf, runsOf } from '../../support/hosts/n8n-session';
import { campaignFlow, people, sendPeople, whenLeft } from '../../support/hosts/node-red-flow';
import { startNodeRed } from '../../support/hosts/real-node-red';
import { openWorld, peopleList, plainCampaign, SECRET, sharedN8n, type World } from '../../support/hosts/n8n-world';

describe('n8n: a campaign', function () {
	this.timeout(180_000);
	let world: World;

	before(async function () {
		this.timeout(30 * 60_000);
		await sharedN8n();
	});
	afterEach(() => world.close());

	it('answers 120 of 300 people and lets the other 180 go on with their fallback value', async () => {
		world = await openWorld({ credits: '120' });
		const { workflow, path } = await world.campaign(
			plainCampaign(world.action({ labels: { campaign: 'spring', segment: '={{ $json.id < 150 ? "a" : "b" }}' } })),
		);
		const execution = await world.n8n.run(workflow, path, { people: peopleList(300) });

		const answered = outputOf(execution, 'LLM Action', 0);
		const fallen = outputOf(execution, 'LLM Action', 1);
		expect(execution.status).to.equal('success');
		expect(answered).to.have.length(120);
		expect(fallen).to.have.length(180);
		expect(new Set(fallen.map(({ json }) => json.llmCredits?.reason))).to.deep.equal(new Set(['credits_exhausted']));
		expect(new Set(fallen.map(({ json }) => (json['llm'] as { message: string }).message))).to.deep.equal(new Set(['News for you']));
		expect(world.provider.requests).to.have.length(120);

		for (const items of [answered, fallen]) {
			const ids = items.map(({ json }) => json['id'] as number);
			expect(ids).to.deep.equal([...ids].sort((a, b) => a - b));
			expect(items.map(({ pairedItem }) => pairedItem?.item)).to.deep.equal(ids);
		}
		expect(new Set([...answered, ...fallen].map(({ json }) => json['id'])).size).to.equal(300);

		const balance = await readBalance(world.ledger);
		expect(Number(balance.available)).to.be.lessThan(1);
		expect(balance).to.include({ available: '0', held: '0', overdraft: '0' });
		expect(await proofOf(world.ledger)).to.include({ ok: true });
		const usage = await readUsage(world.ledger, ['campaign', 'flow', 'purpose']);
		expect(usage.map(({ group, calls }) => ({ ...group, calls }))).to.deep.equal([
			{ campaign: 'spring', flow: path, purpose: 'live', calls: 120 },
		]);

		const [run] = runsOf(execution, 'LLM Action');
		expect(run?.hints?.[0]?.message).to.equal(
			'300 items: 120 by the model, 180 fallback (credits exhausted). 120 credits ($0.012), 0 left.',
		);
		expect(run?.hints?.[1]?.message).to.equal(
			'180 of 300 items left with their fallback values: Credits Exhausted (180). Add credits with Credit Balance, or let the items go on as they are.',
		);
		expect(run?.metadata?.tokenUsage).to.deep.equal({ inputTokens: 12_000, outputTokens: 2_400 });
		expect(answered[0]?.json['tokenUsage']).to.deep.equal({ promptTokens: 100, completionTokens: 20, totalTokens: 120 });
		expect(execution.customData).to.deep.equal({ llm_credits_spent: '120' });
		for (const secret of [SECRET, ...secretsOf(world.ledger)])
			expect(JSON.stringify(execution) + world.n8n.server.output()).not.to.include(secret);
	});

	it('lets items wait for credits that open calls hold, before they fall back', async () => {
		world = await openWorld({ credits: '120', choose: () => ({ kind: 'answer', delayMs: 20 }) });
		const action = world.action({ options: { concurrency: 32, reservationCredits: '3' }, time: { waitForCreditsSeconds: 60 } });
		const { workflow, path } = await world.campaign(plainCampaign(action));
		const execution = await world.n8n.run(workflow, path, { people: peopleList(300) });

		// Three credits are set aside for each call and one is used: with two left, no further call fits.
		expect(outputOf(execution, 'LLM Action', 0)).to.have.length(118);
		expect(outputOf(execution, 'LLM Action', 1).map(({ json }) => json.llmCredits?.reason)).to.deep.equal(
			Array(182).fill('credits_exhausted'),
		);
		expect(world.provider.requests).to.have.length(118);
		expect(world.provider.stats().maxInFlight).to.be.within(16, 32);
		expect(await readBalance(world.ledger)).to.include({ available: '2', held: '0', overdraft: '0' });
		expect(await proofOf(world.ledger)).to.include({ ok: true });
	});

	it('shares one ledger with Node-RED: together never more than was granted', async () => {
		world = await openWorld({ credits: '120', choose: () => ({ kind: 'answer', delayMs: 20 }) });
		const nodeRed = await startNodeRed();
		try {
			await nodeRed.deploy(campaignFlow({ ledger: world.ledger, provider: world.provider.url, action: { concurrency: 8 } }));
			const { workflow, path } = await world.campaign(plainCampaign(world.action()));
			const inN8n = world.n8n.run(workflow, path, { people: peopleList(150) });
			await sendPeople(nodeRed, people(150));
			const [execution, { left }] = await Promise.all([inN8n, whenLeft(nodeRed, 150)]);

			const answeredByN8n = outputOf(execution, 'LLM Action', 0);
			const answeredByNodeRed = left.filter(({ output }) => output === 'result');
			expect(answeredByN8n.length, 'both hosts took part').to.be.greaterThan(0);
			expect(answeredByNodeRed.length, 'both hosts took part').to.be.greaterThan(0);
			expect(answeredByN8n.length + answeredByNodeRed.length).to.equal(120);
			expect(outputOf(execution, 'LLM Action', 1)).to.have.length(150 - answeredByN8n.length);
			expect(left).to.have.length(150);
			expect(world.provider.requests).to.have.length(120);
			expect(await readBalance(world.ledger)).to.include({ available: '0', held: '0', overdraft: '0' });
			expect(await proofOf(world.ledger)).to.include({ ok: true });
		} finally {
			await nodeRed.stop();
			nodeRed.remove();
		}
	});
});
