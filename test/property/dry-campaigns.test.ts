/**
 * Campaigns that run dry: 64 calls at a time, estimates that start from nothing, answers of every length. Nothing is overspent, and what
 * is left is less than one call.
 */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { formatCredits, type Micro } from '../../lib/core/values/money';
import { priceUsage } from '../../lib/core/prices/pricing';
import type { ChatOutcome, ChatRequest } from '../../lib/providers/provider';
import { expectClean, items, makeAction, makeWorld, spent } from '../support/scenarios/action-world';
import { holds as propertyHolds } from '../support/machine/property-runs';
import { answer, PRICE, ScriptedProvider, USAGE } from '../support/provider/scripted-provider';

/** What the prompts of these items take; the estimate is a little above it, as it is for real ones. */
const INPUT_TOKENS = 60;
/** With nothing learned, an answer is not bounded below 100 tokens, so a call of less is not begun. */
const LEAST_CALL: Micro = 2_000_000n;
/** What a token of input costs, with which an estimate is rounded up. */
const ONE_TOKEN: Micro = 10_000n;

const length = fc.oneof(
	{ weight: 9, arbitrary: fc.integer({ min: 5, max: 60 }) },
	{ weight: 1, arbitrary: fc.integer({ min: 60, max: 300 }) },
);
/** Long answers take long: while one is written, other lanes finish hundreds of short ones and spend what it was let through with. */
const slow = fc.record({
	lengths: fc.array(fc.oneof({ weight: 30, arbitrary: fc.integer({ min: 10, max: 30 }) }, { weight: 1, arbitrary: fc.constant(900) }), {
		minLength: 150,
		maxLength: 150,
	}),
	creditsMicro: fc.integer({ min: 600_000_000, max: 1_300_000_000 }),
});
const campaign = fc.record({
	lengths: fc.array(length, { minLength: 150, maxLength: 150 }),
	times: fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 50, maxLength: 50 }),
	creditsMicro: fc.integer({ min: 100_000, max: 150_000_000 }),
	count: fc.integer({ min: 65, max: 150 }),
	maxOutputTokens: fc.constantFrom(300, 1000),
});

/** A model that stops at the output limit, as real ones do. */
function said({ maxOutputTokens }: ChatRequest, wanted: number): { readonly outcome: ChatOutcome; readonly costMicro: Micro } {
	const outputTokens = Math.min(wanted, maxOutputTokens ?? wanted);
	const usage = { ...USAGE, inputTokens: INPUT_TOKENS, outputTokens };
	const text = outputTokens < wanted ? '{"mess' : '{"message":"Hello"}';
	return { outcome: answer(text, { kind: 'reported', usage }), costMicro: priceUsage(PRICE, usage) };
}

describe('campaigns that run dry', function () {
	this.timeout(0);

	it('overspend nothing when the longest answers take a thousand times as long as the others', async () => {
		await propertyHolds(
			'slow campaigns',
			3,
			fc.asyncProperty(slow, async ({ lengths, creditsMicro }) => {
				const world = await makeWorld(formatCredits(BigInt(creditsMicro)));
				const costs: Micro[] = [];
				const provider = new ScriptedProvider(async (request, number) => {
					const wanted = lengths[number % lengths.length] ?? 1;
					const { outcome, costMicro } = said(request, wanted);
					costs.push(costMicro);
					await world.time.pause(wanted > 100 ? 50_000 : 50);
					return outcome;
				});
				const settings = { reservation: 'learned', concurrency: 64, maxOutputTokens: 1000 };
				await makeAction(world, provider, settings).run(items(1200));
				expect((await world.ledger.balance()).overdraftMicro, 'overdraft').to.equal(0n);
				expect(await spent(world)).to.equal(formatCredits(costs.reduce((sum, cost) => sum + cost, 0n)));
				await expectClean(world);
			}),
			{ worth: 100 },
		);
	});

	it('overspend nothing at 64 calls at a time, and leave less than one call', async () => {
		await propertyHolds(
			'dry campaigns',
			25,
			fc.asyncProperty(campaign, async ({ lengths, times, creditsMicro, count, maxOutputTokens }) => {
				const world = await makeWorld(formatCredits(BigInt(creditsMicro)));
				const costs: Micro[] = [];
				const provider = new ScriptedProvider(async (request, number) => {
					const { outcome, costMicro } = said(request, lengths[number % lengths.length] ?? 1);
					costs.push(costMicro);
					await world.time.pause(times[number % times.length] ?? 1);
					return outcome;
				});
				const settings = { reservation: 'learned', concurrency: 64, maxOutputTokens };
				const results = await makeAction(world, provider, settings).run(items(count));
				const { availableMicro, overdraftMicro } = await world.ledger.balance();
				expect(overdraftMicro, 'overdraft').to.equal(0n);
				expect(await spent(world)).to.equal(formatCredits(costs.reduce((sum, cost) => sum + cost, 0n)));
				const isDry = results.some(({ llmCredits }) => llmCredits.reason === 'credits_exhausted');
				const oneCall = costs.reduce((most, cost) => (cost > most ? cost : most), LEAST_CALL);
				// What is set aside for a call is what it costs, with its input reckoned up by a token at most.
				if (isDry) expect(availableMicro < oneCall + ONE_TOKEN, `${formatCredits(availableMicro)} left`).to.equal(true);
				expect(results).to.have.length(count);
				await expectClean(world);
			}),
			{ worth: 20 },
		);
	});
});
