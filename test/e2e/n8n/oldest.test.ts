/** The packed package in the oldest n8n supported, the last n8n 1: what its interface lacks costs nobody an answer, and nothing twice. */
import { expect } from 'chai';
import { outputOf, runsOf, N8nSession, type Execution } from '../../support/hosts/n8n-session';
import { end } from '../../support/hosts/n8n-workflow-builder';
import { creditBalance, fallbackSwitch, openWorldIn, peopleList, plainCampaign, type World } from '../../support/hosts/n8n-world';
import { proofOf, readBalance } from '../../support/ledger/ledger-reader';

/** Two attributes of one name: settings that can work for no item. */
const BROKEN = {
	attributes: { values: ['message', 'message'].map((name) => ({ name, type: 'text', description: '', details: '', fallback: '' })) },
};

describe('n8n 1.123.81, the oldest supported', function () {
	this.timeout(180_000);
	let n8n: N8nSession;
	let world: World;

	before(async function () {
		this.timeout(30 * 60_000);
		n8n = await N8nSession.start({}, '1.123.81');
	});
	beforeEach(async () => {
		world = await openWorldIn(n8n, { credits: '12' });
	});
	afterEach(async () => {
		expect(await proofOf(world.ledger)).to.deep.include({ ok: true, violations: [] });
		await world.close();
	});
	after(async function () {
		this.timeout(30_000);
		await n8n.stop();
	});

	it('a campaign: 12 of 20 are answered, 8 take their fallback, and the editor is told', async () => {
		const { workflow, path } = await world.campaign(plainCampaign(world.action({ labels: { campaign: 'spring' } })));
		const execution = await n8n.run(workflow, path, { people: peopleList(20) });
		expect(execution.status).to.equal('success');
		expect(outputOf(execution, 'LLM Action', 0).map(({ json }) => json.llmCredits?.reason)).to.deep.equal(Array(12).fill('answered'));
		expect(outputOf(execution, 'LLM Action', 1).map(({ json }) => json.llmCredits?.reason)).to.deep.equal(
			Array(8).fill('credits_exhausted'),
		);
		expect(world.provider.requests).to.have.length(12);
		expect(await readBalance(world.ledger)).to.include({ available: '0', held: '0', overdraft: '0' });
		const [run] = runsOf(execution, 'LLM Action');
		expect(run?.hints?.[1]?.message).to.match(/^8 of 20 items left with their fallback values: Credits Exhausted \(8\)\./);
		expect(run?.metadata?.tokenUsage).to.deep.equal({ inputTokens: 1_200, outputTokens: 240 });
		expect(execution.customData).to.deep.equal({ llm_credits_spent: '12' });
	});

	it('Credit Balance grants, reads and counts, and Fallback Switch sends on by the state of the credits', async () => {
		const { workflow, path } = await world.campaign({
			nodes: [
				creditBalance(world, { operation: 'grant', credits: '1.5' }, { name: 'Grant' }),
				creditBalance(world, { operation: 'balance' }, { name: 'Balance' }),
				creditBalance(world, { operation: 'usage', groupBy: ['campaign'] }, { name: 'Usage' }),
				fallbackSwitch(world, { mode: 'state', lowPercent: 20 }),
				end('Available'),
				end('Otherwise'),
			],
			wires: [
				['People', 'Grant'],
				['Grant', 'Balance'],
				['Balance', 'Fallback Switch'],
				['Balance', 'Usage'],
				['Fallback Switch#0', 'Available'],
				['Fallback Switch#3', 'Otherwise'],
			],
		});
		const execution = await n8n.run(workflow, path, { people: peopleList(1) });
		expect(execution.status).to.equal('success');
		expect(outputOf(execution, 'Grant')[0]?.json).to.deep.include({ available: '13.5' });
		expect(outputOf(execution, 'Balance')[0]?.json).to.include({ account: 'default', available: '13.5', held: '0' });
		expect(outputOf(execution, 'Available')).to.have.length(1);
		expect(runsOf(execution, 'Otherwise')).to.have.length(0);
		expect(runsOf(execution, 'Usage')).to.have.length(1);
	});

	it('a preview in a published workflow loses nobody', async () => {
		const { workflow, path } = await world.campaign(plainCampaign(world.action({ operation: 'preview' })));
		const execution = await n8n.run(workflow, path, { people: peopleList(20) });
		expect(outputOf(execution, 'LLM Action', 0)).to.have.length(1);
		expect(outputOf(execution, 'LLM Action', 1).map(({ json }) => json.llmCredits?.reason)).to.deep.equal(Array(19).fill('preview_only'));
		expect(world.provider.requests).to.have.length(1);
	});

	for (const onError of ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput']) {
		const run = async (parameters: Readonly<Record<string, unknown>>): Promise<Execution> => {
			const shape = plainCampaign(world.action(parameters, { settings: { onError } }));
			const wires = onError === 'continueErrorOutput' ? [...shape.wires, ['LLM Action#2', 'Failed'] as const] : shape.wires;
			const { workflow, path } = await world.campaign({ nodes: [...shape.nodes, end('Failed')], wires });
			return n8n.run(workflow, path, { people: peopleList(4) });
		};

		it(`on error ${onError}: all who were paid for leave with their answer`, async () => {
			const execution = await run({});
			expect(execution.status).to.equal('success');
			expect(outputOf(execution, 'LLM Action', 0).map(({ json }) => json.llmCredits?.reason)).to.deep.equal(Array(4).fill('answered'));
			expect((await readBalance(world.ledger)).available).to.equal('8');
		});

		it(`on error ${onError}: settings that can work for no item never pass for a success, and cost nothing`, async () => {
			const execution = await run(BROKEN);
			expect(outputOf(execution, 'Sent')).to.have.length(0);
			const failed = { stopWorkflow: 0, continueRegularOutput: 4, continueErrorOutput: 4 }[onError];
			expect(outputOf(execution, onError === 'continueErrorOutput' ? 'Failed' : 'Fallback Sent')).to.have.length(failed ?? -1);
			expect(execution.status).to.equal(onError === 'stopWorkflow' ? 'error' : 'success');
			expect(world.provider.requests).to.have.length(0);
			expect((await readBalance(world.ledger)).available).to.equal('12');
		});
	}
});
