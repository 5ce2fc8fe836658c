/** The way down the ladder: which rung an item gets, why, and what stands in the journal for it. */
import { expect } from 'chai';
import { parseCredits } from '../../../lib/core/values/money';
import type { ItemResult } from '../../../lib/engine/outcome/item-result';
import type { LlmAction } from '../../../lib/engine/llm-action';
import { expectClean, item, items, makeAction, makeWorld, spent, story, type ActionWorld } from '../../support/scenarios/action-world';
import { answer, fault, PRICE, priceTimes, ScriptedProvider, USAGE, type Script } from '../../support/provider/scripted-provider';

const GOOD = '{"message":"Hello"}';
/** A call of USAGE costs 1.2 credits with `m`, 0.12 with `small`, 12 with `big`. */
const PRICES = { m: PRICE, small: priceTimes(100n, 'small'), big: priceTimes(10_000n, 'big') };
const micro = (credits: string): bigint => parseCredits(credits, { field: 'credits' });
const cheaper = (model: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({ model, passes: 'single', ...more });

interface Ran {
	readonly world: ActionWorld;
	readonly results: readonly ItemResult[];
	readonly result: ItemResult;
	readonly provider: ScriptedProvider;
	readonly action: LlmAction;
}

async function run(
	{ credits, count = 1, prepare }: { credits: string; count?: number; prepare?: (world: ActionWorld) => Promise<unknown> },
	script: Script,
	settings: Record<string, unknown> = {},
): Promise<Ran> {
	const world = await makeWorld(credits);
	await prepare?.(world);
	const provider = new ScriptedProvider((request, number) => script(request, number));
	const action = makeAction(
		world,
		provider,
		{ reservation: 'strict', maxOutputTokens: 20, ...settings },
		{ provider: () => provider.handle(PRICES) },
	);
	const results = await action.run(count === 1 ? [item('k')] : items(count));
	await action.idle();
	await expectClean(world);
	const [result] = results;
	if (!result) throw new Error('no result');
	return { world, results, result, provider, action };
}

const told = ({ llmCredits: { source, reason, model } }: ItemResult): string => `${source} ${reason} ${model}`;

describe('ladder: what fits', () => {
	const ladder = { cheaperModels: [cheaper('small')] };

	it('takes the model while it fits', async () => {
		const { result, world } = await run({ credits: '100' }, () => answer(GOOD), ladder);
		expect(told(result)).to.equal('model answered m');
		expect(await story(world)).to.have.length(2);
	});

	it('takes a cheaper model when credits run low, says so, and settles it at its own price', async () => {
		const { result, world, provider } = await run({ credits: '1.3' }, () => answer(GOOD), ladder);
		expect(told(result)).to.equal('cheaper_model credits_exhausted small');
		expect(result.route).to.equal('result');
		expect(result.attributes).to.deep.equal({ message: 'Hello' });
		expect(result.llmCredits.credits).to.equal('0.12');
		expect(result.llmCredits.message).to.contain('not enough credits');
		expect(provider.requests.map(({ model }) => model)).to.deep.equal(['small']);
		const [reserved, settled] = await story(world);
		expect(reserved).to.match(/^reserved 0\.\d+ small rung 1 pass 0 not credits_exhausted$/);
		expect(settled).to.equal('settled 0.12');
	});

	it('a campaign goes down its ladder as its credits end, and nobody is left out', async () => {
		const { results } = await run({ credits: '20', count: 60 }, () => answer(GOOD), { ...ladder, reservation: 'learned', concurrency: 1 });
		const kinds = results.map(told);
		const last = kinds.lastIndexOf('model answered m');
		expect(last).to.be.within(12, 17);
		expect(new Set(kinds.slice(0, last + 1))).to.deep.equal(new Set(['model answered m']));
		expect(new Set(kinds.slice(last + 1, last + 5))).to.deep.equal(new Set(['cheaper_model credits_exhausted small']));
		expect(results).to.have.length(60);
	});

	it('a budget for the model moves the rest of the campaign to the cheaper one', async () => {
		const budget = { name: 'dear', scope: 'model', value: 'm', period: 'total', limitMicro: micro('3'), key: 'b' } as const;
		const { results, world } = await run(
			{ credits: '1000', count: 10, prepare: ({ ledger }) => ledger.setBudget(budget) },
			() => answer(GOOD),
			{ ...ladder, reservation: 'fixed', concurrency: 1 },
		);
		expect(results.map(told)).to.deep.equal([
			...Array<string>(2).fill('model answered m'),
			...Array<string>(8).fill('cheaper_model budget_exceeded small'),
		]);
		const counters = await world.store.counters('a');
		expect(counters.map(({ value, settledMicro }) => [value, settledMicro])).to.deep.equal([['m', micro('2.4')]]);
	});

	it('a floor for other segments moves a call to what stays above it', async () => {
		const floor = { name: 'vip', label: 'segment', exempt: ['vip'], floorMicro: micro('99'), key: 'f' } as const;
		const { result } = await run({ credits: '100', prepare: ({ ledger }) => ledger.setFloor(floor) }, () => answer(GOOD), ladder);
		expect(told(result)).to.equal('cheaper_model floor_reached small');
	});

	it('a model without a price is passed over', async () => {
		const world = await makeWorld('100');
		const provider = new ScriptedProvider(() => answer(GOOD));
		const action = makeAction(
			world,
			provider,
			{ cheaperModels: [cheaper('unknown'), cheaper('small')] },
			{ provider: () => provider.handle(PRICES) },
		);
		const [other] = await action.run([item('k', { model: 'nobody-knows' })]);
		expect(other && told(other)).to.equal('cheaper_model unpriced_model small');
	});

	it('an empty model is the same model with its own settings', async () => {
		const { result, provider } = await run(
			{ credits: '100' },
			({ maxOutputTokens }) => (maxOutputTokens === 20 ? fault('timeout') : answer(GOOD)),
			{
				cheaperModels: [cheaper('', { maxOutputTokens: '7', temperature: '0.5', reasoningEffort: 'low' })],
				reasoningEffort: 'high',
				temperature: 1,
			},
		);
		expect(told(result)).to.equal('cheaper_model timeout m');
		expect(
			provider.requests.map(({ maxOutputTokens, temperature, reasoningEffort }) => [maxOutputTokens, temperature, reasoningEffort]),
		).to.deep.equal([
			[20, 1, 'high'],
			[7, 0.5, 'low'],
		]);
	});

	it('when nothing fits, the fallback says why the model did not', async () => {
		const { result, world } = await run({ credits: '0.01' }, () => answer(GOOD), ladder);
		expect(told(result)).to.equal('fallback credits_exhausted m');
		expect(await story(world)).to.deep.equal(['refused credits_exhausted']);
	});

	/** A call of `m` is held at 3.07 credits, and costs 1.2. */
	for (const [credits, second] of [
		['4.27', 'model answered m'],
		['4.26', 'cheaper_model credits_exhausted small'],
	] as const) {
		it(`waits for held credits rather than stepping down: ${credits} credits for two`, async () => {
			const world = await makeWorld(credits);
			const provider = new ScriptedProvider(async () => {
				await world.time.pause(5000);
				return answer(GOOD);
			});
			const settings = { reservation: 'strict', maxOutputTokens: 20, ...ladder };
			const results = await makeAction(world, provider, settings, { provider: () => provider.handle(PRICES) }).run([item('a'), item('b')]);
			expect(results.map(told)).to.deep.equal(['model answered m', second]);
			await expectClean(world);
		});
	}

	it('steps down when held credits do not come back within the wait', async () => {
		const world = await makeWorld('4');
		const provider = new ScriptedProvider(async ({ model }) => {
			if (model === 'm') await world.time.pause(30_000);
			return answer(GOOD);
		});
		const settings = { reservation: 'strict', maxOutputTokens: 20, waitForCreditsSeconds: 10, ...ladder };
		const results = await makeAction(world, provider, settings, { provider: () => provider.handle(PRICES) }).run(items(2));
		expect(results.map(told)).to.deep.equal(['model answered m', 'cheaper_model credits_held small']);
		expect(results[1]?.llmCredits.latencyMs).to.be.within(10_000, 10_500);
	});
});

describe('ladder: what fails', () => {
	const ladder = { cheaperModels: [cheaper('small')] };
	const onlyBy =
		(model: string, failure: () => ReturnType<Script>): Script =>
		(request) =>
			request.model === model ? failure() : answer(GOOD);
	const cases: readonly (readonly [name: string, failure: () => ReturnType<Script>, told: string, story: readonly string[]])[] = [
		['an unknown model', () => fault('model_not_found'), 'cheaper_model model_not_found small', ['released', 'settled 0.12']],
		[
			'a rate limit that stays',
			() => fault('rate_limited', { isRetryable: true }),
			'cheaper_model provider_rate_limit small',
			['released', 'settled 0.12'],
		],
		['a prompt that is too long', () => fault('context_too_long'), 'cheaper_model context_too_long small', ['released', 'settled 0.12']],
		[
			'timeouts, whose billing nobody knows',
			() => fault('timeout', { billed: 'unknown', isRetryable: true }),
			'cheaper_model timeout small',
			['unconfirmed', 'unconfirmed', 'unconfirmed', 'settled 0.12'],
		],
		[
			'answers of no use, each of them paid',
			() => answer('{"other":1}'),
			'cheaper_model invalid_output small',
			['settled 1.2', 'settled 1.2', 'settled 0.12'],
		],
		[
			'a used-up account at the provider is no matter of the model',
			() => fault('quota_exhausted'),
			'fallback provider_quota m',
			['released'],
		],
		['a refused key is no matter of the model', () => fault('unauthorised'), 'fallback provider_rejected m', ['released']],
		[
			'what the provider would not say is not asked of another model',
			() => fault('content_refused'),
			'fallback content_refused m',
			['released'],
		],
		[
			'what the model would not say is not asked of another model',
			() => ({ ...answer(''), refusal: 'No.' }) as ReturnType<Script>,
			'fallback content_refused m',
			['settled 1.2'],
		],
	];
	for (const [name, failure, expected, closings] of cases) {
		it(name, async () => {
			const { result, world } = await run({ credits: '100' }, onlyBy('m', failure), ladder);
			expect(told(result)).to.equal(expected);
			expect((await story(world)).filter((line) => !line.startsWith('reserved'))).to.deep.equal(closings);
			const again = await run({ credits: '100' }, onlyBy('m', failure), ladder);
			expect(again.result.attributes).to.deep.equal(result.attributes);
		});
	}

	it('a repeated run takes the same rungs and pays nothing', async () => {
		const world = await makeWorld('100');
		const provider = new ScriptedProvider(onlyBy('m', () => answer('{"other":1}')));
		const make = (): LlmAction => makeAction(world, provider, { ...ladder, maxAttempts: 2 }, { provider: () => provider.handle(PRICES) });
		const [first] = await make().run([item('k')]);
		const cost = await spent(world);
		const [second] = await make().run([item('k')]);
		expect(first && told(first)).to.equal('cheaper_model invalid_output small');
		expect(second && told(second)).to.equal('cheaper_model replayed small');
		expect(second?.llmCredits).to.include({ credits: first?.llmCredits.credits, attempts: 3 });
		expect(await spent(world)).to.equal(cost);
		expect(provider.requests).to.have.length(3);
		await expectClean(world);
	});

	it('a repeated run follows what was stepped down to, although the first model was never charged', async () => {
		const world = await makeWorld('100');
		let isDown = true;
		const provider = new ScriptedProvider(({ model }) => (model === 'm' && isDown ? fault('model_not_found') : answer(GOOD)));
		const make = (): LlmAction => makeAction(world, provider, ladder, { provider: () => provider.handle(PRICES) });
		await make().run([item('k')]);
		isDown = false;
		const [second] = await make().run([item('k')]);
		expect(second && told(second)).to.equal('cheaper_model replayed small');
		expect(provider.requests).to.have.length(2);
	});
});

describe('passes', () => {
	const passes = [{ kind: 'refine' }, { kind: 'validate', model: 'small', instructions: 'Check the names.' }];
	const byTurn: Script = ({ messages }) => {
		const before = /Version (\d)/.exec(messages.at(-2)?.content ?? '')?.[1] ?? '0';
		return answer(JSON.stringify({ message: `Version ${String(Number(before) + 1)}` }));
	};

	it('each pass works on the answer before, all are set aside first, and each is settled for itself', async () => {
		const { result, world, provider } = await run({ credits: '100' }, byTurn, { passes });
		expect(told(result)).to.equal('model answered m');
		expect(result.attributes).to.deep.equal({ message: 'Version 3' });
		expect(result.llmCredits.passes).to.deep.equal([
			{ pass: 'draft', model: 'm', state: 'answered', credits: '1.2', attempts: 1 },
			{ pass: 'refine', model: 'm', state: 'answered', credits: '1.2', attempts: 1 },
			{ pass: 'validate', model: 'small', state: 'answered', credits: '0.12', attempts: 1 },
		]);
		expect(result.llmCredits).to.include({ credits: '2.52', attempts: 3 });
		expect(result.tokenUsage).to.deep.equal({ promptTokens: 300, completionTokens: 60, totalTokens: 360 });
		expect((await story(world)).map((line) => line.replace(/reserved [\d.]+/, 'reserved'))).to.deep.equal([
			'reserved m rung 0 pass 0',
			'reserved m rung 0 pass 1',
			'reserved small rung 0 pass 2',
			'settled 1.2',
			'settled 1.2',
			'settled 0.12',
		]);
		const roles = provider.requests.map(({ messages }) => messages.map(({ role }) => role).join(' '));
		expect(roles).to.deep.equal(['user', 'user assistant user', 'user assistant user']);
		expect(provider.requests[2]?.messages.at(-2)?.content).to.equal('{"message":"Version 2"}');
		expect(provider.requests[2]?.messages.at(-1)?.content).to.match(/^Check the names\.\n\nGive the whole answer/);
	});

	it('what all passes cost at most is never exceeded by a strict reservation', async () => {
		const { world } = await run({ credits: '100' }, byTurn, { passes });
		const entries = await world.store.entries('a', { afterSeq: 0, limit: 100 });
		const reserved = entries.flatMap(({ body }) => (body.kind === 'reserved' ? [body.amountMicro] : []));
		expect(reserved[1]! > reserved[0]!, 'a later pass reads more').to.equal(true);
	});

	it('never starts what it cannot finish: with too few credits for all passes, one shot is taken', async () => {
		const settings = { passes, cheaperModels: [cheaper('', { passes: 'single' }), cheaper('small', { passes: 'all' })] };
		const { result, provider } = await run({ credits: '5' }, byTurn, settings);
		expect(told(result)).to.equal('cheaper_model credits_exhausted m');
		expect(result.llmCredits.passes).to.equal(null);
		expect(provider.requests).to.have.length(1);
		const poorer = await run({ credits: '2' }, byTurn, settings);
		expect(told(poorer.result)).to.equal('cheaper_model credits_exhausted small');
		expect(poorer.result.llmCredits.passes?.map(({ model }) => model)).to.deep.equal(['small', 'small', 'small']);
	});

	const failures: readonly (readonly [
		name: string,
		script: Script,
		message: string,
		states: readonly string[],
		story: readonly string[],
	])[] = [
		[
			'a pass that times out leaves the answer before it, and what was set aside comes back',
			(request, number) => (number === 2 ? fault('timeout', { billed: 'unknown' }) : byTurn(request, number)),
			'Version 1',
			['answered', 'failed'],
			['settled 1.2', 'unconfirmed', 'released'],
		],
		[
			'a pass whose answers are of no use is paid twice at most, and leaves the answer before it',
			(request, number) => (request.messages.length > 1 && request.model === 'm' ? answer('{}') : byTurn(request, number)),
			'Version 1',
			['answered', 'failed'],
			['settled 1.2', 'settled 1.2', 'settled 1.2', 'released'],
		],
		[
			'the last pass fails',
			(request, number) => (request.model === 'small' ? fault('model_not_found') : byTurn(request, number)),
			'Version 2',
			['answered', 'answered', 'failed'],
			['settled 1.2', 'settled 1.2', 'released'],
		],
	];
	for (const [name, script, message, states, closings] of failures) {
		it(name, async () => {
			const { result, world, provider } = await run({ credits: '100' }, script, { passes });
			expect(told(result)).to.equal('model answered m');
			expect(result.attributes).to.deep.equal({ message });
			expect(result.llmCredits.message).to.match(/^The pass (refine|validate) gave no answer, so that of (draft|refine) is used\. /);
			expect(result.llmCredits.passes?.map(({ state }) => state)).to.deep.equal(states);
			expect((await story(world)).filter((line) => !line.startsWith('reserved')).sort()).to.deep.equal([...closings].sort());
			const asked = provider.requests.length;
			const settings = { reservation: 'strict', maxOutputTokens: 20, passes };
			const [again] = await makeAction(world, provider, settings, { provider: () => provider.handle(PRICES) }).run([item('k')]);
			expect(again && told(again)).to.equal('model replayed m');
			expect(again?.attributes).to.deep.equal({ message });
			expect(provider.requests, 'nothing is asked again').to.have.length(asked);
			await expectClean(world);
		});
	}

	it('a draft that fails goes down the ladder, and gives all its passes back', async () => {
		const script: Script = (request, number) => (request.model === 'm' ? fault('model_not_found') : byTurn(request, number));
		const { result, world } = await run({ credits: '100' }, script, { passes, cheaperModels: [cheaper('small')] });
		expect(told(result)).to.equal('cheaper_model model_not_found small');
		expect((await story(world)).filter((line) => !line.startsWith('reserved'))).to.deep.equal([
			'released',
			'released',
			'released',
			'settled 0.12',
		]);
	});

	it('a pass that is asked again is held again, and a repeated run finds its answer', async () => {
		let turn = 0;
		const script: Script = (request, number) => {
			turn += 1;
			return turn === 2 ? answer('') : byTurn(request, number);
		};
		const { result, world, provider } = await run({ credits: '100' }, script, { passes });
		expect(result.attributes).to.deep.equal({ message: 'Version 3' });
		expect(result.llmCredits.passes?.map(({ attempts }) => attempts)).to.deep.equal([1, 2, 1]);
		const settings = { reservation: 'strict', maxOutputTokens: 20, passes };
		const [again] = await makeAction(world, provider, settings, { provider: () => provider.handle(PRICES) }).run([item('k')]);
		expect(again && told(again)).to.equal('model replayed m');
		expect(again?.attributes).to.deep.equal({ message: 'Version 3' });
		expect(again?.llmCredits.passes?.map(({ credits }) => credits)).to.deep.equal(['1.2', '2.4', '0.12']);
		expect(provider.requests).to.have.length(4);
	});

	it('an answer that is longer than a strict reservation bears is not passed on', async () => {
		const long = JSON.stringify({ message: 'x'.repeat(500) });
		const { result, provider } = await run({ credits: '100' }, () => answer(long), { passes });
		expect(result.attributes['message']).to.have.length(500);
		expect(result.llmCredits.message).to.contain('too long to be passed on');
		expect(provider.requests).to.have.length(1);
	});

	it('two runs of one key at once ask once', async () => {
		const world = await makeWorld('100');
		const provider = new ScriptedProvider(async (request, number) => {
			await world.time.pause(1000);
			return byTurn(request, number);
		});
		const make = (): LlmAction => makeAction(world, provider, { passes }, { provider: () => provider.handle(PRICES) });
		const [[one], [two]] = await Promise.all([make().run([item('k')]), make().run([item('k')])]);
		expect([one, two].map((result) => result && told(result)).sort()).to.deep.equal(['model answered m', 'model replayed m']);
		expect(two?.attributes).to.deep.equal({ message: 'Version 3' });
		expect(provider.requests).to.have.length(3);
		await expectClean(world);
	});
});

describe('caps', () => {
	it('a send stops when its attempts have used what it may', async () => {
		const settings = { reservation: 'fixed', capPerSend: '2' };
		const { result, world } = await run({ credits: '100' }, () => answer('{"other":1}'), settings);
		expect(told(result)).to.equal('fallback cap_reached m');
		expect(result.llmCredits.credits).to.equal('1.2');
		expect(await story(world)).to.deep.equal(['reserved 1.2 m rung 0 pass 0', 'settled 1.2', 'refused cap_reached']);
	});

	it('a send that may not have all passes takes one shot', async () => {
		const settings = { reservation: 'fixed', capPerSend: '2', passes: [{ kind: 'refine' }], cheaperModels: [cheaper('')] };
		const { result } = await run({ credits: '100' }, () => answer(GOOD), settings);
		expect(told(result)).to.equal('cheaper_model cap_reached m');
	});

	it('an execution never takes more, at any number of calls at once', async () => {
		const settings = { reservation: 'fixed', capPerExecution: '12', concurrency: 16 };
		const world = await makeWorld('1000');
		const provider = new ScriptedProvider(async () => {
			await world.time.pause(100);
			return answer(GOOD);
		});
		const results = await makeAction(world, provider, settings, { executionId: 'e1' }).run(items(40));
		expect(results.filter(({ route }) => route === 'result')).to.have.length(10);
		expect(new Set(results.slice(10).map(({ llmCredits }) => llmCredits.reason))).to.deep.equal(new Set(['cap_reached']));
		expect(await spent(world)).to.equal('12');
		const other = await makeAction(world, provider, settings, { executionId: 'e2' }).run([item('x'), item('y', { execution: 'e1' })]);
		expect(other.map(({ llmCredits }) => llmCredits.reason)).to.deep.equal(['answered', 'cap_reached']);
		await expectClean(world);
	});

	it('without an execution, its cap limits nothing', async () => {
		const { result } = await run({ credits: '100' }, () => answer(GOOD), { capPerExecution: '0.5' });
		expect(told(result)).to.equal('model answered m');
	});
});

describe('the last credits', () => {
	for (const concurrency of [1, 64]) {
		it(`are used in passes too, ${String(concurrency)} at a time, from nothing learned`, async () => {
			const world = await makeWorld('60.5');
			const provider = new ScriptedProvider(({ maxOutputTokens }) => {
				const outputTokens = Math.min(20, maxOutputTokens ?? 20);
				const usage = { kind: 'reported', usage: { ...USAGE, outputTokens } };
				return outputTokens < 20 ? answer('{"mess', usage) : answer(GOOD, usage);
			});
			const settings = { reservation: 'learned', concurrency, passes: [{ kind: 'refine' }] };
			const results = await makeAction(world, provider, settings).run(items(100));
			const { availableMicro, overdraftMicro } = await world.ledger.balance();
			expect(overdraftMicro).to.equal(0n);
			expect(availableMicro < micro('2.4'), String(availableMicro)).to.equal(true);
			expect(results.filter(({ route }) => route === 'result')).to.have.length(25);
			await expectClean(world);
		});
	}
});
