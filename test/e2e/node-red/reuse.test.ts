/** The packed package in the real Node-RED: answers used again, texts of the account, each with the exact entries in the ledger. */
import { expect } from 'chai';
import { startFakeOpenAi, type FakeOpenAi } from '../../support/provider/fake-openai';
import { newLedger } from '../../support/hosts/host-ledger';
import { grantCredits, proofOf, readAnswers, readStory, setText } from '../../support/ledger/ledger-reader';
import { campaignFlow, people, sendPeople, whenLeft, type Left } from '../../support/hosts/node-red-flow';
import { startNodeRed, type NodeRed } from '../../support/hosts/real-node-red';

const PAID = ['reserved 1 gpt-4o-mini rung 0 pass 0', 'settled 1'];
const SAME = { prompt: 'Write a greeting', systemPrompt: '' };

describe('Node-RED: reuse of answers, and texts of the account', function () {
	this.timeout(60_000);
	let nodeRed: NodeRed;
	let provider: FakeOpenAi;
	let ledger: string;

	before(async () => {
		nodeRed = await startNodeRed();
	});
	beforeEach(async () => {
		provider = await startFakeOpenAi({ choose: (_request, n) => ({ kind: 'answer', object: { message: `Hello ${n}` }, delayMs: 50 }) });
		ledger = await newLedger(nodeRed.userDir);
	});
	afterEach(async () => {
		expect((await proofOf(ledger)).violations).to.deep.equal([]);
		await provider.close();
	});
	after(async () => {
		await nodeRed.stop();
		nodeRed.remove();
	});

	async function deploy(credits: string, action: Readonly<Record<string, unknown>>): Promise<void> {
		await grantCredits(ledger, credits);
		await nodeRed.deploy(campaignFlow({ ledger, provider: provider.url, action: { ...SAME, ...action } }));
	}

	const plainly = ({ output, credits: { source, reason, credits }, llm }: Left): string =>
		[output, source, reason, credits, String(llm?.['message'])].join(' ');

	it('asks once for identical messages, before and after a deploy, and pays once', async () => {
		await deploy('10', { reuseAnswers: 'first' });
		await sendPeople(nodeRed, people(6));
		const first = (await whenLeft(nodeRed, 6)).left.map(plainly);
		expect(first.filter((line) => line === 'result model answered 1 Hello 1')).to.have.length(1);
		expect(first.filter((line) => line === 'result cache cached 0 Hello 1')).to.have.length(5);
		await nodeRed.deploy(campaignFlow({ ledger, provider: provider.url, action: { ...SAME, reuseAnswers: 'first' } }));
		await sendPeople(nodeRed, people(2));
		expect((await whenLeft(nodeRed, 2)).left.map(plainly)).to.deep.equal(Array(2).fill('result cache cached 0 Hello 1'));
		expect(provider.requests).to.have.length(1);
		expect(await readStory(ledger)).to.deep.equal(PAID);
		expect(await readAnswers(ledger)).to.deep.equal({ kept: 1, saved: 7 });
	});

	it('uses a kept answer when credits are exhausted, and the fallback where there is none', async () => {
		await deploy('1', { reuseAnswers: 'need', prompt: 'Write for {{payload.segment}}', concurrency: 1 });
		await sendPeople(nodeRed, people(3));
		const { left } = await whenLeft(nodeRed, 3);
		expect(left.map(plainly)).to.deep.equal([
			'result model answered 1 Hello 1',
			'fallback fallback credits_exhausted 0 News for you',
			'result cache credits_exhausted 0 Hello 1',
		]);
		expect(left[2]?.credits.message).to.match(/An answer of \d{4}-\d\d-\d\d to the same request is used\.$/);
		expect(await readStory(ledger)).to.deep.equal([...PAID, 'refused credits_exhausted', 'refused credits_exhausted']);
		expect(await readAnswers(ledger)).to.deep.equal({ kept: 1, saved: 0 });
	});

	it('keeps nothing where nobody asked for it', async () => {
		await deploy('10', {});
		await sendPeople(nodeRed, people(2));
		expect((await whenLeft(nodeRed, 2)).left.map(({ credits }) => credits.source)).to.deep.equal(['model', 'model']);
		expect(await readStory(ledger)).to.have.length(4);
		expect(await readAnswers(ledger)).to.deep.equal({ kept: 0, saved: 0 });
	});

	it('sends the compliance text with every request, and other texts where a template refers to them', async () => {
		await deploy('10', {});
		await setText(ledger, 'compliance', 'Promise no cures.');
		await setText(ledger, 'brand_voice', 'Warm {{payload.name}}');
		const action = { systemPrompt: 'Keep to [[text:brand_voice]].', prompt: 'Write to {{payload.name}}' };
		await nodeRed.deploy(campaignFlow({ ledger, provider: provider.url, action }));
		await sendPeople(nodeRed, people(2));
		await whenLeft(nodeRed, 2);
		const sent = provider.requests.map(({ body }) => (body as { messages: { role: string; content: string }[] }).messages);
		const system =
			'<compliance>\nPromise no cures.\n</compliance>\n\n<brand_voice>\nWarm {{payload.name}}\n</brand_voice>\n\nKeep to <brand_voice>.';
		expect(sent.map(([first]) => first)).to.deep.equal(Array(2).fill({ role: 'system', content: system }));
		expect(sent.map(([, second]) => second?.content).sort()).to.deep.equal(['Write to Person 0', 'Write to Person 1']);
		expect((await readStory(ledger)).sort()).to.deep.equal([...PAID, ...PAID].sort());
	});

	it('says which text is missing, and lets the message take its fallback', async () => {
		await deploy('10', { prompt: 'In [[text:brand_voice]]' });
		await sendPeople(nodeRed, people(1));
		const { left } = await whenLeft(nodeRed, 1);
		expect(left.map(plainly)).to.deep.equal(['fallback fallback invalid_item 0 News for you']);
		expect(left[0]?.credits.message).to.include('[[text:brand_voice]]').and.include('llm-credits text set brand_voice');
		expect(await readStory(ledger)).to.deep.equal([]);
	});
});
