/** The packed package in the real n8n: every way down the ladder, with what stands in the ledger for it. */
import { expect } from 'chai';
import { until } from '../../support/machine/child';
import { asN8nParameters, LADDER_MODEL, LADDER_SCENARIOS } from '../../support/scenarios/ladder-scenarios';
import { proofOf, readBalance, readCalls } from '../../support/ledger/ledger-reader';
import { outputOf } from '../../support/hosts/n8n-session';
import { MODEL, openWorld, peopleList, sharedN8n, type World } from '../../support/hosts/n8n-world';

describe('n8n: the ladder', function () {
	this.timeout(180_000);
	let world: World;

	before(async function () {
		this.timeout(30 * 60_000);
		await sharedN8n();
	});
	afterEach(() => world.close());

	for (const { name, credits, people, settings, choose, got, story, requests } of LADDER_SCENARIOS) {
		it(name, async () => {
			world = await openWorld({ credits, ...(choose ? { choose } : {}) });
			const parameters = asN8nParameters({
				outputs: 'single',
				model: { __rl: true, mode: 'id', value: LADDER_MODEL },
				maxOutputTokens: 100,
				reservation: 'fixed',
				reservationCredits: '1',
				maxAttempts: 1,
				...settings,
			});
			const { workflow, path } = await world.campaign({ nodes: [world.action(parameters)], wires: [['People', 'LLM Action']] });
			const execution = await world.n8n.run(workflow, path, { people: peopleList(people) });
			const marks = outputOf(execution, 'LLM Action').map(({ json }) => json.llmCredits);
			expect(marks.map((mark) => `${mark?.source} ${mark?.reason} ${mark?.model}`)).to.deep.equal(got);
			await until(async () => ((await readBalance(world.ledger)).held === '0' ? true : null), {
				timeoutMs: 15_000,
				everyMs: 100,
				describe: () => 'a hold stayed open',
			});
			expect(await readCalls(world.ledger)).to.deep.equal(story);
			expect(world.provider.requests).to.have.length(requests);
			expect(await proofOf(world.ledger)).to.include({ ok: true });
		});
	}

	it('n8n’s own OpenAI credential first, and a provider of ours for the cheaper model', async () => {
		world = await openWorld({ credits: '10', choose: ({ headers }) => (headers.authorization === 'Bearer sk-of-n8n' ? DOWN : GOOD) });
		const openAi = await world.n8n.credential('openAiApi', { apiKey: 'sk-of-n8n', url: world.provider.url });
		const second = await world.n8n.credential('llmCreditsSecondProviderApi', {
			service: 'custom',
			baseUrl: world.provider.url,
			apiKey: 'sk-of-the-second',
			moreSettings: true,
			pricing: 'own',
			prices: `${MODEL}, 0.60, 2.00`,
		});
		const parameters = {
			...asN8nParameters({ outputs: 'single', cheaperModels: [{ model: { __rl: true, mode: 'id', value: '' }, provider: 'second' }] }),
			providers: 'own_second',
		};
		const nodes = [world.action(parameters, { credentials: { ...world.credentials, ...second } })];
		const own = await world.campaign({ nodes, wires: [['People', 'LLM Action']] });
		const first = outputOf(await world.n8n.run(own.workflow, own.path, { people: peopleList(1) }), 'LLM Action');
		expect(first[0]?.json.llmCredits).to.include({ source: 'model', credits: '1' });
		const alone = {
			...asN8nParameters({ outputs: 'single', cheaperModels: [{ model: { __rl: true, mode: 'id', value: '' }, provider: 'own' }] }),
			providers: 'openai_own',
		};
		const mixed = await world.campaign({
			nodes: [world.action(alone, { credentials: { ...world.credentials, ...openAi } })],
			wires: [['People', 'LLM Action']],
		});
		const [item] = outputOf(await world.n8n.run(mixed.workflow, mixed.path, { people: peopleList(1) }), 'LLM Action');
		// Nobody knows the prices at an address of the test's own, so OpenAI's credential is not spent there.
		expect(item?.json.llmCredits).to.include({ source: 'cheaper_model', reason: 'unpriced_model', credits: '1' });
		expect(JSON.stringify(item?.json)).not.to.contain('sk-of');
		expect(await proofOf(world.ledger)).to.include({ ok: true });
	});
});

const DOWN = { kind: 'status', code: 503, body: { error: { message: 'down' } } } as const;
const GOOD = { kind: 'answer', object: { message: 'Hello' } } as const;
