/** The packed package in the real n8n: whatever is run again, stopped or goes wrong, nothing is paid twice and no failure passes for a success. */
import { expect } from 'chai';
import { until } from '../../support/machine/child';
import { startFakeOpenAi, type Behaviour } from '../../support/provider/fake-openai';
import { proofOf, readBalance, readUsage } from '../../support/ledger/ledger-reader';
import { outputOf, runsOf, type Execution, type KeptItem, type Reference } from '../../support/hosts/n8n-session';
import { end, items, manualTrigger, workflowOf } from '../../support/hosts/n8n-workflow-builder';
import { openWorld, peopleList, plainCampaign, sharedN8n, type World } from '../../support/hosts/n8n-world';

const idsOf = (kept: readonly KeptItem[]): unknown[] => kept.map(({ json }) => json['id']);
const reasonsOf = (kept: readonly KeptItem[]): unknown[] => kept.map(({ json }) => json.llmCredits?.reason);
/** Two attributes of one name: settings that can work for no item. */
const broken = {
	attributes: { values: ['message', 'message'].map((name) => ({ name, type: 'text', description: '', details: '', fallback: '' })) },
};

describe('n8n: paid once', function () {
	this.timeout(180_000);
	let world: World;

	before(async function () {
		this.timeout(30 * 60_000);
		await sharedN8n();
	});
	afterEach(() => world.close());

	const paid = async (): Promise<{ calls: number; available: string; ok: boolean }> => ({
		calls: world.provider.requests.length,
		available: (await readBalance(world.ledger)).available,
		ok: (await proofOf(world.ledger)).ok,
	});

	it('a node that n8n tries again returns the answers that were paid for', async () => {
		world = await openWorld({ credits: '100' });
		const action = world.action({}, { settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 } });
		const { workflow, path } = await world.campaign(plainCampaign(action));
		// n8n takes a field "error" in the first item of the first output for a failure of the node, and runs it again for all items.
		const people = peopleList(10).map((person) => ({ ...person, error: 'a column of this name' }));
		const execution = await world.n8n.run(workflow, path, { people });

		const answered = outputOf(execution, 'LLM Action', 0);
		expect(idsOf(answered)).to.deep.equal(idsOf(people.map((json) => ({ json }))));
		expect(reasonsOf(answered)).to.deep.equal(Array(10).fill('replayed'));
		expect(new Set(answered.map(({ json }) => json.llmCredits?.credits))).to.deep.equal(new Set(['1']));
		expect(execution.customData).to.deep.equal({ llm_credits_spent: '10' });
		expect(await paid()).to.deep.equal({ calls: 10, available: '90', ok: true });
	});

	for (const outputs of ['separate', 'single'] as const) {
		describe(`settings that can work for no item, outputs ${outputs}`, () => {
			const run = async (onError: string, retryOnFail = false): Promise<Execution> => {
				world = await openWorld({ credits: '100' });
				const action = world.action({ ...broken, outputs }, { settings: { onError, retryOnFail, maxTries: 2, waitBetweenTries: 10 } });
				const last = outputs === 'separate' ? 2 : 1;
				const shape = plainCampaign(action);
				const wires = outputs === 'separate' ? shape.wires : shape.wires.slice(0, 2);
				const { workflow, path } = await world.campaign({
					nodes: [...shape.nodes, end('Failed')],
					wires: onError === 'continueErrorOutput' ? [...wires, [`LLM Action#${last}`, 'Failed']] : wires,
				});
				return world.n8n.run(workflow, path, { people: peopleList(3) });
			};
			afterEach(async () => expect(await paid()).to.deep.equal({ calls: 0, available: '100', ok: true }));

			it('stop the workflow, and say what to mend', async () => {
				const execution = await run('stopWorkflow', true);
				expect(execution.status).to.equal('error');
				expect(execution.data.resultData.error?.message).to.match(/message/);
				expect(runsOf(execution, 'Sent')).to.have.length(0);
			});

			it('under "continue", leave as failures and not as results', async () => {
				const execution = await run('continueRegularOutput');
				const failed = outputOf(execution, 'LLM Action', outputs === 'separate' ? 1 : 0);
				expect(idsOf(failed)).to.deep.equal([0, 1, 2]);
				expect(reasonsOf(failed)).to.deep.equal(['invalid_item', 'invalid_item', 'invalid_item']);
				expect(failed.every(({ json }) => typeof json['error'] === 'string' && json.llmCredits?.source === 'fallback')).to.equal(true);
				if (outputs === 'separate') expect(runsOf(execution, 'Sent')).to.have.length(0);
			});

			it('under "continue (using error output)", leave by the error output with their data', async () => {
				const execution = await run('continueErrorOutput', true);
				expect(runsOf(execution, 'Sent')).to.have.length(0);
				const failed = outputOf(execution, 'Failed');
				expect(idsOf(failed)).to.deep.equal([0, 1, 2]);
				expect(failed.every(({ json }) => typeof json['error'] === 'string')).to.equal(true);
			});
		});
	}

	for (const onError of ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const) {
		it(`a provider that is down costs nothing and stops nothing, onError ${onError}`, async () => {
			world = await openWorld({ credits: '100', choose: () => ({ kind: 'status', code: 500 }) });
			const { workflow, path } = await world.campaign(
				plainCampaign(world.action({}, { settings: { onError, retryOnFail: true, waitBetweenTries: 10 } })),
			);
			const execution = await world.n8n.run(workflow, path, { people: peopleList(5) });
			expect(execution.status).to.equal('success');
			expect(runsOf(execution, 'Sent')).to.have.length(0);
			expect(idsOf(outputOf(execution, 'Fallback Sent'))).to.deep.equal([0, 1, 2, 3, 4]);
			expect(reasonsOf(outputOf(execution, 'LLM Action', 1))).to.deep.equal(Array(5).fill('provider_error'));
			expect(await paid()).to.deep.equal({ calls: 5, available: '100', ok: true });
		});
	}

	it('a cancelled execution ends at once and leaves nothing held', async () => {
		const choose = (_: unknown, n: number): Behaviour => (n <= 4 ? { kind: 'answer' } : { kind: 'hang' });
		world = await openWorld({ credits: '100', choose });
		const { workflow, path } = await world.campaign(
			plainCampaign(world.action({ options: { concurrency: 8 }, time: { timeoutSeconds: 120 } })),
		);
		const answer = world.n8n.call(path, { people: peopleList(40) });
		await until(async () => (world.provider.stats().inFlight === 8 ? true : null), {
			timeoutMs: 20_000,
			describe: () => 'the provider was not asked by eight items',
		});
		const id = await world.n8n.runningId(workflow);
		const startedMs = Date.now();
		await world.n8n.rest('POST', `/rest/executions/${id}/stop`, {});
		const execution = await world.n8n.ended(id);
		await answer;
		expect(execution.status).to.equal('canceled');
		expect(Date.now() - startedMs).to.be.lessThan(10_000);
		expect(runsOf(execution, 'Sent')).to.have.length(0);
		await until(async () => ((await readBalance(world.ledger)).held === '0' ? true : null), {
			timeoutMs: 10_000,
			describe: () => 'credits are still held',
		});
		expect(world.provider.stats()).to.include({ requests: 12, inFlight: 0, aborted: 8 });
		// Calls that were cancelled under way may have been billed, and are charged (rule 37).
		expect(await paid()).to.deep.equal({ calls: 12, available: '88', ok: true });
	});

	it('a loop over the node asks for each person once', async () => {
		world = await openWorld({ credits: '100' });
		const loop = { name: 'Loop', type: 'n8n-nodes-base.splitInBatches', typeVersion: 3, parameters: { batchSize: 10, options: {} } };
		const { workflow, path } = await world.campaign({
			nodes: [loop, world.action({ outputs: 'single' }), end('Done')],
			wires: [
				['People', 'Loop'],
				['Loop#1', 'LLM Action'],
				['LLM Action', 'Loop'],
				['Loop#0', 'Done'],
			],
		});
		const execution = await world.n8n.run(workflow, path, { people: peopleList(30) });
		expect(runsOf(execution, 'LLM Action')).to.have.length(3);
		expect(idsOf(outputOf(execution, 'Done'))).to.deep.equal(idsOf(peopleList(30).map((json) => ({ json }))));
		expect(reasonsOf(outputOf(execution, 'Done'))).to.deep.equal(Array(30).fill('answered'));
		expect(execution.customData).to.deep.equal({ llm_credits_spent: '30' });
		expect(await paid()).to.deep.equal({ calls: 30, available: '70', ok: true });
	});

	it('a sub-workflow, once for each item', async () => {
		world = await openWorld({ credits: '100' });
		const trigger = {
			name: 'When Called',
			type: 'n8n-nodes-base.executeWorkflowTrigger',
			typeVersion: 1.1,
			parameters: { inputSource: 'passthrough' },
		};
		const child = await world.n8n.save(
			workflowOf(`child-${Date.now()}`, [trigger, world.action({ outputs: 'single' })], [['When Called', 'LLM Action']]),
		);
		const call = {
			name: 'Call',
			type: 'n8n-nodes-base.executeWorkflow',
			typeVersion: 1.2,
			parameters: { workflowId: { __rl: true, mode: 'id', value: child.id }, mode: 'each', options: {} },
		};
		const { workflow, path } = await world.campaign({ nodes: [call], wires: [['People', 'Call']] });
		const execution = await world.n8n.run(workflow, path, { people: peopleList(5) });
		expect(idsOf(outputOf(execution, 'Call'))).to.deep.equal([0, 1, 2, 3, 4]);
		expect(reasonsOf(outputOf(execution, 'Call'))).to.deep.equal(Array(5).fill('answered'));
		expect(await paid()).to.deep.equal({ calls: 5, available: '95', ok: true });
	});

	it('a run by hand counts as a test', async () => {
		world = await openWorld({ credits: '100' });
		const nodes = [manualTrigger, ...items(peopleList(3)), world.action()];
		const workflow = await world.n8n.save(
			workflowOf(`by-hand-${Date.now()}`, nodes, [
				['Start', 'List'],
				['List', 'People'],
				['People', 'LLM Action'],
			]),
		);
		const execution = await world.n8n.runByHand(workflow);
		expect(execution.mode).to.equal('manual');
		expect(outputOf(execution, 'LLM Action').map(({ json }) => json.llmCredits?.purpose)).to.deep.equal(['test', 'test', 'test']);
		const usage = await readUsage(world.ledger, ['purpose']);
		expect(usage.map(({ group, calls }) => ({ ...group, calls }))).to.deep.equal([{ purpose: 'test', calls: 3 }]);
		const again = await world.n8n.runByHand(workflow);
		expect(reasonsOf(outputOf(again, 'LLM Action'))).to.deep.equal(['answered', 'answered', 'answered']);
		expect(await paid()).to.deep.equal({ calls: 6, available: '94', ok: true });
	});

	it('as a tool of an AI Agent: each use is paid once, and at the end of the credits the agent gets the fallback value', async () => {
		world = await openWorld({ credits: '2' });
		const use = (n: number): object => ({
			id: `use-${n}`,
			type: 'function',
			function: { name: 'LLM_Action', arguments: JSON.stringify({ prompt: `Write ${n}` }) },
		});
		const brain = await startFakeOpenAi({
			choose: (_, n) =>
				n <= 3
					? { kind: 'answer', message: { role: 'assistant', content: null, tool_calls: [use(n)] }, finishReason: 'tool_calls' }
					: { kind: 'answer', text: 'Done' },
		});
		const openAi = await world.n8n.rest<Reference>('POST', '/rest/credentials', {
			name: 'Brain',
			type: 'openAiApi',
			data: { apiKey: 'sk-of-the-agent', url: brain.url },
		});
		const model = { __rl: true, mode: 'id', value: 'gpt-4o-mini' };
		const { workflow, path } = await world.campaign({
			nodes: [
				{
					name: 'Agent',
					type: '@n8n/n8n-nodes-langchain.agent',
					typeVersion: 3,
					parameters: { promptType: 'define', text: '={{ $json.name }}', options: {} },
				},
				{
					name: 'Brain',
					type: '@n8n/n8n-nodes-langchain.lmChatOpenAi',
					typeVersion: 1.2,
					parameters: { model, options: {} },
					credentials: { openAiApi: openAi },
				},
				{ ...world.action({ prompt: "={{ $fromAI('prompt', 'what to write', 'string') }}" }), type: 'n8n-nodes-llm-credits.llmActionTool' },
			],
			wires: [
				['People', 'Agent'],
				['Brain', 'Agent', 'ai_languageModel'],
				['LLM Action', 'Agent', 'ai_tool'],
			],
		});
		const execution = await world.n8n.run(workflow, path, { people: peopleList(1) });
		await brain.close();
		expect(outputOf(execution, 'Agent').map(({ json }) => json['output'])).to.deep.equal(['Done']);
		const { messages } = brain.requests.at(-1)?.body as { messages: readonly { role: string; content: string }[] };
		const told = messages.filter(({ role }) => role === 'tool').map(({ content }) => JSON.parse(content) as readonly KeptItem['json'][]);
		expect(told.map((list) => list[0]?.llmCredits?.reason)).to.deep.equal(['answered', 'answered', 'credits_exhausted']);
		expect(told[2]?.[0]?.['llm']).to.deep.equal({ message: 'News for you' });
		expect(await paid()).to.deep.equal({ calls: 2, available: '0', ok: true });
	});
});
