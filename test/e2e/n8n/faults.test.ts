/** The packed package in the real n8n: providers that fail in every way, ledgers that cannot be used, and bad input. */
import { expect } from 'chai';
import { parseCredits } from '../../../lib/core/values/money';
import type { Behaviour } from '../../support/provider/fake-openai';
import { chooserOf } from '../../support/provider/fake-openai';
import { secretsOf } from '../../support/hosts/host-ledger';
import { proofOf, readBalance } from '../../support/ledger/ledger-reader';
import { outputOf, runsOf, type KeptItem } from '../../support/hosts/n8n-session';
import { MODEL, openWorld, peopleList, plainCampaign, SECRET, sharedN8n, type World } from '../../support/hosts/n8n-world';
import { UNUSABLE_LEDGERS, type UnusableLedger } from '../../support/hosts/unusable-ledgers';

interface Fault {
	readonly name: string;
	readonly behaviour: Behaviour;
	readonly source: 'model' | 'fallback';
	readonly reason: string;
	/** What the ledger was charged. */
	readonly credits: string;
}

const quota = { error: { message: 'You exceeded your current quota', type: 'insufficient_quota', code: 'insufficient_quota' } };
const rate = { error: { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' } };
const unknownModel = { error: { message: 'The model does not exist', type: 'invalid_request_error', code: 'model_not_found' } };

const FAULTS: readonly Fault[] = [
	{
		name: 'rate limit',
		behaviour: { kind: 'status', code: 429, body: rate },
		source: 'fallback',
		reason: 'provider_rate_limit',
		credits: '0',
	},
	{ name: 'quota', behaviour: { kind: 'status', code: 429, body: quota }, source: 'fallback', reason: 'provider_quota', credits: '0' },
	{ name: 'server error', behaviour: { kind: 'status', code: 500 }, source: 'fallback', reason: 'provider_error', credits: '0' },
	{
		name: 'key refused',
		behaviour: { kind: 'status', code: 401, body: { error: { message: `Incorrect API key: ${SECRET}` } } },
		source: 'fallback',
		reason: 'provider_rejected',
		credits: '0',
	},
	{
		name: 'model not there',
		behaviour: { kind: 'status', code: 404, body: unknownModel },
		source: 'fallback',
		reason: 'model_not_found',
		credits: '0',
	},
	{ name: 'hang', behaviour: { kind: 'hang' }, source: 'fallback', reason: 'timeout', credits: '2' },
	{ name: 'hang in the body', behaviour: { kind: 'hangBody' }, source: 'fallback', reason: 'timeout', credits: '2' },
	{ name: 'drop at once', behaviour: { kind: 'drop', when: 'beforeHeaders' }, source: 'fallback', reason: 'provider_error', credits: '2' },
	{
		name: 'drop in the body',
		behaviour: { kind: 'drop', when: 'afterHeaders' },
		source: 'fallback',
		reason: 'provider_error',
		credits: '2',
	},
	{ name: 'garbage', behaviour: { kind: 'garbage' }, source: 'fallback', reason: 'invalid_output', credits: '2' },
	{ name: 'empty answer', behaviour: { kind: 'empty' }, source: 'fallback', reason: 'empty_answer', credits: '1' },
	{ name: 'wrong form', behaviour: { kind: 'invalid' }, source: 'fallback', reason: 'invalid_output', credits: '1' },
	{ name: 'usage missing', behaviour: { kind: 'answer', usage: null }, source: 'model', reason: 'answered', credits: '2' },
	{
		name: 'usage in text',
		behaviour: { kind: 'answer', usage: { prompt_tokens: '100', completion_tokens: '20' } },
		source: 'model',
		reason: 'answered',
		credits: '2',
	},
	{ name: 'slow', behaviour: { kind: 'answer', delayMs: 1500 }, source: 'model', reason: 'answered', credits: '1' },
	{ name: 'plain', behaviour: { kind: 'answer' }, source: 'model', reason: 'answered', credits: '1' },
];

const marksOf = (kept: readonly KeptItem[]): (KeptItem['json']['llmCredits'] | undefined)[] => kept.map(({ json }) => json.llmCredits);

describe('n8n: faults and bad input', function () {
	this.timeout(180_000);
	let world: World;

	before(async function () {
		this.timeout(30 * 60_000);
		await sharedN8n();
	});
	afterEach(() => world.close());

	it('each way a provider can fail has its reason, and the ledger is right', async () => {
		const match = FAULTS.map(({ name, behaviour }) => ({ contains: `Write to ${name}.`, behaviour }));
		world = await openWorld({ credits: '1000', choose: chooserOf({ match }) });
		const action = world.action({
			outputs: 'single',
			prompt: '=Write to {{ $json.name }}.',
			options: { reservationCredits: '2', concurrency: 16 },
			time: { timeoutSeconds: 3 },
		});
		const { workflow, path } = await world.campaign({ nodes: [action], wires: [['People', 'LLM Action']] });
		const execution = await world.n8n.run(workflow, path, { people: FAULTS.map(({ name }) => ({ name })) });

		const left = outputOf(execution, 'LLM Action').map(({ json }) => ({
			name: json['name'],
			source: json.llmCredits?.source,
			reason: json.llmCredits?.reason,
			credits: json.llmCredits?.credits,
		}));
		expect(left).to.deep.equal(FAULTS.map(({ name, source, reason, credits }) => ({ name, source, reason, credits })));
		for (const mark of marksOf(outputOf(execution, 'LLM Action'))) {
			if (mark?.source === 'fallback') expect(mark.message, mark.reason).to.be.a('string').and.not.equal('');
		}
		expect(JSON.stringify(execution)).not.to.include(SECRET);
		const charged = FAULTS.reduce((sum, { credits }) => sum + parseCredits(credits, { field: 'credits' }), 0n);
		const { available, held, overdraft } = await readBalance(world.ledger);
		expect({ available: parseCredits(available, { field: 'available' }), held, overdraft }).to.deep.equal({
			available: parseCredits('1000', { field: 'granted' }) - charged,
			held: '0',
			overdraft: '0',
		});
		expect(await proofOf(world.ledger)).to.include({ ok: true });
		expect(world.n8n.server.output()).not.to.include(SECRET);
	});

	describe('a ledger that cannot be used', () => {
		const forbidden: UnusableLedger = {
			name: 'a path that n8n keeps from nodes',
			make: async () => Promise.resolve('/tmp/llm-credits-forbidden.db'),
			says: /N8N_RESTRICT_FILE_ACCESS_TO/,
		};
		for (const { name, make, says } of [...UNUSABLE_LEDGERS, forbidden]) {
			it(`${name}: no call is made, every item goes on, and the reason is said`, async () => {
				const { filesFolder } = await sharedN8n();
				world = await openWorld({ credits: null, ledger: await make(filesFolder) });
				const { workflow, path } = await world.campaign(plainCampaign(world.action()));
				const execution = await world.n8n.run(workflow, path, { people: peopleList(20) });
				expect(execution.status).to.equal('success');
				const fallen = outputOf(execution, 'LLM Action', 1);
				expect(fallen).to.have.length(20);
				expect(new Set(marksOf(fallen).map((mark) => mark?.reason))).to.deep.equal(new Set(['ledger_unavailable']));
				expect(marksOf(fallen)[0]?.message).to.match(says);
				expect(world.provider.requests).to.have.length(0);
				for (const secret of secretsOf(world.ledger)) expect(JSON.stringify(execution) + world.n8n.server.output()).not.to.include(secret);
			});
		}
	});

	it('bad items fall back one by one', async () => {
		world = await openWorld({ credits: '100' });
		const action = world.action({
			outputs: 'single',
			model: { __rl: true, mode: 'id', value: `={{ $json.model || "${MODEL}" }}` },
			prompt: '={{ $json.broken ? $("Nowhere").item.json.x : $json.prompt }}',
		});
		const { workflow, path } = await world.campaign({ nodes: [action], wires: [['People', 'LLM Action']] });
		const people = [
			{ prompt: 'Write' },
			{ prompt: '' },
			{ broken: true },
			{},
			{ prompt: 'Write', model: 'nobody-knows-it' },
			{ prompt: { an: 'object' } },
			{ prompt: 'Write' },
		];
		const execution = await world.n8n.run(workflow, path, { people });
		expect(marksOf(outputOf(execution, 'LLM Action')).map((mark) => mark?.reason)).to.deep.equal([
			'answered',
			'empty_prompt',
			'invalid_item',
			'empty_prompt',
			'unpriced_model',
			'invalid_item',
			'answered',
		]);
		expect((await readBalance(world.ledger)).available).to.equal('98');
	});

	it('a fallback value of the wrong type stops before anything is spent, and says what to mend', async () => {
		world = await openWorld({ credits: '100' });
		const attributes = { values: [{ name: 'score', type: 'number', description: '', details: '', fallback: 'many' }] };
		const { workflow, path } = await world.campaign(plainCampaign(world.action({ attributes })));
		const execution = await world.n8n.run(workflow, path, { people: peopleList(3) });
		expect(execution.status).to.equal('error');
		expect(runsOf(execution, 'LLM Action')[0]?.error?.message).to.match(/score/).and.match(/many/);
		expect(runsOf(execution, 'LLM Action')[0]?.error?.description).to.match(/no credits were used/i);
		expect(world.provider.requests).to.have.length(0);
	});

	it('no items', async () => {
		world = await openWorld({ credits: '100' });
		const { workflow, path } = await world.campaign(plainCampaign(world.action()));
		const execution = await world.n8n.run(workflow, path, { people: [] });
		expect(execution.status).to.equal('success');
		expect(world.provider.requests).to.have.length(0);
	});

	it('10,000 items', async () => {
		world = await openWorld({ credits: '200' });
		const { workflow, path } = await world.campaign(plainCampaign(world.action()));
		const execution = await world.n8n.run(workflow, path, { people: peopleList(10_000) });
		expect(execution.status).to.equal('success');
		const [answered, fallen] = [outputOf(execution, 'LLM Action', 0), outputOf(execution, 'LLM Action', 1)];
		expect([answered.length, fallen.length]).to.deep.equal([200, 9_800]);
		expect(new Set([...answered, ...fallen].map(({ json }) => json['id'])).size).to.equal(10_000);
		expect(await readBalance(world.ledger)).to.include({ available: '0', held: '0' });
	});
});
