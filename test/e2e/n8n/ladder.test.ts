/** The packed package in the real n8n: every way down the ladder, with what stands in the ledger for it. */
import { expect } from 'chai';
import { until } from '../../support/machine/child';
import { asN8nParameters, LADDER_MODEL, LADDER_SCENARIOS } from '../../support/scenarios/ladder-scenarios';
import { proofOf, readBalance, readCalls } from '../../support/ledger/ledger-reader';
import { outputOf } from '../../support/hosts/n8n-session';
import { openWorld, peopleList, sharedN8n, type World } from '../../support/hosts/n8n-world';

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
});
