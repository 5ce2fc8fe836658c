/** The packed package in the real n8n: the preview of the first item, with the exact entries in the ledger. */
import { expect } from 'chai';
import { limitPreviews, proofOf, readAnswers, readPurposes, readStory } from '../../support/ledger/ledger-reader';
import { outputOf, runsOf, type Execution } from '../../support/hosts/n8n-session';
import { items, manualTrigger, workflowOf } from '../../support/hosts/n8n-workflow-builder';
import { MODEL, openWorld, peopleList, plainCampaign, sharedN8n, type World } from '../../support/hosts/n8n-world';

const PAID = [`reserved 1 ${MODEL} rung 0 pass 0`, 'settled 1'];

describe('n8n: previews', function () {
	this.timeout(180_000);
	let world: World;

	before(async function () {
		this.timeout(30 * 60_000);
		await sharedN8n();
	});
	beforeEach(async () => {
		world = await openWorld({ credits: '10', choose: () => ({ kind: 'answer', object: { message: 'Hello' } }) });
	});
	afterEach(async () => {
		expect((await proofOf(world.ledger)).violations).to.deep.equal([]);
		await world.close();
	});

	async function run(parameters: Readonly<Record<string, unknown>>, count = 3): Promise<Execution> {
		const { workflow, path } = await world.campaign(plainCampaign(world.action(parameters)));
		return world.n8n.run(workflow, path, { people: peopleList(count) });
	}

	/** Started in the editor. */
	async function runByHand(parameters: Readonly<Record<string, unknown>>, count = 3): Promise<Execution> {
		const nodes = [manualTrigger, ...items(peopleList(count)), world.action(parameters)];
		const wires = [
			['Start', 'List'],
			['List', 'People'],
			['People', 'LLM Action'],
		] as const;
		return world.n8n.runByHand(await world.n8n.save(workflowOf(`preview-${Date.now()}`, nodes, wires)));
	}

	it('by hand asks for the first item alone, and says what it and 1,000 such sends cost', async () => {
		const execution = await runByHand({ operation: 'preview' });
		const shown = outputOf(execution, 'LLM Action', 0).map(({ json }) => json);
		expect(shown).to.have.length(1);
		expect(outputOf(execution, 'LLM Action', 1)).to.have.length(0);
		expect(shown[0]).to.deep.include({
			name: 'Person 0',
			llm: { message: 'Hello' },
			llmPreview: {
				rung: `Answered by ${MODEL}`,
				cost: { credits: '1', dollars: '0.0001' },
				per1000: { credits: '1000', dollars: '0.10' },
			},
		});
		expect(shown[0]?.llmCredits).to.include({ source: 'model', purpose: 'preview', credits: '1' });
		expect(runsOf(execution, 'LLM Action')[0]?.hints?.map(({ message }) => message)).to.deep.equal([
			'Answered by campaign-model. This preview cost 1 credit; 1,000 such sends would cost 1,000 credits ($0.10). The other 2 were not asked for; choose Ask for Each Item for all of them.',
		]);
		expect(world.provider.requests).to.have.length(1);
		expect(await readStory(world.ledger)).to.deep.equal(PAID);
		expect(await readPurposes(world.ledger)).to.deep.equal({ preview: '1 in 1' });
	});

	for (const outputs of ['separate', 'single']) {
		it(`in a published workflow loses nobody: the other items leave with their fallback values, outputs ${outputs}`, async () => {
			const execution = await run({ operation: 'preview', outputs }, 20);
			const [first, second] = outputs === 'single' ? [0, 0] : [0, 1];
			const left = [...new Set([first, second])].flatMap((output) => outputOf(execution, 'LLM Action', output));
			expect(left.map(({ json }) => json['id'])).to.deep.equal(peopleList(20).map(({ id }) => id));
			expect(left.map(({ pairedItem }) => pairedItem?.item)).to.deep.equal(peopleList(20).map(({ id }) => id));
			expect(left.map(({ json }) => json.llmCredits?.reason)).to.deep.equal(['answered', ...Array<string>(19).fill('preview_only')]);
			expect(left.map(({ json }) => 'llmPreview' in json)).to.deep.equal([true, ...Array<boolean>(19).fill(false)]);
			expect(left[19]?.json).to.deep.include({ llm: { message: 'News for you' } });
			expect(outputOf(execution, 'LLM Action', first === second ? 1 : 0)).to.have.length(first === second ? 0 : 1);
			expect(runsOf(execution, 'LLM Action')[0]?.hints?.map(({ message }) => message)).to.deep.equal([
				'19 of 20 items left with their fallback values: Preview Only (19). The node is set to Preview the First Item. Choose Ask for Each Item, and publish the workflow again.',
				'Answered by campaign-model. This preview cost 1 credit; 1,000 such sends would cost 1,000 credits ($0.10).',
			]);
			expect(await readStory(world.ledger)).to.deep.equal(PAID);
		});
	}

	it('takes no answer from real items and gives them none, by key or by reuse', async () => {
		const same = { prompt: 'Same', reuse: { reuseAnswers: 'first' }, options: { idempotencyKey: 'welcome', keepResultsHours: 24 } };
		await run({ ...same, operation: 'preview' }, 1);
		await run(same, 1);
		await run({ ...same, operation: 'preview' }, 1);
		expect(await readStory(world.ledger)).to.deep.equal([...PAID, ...PAID, ...PAID]);
		expect(await readAnswers(world.ledger)).to.deep.equal({ kept: 1, saved: 0 });
		expect(await readPurposes(world.ledger)).to.deep.equal({ live: '1 in 1', preview: '2 in 2' });
	});

	it('has a budget of its own; where that is used up, it shows the fallback values and foretells nothing', async () => {
		await limitPreviews(world.ledger, '1');
		await run({ operation: 'preview' });
		const refused = await runByHand({ operation: 'preview' });
		const shown = outputOf(refused, 'LLM Action', 1).map(({ json }) => json);
		expect(shown).to.have.length(1);
		expect(shown[0]?.llmCredits).to.include({ reason: 'budget_exceeded', credits: '0' });
		expect(shown[0]).to.deep.include({
			llm: { message: 'News for you' },
			llmPreview: { rung: `Fallback values instead of ${MODEL}`, cost: { credits: '0', dollars: '0.00' }, per1000: null },
		});
		expect(outputOf(await run({}, 2), 'LLM Action', 0)).to.have.length(2);
		expect(await readStory(world.ledger)).to.have.members([...PAID, 'refused budget_exceeded', ...PAID, ...PAID]);
		expect(await readPurposes(world.ledger)).to.deep.equal({ live: '2 in 2', preview: '1 in 1' });
	});
});
