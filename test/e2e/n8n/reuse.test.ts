/** The packed package in the real n8n: answers used again, texts of the account, each with the exact entries in the ledger. */
import { expect } from 'chai';
import { proofOf, readAnswers, readStory, setText } from '../../support/ledger/ledger-reader';
import { outputOf, type KeptItem } from '../../support/hosts/n8n-session';
import { MODEL, openWorld, peopleList, plainCampaign, sharedN8n, type World } from '../../support/hosts/n8n-world';

const PAID = [`reserved 1 ${MODEL} rung 0 pass 0`, 'settled 1'];
const SAME = { prompt: 'Write a greeting' };

describe('n8n: reuse of answers, and texts of the account', function () {
	this.timeout(180_000);
	let world: World;

	before(async function () {
		this.timeout(30 * 60_000);
		await sharedN8n();
	});
	afterEach(async () => {
		expect((await proofOf(world.ledger)).violations).to.deep.equal([]);
		await world.close();
	});

	async function open(credits: string): Promise<void> {
		world = await openWorld({ credits, choose: (_request, n) => ({ kind: 'answer', object: { message: `Hello ${n}` }, delayMs: 50 }) });
	}

	/** What left by Result and by Fallback, of so many people. */
	async function run(
		parameters: Readonly<Record<string, unknown>>,
		count: number,
	): Promise<Readonly<Record<'result' | 'fallback', string[]>>> {
		const { workflow, path } = await world.campaign(plainCampaign(world.action(parameters)));
		const execution = await world.n8n.run(workflow, path, { people: peopleList(count) });
		const plainly = ({ json }: KeptItem): string => {
			const { source, reason, credits } = json.llmCredits as unknown as Record<string, string>;
			return [source, reason, credits, String((json['llm'] as Record<string, unknown>)['message'])].join(' ');
		};
		return { result: outputOf(execution, 'LLM Action', 0).map(plainly), fallback: outputOf(execution, 'LLM Action', 1).map(plainly) };
	}

	it('asks once for identical items of a run, and not at all in the next execution', async () => {
		await open('10');
		const parameters = { ...SAME, reuse: { reuseAnswers: 'first' } };
		const first = await run(parameters, 6);
		expect(first.result.filter((line) => line === 'model answered 1 Hello 1')).to.have.length(1);
		expect(first.result.filter((line) => line === 'cache cached 0 Hello 1')).to.have.length(5);
		expect((await run(parameters, 2)).result).to.deep.equal(Array(2).fill('cache cached 0 Hello 1'));
		expect(world.provider.requests).to.have.length(1);
		expect(await readStory(world.ledger)).to.deep.equal(PAID);
		expect(await readAnswers(world.ledger)).to.deep.equal({ kept: 1, saved: 7 });
	});

	it('uses a kept answer when credits are exhausted, and the fallback where there is none', async () => {
		await open('1');
		const parameters = { prompt: '=Write for {{ $json.id % 2 }}', reuse: { reuseAnswers: 'need' }, options: { concurrency: 1 } };
		expect(await run(parameters, 3)).to.deep.equal({
			result: ['model answered 1 Hello 1', 'cache credits_exhausted 0 Hello 1'],
			fallback: ['fallback credits_exhausted 0 News for you'],
		});
		expect(await readStory(world.ledger)).to.deep.equal([...PAID, 'refused credits_exhausted', 'refused credits_exhausted']);
		expect(await readAnswers(world.ledger)).to.deep.equal({ kept: 1, saved: 0 });
	});

	it('sends the compliance text with every request, and other texts where an expression refers to them', async () => {
		await open('10');
		await setText(world.ledger, 'compliance', 'Promise no cures.');
		await setText(world.ledger, 'brand_voice', 'Warm {{ $json.name }}');
		await run({ systemPrompt: 'Keep to [[text:brand_voice]].', prompt: '=Write to {{ $json.name }} in [[text:brand_voice]]' }, 2);
		const sent = world.provider.requests.map(({ body }) => (body as { messages: { role: string; content: string }[] }).messages);
		const system =
			'<compliance>\nPromise no cures.\n</compliance>\n\n<brand_voice>\nWarm {{ $json.name }}\n</brand_voice>\n\nKeep to <brand_voice>.';
		expect(sent.map(([first]) => first)).to.deep.equal(Array(2).fill({ role: 'system', content: system }));
		expect(sent.map(([, second]) => second?.content).sort()).to.deep.equal([
			'Write to Person 0 in <brand_voice>',
			'Write to Person 1 in <brand_voice>',
		]);
		expect((await readStory(world.ledger)).sort()).to.deep.equal([...PAID, ...PAID].sort());
	});
});
