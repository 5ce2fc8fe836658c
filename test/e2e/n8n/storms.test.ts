/** The packed package in the real n8n: campaigns of 64 calls at a time through storms, held against the books of the provider. */
import { asN8nParameters } from '../../support/scenarios/ladder-scenarios';
import { outputOf } from '../../support/hosts/n8n-session';
import { openWorld, peopleList, sharedN8n, type World } from '../../support/hosts/n8n-world';
import { expectStormOver, STORM_SETTINGS, StormBooks, STORMS } from '../../support/scenarios/storms';

describe('n8n: storms', function () {
	this.timeout(120_000);
	let world: World;

	before(async function () {
		this.timeout(30 * 60_000);
		await sharedN8n();
	});
	afterEach(() => world.close());

	for (const storm of STORMS) {
		it(storm.name, async () => {
			const books = new StormBooks(storm);
			world = await openWorld({ credits: storm.credits, choose: books.choose });
			const model = { __rl: true, mode: 'id', value: STORM_SETTINGS.model };
			const parameters = asN8nParameters({ outputs: 'single', ...STORM_SETTINGS, model, ...storm.settings });
			const { workflow, path } = await world.campaign({ nodes: [world.action(parameters)], wires: [['People', 'LLM Action']] });
			const startMs = performance.now();
			const execution = await world.n8n.run(workflow, path, { people: peopleList(storm.people) });
			const marks = outputOf(execution, 'LLM Action').flatMap(({ json }) => json.llmCredits ?? []);
			await expectStormOver(storm, books, { ledger: world.ledger, tookMs: performance.now() - startMs, marks });
		});
	}
});
