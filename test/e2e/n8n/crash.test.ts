/** The packed package in the real n8n: the host dies in the middle of a campaign, and the campaign is run again. */
import { expect } from 'chai';
import { until } from '../../support/machine/child';
import { proofOf, readBalance } from '../../support/ledger/ledger-reader';
import { outputOf } from '../../support/hosts/n8n-session';
import { openWorld, peopleList, plainCampaign, sharedN8n, type World } from '../../support/hosts/n8n-world';

const PEOPLE = 200;
const CONCURRENCY = 8;
/** One minute more than a hold may stay open. */
const AFTER_HOLDS_MS = 16 * 60_000;

describe('n8n: kill -9 in the middle of a campaign', function () {
	this.timeout(180_000);
	let world: World;

	before(async function () {
		this.timeout(30 * 60_000);
		await sharedN8n();
	});
	afterEach(() => world.close());

	it('loses nothing, pays nobody twice, and lost calls are charged what they were expected to cost', async () => {
		world = await openWorld({ credits: '1000', choose: () => ({ kind: 'answer', delayMs: 100 }) });
		const options = { concurrency: CONCURRENCY, idempotencyKey: '={{ "spring-" + $json.id }}' };
		const { workflow, path } = await world.campaign(plainCampaign(world.action({ options, time: { waitForCreditsSeconds: 1 } })));
		const lost = world.n8n.call(path, { people: peopleList(PEOPLE) }).catch(() => null);
		await until(async () => (world.provider.requests.length >= 60 ? true : null), {
			timeoutMs: 30_000,
			everyMs: 5,
			describe: () => 'the campaign did not get going',
		});
		await world.n8n.kill();
		await lost;
		expect(await proofOf(world.ledger)).to.include({ ok: true });
		const openHolds = Number((await readBalance(world.ledger)).held);
		// At the end of their time the calls under way are charged too (rule 37); each was expected to cost a credit.
		const settled = 1000 - Number((await readBalance(world.ledger, AFTER_HOLDS_MS)).available) - openHolds;
		expect(openHolds, 'calls under way when n8n died').to.be.within(1, CONCURRENCY);
		expect(settled).to.be.within(1, PEOPLE - 1);

		await world.n8n.startServer([path]);
		const execution = await world.n8n.run(workflow, path, { people: peopleList(PEOPLE) });
		const answered = outputOf(execution, 'LLM Action', 0);
		const fallen = outputOf(execution, 'LLM Action', 1);
		expect(new Set([...answered, ...fallen].map(({ json }) => json['id'])).size).to.equal(PEOPLE);
		expect(answered.filter(({ json }) => json.llmCredits?.reason === 'replayed')).to.have.length(settled);
		expect(fallen.filter(({ json }) => json.llmCredits?.reason !== 'call_in_flight')).to.deep.equal([]);
		expect(fallen).to.have.length(openHolds);

		const asked = world.provider.requests.map(({ body }) => /Write to (Person \d+)/.exec(JSON.stringify(body))?.[1]);
		expect(new Set(asked).size, 'the provider was asked once for each person').to.equal(asked.length);
		expect(asked.length).to.be.within(answered.length, PEOPLE);
		expect(await proofOf(world.ledger)).to.include({ ok: true });
		const later = await readBalance(world.ledger, AFTER_HOLDS_MS);
		expect(later).to.include({ held: '0', overdraft: '0', available: String(1000 - answered.length - openHolds) });
	});
});
