/** Deadlines, models that are left alone, and storms: time is virtual, so that hours pass in milliseconds and every second counts. */
import { expect } from 'chai';
import { CLOSED_CIRCUIT, failed, probed, stateOf, type Circuit } from '../../../lib/core/calls/circuit';
import { NO_PACE, paced, usualMs, type Pace } from '../../../lib/core/calls/pace';
import { formatCredits } from '../../../lib/core/values/money';
import type { ItemResult } from '../../../lib/engine/outcome/item-result';
import { expectClean, item, items, makeAction, makeWorld, spent, story, type ActionWorld } from '../../support/scenarios/action-world';
import { answer, fault, ScriptedProvider, type Script } from '../../support/provider/scripted-provider';

const GOOD = '{"message":"Hello"}';
const CHEAPER = [{ model: 'small', passes: 'single' }];
const told = ({ llmCredits: { source, reason, model } }: ItemResult): string => `${source} ${reason} ${model}`;
const counts = (results: readonly ItemResult[]): Record<string, number> => {
	const counted: Record<string, number> = {};
	for (const result of results) counted[told(result)] = (counted[told(result)] ?? 0) + 1;
	return counted;
};

/** A provider whose calls take virtual time. */
function taking(
	world: ActionWorld,
	script: (...asked: Parameters<Script>) => { afterMs: number; outcome: ReturnType<Script> },
): ScriptedProvider {
	return new ScriptedProvider(async (request, number) => {
		const startMs = world.time.nowMs;
		const { afterMs, outcome } = script(request, number);
		await world.time.pause(afterMs, request.signal);
		return { ...(await outcome), latencyMs: world.time.nowMs - startMs };
	});
}

describe('deadline of an item', () => {
	it('lets it leave in time, and what comes later is still charged, once, and kept for a repeated run', async () => {
		const world = await makeWorld('100');
		const provider = taking(world, () => ({ afterMs: 20_000, outcome: answer(GOOD) }));
		const action = makeAction(world, provider, { deadlineSeconds: 5 });
		const [late] = await action.run([item('k')]);
		expect(late && told(late)).to.equal('fallback deadline_reached m');
		expect(late?.llmCredits).to.include({ credits: '0', attempts: 1, latencyMs: 5000 });
		expect(late?.attributes).to.deep.equal({ message: 'Hi' });
		expect(await story(world)).to.deep.equal(['reserved 1.2 m rung 0 pass 0']);
		await action.idle();
		expect(await story(world)).to.deep.equal(['reserved 1.2 m rung 0 pass 0', 'settled 1.2']);
		const [again] = await action.run([item('k')]);
		expect(again && told(again)).to.equal('model replayed m');
		expect(again?.attributes).to.deep.equal({ message: 'Hello' });
		expect(await spent(world)).to.equal('1.2');
		await expectClean(world);
	});

	it('a call that is never answered ends by its own timeout, and is not tried again for nobody', async () => {
		const world = await makeWorld('100');
		const provider = taking(world, () => ({ afterMs: 60_000, outcome: fault('timeout', { billed: 'unknown', isRetryable: true }) }));
		const action = makeAction(world, provider, { deadlineSeconds: 5 });
		await action.run([item('k')]);
		await action.idle();
		expect(await story(world)).to.deep.equal(['reserved 1.2 m rung 0 pass 0', 'unconfirmed']);
		expect(provider.requests).to.have.length(1);
		await expectClean(world);
	});

	it('uses the best answer so far when a later pass is not done in time', async () => {
		const world = await makeWorld('100');
		const provider = taking(world, (_, number) => ({ afterMs: number === 1 ? 3000 : 20_000, outcome: answer(GOOD) }));
		const action = makeAction(world, provider, { deadlineSeconds: 5, passes: [{ kind: 'refine' }, { kind: 'validate' }] });
		const [result] = await action.run([item('k')]);
		expect(result && told(result)).to.equal('model answered m');
		expect(result?.attributes).to.deep.equal({ message: 'Hello' });
		expect(result?.llmCredits).to.include({ credits: '1.2', latencyMs: 5000 });
		await action.idle();
		expect((await story(world)).slice(3).sort()).to.deep.equal(['released', 'settled 1.2', 'settled 1.2']);
		await expectClean(world);
	});

	it('goes to a quicker model once the first is known to be too slow, and tries the first again after some minutes', async () => {
		const world = await makeWorld('1000');
		let slowMs = 8000;
		const provider = taking(world, ({ model }) => ({ afterMs: model === 'm' ? slowMs : 500, outcome: answer(GOOD) }));
		const action = makeAction(world, provider, { deadlineSeconds: 5, cheaperModels: CHEAPER, concurrency: 1 });
		const results = await action.run(items(8));
		expect(results.map(told)).to.deep.equal([
			...Array<string>(3).fill('fallback deadline_reached m'),
			...Array<string>(5).fill('cheaper_model deadline_reached small'),
		]);
		await action.idle();
		slowMs = 1000;
		await world.time.pause(6 * 60_000);
		const [later] = await action.run([item('later')]);
		expect(later && told(later)).to.equal('model answered m');
		await expectClean(world);
	});

	it('bounds the wait for held credits', async () => {
		const world = await makeWorld('2');
		const provider = taking(world, () => ({ afterMs: 30_000, outcome: answer(GOOD) }));
		const first = makeAction(world, provider);
		const running = first.run([item('a')]);
		const [waiting] = await makeAction(world, provider, { deadlineSeconds: 7 }, { nodeKey: 'other' }).run([item('b')]);
		expect(waiting && told(waiting)).to.equal('fallback credits_held m');
		expect(waiting?.llmCredits.latencyMs).to.be.within(6000, 7500);
		await running;
		await expectClean(world);
	});

	it('begins no pause that would outlast it', async () => {
		const world = await makeWorld('100');
		const provider = taking(world, () => ({ afterMs: 10, outcome: fault('rate_limited', { isRetryable: true, retryAfterMs: 30_000 }) }));
		const [result] = await makeAction(world, provider, { deadlineSeconds: 10 }).run([item('k')]);
		expect(result && told(result)).to.equal('fallback deadline_reached m');
		expect(result?.llmCredits.latencyMs).to.equal(10);
		expect(await story(world)).to.deep.equal(['reserved 1.2 m rung 0 pass 0', 'released']);
	});

	it('a stopped flow ends calls, pauses and waits at once', async () => {
		const world = await makeWorld('100');
		const controller = new AbortController();
		const provider = new ScriptedProvider(async ({ signal }) => {
			await world.time.pause(60_000, signal);
			return fault('cancelled', { billed: 'unknown' });
		});
		const startMs = world.time.nowMs;
		const running = makeAction(world, provider, { deadlineSeconds: 600, concurrency: 4 }).run(items(20), { signal: controller.signal });
		await world.time.pause(1000);
		controller.abort();
		const results = await running;
		expect(counts(results)).to.deep.equal({ 'fallback cancelled m': 4, 'fallback cancelled ': 16 });
		expect(world.time.nowMs - startMs).to.equal(1000);
		await expectClean(world);
	});
});

describe('a model that fails again and again', () => {
	const down: Script = () => fault('server_error', { isRetryable: true });

	it('is left alone, waited for while the failures have not lasted long, and used again when it is back', async () => {
		const world = await makeWorld('1000');
		const startMs = world.time.nowMs;
		const isDown = (): boolean => world.time.nowMs - startMs < 12_000;
		const provider = taking(world, (...asked) => ({ afterMs: 100, outcome: isDown() ? down(...asked) : answer(GOOD) }));
		const results = await makeAction(world, provider, { concurrency: 16 }).run(items(200));
		const { 'model answered m': answered = 0, 'fallback provider_error m': failures = 0, ...others } = counts(results);
		expect(others).to.deep.equal({});
		expect(answered + failures).to.equal(200);
		expect(failures, 'only those that had used their attempts when it was left alone').to.be.at.most(16);
		const duringMs = provider.requests.length - answered;
		expect(duringMs, 'requests while it was down').to.be.at.most(40);
		await expectClean(world);
	});

	it('does not hold a campaign up for longer than the wait, however long the outage is', async () => {
		const world = await makeWorld('10000');
		const provider = taking(world, (...asked) => ({ afterMs: 100, outcome: down(...asked) }));
		const startMs = world.time.nowMs;
		const results = await makeAction(world, provider, { concurrency: 16, waitForProviderSeconds: 60 }).run(items(2000));
		expect(world.time.nowMs - startMs).to.be.within(55_000, 80_000);
		expect(results).to.have.length(2000);
		expect(counts(results)['fallback provider_paused m']).to.be.at.least(1900);
		expect(provider.requests.length).to.be.at.most(60);
		expect(await spent(world)).to.equal('0');
		await expectClean(world);
	});

	it('is passed over at once where there is another', async () => {
		const world = await makeWorld('1000');
		const provider = taking(world, (request, number) => ({
			afterMs: 100,
			outcome: request.model === 'm' ? down(request, number) : answer(GOOD),
		}));
		const startMs = world.time.nowMs;
		const results = await makeAction(world, provider, { concurrency: 4, cheaperModels: CHEAPER }).run(items(100));
		const {
			'cheaper_model provider_paused small': passedOver = 0,
			'cheaper_model provider_error small': tried = 0,
			...others
		} = counts(results);
		expect(others).to.deep.equal({});
		expect(passedOver + tried).to.equal(100);
		expect(tried).to.be.at.most(4);
		expect(world.time.nowMs - startMs).to.be.at.most(10_000);
		await expectClean(world);
	});

	it('is known to all actions of the process', async () => {
		const world = await makeWorld('1000');
		const provider = taking(world, (...asked) => ({ afterMs: 100, outcome: down(...asked) }));
		await makeAction(world, provider, { concurrency: 2, waitForProviderSeconds: 0 }).run(items(4));
		const before = provider.requests.length;
		const [other] = await makeAction(world, provider, { waitForProviderSeconds: 0 }, { nodeKey: 'another' }).run([item('x')]);
		expect(other && told(other)).to.equal('fallback provider_paused m');
		expect(provider.requests).to.have.length(before);
	});

	it('a repeated run gets its stored answers while the model is left alone', async () => {
		const world = await makeWorld('1000');
		let isDown = false;
		const provider = taking(world, (...asked) => ({ afterMs: 100, outcome: isDown ? down(...asked) : answer(GOOD) }));
		const make = () => makeAction(world, provider, { waitForProviderSeconds: 0, passes: [{ kind: 'refine' }] });
		await make().run([item('paid')]);
		isDown = true;
		await make().run(items(3));
		const [again] = await make().run([item('paid')]);
		expect(again && told(again)).to.equal('model replayed m');
	});

	it('is left alone at once for as long as the provider asks, when that is longer than anybody waits', async () => {
		const world = await makeWorld('1000');
		const startMs = world.time.nowMs;
		const provider = taking(world, () => ({
			afterMs: 10,
			outcome:
				world.time.nowMs - startMs < 3_600_000 ? fault('rate_limited', { isRetryable: true, retryAfterMs: 3_600_000 }) : answer(GOOD),
		}));
		const results = await makeAction(world, provider, { concurrency: 1, waitForProviderSeconds: 0 }).run(items(50));
		expect(counts(results)).to.deep.equal({ 'fallback provider_rate_limit m': 1, 'fallback provider_paused m': 49 });
		expect(provider.requests).to.have.length(1);
		await world.time.pause(3_600_000);
		const [back] = await makeAction(world, provider).run([item('back')]);
		expect(back && told(back)).to.equal('model answered m');
	});
});

describe('storms', () => {
	it('rate limits: whoever can wait is served, nothing is paid twice', async () => {
		const world = await makeWorld('1000');
		let window = { second: 0, used: 0 };
		const provider = taking(world, () => {
			const second = Math.floor(world.time.nowMs / 1000);
			if (window.second !== second) window = { second, used: 0 };
			window.used += 1;
			const outcome = window.used <= 10 ? answer(GOOD) : fault('rate_limited', { isRetryable: true, retryAfterMs: 1500 });
			return { afterMs: 50, outcome };
		});
		const results = await makeAction(world, provider, { concurrency: 64, maxAttempts: 10 }).run(items(300));
		const answered = counts(results)['model answered m'] ?? 0;
		expect(answered).to.be.at.least(280);
		expect(await spent(world)).to.equal(formatCredits(1_200_000n * BigInt(answered)));
		await expectClean(world);
	});

	it('a provider that bills and then drops: every such call is listed as unconfirmed, none is settled twice', async () => {
		const world = await makeWorld('1000');
		const billed: number[] = [];
		const provider = taking(world, (_, number) => {
			billed.push(number);
			const drops = number % 3 === 0;
			return { afterMs: 200, outcome: drops ? fault('connection_lost', { billed: 'unknown', isRetryable: true }) : answer(GOOD) };
		});
		const results = await makeAction(world, provider, { concurrency: 16 }).run(items(300));
		const lines = await story(world);
		const unconfirmed = lines.filter((line) => line === 'unconfirmed').length;
		const settled = lines.filter((line) => line === 'settled 1.2').length;
		expect(unconfirmed + settled, 'every call that may have been billed is in the journal').to.equal(billed.length);
		expect(settled).to.equal(counts(results)['model answered m']);
		expect(await spent(world)).to.equal(formatCredits(1_200_000n * BigInt(settled + unconfirmed)));
		await expectClean(world);
	});
});

describe('circuit', () => {
	const fail = (circuit: Circuit, nowMs: number, isProbe = false): Circuit => failed(circuit, { nowMs, isProbe });

	it('opens at the fifth failure in a row, and lets one call try after 5, 10, 20, 40, 60 and 60 seconds', () => {
		let circuit = CLOSED_CIRCUIT;
		for (let failure = 1; failure <= 4; failure += 1) circuit = fail(circuit, failure);
		expect(stateOf(circuit, { nowMs: 4 })).to.equal('closed');
		circuit = fail(circuit, 5);
		let nowMs = 5;
		for (const pauseMs of [5000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
			expect(stateOf(circuit, { nowMs: nowMs + pauseMs - 1 })).to.equal('open');
			nowMs += pauseMs;
			expect(stateOf(circuit, { nowMs })).to.equal('half_open');
			expect(stateOf(probed(circuit), { nowMs })).to.equal('open');
			circuit = fail(probed(circuit), nowMs, true);
		}
		expect(circuit.openedAtMs).to.equal(5);
	});

	it('failures of calls that were under way when it opened do not lengthen the pause', () => {
		let circuit = CLOSED_CIRCUIT;
		for (let failure = 1; failure <= 5; failure += 1) circuit = fail(circuit, 0);
		const { retryAtMs } = circuit;
		for (let failure = 1; failure <= 50; failure += 1) circuit = fail(circuit, 4000);
		expect(circuit.retryAtMs).to.equal(retryAtMs);
	});
});

describe('pace', () => {
	it('is the median of the last five minutes, and nothing before three calls', () => {
		let pace: Pace = NO_PACE;
		for (const [atMs, tookMs] of [
			[0, 9000],
			[1000, 100],
		] as const) {
			pace = paced(pace, { atMs, tookMs });
			expect(usualMs(pace, { nowMs: 1000 })).to.equal(0);
		}
		pace = paced(pace, { atMs: 2000, tookMs: 500 });
		expect(usualMs(pace, { nowMs: 2000 })).to.equal(500);
		expect(usualMs(pace, { nowMs: 300_000 }), 'the oldest of three is gone').to.equal(0);
		for (let call = 0; call < 40; call += 1) pace = paced(pace, { atMs: 3000, tookMs: 70 });
		expect(usualMs(pace, { nowMs: 3000 })).to.equal(70);
		expect(pace).to.have.length(32);
	});
});
