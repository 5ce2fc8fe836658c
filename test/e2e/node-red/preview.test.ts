/** The packed package in the real Node-RED: previews of settings that may not be deployed, with the exact entries in the ledger. */
import { expect } from 'chai';
import { until } from '../../support/machine/child';
import { startFakeOpenAi, type Behaviour, type FakeOpenAi } from '../../support/provider/fake-openai';
import { newLedger } from '../../support/hosts/host-ledger';
import { grantCredits, limitPreviews, proofOf, readAnswers, readPurposes, readStory } from '../../support/ledger/ledger-reader';
import { ACTION, campaignFlow, people, sendPeople, whenLeft } from '../../support/hosts/node-red-flow';
import { startNodeRed, type NodeRed } from '../../support/hosts/real-node-red';

const PAID = ['reserved 1 gpt-4o-mini rung 0 pass 0', 'settled 1'];
const MESSAGE = { payload: { id: 0, name: 'Ada', segment: 'a' } };
const ONE = { credits: '1', dollars: '0.0001' };
const THOUSAND = { credits: '1000', dollars: '0.10' };

interface Answered {
	readonly status: number;
	readonly body: Readonly<Record<string, unknown>> & {
		readonly answer?: Readonly<Record<string, unknown>>;
		readonly llmCredits?: Readonly<Record<string, unknown>>;
	};
}

describe('Node-RED: previews', function () {
	this.timeout(60_000);
	let nodeRed: NodeRed;
	let provider: FakeOpenAi;
	let ledger: string;
	let behaviour: Behaviour;

	before(async () => {
		nodeRed = await startNodeRed({ env: { TONE: 'friendly' } });
	});
	beforeEach(async () => {
		behaviour = { kind: 'answer', object: { message: 'Hello' } };
		provider = await startFakeOpenAi({ choose: () => behaviour });
		ledger = await newLedger(nodeRed.userDir);
		await grantCredits(ledger, '10');
	});
	afterEach(async () => {
		expect((await proofOf(ledger)).violations).to.deep.equal([]);
		await provider.close();
	});
	after(async () => {
		await nodeRed.stop();
		nodeRed.remove();
	});

	const deploy = (action: Readonly<Record<string, unknown>> = {}): Promise<void> =>
		nodeRed.deploy(campaignFlow({ ledger, provider: provider.url, action }));

	async function preview(changed: Readonly<Record<string, unknown>> = {}, more: object = {}): Promise<Answered> {
		const values = { ...ACTION, ledger: 'ledger', provider: 'provider', ...changed };
		const body = { id: 'action', values, message: MESSAGE, ...more };
		return (await nodeRed.request('llm-credits/action/preview', { method: 'POST', body })) as Answered;
	}

	const prompts = (): (string | undefined)[] =>
		provider.requests.map(({ body }) => (body as { messages: { role: string; content: string }[] }).messages.at(-1)?.content);

	it('asks with what the dialog holds, tells the cost, sends nothing on, and is recorded as a preview', async () => {
		await deploy();
		const { status, body } = await preview({ prompt: 'Unsaved: {{payload.name}}, {{env.TONE}}', campaign: '${TONE}' });
		expect(status).to.equal(200);
		expect(body).to.deep.include({
			answer: { message: 'Hello' },
			isFallback: false,
			cost: ONE,
			per1000: THOUSAND,
			rung: 'Answered by gpt-4o-mini',
		});
		expect(body.llmCredits).to.include({ source: 'model', reason: 'answered', model: 'gpt-4o-mini', purpose: 'preview', balance: '9' });
		expect(prompts()).to.deep.equal(['Unsaved: Ada, friendly']);
		expect(await readStory(ledger)).to.deep.equal(PAID);
		expect(await readPurposes(ledger)).to.deep.equal({ preview: '1 in 1' });
		await sendPeople(nodeRed, people(1));
		expect((await whenLeft(nodeRed, 1)).left).to.have.length(1);
		expect(await readPurposes(ledger)).to.deep.equal({ live: '1 in 1', preview: '1 in 1' });
		expect(prompts()[1]).to.equal('Write to Person 0');
	});

	it('shows the fallback values, why, and that nothing can be foretold', async () => {
		await deploy();
		behaviour = { kind: 'status', code: 503 };
		const { body } = await preview();
		expect(body).to.deep.include({
			answer: { message: 'News for you' },
			isFallback: true,
			cost: { credits: '0', dollars: '0.00' },
			per1000: null,
			rung: 'Fallback values instead of gpt-4o-mini',
		});
		expect(body.llmCredits).to.include({ source: 'fallback', reason: 'provider_error' });
		expect(await readStory(ledger)).to.deep.equal(['reserved 1 gpt-4o-mini rung 0 pass 0', 'released']);
	});

	it('takes no answer from real messages and gives them none, by key or by reuse', async () => {
		const settings = { idempotencyKey: 'welcome', idempotencyKeyType: 'str', keepResultsHours: 24, reuseAnswers: 'first', prompt: 'Same' };
		await deploy(settings);
		expect((await preview(settings)).body.llmCredits).to.include({ reason: 'answered' });
		await sendPeople(nodeRed, people(1));
		expect((await whenLeft(nodeRed, 1)).left[0]?.credits.reason).to.equal('answered');
		expect((await preview(settings)).body.llmCredits).to.include({ reason: 'answered' });
		expect(await readStory(ledger)).to.deep.equal([...PAID, ...PAID, ...PAID]);
		expect(await readAnswers(ledger)).to.deep.equal({ kept: 1, saved: 0 });
	});

	it('has a budget of its own, which real messages do not touch', async () => {
		await limitPreviews(ledger, '1');
		await deploy();
		expect((await preview()).body.llmCredits).to.include({ reason: 'answered' });
		expect((await preview()).body.llmCredits).to.include({ reason: 'budget_exceeded', credits: '0' });
		await sendPeople(nodeRed, people(1));
		expect((await whenLeft(nodeRed, 1)).left[0]?.credits.reason).to.equal('answered');
		expect(await readStory(ledger)).to.deep.equal([...PAID, 'refused budget_exceeded', ...PAID]);
		expect(await readPurposes(ledger)).to.deep.equal({ live: '1 in 1', preview: '1 in 1' });
	});

	it('works for a node that was never deployed, and says what else must be', async () => {
		await deploy();
		expect((await preview({ name: 'New' }, { id: 'never-deployed' })).body).to.deep.include({ answer: { message: 'Hello' } });
		const told = async (answered: Promise<Answered>): Promise<string> => {
			const { status, body } = await answered;
			return `${String(status)} ${String(body['code'])} ${String(body['message'])}`;
		};
		expect(await told(preview({ provider: 'none' }))).to.match(/^422 provider_misconfigured Choose a provider\..* must be deployed/);
		expect(await told(preview({ ledger: 'none' }))).to.match(/^422 ledger_unavailable Choose a ledger\..* must be deployed/);
		expect(await told(preview({ attributes: [] }))).to.match(/^422 invalid_settings Output Attributes is empty/);
		expect(await told(preview({ prompt: '{{#payload}}' }))).to.match(/^422 invalid_settings Prompt/);
		expect(await told(preview({}, { message: 'no object' }))).to.match(/^422 invalid_argument A preview needs/);
		expect(await readStory(ledger)).to.deep.equal(PAID);
	});

	it('shows the message that the node saw last, and forgets it with the node', async () => {
		await deploy();
		const sample = async (): Promise<unknown> => (await nodeRed.request('llm-credits/action/action/sample')).body;
		expect(await sample()).to.deep.equal({ message: null });
		await sendPeople(nodeRed, people(1));
		await whenLeft(nodeRed, 1);
		expect(await sample()).to.deep.equal({ message: { payload: people(1)[0] } });
		expect((await nodeRed.request('llm-credits/action/ledger/sample')).body).to.deep.equal({ message: null });
		await deploy({ prompt: 'Changed' });
		expect(await sample()).to.deep.equal({ message: null });
	});

	it('ends when the dialog is closed, and its hold with it', async () => {
		await deploy();
		behaviour = { kind: 'hang' };
		const closed = new AbortController();
		const values = { ...ACTION, ledger: 'ledger', provider: 'provider' };
		const asked = fetch(`${nodeRed.url}/llm-credits/action/preview`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ id: 'action', values, message: MESSAGE }),
			signal: closed.signal,
		}).catch(() => null);
		await until(() => Promise.resolve(provider.requests.length === 1 ? true : null), {
			timeoutMs: 10_000,
			describe: () => 'no request came',
		});
		closed.abort();
		await asked;
		const story = await until(async () => ((await readStory(ledger)).length === 2 ? readStory(ledger) : null), {
			timeoutMs: 10_000,
			everyMs: 100,
			describe: () => 'the hold stays open',
		});
		expect(story).to.deep.equal([PAID[0], 'unconfirmed']);
	});

	it('refuses what a page of another site makes a browser send: nothing is asked, and nothing is paid', async () => {
		await deploy();
		const values = { ...ACTION, ledger: 'ledger', provider: 'provider', prompt: '{{env.TONE}}' };
		const url = `${nodeRed.url}/llm-credits/action/preview`;
		const form = new URLSearchParams({ id: 'action', 'message[payload]': 'x' });
		for (const [name, value] of Object.entries(values)) {
			if (typeof value !== 'object') form.set(`values[${name}]`, String(value));
		}
		for (const [name, value] of Object.entries(ACTION.attributes[0])) form.set(`values[attributes][0][${name}]`, value);
		expect((await fetch(url, { method: 'POST', body: form })).status).to.equal(415);
		const sent = { id: 'action', values, message: MESSAGE };
		const strangers = [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }, { referer: 'https://evil.example/' }];
		for (const headers of strangers) {
			const asked = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(sent) };
			expect((await fetch(url, asked)).status, JSON.stringify(headers)).to.equal(403);
			expect((await nodeRed.request('llm-credits/action/action/sample', { headers })).status).to.equal(403);
		}
		expect(provider.requests).to.have.length(0);
		expect(await readStory(ledger)).to.deep.equal([]);
		const { body } = await nodeRed.request('llm-credits/action/preview', { method: 'POST', body: sent, headers: { origin: nodeRed.url } });
		expect(body).to.deep.include({ answer: { message: 'Hello' } });
	});

	it('makes four previews at a time', async () => {
		await deploy();
		behaviour = { kind: 'hang' };
		const closed = new AbortController();
		const values = { ...ACTION, ledger: 'ledger', provider: 'provider' };
		const body = JSON.stringify({ id: 'action', values, message: MESSAGE });
		const headers = { 'content-type': 'application/json' };
		const ask = (): Promise<number> =>
			fetch(`${nodeRed.url}/llm-credits/action/preview`, { method: 'POST', headers, body, signal: closed.signal }).then(
				({ status }) => status,
				() => 0,
			);
		const asked = [ask(), ask(), ask(), ask()];
		await until(() => Promise.resolve(provider.requests.length === 4 ? true : null), {
			timeoutMs: 10_000,
			describe: () => `${String(provider.requests.length)} requests came`,
		});
		expect(await ask()).to.equal(429);
		expect(provider.requests).to.have.length(4);
		closed.abort();
		await Promise.all(asked);
		behaviour = { kind: 'answer', object: { message: 'Hello' } };
		await until(async () => ((await preview()).status === 200 ? true : null), { timeoutMs: 10_000, describe: () => 'no preview any more' });
	});

	it('is for those who may change flows', async () => {
		const guarded = await startNodeRed({ users: { reader: 'read', writer: '*' } });
		try {
			const as = async (user: string): Promise<{ headers: { authorization: string } }> => ({
				headers: { authorization: `Bearer ${await guarded.login(user)}` },
			});
			const [reader, writer] = [await as('reader'), await as('writer')];
			await guarded.deploy(campaignFlow({ ledger, provider: provider.url }), 'full', writer.headers);
			const body = { id: 'action', values: { ...ACTION, ledger: 'ledger', provider: 'provider' }, message: MESSAGE };
			for (const who of [{}, reader]) {
				expect((await guarded.request('llm-credits/action/preview', { method: 'POST', body, ...who })).status).to.equal(401);
				expect((await guarded.request('llm-credits/action/action/sample', who)).status).to.equal(401);
			}
			expect(provider.requests).to.have.length(0);
			expect((await guarded.request('llm-credits/action/preview', { method: 'POST', body, ...writer })).status).to.equal(200);
			expect((await guarded.request('llm-credits/action/action/sample', writer)).status).to.equal(200);
			expect(await readStory(ledger)).to.deep.equal(PAID);
		} finally {
			await guarded.stop();
			guarded.remove();
		}
	});
});
