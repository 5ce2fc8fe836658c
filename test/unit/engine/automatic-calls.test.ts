/** Calls at a Time = Automatic in the engine: what waits for its turn holds nothing, leaves in time, and shares what is learned. */
import { expect } from 'chai';
import { EngineMemory } from '../../../lib/engine/learned/engine-memory';
import type { ChatOutcome } from '../../../lib/providers/provider';
import type { ActionItem } from '../../../lib/engine/llm-action';
import { expectClean, item, items, makeAction, makeWorld, type ActionWorld } from '../../support/scenarios/action-world';
import { answer, fault, ScriptedProvider } from '../../support/provider/scripted-provider';

const GOOD = (): ChatOutcome => answer('{"message":"Hello"}');

/** A model that takes its time, and so many at once. */
function modelOf(
	world: ActionWorld,
	{ latencyMs = 200, atOnce = Infinity }: { latencyMs?: number; atOnce?: number } = {},
): ScriptedProvider {
	const provider: ScriptedProvider = new ScriptedProvider(async () => {
		if (provider.open > atOnce) return fault('rate_limited', { isRetryable: true, status: 429 });
		await world.time.pause(latencyMs);
		return GOOD();
	});
	return provider;
}

/** Items that no other run has. */
function itemsOf(run: string, count: number): ActionItem[] {
	return Array.from({ length: count }, (_, index) => item(`${run}-${String(index)}`, { prompt: `Write ${run} ${String(index)}` }));
}

const isAnswered = ({ route }: { readonly route: string }): boolean => route === 'result';

describe('automatic calls at a time', () => {
	it('begin with 8, and become many where the model stays as quick', async () => {
		const world = await makeWorld('10000');
		const open: number[] = [];
		const provider: ScriptedProvider = new ScriptedProvider(async () => {
			open.push(provider.open);
			await world.time.pause(200);
			return GOOD();
		});
		const results = await makeAction(world, provider).run(items(1000));
		expect(results.every(isAnswered)).to.equal(true);
		expect(Math.max(...open.slice(0, 16)), 'of the first 16').to.equal(8);
		expect(provider.maxOpen).to.be.within(100, 256);
		await expectClean(world);
	});

	it('keep within the bound that a person sets', async () => {
		const world = await makeWorld('10000');
		const provider = modelOf(world);
		const results = await makeAction(world, provider, { mostCalls: 5 }).run(items(100));
		expect(results.every(isAnswered)).to.equal(true);
		expect(provider.maxOpen).to.equal(5);
	});

	it('hold credits for calls under way alone', async () => {
		const world = await makeWorld('10000');
		const held: { readonly holds: number; readonly open: number }[] = [];
		const provider: ScriptedProvider = new ScriptedProvider(async () => {
			await world.time.pause(200);
			const { heldMicro } = await world.ledger.balance();
			held.push({ holds: Number(heldMicro / 1_200_000n), open: provider.open });
			return GOOD();
		});
		await makeAction(world, provider).run(items(200));
		for (const { holds, open } of held) expect(holds).to.be.at.most(open + 1);
	});

	it('send nothing before the time that a refusal asks for, and lose no item by it', async () => {
		const world = await makeWorld('10000');
		const { time } = world;
		let pausedUntilMs = 0;
		let early = 0;
		const provider = new ScriptedProvider(async (_, number) => {
			if (time.nowMs < pausedUntilMs) early += 1;
			if (number === 40) {
				pausedUntilMs = time.nowMs + 7_000;
				return fault('rate_limited', { isRetryable: true, status: 429, retryAfterMs: 7_000 });
			}
			await time.pause(200);
			return GOOD();
		});
		const results = await makeAction(world, provider).run(items(120));
		expect(results.every(isAnswered)).to.equal(true);
		expect(early).to.equal(0);
		await expectClean(world);
	});

	it('let items leave at their deadline, and when the flow is stopped, while the model is to be left alone', async () => {
		const world = await makeWorld('10000');
		const { time } = world;
		const startMs = time.nowMs;
		const provider = new ScriptedProvider(() => fault('rate_limited', { isRetryable: true, status: 429, retryAfterMs: 50_000 }));
		const results = await makeAction(world, provider, { deadlineSeconds: 5 }).run(itemsOf('late', 30));
		expect(results.some(isAnswered)).to.equal(false);
		expect(time.nowMs - startMs).to.be.at.most(30_000);
		const stop = new AbortController();
		void time.pause(1_000).then(() => {
			stop.abort();
		});
		const stopped = await makeAction(world, provider).run(items(30), { signal: stop.signal });
		expect(new Set(stopped.map(({ llmCredits }) => llmCredits.reason))).to.deep.equal(new Set(['cancelled']));
		await expectClean(world);
	});

	it('are shared by actions on one model, in turns', async () => {
		const world = await makeWorld('10000');
		const provider = modelOf(world, { atOnce: 12 });
		const endedMs: number[] = [];
		const startMs = world.time.nowMs;
		const campaign = async (run: string, count: number): Promise<void> => {
			const results = await makeAction(world, provider).run(itemsOf(run, count));
			expect(results.every(isAnswered)).to.equal(true);
			endedMs.push(world.time.nowMs - startMs);
		};
		const long = campaign('long', 1000);
		await world.time.pause(2_000);
		const shortFromMs = world.time.nowMs - startMs;
		await campaign('short', 50);
		const shortTookMs = (endedMs[0] ?? 0) - shortFromMs;
		await long;
		expect(endedMs, 'the short one came later and ended first').to.have.length(2);
		// Alone it would take a second; with its half of the turns, a few.
		expect(shortTookMs).to.be.at.most(8_000);
		const refused = provider.requests.length - 1050;
		expect(refused / provider.requests.length).to.be.at.most(0.03);
		await expectClean(world);
	});

	it('are remembered for the next run, beside the ledger too, and divided among processes', async () => {
		const world = await makeWorld('100000');
		const provider = modelOf(world);
		await makeAction(world, provider).run(items(1000));
		const learned = provider.maxOpen;
		expect(learned).to.be.at.least(100);
		// Another process, once the first is not at it any more.
		await world.time.pause(20_000);
		const next = { ...world, memory: new EngineMemory(world.time.timing.monotonicMs) };
		const later = modelOf(world);
		await makeAction(next, later).run(itemsOf('later', 60));
		expect(later.maxOpen).to.be.at.least(40);
		// And one beside it.
		const beside = { ...world, memory: new EngineMemory(world.time.timing.monotonicMs) };
		const third = modelOf(world);
		const both = await Promise.all([
			makeAction(next, later).run(itemsOf('both', 600)),
			makeAction(beside, third).run(itemsOf('third', 16)),
		]);
		expect(both.flat().every(isAnswered)).to.equal(true);
		expect(third.maxOpen).to.be.at.most(8);
		await expectClean(world);
	});
});
