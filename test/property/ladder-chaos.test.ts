/** Random campaigns over a random provider: whatever happens, every item leaves, and the ledger holds exactly what was billed. */
import { sumSlices } from '../../lib/core/nouns/movement';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { priceUsage, type ModelPrice } from '../../lib/core/prices/pricing';
import type { Micro } from '../../lib/core/values/money';
import { parseCredits } from '../../lib/core/values/money';
import type { ItemResult } from '../../lib/engine/outcome/item-result';
import type { ActionItem } from '../../lib/engine/llm-action';
import type { ChatOutcome, ChatRequest } from '../../lib/providers/provider';
import { expectClean, item, makeAction, makeWorld, spent, story, type ActionWorld } from '../support/scenarios/action-world';
import { holds as propertyHolds } from '../support/machine/property-runs';
import { answer, fault, PRICE, priceTimes, ScriptedProvider, USAGE } from '../support/provider/scripted-provider';

const PRICES: Readonly<Record<string, ModelPrice>> = { m: PRICE, small: priceTimes(100n, 'small'), odd: priceTimes(333n, 'odd') };

/** What one request comes to. */
interface Turn {
	readonly afterMs: number;
	readonly kind: 'good' | 'bad' | 'refused' | 'garbage' | 'busy' | 'broken' | 'dropped' | 'timeout' | 'quota' | 'unknown model';
	readonly outputTokens: number;
}

const turn: fc.Arbitrary<Turn> = fc.record({
	afterMs: fc.oneof({ weight: 6, arbitrary: fc.nat(2000) }, { weight: 1, arbitrary: fc.nat(40_000) }),
	kind: fc.oneof(
		{ weight: 12, arbitrary: fc.constant('good' as const) },
		{ weight: 2, arbitrary: fc.constantFrom('bad' as const, 'garbage' as const, 'refused' as const) },
		{ weight: 3, arbitrary: fc.constantFrom('busy' as const, 'broken' as const) },
		{ weight: 2, arbitrary: fc.constantFrom('dropped' as const, 'timeout' as const) },
		{ weight: 1, arbitrary: fc.constantFrom('quota' as const, 'unknown model' as const) },
	),
	outputTokens: fc.integer({ min: 1, max: 60 }),
});
const pass = fc.record({ kind: fc.constantFrom('refine', 'validate'), model: fc.constantFrom('', 'small', 'odd') });
const rung = fc.record({ model: fc.constantFrom('', 'small', 'odd', 'nobody'), passes: fc.constantFrom('single', 'all') });
const campaign = fc.record({
	turns: fc.array(turn, { minLength: 40, maxLength: 40 }),
	count: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 25 }) }, { weight: 1, arbitrary: fc.integer({ min: 65, max: 90 }) }),
	credits: fc.constantFrom('0', '2', '15', '60', '1000'),
	settings: fc.record({
		reservation: fc.constantFrom('learned', 'learned', 'strict', 'fixed'),
		reservationCredits: fc.constantFrom('1.2', '5'),
		maxOutputTokens: fc.constantFrom(60, 200),
		concurrency: fc.constantFrom(1, 4, 64),
		maxAttempts: fc.integer({ min: 1, max: 3 }),
		passes: fc.array(pass, { maxLength: 2 }),
		cheaperModels: fc.array(rung, { maxLength: 2 }),
		deadlineSeconds: fc.constantFrom(0, 0, 3, 20),
		waitForCreditsSeconds: fc.constantFrom(0, 5, 60),
		waitForProviderSeconds: fc.constantFrom(0, 10, 60),
		capPerSend: fc.constantFrom('0', '0', '4'),
		capPerExecution: fc.constantFrom('0', '0', '30'),
	}),
	stopAfterMs: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat(20_000) }),
});
type Campaign = typeof campaign extends fc.Arbitrary<infer T> ? T : never;

/** A provider that keeps its own account of what it billed. */
class Provider {
	billedMicro: Micro = 0n;
	sureCalls = 0;
	unsureCalls = 0;
	readonly scripted: ScriptedProvider;

	constructor(world: ActionWorld, turns: readonly Turn[]) {
		this.scripted = new ScriptedProvider(async (request, number) => {
			const next = turns[(number - 1) % turns.length];
			if (!next) throw new Error('There is always a turn.');
			const startMs = world.time.nowMs;
			await world.time.pause(Math.min(next.afterMs, request.timeoutMs), request.signal);
			const outcome = request.signal?.aborted ? fault('cancelled', { billed: 'unknown' }) : this.#outcome(next, request);
			this.#count(outcome, request);
			return { ...outcome, latencyMs: world.time.nowMs - startMs };
		});
	}

	#outcome({ kind, outputTokens: wanted, afterMs }: Turn, { maxOutputTokens, timeoutMs }: ChatRequest): ChatOutcome {
		if (afterMs > timeoutMs) return fault('timeout', { billed: 'unknown', isRetryable: true });
		const outputTokens = Math.min(wanted, maxOutputTokens ?? wanted);
		const usage = { kind: 'reported', usage: { ...USAGE, outputTokens } };
		switch (kind) {
			case 'good':
				return answer(outputTokens < wanted ? '{"mess' : JSON.stringify({ message: `After ${String(wanted)} tokens` }), usage);
			case 'bad':
				return answer('{"other":1}', usage);
			case 'refused':
				return { ...(answer('', usage) as Extract<ChatOutcome, { kind: 'answered' }>), refusal: 'No.' };
			case 'garbage':
				return fault('garbage', { billed: 'yes', isRetryable: true, usage: usage as never });
			case 'busy':
				return fault('rate_limited', { isRetryable: true, retryAfterMs: wanted * 100 });
			case 'broken':
				return fault('server_error', { isRetryable: true });
			case 'dropped':
				return fault('connection_lost', { billed: 'unknown', isRetryable: true });
			case 'timeout':
				return fault('timeout', { billed: 'unknown', isRetryable: true });
			case 'quota':
				return fault('quota_exhausted');
			case 'unknown model':
				return fault('model_not_found');
			default:
				return kind satisfies never;
		}
	}

	#count(outcome: ChatOutcome, { model }: ChatRequest): void {
		const billed = outcome.kind === 'answered' ? 'yes' : outcome.fault.billed;
		const reading = outcome.kind === 'answered' ? outcome.usage : outcome.fault.usage;
		const price = PRICES[model];
		if (billed === 'unknown') this.unsureCalls += 1;
		if (billed !== 'yes' || reading.kind !== 'reported' || !price) return;
		this.sureCalls += 1;
		this.billedMicro += priceUsage(price, reading.usage);
	}
}

interface Ran {
	readonly results: readonly ItemResult[];
	readonly provider: Provider;
}

async function run(world: ActionWorld, { turns, count, settings, stopAfterMs }: Campaign): Promise<Ran> {
	const provider = new Provider(world, turns);
	const action = makeAction(world, provider.scripted, settings, { executionId: 'e1', provider: () => provider.scripted.handle(PRICES) });
	const controller = new AbortController();
	if (stopAfterMs !== null) void world.time.pause(stopAfterMs).then(() => controller.abort());
	const items: ActionItem[] = Array.from({ length: count }, (_, index) => item(`k${String(index)}`, { prompt: `Write ${String(index)}` }));
	const results = await action.run(items, { signal: controller.signal });
	await action.idle();
	return { results, provider };
}

async function expectBilledIsWritten(world: ActionWorld, ran: readonly Ran[]): Promise<void> {
	const sum = (pick: (provider: Provider) => number): number => ran.reduce((total, { provider }) => total + pick(provider), 0);
	const lines = await story(world);
	expect(lines.filter((line) => line.startsWith('settled'))).to.have.length(sum(({ sureCalls }) => sureCalls));
	expect(lines.filter((line) => line === 'unconfirmed')).to.have.length(sum(({ unsureCalls }) => unsureCalls));
	const billedMicro = ran.reduce((total, { provider }) => total + provider.billedMicro, 0n);
	const expired = await world.store.holds('a', { state: 'expired', afterSeq: 0, limit: 10_000 });
	for (const { expectedMicro, slices } of expired) expect(sumSlices(slices), 'what was expected is charged').to.equal(expectedMicro);
	const unsureMicro = expired.reduce((sum, { slices }) => sum + sumSlices(slices), 0n);
	expect(parseCredits(await spent(world), { field: 'spent' })).to.equal(billedMicro + unsureMicro);
}

function expectWhole(results: readonly ItemResult[], { count, settings }: Campaign): void {
	expect(results).to.have.length(count);
	for (const { route, attributes, llmCredits } of results) {
		expect(llmCredits.source === 'fallback').to.equal(route === 'fallback');
		if (route === 'fallback') expect(attributes).to.deep.equal({ message: 'Hi' });
		else expect(attributes['message']).to.match(/^After \d+ tokens$/);
		if (route === 'fallback') expect(llmCredits.message).to.be.a('string').and.not.equal('');
		if (settings.deadlineSeconds > 0) expect(llmCredits.latencyMs).to.be.at.most(settings.deadlineSeconds * 1000);
	}
}

describe('random campaigns', function () {
	this.timeout(0);

	it('write down what was billed, once, and lose nobody; a repeated run gives the same answers and pays nothing for them', async () => {
		await propertyHolds(
			'campaigns',
			150,
			fc.asyncProperty(campaign, async (given) => {
				const world = await makeWorld(given.credits);
				const first = await run(world, given);
				expectWhole(first.results, given);
				await expectBilledIsWritten(world, [first]);
				await expectClean(world);
				const calm = given.turns.map((one): Turn => ({ ...one, kind: 'good', afterMs: 10 }));
				const second = await run(world, { ...given, turns: calm, stopAfterMs: null });
				expectWhole(second.results, given);
				await expectBilledIsWritten(world, [first, second]);
				await expectClean(world);
				for (const [index, result] of first.results.entries()) {
					if (result.route !== 'result') continue;
					const again = second.results[index];
					expect(again?.route).to.equal('result');
					expect(again?.llmCredits.reason).to.equal('replayed');
					// After a deadline, an answer that came late may be a better one.
					if (given.settings.deadlineSeconds === 0) expect(again?.attributes).to.deep.equal(result.attributes);
				}
			}),
			{ worth: 4 },
		);
	});
});
