/** The packed package in the real n8n: what n8n knows of it, Credit Balance, Fallback Switch, the model picker and the connection tests. */
import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IS_ON_SERVER, locationOf } from '../../support/hosts/host-ledger';
import { grantCredits, readBalance } from '../../support/ledger/ledger-reader';
import { outputOf, runsOf, type Execution } from '../../support/hosts/n8n-session';
import { newLedgerUrl } from '../../support/postgres/postgres';
import { runN8n } from '../../support/hosts/real-n8n';
import { run } from '../../support/machine/child';
import { cleanEnvironment, repositoryRoot } from '../../support/machine/repository';
import { temporaryFolder } from '../../support/machine/temporary-folder';
import { creditBalance, fallbackSwitch, MODEL, openWorld, peopleList, SECRET, sharedN8n, type World } from '../../support/hosts/n8n-world';
import { end, type WorkflowJson } from '../../support/hosts/n8n-workflow-builder';
import { UNUSABLE_LEDGERS } from '../../support/hosts/unusable-ledgers';

interface NodeType {
	readonly name: string;
	readonly displayName: string;
	readonly iconUrl?: { readonly light: string; readonly dark: string };
	readonly codex?: { readonly alias: readonly string[] };
	readonly usableAsTool?: boolean;
}

describe('n8n: the nodes', function () {
	this.timeout(180_000);
	let world: World;

	before(async function () {
		this.timeout(30 * 60_000);
		await sharedN8n();
	});
	afterEach(() => world.close());

	it('n8n knows the nodes, their icons, their words for the search, and the credentials', async () => {
		world = await openWorld({ credits: null });
		const { baseUrl } = world.n8n.server;
		const types = await world.n8n.fetchJson<readonly NodeType[]>('/types/nodes.json');
		const ours = types.filter(({ name }) => name.startsWith('n8n-nodes-llm-credits.'));
		expect(ours.map(({ name }) => name).sort()).to.deep.equal(
			['creditBalance', 'creditBalanceTool', 'fallbackSwitch', 'llmAction', 'llmActionTool'].map((name) => `n8n-nodes-llm-credits.${name}`),
		);
		for (const { name, iconUrl, codex } of ours.filter((type) => !type.name.endsWith('Tool'))) {
			expect(codex?.alias, name).to.include('Credits');
			for (const url of [iconUrl?.light, iconUrl?.dark]) {
				const icon = await fetch(`${baseUrl}/${url ?? 'missing'}`);
				expect(icon.headers.get('content-type'), url).to.match(/^image\/svg\+xml/);
			}
		}
		const credentials = await world.n8n.fetchJson<readonly { name: string; displayName: string }[]>('/types/credentials.json');
		expect(credentials.filter(({ name }) => name.startsWith('llmCredits')).map(({ displayName }) => displayName)).to.have.members([
			'LLM Credits Ledger API',
			'LLM Credits Provider API',
			'LLM Credits Provider (Second) API',
			'LLM Credits Provider (Third) API',
		]);
	});

	it('n8n lists the nodes under the name of the package on its command line', async () => {
		world = await openWorld({ credits: null });
		const output = join(world.n8n.userFolder, 'nodes.json');
		const { code, stderr } = await runN8n(['export:nodes', `--output=${output}`], { userFolder: world.n8n.userFolder });
		expect(code, stderr).to.equal(0);
		const names = (JSON.parse(readFileSync(output, 'utf8')) as readonly NodeType[]).map(({ name }) => name);
		expect(names).to.include.members(['creditBalance', 'fallbackSwitch', 'llmAction'].map((name) => `n8n-nodes-llm-credits.${name}`));
	});

	it('the command lies in the installed package, where the documents say, and finds the usual ledger', async () => {
		world = await openWorld({ credits: null });
		const { userFolder, usual } = world.n8n;
		await grantCredits(usual.ledger, '3');
		const modules = join(userFolder, '.n8n', 'nodes', 'node_modules');
		expect(existsSync(join(modules, '.bin')), 'n8n installs without links to commands').to.equal(false);
		const command = join(modules, 'n8n-nodes-llm-credits', 'dist', 'lib', 'cli', 'llm-credits.js');
		const env = cleanEnvironment({ HOME: temporaryFolder(), ...usual.env });
		const { code, stdout, stderr } = await run(process.execPath, [command, 'balance', '--json'], { env, timeoutMs: 30_000 });
		expect(code, stderr).to.equal(0);
		expect(JSON.parse(stdout)).to.deep.include({ account: 'default' });
		if (!IS_ON_SERVER) expect(stderr).to.include(`${usual.ledger}, the usual one of n8n`);
	});

	it('Credit Balance grants, purchases, reads and counts; a retry adds nothing', async () => {
		world = await openWorld({ credits: '10' });
		const retry = { settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 } };
		const nodes = [
			creditBalance(
				world,
				{ operation: 'grant', credits: '={{ $json.credits }}', expiry: 'days', expiryDays: 90, options: { note: 'spring' } },
				{ name: 'Grant', ...retry },
			),
			creditBalance(world, { operation: 'purchase', packs: 2, options: { outputField: 'answer' } }, { name: 'Purchase', ...retry }),
			creditBalance(world, { operation: 'balance' }, { name: 'Balance' }),
			creditBalance(world, { operation: 'usage', groupBy: ['campaign', 'model'] }, { name: 'Usage' }),
			world.action({ labels: { campaign: 'spring' } }),
		];
		const { workflow, path } = await world.campaign({
			nodes,
			wires: [
				['People', 'LLM Action'],
				['LLM Action', 'Grant'],
				['Grant', 'Purchase'],
				['Purchase', 'Balance'],
				['Balance', 'Usage'],
			],
		});
		// A field "error" makes n8n run the node three times.
		const execution = await world.n8n.run(workflow, path, { people: [{ credits: '1.5', name: 'A', error: 'x' }] });
		expect(outputOf(execution, 'Grant')[0]?.json).to.deep.include({ available: '10.5' });
		expect(outputOf(execution, 'Purchase')[0]?.json['answer']).to.deep.include({ available: '200010.5' });
		const balance = outputOf(execution, 'Balance')[0]?.json;
		expect(balance).to.include({ account: 'default', available: '200010.5', held: '0', overdraft: '0' });
		expect((balance?.['grants'] as { category: string }[]).map(({ category }) => category)).to.deep.equal([
			'promotional',
			'purchased',
			'purchased',
		]);
		expect(outputOf(execution, 'Usage')[0]?.json).to.include({
			campaign: 'spring',
			model: MODEL,
			credits: '1',
			calls: 1,
			inputTokens: 100,
			outputTokens: 20,
		});
		expect((await readBalance(world.ledger)).grants).to.have.length(3);
	});

	it('Credit Balance sets a budget, lists it, and sets the mode', async () => {
		world = await openWorld({ credits: '10' });
		const budget = { operation: 'setBudget', budgetName: 'spring', budgetCredits: '0', budgetValue: '={{ $json.campaign }}' };
		const { workflow, path } = await world.campaign({
			nodes: [
				creditBalance(world, budget, { name: 'Budget' }),
				creditBalance(world, { operation: 'listBudgets' }, { name: 'List' }),
				creditBalance(world, { operation: 'setMode', enforcement: 'shadow' }, { name: 'Mode' }),
			],
			wires: [
				['People', 'Budget'],
				['Budget', 'List'],
				['List', 'Mode'],
			],
		});
		const execution = await world.n8n.run(workflow, path, { people: [{ campaign: 'spring-sale' }] });
		expect(outputOf(execution, 'Budget')[0]?.json['budget']).to.include({ name: 'spring', scope: 'campaign', value: 'spring-sale' });
		expect(outputOf(execution, 'List')[0]?.json).to.include({ name: 'spring', credits: '0' });
		expect(outputOf(execution, 'Mode')[0]?.json).to.include({ mode: 'shadow', overdraft: '0' });
	});

	it('Credit Balance: an amount that is none stops, or leaves as a failure', async () => {
		world = await openWorld({ credits: '10' });
		const grant = (settings: object) =>
			creditBalance(world, { operation: 'grant', credits: '={{ $json.credits }}' }, { settings: settings as Record<string, unknown> });
		const people = [{ credits: '5' }, { credits: 'lots' }, { credits: '7' }];
		const stopping = await world.campaign({
			nodes: [grant({}), end('Granted')],
			wires: [
				['People', 'Credit Balance'],
				['Credit Balance', 'Granted'],
			],
		});
		const stopped = await world.n8n.run(stopping.workflow, stopping.path, { people });
		expect(stopped.data.resultData.error?.message).to.match(/^Credits is "lots"/);
		const going = await world.campaign({
			nodes: [grant({ onError: 'continueErrorOutput' }), end('Granted'), end('Failed')],
			wires: [
				['People', 'Credit Balance'],
				['Credit Balance#0', 'Granted'],
				['Credit Balance#1', 'Failed'],
			],
		});
		const gone = await world.n8n.run(going.workflow, going.path, { people });
		expect(outputOf(gone, 'Granted')).to.have.length(2);
		expect(outputOf(gone, 'Failed').map(({ json }) => json['credits'])).to.deep.equal(['lots']);
		// The first item of the run that stopped was granted before the second was refused.
		expect((await readBalance(world.ledger)).available).to.equal('27');
	});

	it('Fallback Switch routes by what produced the item', async () => {
		world = await openWorld({ credits: '2' });
		const nodes = [
			world.action({ outputs: 'single', prompt: '={{ $json.prompt }}', options: { concurrency: 1 } }),
			fallbackSwitch(world, {}),
			end('Model'),
			end('Gone'),
			end('Other'),
			end('Rest'),
		];
		const routes = ['Model', 'Gone', 'Other', 'Rest'].map((name, index) => [`Fallback Switch#${index}`, name] as const);
		const { workflow, path } = await world.campaign({
			nodes,
			wires: [['People', 'LLM Action'], ['LLM Action', 'Fallback Switch'], ...routes],
		});
		const people = ['a', 'b', '', 'c', 'd'].map((prompt) => ({ prompt }));
		const execution = await world.n8n.run(workflow, path, { people });
		const promptsAt = (name: string): unknown[] => outputOf(execution, name).map(({ json }) => json['prompt']);
		expect([promptsAt('Model'), promptsAt('Gone'), promptsAt('Other'), promptsAt('Rest')]).to.deep.equal([
			['a', 'b'],
			['c', 'd'],
			[''],
			[],
		]);
	});

	it('Fallback Switch sends what no LLM Action has seen to Otherwise, and needs no ledger for it', async () => {
		world = await openWorld({ credits: null });
		const nodes = [{ ...fallbackSwitch(world, {}), credentials: {} }, end('Rest')];
		const { workflow, path } = await world.campaign({
			nodes,
			wires: [
				['People', 'Fallback Switch'],
				['Fallback Switch#3', 'Rest'],
			],
		});
		const execution = await world.n8n.run(workflow, path, { people: peopleList(3) });
		expect(outputOf(execution, 'Rest')).to.have.length(3);
	});

	for (const [granted, route, lowPercent] of [
		['100', 'Available', 20],
		['100', 'Low', 100],
		['0.5', 'Exhausted', 20],
		[null, 'Exhausted', 20],
	] as const) {
		it(`Fallback Switch by the state of the credits: ${granted ?? 'no'} credits are ${route.toLowerCase()}`, async () => {
			world = await openWorld({ credits: granted });
			const names = ['Available', 'Low', 'Exhausted', 'Otherwise'];
			const { workflow, path } = await world.campaign({
				nodes: [fallbackSwitch(world, { mode: 'state', lowPercent }), ...names.map(end)],
				wires: [['People', 'Fallback Switch'], ...names.map((name, index) => [`Fallback Switch#${index}`, name] as const)],
			});
			const execution = await world.n8n.run(workflow, path, { people: peopleList(3) });
			expect(names.filter((name) => runsOf(execution, name).length > 0)).to.deep.equal([route]);
		});
	}

	it('Fallback Switch: while the ledger cannot be read, every item leaves by Otherwise', async () => {
		const { filesFolder } = await sharedN8n();
		world = await openWorld({ credits: null, ledger: (await UNUSABLE_LEDGERS[0]?.make(filesFolder)) ?? '' });
		const { workflow, path } = await world.campaign({
			nodes: [fallbackSwitch(world, { mode: 'state' }), end('Otherwise')],
			wires: [
				['People', 'Fallback Switch'],
				['Fallback Switch#3', 'Otherwise'],
			],
		});
		const execution = await world.n8n.run(workflow, path, { people: peopleList(3) });
		expect(outputOf(execution, 'Otherwise')).to.have.length(3);
		expect(runsOf(execution, 'Fallback Switch')[0]?.hints?.[0]?.message).to.match(/^The ledger could not be read/);
	});

	it('the model picker shows what a message costs', async () => {
		world = await openWorld({ credits: null });
		const provider = world.credentials['llmCreditsProviderApi'];
		const search = async (more: object): Promise<readonly { name: string; value: string }[]> => {
			const asked = {
				path: 'parameters.model',
				methodName: 'searchModels',
				nodeTypeAndVersion: { name: 'n8n-nodes-llm-credits.llmAction', version: 1 },
				currentNodeParameters: {},
				credentials: { llmCreditsProviderApi: provider },
				...more,
			};
			const path = '/rest/dynamic-node-parameters/resource-locator-results';
			return (await world.n8n.rest<{ results: readonly { name: string; value: string }[] }>('POST', path, asked)).results;
		};
		const results = await search({ filter: 'mini' });
		expect(results.map(({ value }) => value)).to.deep.equal(['gpt-4.1-mini', 'gpt-4o-mini']);
		expect(results[0]?.name).to.match(/^gpt-4.1-mini \(quick, .+\)$/);
		const none = [{ name: 'This provider does not offer claude', value: 'claude' }];
		expect(await search({ filter: 'claude' }), 'a list is never just empty').to.deep.equal(none);
		const current = { model: { __rl: true, mode: 'list', value: 'grok-9' } };
		const last = (await search({ currentNodeParameters: current })).at(-1);
		expect(last, 'a model that was chosen before').to.deep.equal({ name: 'This provider does not offer grok-9', value: 'grok-9' });
	});

	it('the connection tests tell the balance and the models, or what is wrong', async () => {
		world = await openWorld({ credits: null });
		const test = (type: string, data: object) =>
			world.n8n.rest<{ status: string; message: string }>('POST', '/rest/credentials/test', {
				credentials: { id: '', name: 'x', type, data },
			});
		const usual = { path: '', account: 'default', timeZone: '' };
		const told = (credits: string, location: string): object => ({
			status: 'OK',
			message: `${credits} credits are available on account default in ${location}`,
		});
		const { ledger } = world.n8n.usual;
		const found = await test('llmCreditsLedgerApi', usual);
		// Another test has put credits there, if it ran before.
		expect(found).to.deep.equal(told((await readBalance(ledger)).available, locationOf(ledger)));
		const postgresUrl = await newLedgerUrl();
		expect(await test('llmCreditsLedgerApi', { path: '', postgresUrl, account: 'default' })).to.deep.equal(
			told('0', locationOf(postgresUrl)),
		);
		expect(await test('llmCreditsLedgerApi', { path: 'here.db', account: 'default' })).to.deep.include({ status: 'Error' });
		expect((await test('llmCreditsProviderApi', { service: 'custom', baseUrl: world.provider.url, apiKey: SECRET })).message).to.match(
			/offers 2 models/,
		);
		const refused = await test('llmCreditsProviderApi', { service: 'custom', baseUrl: 'http://127.0.0.1:1/v1', apiKey: SECRET });
		expect(refused.status).to.equal('Error');
		expect(refused.message).to.include('127.0.0.1:1').and.not.include(SECRET);
	});

	/** Runs a workflow of the package by hand, with the credentials of the world chosen in it. */
	async function runShipped(file: string): Promise<Execution> {
		const { llmCreditsLedgerApi, llmCreditsProviderApi } = world.credentials;
		const text = readFileSync(join(repositoryRoot(), 'nodes', 'n8n', 'workflows', file), 'utf8');
		expect(text).not.to.include('credentials');
		const workflow = JSON.parse(text) as WorkflowJson;
		const nodes = workflow.nodes.map((node) => {
			if (!node.type.startsWith('n8n-nodes-llm-credits.')) return node;
			return {
				...node,
				credentials: node.type.endsWith('.llmAction') ? { llmCreditsLedgerApi, llmCreditsProviderApi } : { llmCreditsLedgerApi },
			};
		});
		return world.n8n.runByHand(await world.n8n.save({ ...workflow, nodes }));
	}

	it('the workflows that come with the package: with credits', async () => {
		world = await openWorld({ credits: '1000' });
		const campaign = await runShipped('metered-campaign.json');
		expect(outputOf(campaign, 'Send the Message')).to.have.length(6);
		const topUp = await runShipped('check-and-top-up.json');
		expect(outputOf(topUp, 'Get Balance')[0]?.json['available']).to.equal('994');
		expect(outputOf(topUp, 'Get Usage')[0]?.json).to.include({ campaign: 'spring', credits: '6' });
	});

	it('the workflows that come with the package: without credits', async () => {
		world = await openWorld({ credits: null });
		const campaign = await runShipped('metered-campaign.json');
		const plain = { subject_line: 'New for spring', message: 'Spring is here. Have a look at what is new.', tone: 'calm' };
		expect(outputOf(campaign, 'Send the Plain Message').map(({ json }) => json['llm'])).to.deep.equal(Array(6).fill(plain));
		for (let time = 1; time <= 2; time += 1) {
			const topUp = await runShipped('check-and-top-up.json');
			expect(outputOf(topUp, 'Get Balance')[0]?.json['available'], 'bought once a day').to.equal('100000');
		}
	});
});
