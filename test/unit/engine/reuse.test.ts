/** Answers used again: before asking, at one time, and in need; what makes requests identical; and the exact entries each time. */
import { expect } from 'chai';
import { answerReport } from '../../../lib/engine/report/answer-report';
import type { ItemInput } from '../../../lib/engine/llm-action';
import type { ItemResult } from '../../../lib/engine/outcome/item-result';
import { expectClean, item, makeAction, makeWorld, spent, story, type ActionWorld } from '../../support/scenarios/action-world';
import { answer, fault, ScriptedProvider, type Script } from '../../support/provider/scripted-provider';

const FIRST = { reuseAnswers: 'first' };
const NEED = { reuseAnswers: 'need' };
const PAID = ['reserved 1.2 m rung 0 pass 0', 'settled 1.2'];
const GOOD = '{"message":"Hello"}';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Answers with the number of the call, so that answers can be told apart. */
const counting: Script = (_request, number) => answer(JSON.stringify({ message: `Hello ${String(number)}` }));

interface Ran {
	readonly source: string;
	readonly reason: string;
	readonly credits: string;
	readonly message: unknown;
}

const plainly = ({ attributes, llmCredits: { source, reason, credits } }: ItemResult): Ran => ({
	source,
	reason,
	credits,
	message: attributes['message'],
});

class Run {
	private constructor(
		readonly world: ActionWorld,
		readonly provider: ScriptedProvider,
	) {}

	static async with(credits: string, script: Script = counting): Promise<Run> {
		return new Run(await makeWorld(credits), new ScriptedProvider(script));
	}

	#keys = 0;

	/** Items one after the other, each with a key of its own. */
	async items(settings: Record<string, unknown>, ...inputs: Partial<ItemInput>[]): Promise<Ran[]> {
		const results: ItemResult[] = [];
		for (const input of inputs) results.push(await this.whole(settings, input));
		return results.map(plainly);
	}

	async whole(
		settings: Record<string, unknown>,
		input: Partial<ItemInput> = {},
		more: object = {},
		host: object = {},
	): Promise<ItemResult> {
		this.#keys += 1;
		const action = makeAction(this.world, this.provider, settings, more);
		const result = await action.runOne({ ...item(`k${String(this.#keys)}`, input), ...host });
		await this.world.ledger.answers.drain();
		return result;
	}

	/** So many identical items at one time. */
	async atOnce(settings: Record<string, unknown>, count: number, input: Partial<ItemInput> = {}): Promise<Ran[]> {
		this.#keys += 1;
		const list = Array.from({ length: count }, (_, index) => item(`k${String(this.#keys)}-${String(index)}`, input));
		return (await makeAction(this.world, this.provider, settings).run(list)).map(plainly);
	}
}

describe('reuse of answers', () => {
	it('never happens unless somebody wants it, and nothing is kept', async () => {
		const run = await Run.with('100');
		const ran = await run.items({}, {}, {});
		expect(ran.map(({ source, message }) => [source, message])).to.deep.equal([
			['model', 'Hello 1'],
			['model', 'Hello 2'],
		]);
		expect(answerReport(await run.world.store.answers.summary('a')).answers).to.equal(0);
	});

	it('gives an identical request the answer it got, for nothing, with no entry in the journal', async () => {
		const run = await Run.with('100');
		const [first, second] = [await run.whole(FIRST), await run.whole(FIRST)];
		expect(plainly(first)).to.deep.equal({ source: 'model', reason: 'answered', credits: '1.2', message: 'Hello 1' });
		expect(plainly(second)).to.deep.equal({ source: 'cache', reason: 'cached', credits: '0', message: 'Hello 1' });
		expect(second.route).to.equal('result');
		expect(second.tokenUsage).to.equal(null);
		expect(second.llmCredits).to.include({ model: 'm', holdId: null, attempts: 0, usage: null, message: null, reserved: '0' });
		expect(await story(run.world)).to.deep.equal(PAID);
		const { savings } = answerReport(await run.world.store.answers.summary('a'));
		expect(savings.map(({ campaign, calls, savedMicro }) => [campaign, calls, savedMicro])).to.deep.equal([['spring', 1, 1_200_000n]]);
		await expectClean(run.world);
	});

	const OTHERS: readonly (readonly [what: string, settings: Record<string, unknown>, input: Partial<ItemInput>])[] = [
		['another prompt', {}, { prompt: 'Write.' }],
		['other instructions', {}, { systemPrompt: 'Be brief.' }],
		['another model', {}, { model: 'm2' }],
		['another temperature', { temperature: 0.5 }, {}],
		['another output limit', { maxOutputTokens: 999 }, {}],
		['another effort', { reasoningEffort: 'low' }, {}],
		['another form of asking', { structuredOutput: 'prompt' }, {}],
		['another attribute', { attributes: [{ name: 'message', type: 'text', description: 'Short', details: '', fallback: 'Hi' }] }, {}],
		['a further pass', { passes: [{ kind: 'refine', instructions: '', model: '' }] }, {}],
	];
	for (const [what, settings, input] of OTHERS) {
		it(`does not take ${what} for the same request`, async () => {
			const run = await Run.with('100');
			await run.whole(FIRST);
			const [other] = await run.items({ ...FIRST, ...settings }, input);
			expect(other?.source).to.equal('model');
		});
	}

	it('does not take the same request to another provider for the same', async () => {
		const run = await Run.with('100');
		await run.whole(FIRST);
		const elsewhere = { provider: () => ({ ...run.provider.handle(), service: 'elsewhere' }) };
		expect((await run.whole(FIRST, {}, elsewhere)).llmCredits.source).to.equal('model');
	});

	it('takes fallback values, limits, labels, keys and persons for no part of the request', async () => {
		const run = await Run.with('100');
		await run.whole(FIRST);
		const settings = {
			...FIRST,
			capPerSend: '50',
			maxAttempts: 1,
			attributes: [{ name: 'message', type: 'text', description: '', details: '', fallback: 'Bye' }],
		};
		const input = { person: 'p', segment: 's', tag: 't', workspace: 'w', campaign: 'autumn', idempotencyKey: 'own' };
		expect(await run.items(settings, input)).to.deep.equal([{ source: 'cache', reason: 'cached', credits: '0', message: 'Hello 1' }]);
	});

	it('ends when an answer is not fresh any more', async () => {
		const run = await Run.with('100');
		const settings = { ...FIRST, reuseFreshHours: 2 };
		await run.whole(settings);
		run.world.time.nowMs += 2 * HOUR_MS - 1;
		expect((await run.items(settings, {}))[0]?.message).to.equal('Hello 1');
		run.world.time.nowMs += 1;
		expect(await run.items(settings, {}, {})).to.deep.equal([
			{ source: 'model', reason: 'answered', credits: '1.2', message: 'Hello 2' },
			{ source: 'cache', reason: 'cached', credits: '0', message: 'Hello 2' },
		]);
	});

	it('ends when a text that its judge goes by changes', async () => {
		const run = await Run.with('100', ({ model }) => answer(model === 'judge' ? '{"score":90,"why":""}' : GOOD));
		const setVoice = (text: string): Promise<unknown> =>
			run.world.ledger.changeProfile({ kind: 'set_text', key: text, name: 'brand_voice', text });
		const settings = { ...FIRST, judgeModel: 'judge', judgeCriteria: 'As in [[text:brand_voice]]' };
		await setVoice('Warm');
		expect((await run.items(settings, {}, {})).map(({ source }) => source)).to.deep.equal(['model', 'cache']);
		await setVoice('Dry');
		expect((await run.items(settings, {}, {})).map(({ source }) => source)).to.deep.equal(['model', 'cache']);
	});

	it('keeps to the campaign, or to the node, where that is wanted', async () => {
		const run = await Run.with('100');
		const elsewhere = { nodeKey: 'other' };
		for (const reuseScope of ['campaign', 'node'] as const) {
			const settings = { ...FIRST, reuseScope };
			const [input, more] = reuseScope === 'campaign' ? [{ campaign: 'autumn' }, {}] : [{}, elsewhere];
			const sources = [await run.whole(settings), await run.whole(settings), await run.whole(settings, input, more)];
			expect(sources.map(({ llmCredits }) => llmCredits.source)).to.deep.equal(['model', 'cache', 'model']);
		}
		await run.whole(FIRST);
		expect((await run.whole(FIRST, { campaign: 'autumn' }, elsewhere)).llmCredits.source).to.equal('cache');
	});

	it('asks once for identical items of one run, and the others wait for its answer', async () => {
		const run = await Run.with('100');
		const ran = await run.atOnce({ ...FIRST, concurrency: 32 }, 40);
		expect(run.provider.requests).to.have.length(1);
		expect(ran.filter(({ source, credits }) => source === 'model' && credits === '1.2')).to.have.length(1);
		expect(ran.filter(({ source, reason, credits }) => source === 'cache' && reason === 'cached' && credits === '0')).to.have.length(39);
		expect(new Set(ran.map(({ message }) => message))).to.deep.equal(new Set(['Hello 1']));
		expect(await story(run.world)).to.deep.equal(PAID);
		await run.world.ledger.answers.drain();
		const { savings } = answerReport(await run.world.store.answers.summary('a'));
		expect(savings.map(({ calls }) => calls)).to.deep.equal([39]);
		await expectClean(run.world);
	});

	it('lets those who wait ask by themselves when the first gets no answer', async () => {
		const run = await Run.with('100', (_request, number) =>
			number <= 1 ? fault('bad_request') : answer(`{"message":"Hello ${String(number)}"}`),
		);
		const ran = await run.atOnce({ ...FIRST, concurrency: 4 }, 4);
		expect(ran.map(({ source }) => source)).to.deep.equal(['fallback', 'model', 'model', 'model']);
		await expectClean(run.world);
	});

	it('waits for the answer of another no longer than its own deadline', async () => {
		let answerFirst: () => void = () => undefined;
		const run = await Run.with('100', (_request, number) =>
			number === 1 ? new Promise((resolve) => (answerFirst = () => resolve(answer('{"message":"late"}')))) : answer('{"message":"own"}'),
		);
		const slow = makeAction(run.world, run.provider, FIRST).runOne(item('slow'));
		const hasty = makeAction(run.world, run.provider, { ...FIRST, deadlineSeconds: 5 }).runOne(item('hasty'));
		const startedMs = run.world.time.nowMs;
		expect(plainly(await hasty)).to.include({ source: 'fallback', reason: 'deadline_reached' });
		expect(run.world.time.nowMs - startedMs).to.equal(5_000);
		answerFirst();
		expect((await slow).attributes).to.deep.equal({ message: 'late' });
	});

	it('does not keep an answer that has not the form asked for, nor one whose later pass failed', async () => {
		const run = await Run.with('100', (_request, number) => answer(number === 1 ? '{"other":1}' : `{"message":"Hello ${String(number)}"}`));
		const settings = { ...FIRST, maxAttempts: 1 };
		expect((await run.items(settings, {}, {})).map(({ reason }) => reason)).to.deep.equal(['invalid_output', 'answered']);
		const passes = await Run.with('100', (_request, number) =>
			number === 2 ? fault('bad_request') : answer(`{"message":"Hello ${String(number)}"}`),
		);
		const withPass = { ...settings, passes: [{ kind: 'refine', instructions: '', model: '' }] };
		expect((await passes.items(withPass, {}, {})).map(({ source, message }) => [source, message])).to.deep.equal([
			['model', 'Hello 1'],
			['model', 'Hello 4'],
		]);
	});
});

describe('reuse and checks', () => {
	const ada: Script = () => answer('{"message":"Dear Ada, 20 euros"}');
	const withData = (data: Record<string, unknown>): object => ({ data });

	it('holds a kept answer to the checks of the item that would get it', async () => {
		const run = await Run.with('100', ada);
		const settings = { ...FIRST, factFields: 'first_name', repairOnce: false };
		const [first, same, other] = [
			await run.whole(settings, {}, {}, withData({ first_name: 'Ada' })),
			await run.whole(settings, {}, {}, withData({ first_name: 'Ada' })),
			await run.whole(settings, {}, {}, withData({ first_name: 'Bob' })),
		];
		expect([first, same, other].map(({ llmCredits: { source, reason } }) => [source, reason])).to.deep.equal([
			['model', 'answered'],
			['cache', 'cached'],
			['fallback', 'failed_checks'],
		]);
	});

	it('takes other checks for another request, because an answer had to pass them', async () => {
		const run = await Run.with('100', ada);
		await run.whole(FIRST);
		const stricter = { ...FIRST, answerRules: [{ check: 'max_words', attribute: '', value: '9' }] };
		expect((await run.whole(stricter)).llmCredits.source).to.equal('model');
	});

	it('keeps an answer that was repaired, and none that was replaced in part or that a judge could not look at', async () => {
		const short = { answerRules: [{ check: 'max_words', attribute: 'message', value: '2' }] };
		const wordy = '{"message":"far too many words","other":"x"}';
		const attributes = ['message', 'other'].map((name) => ({ name, type: 'text', description: '', details: '', fallback: 'Hi' }));
		const script: Script = (_request, number) => answer(number === 2 ? '{"message":"two words","other":"x"}' : wordy);
		const repaired = await Run.with('100', script);
		const first = await repaired.items({ ...FIRST, ...short, attributes }, {}, {});
		expect(first.map(({ source, message }) => [source, message])).to.deep.equal([
			['model', 'two words'],
			['cache', 'two words'],
		]);
		const replaced = await Run.with('100', () => answer(wordy));
		const second = await replaced.items({ ...FIRST, ...short, attributes, repairOnce: false, failedChecks: 'attribute' }, {}, {});
		expect(second.map(({ source, message }) => [source, message])).to.deep.equal([
			['model', 'Hi'],
			['model', 'Hi'],
		]);
		const unjudged = await Run.with('100', (request) => (request.model === 'judge' ? fault('bad_request') : answer(GOOD)));
		const third = await unjudged.items({ ...FIRST, judgeModel: 'judge', judgeCriteria: 'Warm' }, {}, {});
		expect(third.map(({ source }) => source)).to.deep.equal(['model', 'model']);
	});

	it('gives an older answer to an item whose own did not pass', async () => {
		const run = await Run.with('100', (_request, number) => answer(`{"message":"${number === 1 ? 'short' : 'far too many words'}"}`));
		const settings = { ...NEED, answerRules: [{ check: 'max_words', attribute: '', value: '2' }], repairOnce: false };
		expect((await run.items(settings, {}, {}))[1]).to.deep.equal({
			source: 'cache',
			reason: 'failed_checks',
			credits: '1.2',
			message: 'short',
		});
	});

	it('knows the texts of the account when it looks for what was made up', async () => {
		const run = await Run.with('100', ada);
		const settings = { checkInvented: true, repairOnce: false };
		const input = { prompt: 'Write to Ada as [[text:business_context]] says' };
		const setText = (text: string): Promise<unknown> =>
			run.world.ledger.changeProfile({ kind: 'set_text', key: text, name: 'business_context', text });
		await setText('Shipping costs 20 euros.');
		expect((await run.whole(settings, input)).llmCredits.reason).to.equal('answered');
		await setText('Shipping is free.');
		expect((await run.whole(settings, input)).llmCredits.reason).to.equal('failed_checks');
	});
});

describe('an answer in need', () => {
	it('takes the place of the fallback values when credits are exhausted, also an older one', async () => {
		const run = await Run.with('1.2');
		const first = await run.whole(NEED);
		expect(plainly(first)).to.include({ source: 'model', credits: '1.2' });
		run.world.time.nowMs += 29 * DAY_MS;
		const again = await run.whole(NEED);
		expect(again.route).to.equal('result');
		expect(plainly(again)).to.deep.equal({ source: 'cache', reason: 'credits_exhausted', credits: '0', message: 'Hello 1' });
		expect(again.llmCredits.message).to.match(/not enough credits.* An answer of 2026-09-21 to the same request is used\.$/i);
		expect(await story(run.world)).to.deep.equal([...PAID, 'refused credits_exhausted']);
		run.world.time.nowMs += DAY_MS;
		expect(plainly(await run.whole(NEED))).to.include({ source: 'fallback', reason: 'credits_exhausted', message: 'Hi' });
		await expectClean(run.world);
	});

	it('is not used while a model can answer, nor counted as a call that was saved', async () => {
		const run = await Run.with('2.4');
		const ran = await run.items(NEED, {}, {}, {});
		expect(ran.map(({ source, message }) => [source, message])).to.deep.equal([
			['model', 'Hello 1'],
			['model', 'Hello 2'],
			['cache', 'Hello 2'],
		]);
		expect(answerReport(await run.world.store.answers.summary('a')).savings).to.deep.equal([]);
	});

	it('helps when the provider is gone, a budget is used up, or the answer is of no use', async () => {
		for (const code of ['connection_refused', 'quota_exhausted', 'content_refused'] as const) {
			const run = await Run.with('100', (_request, number) => (number === 1 ? answer('{"message":"Hello 1"}') : fault(code)));
			expect((await run.items(NEED, {}, {}))[1]).to.include({ source: 'cache', credits: '0', message: 'Hello 1' });
		}
		const run = await Run.with('100');
		const budget = { name: 'b', scope: 'campaign', value: 'spring', period: 'total', limitMicro: 1_200_000n, key: 'b' } as const;
		await run.world.ledger.setBudget(budget);
		expect((await run.items(NEED, {}, {}))[1]).to.include({ source: 'cache', reason: 'budget_exceeded' });
		const garbled = await Run.with('100', (_request, number) => answer(number === 1 ? '{"message":"Hello 1"}' : '{"other":1}'));
		const [, second] = await garbled.items({ ...NEED, maxAttempts: 2 }, {}, {});
		// What was asked for in vain is paid, and says so.
		expect(second).to.deep.equal({ source: 'cache', reason: 'invalid_output', credits: '2.4', message: 'Hello 1' });
		expect(await spent(garbled.world)).to.equal('3.6');
	});

	it('may be that of a cheaper model, the better one first', async () => {
		const settings = { ...NEED, cheaperModels: [{ model: 'small' }] };
		const run = await Run.with('1.2', (request) => (request.model === 'm' ? fault('server_error') : answer('{"message":"small"}')));
		expect((await run.items(settings, {}, {})).map(({ source, message }) => [source, message])).to.deep.equal([
			['cheaper_model', 'small'],
			['cache', 'small'],
		]);
	});

	it('is not for items that are not wanted any more or have no request', async () => {
		const run = await Run.with('100');
		await run.whole(NEED);
		const stopped = new AbortController();
		stopped.abort();
		const result = await makeAction(run.world, run.provider, NEED).runOne(item('x', {}, stopped.signal));
		expect(plainly(result)).to.include({ source: 'fallback', reason: 'cancelled' });
		expect((await run.items(NEED, { prompt: ' ' }))[0]).to.include({ source: 'fallback', reason: 'empty_prompt' });
	});
});

describe('a preview', () => {
	const preview = { labels: { flow: 'f', node: 'n', purpose: 'preview' as const } };

	it('asks although there is an answer, and keeps none', async () => {
		const run = await Run.with('100');
		expect((await run.whole(FIRST, {}, preview)).llmCredits.source).to.equal('model');
		expect(plainly(await run.whole(FIRST))).to.include({ source: 'model', message: 'Hello 2' });
		expect(plainly(await run.whole(FIRST, {}, preview))).to.include({ source: 'model', message: 'Hello 3' });
		expect(plainly(await run.whole(FIRST))).to.include({ source: 'cache', message: 'Hello 2' });
	});
});

describe('texts of the account', () => {
	const setText = async ({ world }: Run, name: string, text: string): Promise<void> => {
		await world.ledger.changeProfile({ kind: 'set_text', key: `${name} ${text}`, name, text });
	};

	it('go with every request, passes and cheaper models included, and change what is the same request', async () => {
		const run = await Run.with('100', (request, number) =>
			request.model === 'm' && number > 2 ? fault('bad_request') : answer(`{"message":"Hello ${String(number)}"}`),
		);
		await setText(run, 'compliance', 'Promise no cures.');
		const settings = { ...FIRST, passes: [{ kind: 'refine', instructions: '', model: '' }], cheaperModels: [{ model: 'small' }] };
		await run.whole(settings);
		await setText(run, 'compliance', 'Promise nothing.');
		expect((await run.whole(settings)).llmCredits.source).to.equal('cheaper_model');
		const systems = run.provider.requests.map(({ model, messages }) => [model, messages[0]?.role, messages[0]?.content]);
		expect(systems.slice(0, 2)).to.deep.equal(Array(2).fill(['m', 'system', '<compliance>\nPromise no cures.\n</compliance>']));
		expect(
			systems.slice(2).every(([, role, text]) => role === 'system' && text === '<compliance>\nPromise nothing.\n</compliance>'),
		).to.equal(true);
		expect(systems.at(-1)?.[0]).to.equal('small');
	});

	it('that are missing are said plainly, and no credits are used', async () => {
		const run = await Run.with('100');
		const result = await run.whole({}, { prompt: 'In [[text:brand_voice]]' });
		expect(result.llmCredits).to.include({ source: 'fallback', reason: 'invalid_item', credits: '0' });
		expect(result.llmCredits.message).to.include('llm-credits text set brand_voice');
		expect(await story(run.world)).to.deep.equal([]);
	});

	it('that change do not turn a retry into another request', async () => {
		const run = await Run.with('100');
		const action = makeAction(run.world, run.provider);
		await action.runOne(item('same'));
		await setText(run, 'compliance', 'Promise nothing.');
		expect((await action.runOne(item('same'))).llmCredits).to.include({ reason: 'replayed', credits: '1.2' });
		expect(run.provider.requests).to.have.length(1);
	});
});
