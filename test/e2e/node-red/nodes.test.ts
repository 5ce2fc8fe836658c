/** The packed package in the real Node-RED: subflows, templates, Credit Balance and Fallback Switch. */
import { expect } from 'chai';
import { startFakeOpenAi, type FakeOpenAi } from '../../support/provider/fake-openai';
import { newLedger } from '../../support/hosts/host-ledger';
import { grantCredits, readBalance, readUsage } from '../../support/ledger/ledger-reader';
import {
	ACTION,
	campaignFlow,
	connectionNodes,
	observers,
	onFreshTab,
	people,
	seenWhen,
	sendPeople,
	whenLeft,
} from '../../support/hosts/node-red-flow';
import { startNodeRed, type FlowNode, type NodeRed } from '../../support/hosts/real-node-red';

describe('Node-RED: each node', function () {
	this.timeout(60_000);
	let nodeRed: NodeRed;
	let provider: FakeOpenAi;
	let ledger: string;

	before(async () => {
		nodeRed = await startNodeRed();
	});
	beforeEach(async () => {
		provider = await startFakeOpenAi({ choose: () => ({ kind: 'answer', delayMs: 20 }) });
		ledger = await newLedger(nodeRed.userDir);
		await grantCredits(ledger, '100');
	});
	afterEach(() => provider.close());
	after(async () => {
		await nodeRed.stop();
		nodeRed.remove();
	});

	it('reads values of a subflow’s environment, and names the flow and the instance in the ledger', async () => {
		const inside = { z: 'sub', x: 100, y: 100 };
		const instance = (id: string, name: string, value: string, wires: string[][]): FlowNode => ({
			id,
			type: 'subflow:sub',
			z: 'tab',
			name,
			env: [{ name: 'CAMPAIGN', value, type: 'str' }],
			x: 300,
			y: 100,
			wires,
		});
		await nodeRed.deploy(
			onFreshTab([
				{ id: 'tab', type: 'tab', label: 'Spring campaign' },
				{
					id: 'sub',
					type: 'subflow',
					name: 'Writer',
					env: [{ name: 'CAMPAIGN', type: 'str', value: 'none' }],
					in: [{ x: 10, y: 10, wires: [{ id: 'write' }] }],
					out: [{ x: 500, y: 10, wires: [{ id: 'write', port: 0 }] }],
				},
				{
					id: 'write',
					type: 'llm-credits-action',
					name: 'Write',
					...ACTION,
					ledger: 'ledger',
					provider: 'provider',
					outputMode: 'single',
					outputs: 1,
					campaign: '${CAMPAIGN}',
					segment: 'CAMPAIGN',
					segmentType: 'env',
					prompt: 'For {{env.CAMPAIGN}}: {{payload.name}}',
					...inside,
					wires: [[]],
				},
				...connectionNodes({ ledger, provider: provider.url }),
				instance('one', 'First', 'spring', [['two']]),
				instance('two', 'Second', 'summer', [['result']]),
				...observers('one', ['one']),
			]),
		);
		await sendPeople(nodeRed, people(1));
		const { left } = await whenLeft(nodeRed, 1);
		expect(left[0]?.credits.reason).to.equal('answered');
		const groups = (await readUsage(ledger, ['campaign', 'segment', 'flow'])).map(({ group }) => group);
		expect(groups).to.have.deep.members(['spring', 'summer'].map((name) => ({ campaign: name, segment: name, flow: 'Spring campaign' })));
		expect(JSON.stringify(provider.requests.map(({ body }) => body)))
			.to.include('For spring: Person 0')
			.and.include('For summer: Person 0');
	});

	it('reads templates without HTML escaping, objects as JSON, and values of the context', async () => {
		const flow = campaignFlow({
			ledger,
			provider: provider.url,
			action: { prompt: '{{payload.name}} bought {{payload.orders}} in {{flow.city}}', outputField: 'payload.answer' },
		});
		const seed: FlowNode = {
			id: 'seed',
			type: 'function',
			z: flow[0]!.id,
			func: `flow.set('city', 'Århus'); return msg;`,
			outputs: 1,
			x: 1,
			y: 1,
			wires: [['action']],
		};
		await nodeRed.deploy([...flow.map((node) => (node.id === 'spread' ? { ...node, wires: [['seed'], ['reply']] } : node)), seed]);
		await sendPeople(nodeRed, [{ id: 0, name: `Zoë <O'Hara> & "Co"`, orders: [{ item: 'tent' }] }]);
		await whenLeft(nodeRed, 1);
		const { messages } = provider.requests[0]?.body as { messages: { content: string }[] };
		expect(messages.at(-1)?.content).to.include(`Zoë <O'Hara> & "Co" bought [{"item":"tent"}] in Århus`);
	});

	it('grants, purchases, tells balance and usage, and fails on a missing amount', async () => {
		const balance = (id: string, more: Readonly<Record<string, unknown>>, wires: string[][]): FlowNode => ({
			id,
			type: 'llm-credits-balance',
			z: 'tab',
			ledger: 'ledger',
			x: 1,
			y: 1,
			...more,
			wires,
		});
		const grant = {
			operation: 'grant',
			credits: 'payload.credits',
			creditsType: 'msg',
			category: 'promotional',
			expiry: 'days',
			expiryDays: '90',
			expiryDaysType: 'num',
			idempotencyKey: 'welcome {{payload.id}}',
			idempotencyKeyType: 'str',
			outputField: 'granted',
		};
		await nodeRed.deploy(
			onFreshTab([
				{ id: 'tab', type: 'tab', label: 'Credits' },
				...connectionNodes({ ledger, provider: provider.url }),
				balance('grant', grant, [['buy']]),
				balance('buy', { operation: 'purchase', packs: 2, packsType: 'num', outputField: 'bought' }, [['look']]),
				balance('look', { operation: 'balance', outputField: 'llm' }, [['result']]),
				...observers('grant', ['grant', 'buy', 'look']),
			]),
		);
		await sendPeople(nodeRed, [{ id: 0, credits: '50.5' }, { id: 0, credits: '50.5' }, { id: 1 }]);
		const { left, caught } = await seenWhen(nodeRed, (seen) => seen.left.length >= 2 && seen.caught.length >= 1);
		expect(left[1]?.llm).to.include({ account: 'default', available: '400150.5', held: '0', overdraft: '0' });
		expect(caught).to.have.length(1);
		expect(caught[0]).to.include({ id: 1, code: 'invalid_amount' });
		expect(await readBalance(ledger)).to.include({ available: '400150.5' });
	});

	it('sets a budget, lists it and removes it, and fails on one that is not there', async () => {
		const balance = (id: string, more: Readonly<Record<string, unknown>>, wires: string[][]): FlowNode => ({
			id,
			type: 'llm-credits-balance',
			z: 'tab',
			ledger: 'ledger',
			x: 1,
			y: 1,
			...more,
			wires,
		});
		const named = { budgetName: 'payload.name', budgetNameType: 'msg', outputField: 'done' };
		await nodeRed.deploy(
			onFreshTab([
				{ id: 'tab', type: 'tab', label: 'Limits' },
				...connectionNodes({ ledger, provider: provider.url }),
				balance('set', { operation: 'setBudget', ...named, budgetCredits: '5', budgetScope: 'account', budgetPeriod: 'day' }, [['list']]),
				balance('list', { operation: 'listBudgets', outputField: 'llm.budgets' }, [['remove']]),
				balance('remove', { operation: 'removeBudget', ...named, budgetName: 'spring', budgetNameType: 'str' }, [['result']]),
				...observers('set', ['set', 'list', 'remove']),
			]),
		);
		await sendPeople(nodeRed, [
			{ id: 0, name: 'spring' },
			{ id: 1, name: 'autumn' },
		]);
		const { left, caught } = await seenWhen(nodeRed, (seen) => seen.left.length >= 1 && seen.caught.length >= 1);
		expect(JSON.stringify(left[0]?.llm)).to.include('"name":"spring","scope":"account"');
		expect(caught[0]).to.include({ code: 'invalid_argument' });
	});

	it('routes by what produced a message and by the state of the credits', async () => {
		const rules = [
			{ output: 'Model', source: 'model', reason: 'any' },
			{ output: 'Gone', source: 'fallback', reason: 'credits_exhausted' },
		];
		const states = [
			{ output: 'Low', state: 'low' },
			{ output: 'Exhausted', state: 'exhausted' },
		];
		const mark = (id: string, next: string): FlowNode => ({
			id,
			type: 'change',
			z: 'tab',
			rules: [{ t: 'set', p: 'llm', pt: 'msg', to: JSON.stringify({ way: id }), tot: 'json' }],
			x: 1,
			y: 1,
			wires: [[next]],
		});
		await nodeRed.deploy(
			onFreshTab([
				{ id: 'tab', type: 'tab', label: 'Spring campaign' },
				...connectionNodes({ ledger, provider: provider.url }),
				{
					id: 'action',
					type: 'llm-credits-action',
					z: 'tab',
					...ACTION,
					ledger: 'ledger',
					provider: 'provider',
					outputMode: 'single',
					outputs: 1,
					concurrency: 1,
					prompt: 'payload.text',
					promptType: 'msg',
					reservationCredits: '40',
					x: 1,
					y: 1,
					wires: [['by-source']],
				},
				{
					id: 'by-source',
					type: 'llm-credits-fallback-switch',
					z: 'tab',
					mode: 'source',
					rules,
					outputs: 3,
					x: 1,
					y: 1,
					wires: [['by-state'], ['gone'], ['otherwise']],
				},
				{
					id: 'by-state',
					type: 'llm-credits-fallback-switch',
					z: 'tab',
					mode: 'state',
					ledger: 'ledger',
					states,
					lowPercent: 98,
					exhaustedCredits: '1',
					outputs: 3,
					x: 1,
					y: 1,
					wires: [['low'], ['exhausted'], ['plenty']],
				},
				...['gone', 'otherwise', 'low', 'exhausted', 'plenty'].map((id) => mark(id, 'result')),
				...observers('action', ['action', 'by-source', 'by-state']),
			]),
		);
		await sendPeople(nodeRed, [{ id: 0, text: 'a' }]);
		await whenLeft(nodeRed, 1);
		await sendPeople(nodeRed, [{ id: 1, text: 'b' }]);
		await whenLeft(nodeRed, 2);
		await sendPeople(nodeRed, [{ id: 2, text: '' }]);
		const { left } = await whenLeft(nodeRed, 3);
		expect(left.map(({ llm }) => llm?.['way'])).to.deep.equal(['plenty', 'low', 'otherwise']);
	});
});
