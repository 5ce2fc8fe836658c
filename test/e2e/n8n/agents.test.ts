/** The packed package in the real n8n: Credit Balance as a tool of an AI Agent, whose model asks for credits. */
import { expect } from 'chai';
import { outputOf, type Reference } from '../../support/hosts/n8n-session';
import type { WorkflowNode } from '../../support/hosts/n8n-workflow-builder';
import { creditBalance, openWorld, peopleList, sharedN8n, type World } from '../../support/hosts/n8n-world';
import { proofOf, readBalance } from '../../support/ledger/ledger-reader';
import { startFakeOpenAi } from '../../support/provider/fake-openai';

interface ToldModel {
	readonly messages: readonly { readonly role: string; readonly content: string }[];
	readonly tools: readonly { readonly function: { readonly name: string; readonly description: string } }[];
}

describe('n8n: an agent with Credit Balance as its tool', function () {
	this.timeout(180_000);
	let world: World;

	before(async function () {
		this.timeout(30 * 60_000);
		await sharedN8n();
	});
	beforeEach(async () => {
		world = await openWorld({ credits: '10' });
	});
	afterEach(async () => {
		expect(await proofOf(world.ledger)).to.deep.include({ ok: true });
		await world.close();
	});

	/** Runs an agent once whose model uses the tool with each of these arguments, and gives what the model was told. */
	async function runAgent(
		parameters: Readonly<Record<string, unknown>>,
		uses: readonly object[],
		typeVersion = 3,
	): Promise<{ readonly told: ToldModel; readonly answers: readonly string[]; readonly output: unknown }> {
		const use = (n: number): object => ({
			id: `use-${String(n)}`,
			type: 'function',
			function: { name: 'Credit_Balance', arguments: JSON.stringify(uses[n - 1]) },
		});
		const brain = await startFakeOpenAi({
			choose: (_, n) =>
				n <= uses.length
					? { kind: 'answer', message: { role: 'assistant', content: null, tool_calls: [use(n)] }, finishReason: 'tool_calls' }
					: { kind: 'answer', text: 'Done' },
		});
		const openAiApi = await world.n8n.rest<Reference>('POST', '/rest/credentials', {
			name: 'Brain',
			type: 'openAiApi',
			data: { apiKey: 'sk-of-the-agent', url: brain.url },
		});
		const agent: WorkflowNode = {
			name: 'Agent',
			type: '@n8n/n8n-nodes-langchain.agent',
			typeVersion,
			parameters: { promptType: 'define', text: '={{ $json.name }}', options: {} },
		};
		const model: WorkflowNode = {
			name: 'Brain',
			type: '@n8n/n8n-nodes-langchain.lmChatOpenAi',
			typeVersion: 1.2,
			parameters: { model: { __rl: true, mode: 'id', value: 'gpt-4o-mini' }, options: {} },
			credentials: { openAiApi },
		};
		const tool = { ...creditBalance(world, parameters), type: 'n8n-nodes-llm-credits.creditBalanceTool' };
		const { workflow, path } = await world.campaign({
			nodes: [agent, model, tool],
			wires: [
				['People', 'Agent'],
				['Brain', 'Agent', 'ai_languageModel'],
				['Credit Balance', 'Agent', 'ai_tool'],
			],
		});
		const execution = await world.n8n.run(workflow, path, { people: peopleList(1) });
		await brain.close();
		const told = brain.requests.at(-1)?.body as ToldModel;
		const answers = told.messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
		return { told, answers, output: outputOf(execution, 'Agent')[0]?.json['output'] };
	}

	const GRANT = { operation: 'grant', credits: "={{ $fromAI('credits', 'how many', 'string') }}" };

	it('Agent 3: gives itself no credits with a node that does not allow it, and is told so', async () => {
		const { answers } = await runAgent(GRANT, [{ credits: '999999' }]);
		expect(answers.join()).to.include('An agent may not add credits with this node');
		expect((await readBalance(world.ledger)).available).to.equal('10');
	});

	it('Agent 2.2: gives itself none either', async () => {
		const { told } = await runAgent(GRANT, [{ credits: '999999' }], 2.2);
		expect(told.tools.map((tool) => tool.function.name)).to.deep.equal(['Credit_Balance']);
		expect((await readBalance(world.ledger)).available).to.equal('10');
	});

	it('buys none either', async () => {
		await runAgent({ operation: 'purchase', packs: "={{ $fromAI('packs', 'how many', 'number') }}" }, [{ packs: 1 }]);
		expect((await readBalance(world.ledger)).available).to.equal('10');
	});

	it('adds what the node allows, up to its cap', async () => {
		const options = { agentsMayAdd: true, agentMaxCredits: '40' };
		const { answers } = await runAgent({ ...GRANT, options }, [{ credits: '40' }, { credits: '41' }]);
		expect(answers.join()).to.include('Most Credits an Agent May Add is 40');
		expect((await readBalance(world.ledger)).available).to.equal('50');
	});

	for (const [operation, offered] of [
		['balance', 'Get balance in Credit Balance'],
		['usage', 'Get usage in Credit Balance'],
		['grant', 'Grant credits in Credit Balance'],
	] as const) {
		it(`is offered what its operation does, and nothing else: ${operation}`, async () => {
			const { told, output } = await runAgent({ operation }, [{}]);
			expect(told.tools.map((tool) => tool.function.description)).to.deep.equal([offered]);
			expect(output).to.equal('Done');
		});
	}
});
