/** Waiting for what others hold: one deadline for all, no slot, a line whose front alone looks again. */
import { expect } from 'chai';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LONGEST_WAIT, SharedPatience } from '../../../lib/engine/waiting/shared-patience';
import { Slots } from '../../../lib/engine/waiting/slots';
import { PlaceInLine, WakeUps } from '../../../lib/engine/waiting/wake-ups';
import { item, items, makeAction, makeWorld, type ActionWorld } from '../../support/scenarios/action-world';
import type { ChatOutcome } from '../../../lib/providers/provider';
import { answer, ScriptedProvider } from '../../support/provider/scripted-provider';

const SECOND = 1000;

/** Holds as a run leaves them that died in the middle of its calls. */
async function deadHolds(world: ActionWorld, keys: readonly string[], credits = 1_200_000n): Promise<void> {
	for (const key of keys) {
		await world.ledger.reserve({
			key,
			fingerprint: key,
			alternatives: () => [{ rung: 0, calls: [{ model: 'm', amountMicro: credits, price: null }] }],
			labels: {},
			person: null,
			executionId: null,
			sendId: key,
			caps: [],
			waitMs: 0,
		});
	}
}

describe('waiting for credits that dead calls hold', () => {
	it('is done once, by all together: 30 items leave after one wait, not after each other’s', async () => {
		const world = await makeWorld('10');
		await deadHolds(world, ['dead'], 9_600_000n);
		const provider = new ScriptedProvider(() => answer(JSON.stringify({ message: 'Hello' })));
		const action = makeAction(world, provider, { concurrency: 1, waitForCreditsSeconds: 60 });
		const startedMs = world.time.nowMs;
		const results = await action.run(items(30));
		expect(new Set(results.map(({ llmCredits }) => llmCredits.reason))).to.deep.equal(new Set(['credits_held']));
		expect(world.time.nowMs - startedMs).to.be.within(60 * SECOND, 61 * SECOND);

		// Those that come one after another meanwhile wait no second time.
		const laterMs = world.time.nowMs;
		for (let number = 0; number < 5; number += 1) await action.runOne(item(`later ${String(number)}`));
		expect(world.time.nowMs - laterMs).to.equal(0);
		expect(provider.requests).to.have.length(0);
	});

	it('starts anew when credits come free, and those that waited longest are served first', async () => {
		const world = await makeWorld('10');
		await deadHolds(world, ['dead'], 9_600_000n);
		const provider = new ScriptedProvider(() => answer(JSON.stringify({ message: 'Hello' })));
		const action = makeAction(world, provider, { concurrency: 2, waitForCreditsSeconds: 60 });
		const startedMs = world.time.nowMs;
		const running = action.run(items(4));
		await world.time.pause(50 * SECOND);
		await world.ledger.grant({ credits: 1_000_000n, category: 'purchased', expiry: null, key: 'top-up' });
		const results = await running;
		expect(results.map(({ llmCredits }) => llmCredits.reason)).to.deep.equal(['answered', 'credits_held', 'credits_held', 'credits_held']);
		expect(world.time.nowMs - startedMs).to.be.within(110 * SECOND, 111 * SECOND);
	});

	it('ends by itself, however often something comes free', async () => {
		const world = await makeWorld('10');
		await deadHolds(world, ['dead'], 9_600_000n);
		const action = makeAction(world, new ScriptedProvider(() => answer(JSON.stringify({ message: 'Hello' }))), {
			waitForCreditsSeconds: 10,
		});
		const startedMs = world.time.nowMs;
		const progress = { isOver: false };
		const running = action.runOne(item('k')).finally(() => {
			progress.isOver = true;
		});
		for (let number = 0; !progress.isOver && number < 100; number += 1) {
			await world.time.pause(5 * SECOND);
			const key = `small ${String(number)}`;
			await deadHolds(world, [key], 1n);
			const stored = await world.ledger.lookUp({
				key,
				fingerprint: key,
				labels: {},
				person: null,
				executionId: null,
				sendId: key,
				caps: [],
			});
			if (stored?.kind === 'reserved') await world.ledger.release(stored.hold.seq);
		}
		expect((await running).llmCredits.reason).to.equal('credits_held');
		expect(world.time.nowMs - startedMs).to.be.within(LONGEST_WAIT * 10 * SECOND, (LONGEST_WAIT * 10 + 6) * SECOND);
	});
});

describe('waiting for calls of a run that died, under keys of one’s own', () => {
	it('occupies no slot: all others are asked at once, and the wait is one for all', async () => {
		const world = await makeWorld('1000');
		const asked = Array.from({ length: 40 }, (_, index) =>
			item('host', { prompt: `P ${String(index)}`, idempotencyKey: `own ${String(index)}` }),
		);
		const hanging = new ScriptedProvider(() => new Promise<ChatOutcome>(() => undefined));
		const dying = makeAction(world, hanging, { concurrency: 8 });
		void dying.run(asked.slice(0, 8));
		for (let turn = 0; turn < 200 && hanging.requests.length < 8; turn += 1) await nextTurn();
		expect(hanging.requests).to.have.length(8);

		const provider = new ScriptedProvider(() => answer(JSON.stringify({ message: 'Hello' })));
		const action = makeAction(world, provider, { concurrency: 8, waitForCreditsSeconds: 60 });
		const startedMs = world.time.nowMs;
		let answeredMs = 0;
		const results = await action.run(asked, {
			onSettled: (done) => {
				if (done === 32) answeredMs = world.time.nowMs;
			},
		});
		const reasons = results.map(({ llmCredits }) => llmCredits.reason);
		expect(reasons.slice(0, 8)).to.deep.equal(Array.from({ length: 8 }, () => 'call_in_flight'));
		expect(reasons.slice(8)).to.deep.equal(Array.from({ length: 32 }, () => 'answered'));
		expect(answeredMs - startedMs, 'those that can be asked').to.be.lessThan(SECOND);
		expect(world.time.nowMs - startedMs, 'all').to.be.within(60 * SECOND, 61 * SECOND);
	});
});

describe('slots', () => {
	it('are never more than asked for, go to those that come back first, and are left alone at a signal', async () => {
		const slots = new Slots(1);
		const order: string[] = [];
		let release = (): void => undefined;
		const first = slots.run(async (aside) => {
			order.push('first');
			await aside(() => new Promise<void>((resolve) => (release = resolve)));
			order.push('first again');
		});
		let finish = (): void => undefined;
		const second = slots.run(async () => {
			order.push('second');
			await new Promise<void>((resolve) => (finish = resolve));
		});
		const third = slots.run(() => Promise.resolve(order.push('third')));
		await nextTurn();
		release();
		await nextTurn();
		expect(order).to.deep.equal(['first', 'second']);
		finish();
		await Promise.all([first, second, third]);
		expect(order).to.deep.equal(['first', 'second', 'first again', 'third']);

		const stop = new AbortController();
		let free = (): void => undefined;
		const busy = slots.run((aside) => aside(() => nextTurn()).then(() => new Promise<void>((resolve) => (free = resolve))));
		const stopped = slots.run((aside) => aside(() => nextTurn(), stop.signal));
		for (let turn = 0; turn < 5; turn += 1) await nextTurn();
		stop.abort();
		await stopped;
		free();
		await busy;
		expect(await slots.run(() => Promise.resolve('free again'))).to.equal('free again');
	});
});

describe('the line of those who wait', () => {
	it('wakes sixteen of a thousand at a release, and the next one when one of them leaves', async () => {
		const wakeUps = new WakeUps();
		const woken: number[] = [];
		const pause = (_delayMs: number, signal?: AbortSignal | null): Promise<void> =>
			new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
		const places = Array.from({ length: 1000 }, () => new PlaceInLine(wakeUps));
		places.forEach((place, index) => {
			void place.pause({ since: 0, pollMs: 200, leftMs: 60_000 }, { pause }).then(() => woken.push(index));
		});
		wakeUps.wake();
		await nextTurn();
		expect(woken).to.deep.equal(Array.from({ length: 16 }, (_, index) => index));
		places[3]?.leave();
		await nextTurn();
		expect(woken.at(-1)).to.equal(16);
		places[500]?.leave();
		await nextTurn();
		expect(woken).to.have.length(17);
	});

	it('has one patience for each cause, which what happens starts anew and time forgets', () => {
		const patience = new SharedPatience();
		const left = (nowMs: number, sign = '5'): number =>
			patience.leftMs({ cause: 'credits_held', sign, patienceMs: 60, nowMs, atMs: 1000 + nowMs });
		expect([left(0), left(20), left(59), left(70)]).to.deep.equal([60, 40, 1, -10]);
		expect(left(80, '6'), 'another amount').to.equal(60);
		expect([left(100, '6'), left(141, '6')]).to.deep.equal([40, -1]);
		expect(left(300, '6'), 'nobody waited meanwhile').to.equal(60);
		patience.sawLife(1299, 1310);
		expect(left(310, '6')).to.equal(50);
		patience.sawLife(9999, 1320);
		expect(left(315, '6'), 'a call of a clock that is ahead').to.equal(45);
		patience.sawLife(1301, 1320);
		expect(left(320, '6'), 'a newer call').to.equal(60);
		patience.restart();
		expect(left(330, '6')).to.equal(60);
	});
});
