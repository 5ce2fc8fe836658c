/** Owns the proof that a call costs exactly what its tokens cost: each once, at its own rate, in the right tier, rounded up once. */
import { expect } from 'chai';
import fc from 'fast-check';
import { formatDollars } from '../../../lib/core/values/money';
import { highestCost, priceUsage, ratesOf as madeRates } from '../../../lib/core/prices/pricing';
import type { ModelPrice, Rates } from '../../../lib/core/prices/pricing';
import { NO_TOKENS, type Usage } from '../../../lib/core/usage/usage-fields';

const ZERO_RATES = madeRates(() => 0n);

const DOLLAR = 10_000_000_000n;

function price(...tiers: readonly (readonly [fromInputTokens: number, rates: Partial<Rates>])[]): ModelPrice {
	return {
		version: 'test',
		model: 'test',
		tiers: tiers.map(([fromInputTokens, { output = 0n, ...rates }]) => ({
			fromInputTokens,
			rates: { ...ZERO_RATES, output, reasoning: output, citation: output, ...rates },
		})),
		perCallMicro: 0n,
		contextTokens: null,
	};
}

function usage(counts: Partial<Usage>): Usage {
	return { ...NO_TOKENS, ...counts };
}

const flat = price([0, { input: 3n * DOLLAR, cachedInput: (3n * DOLLAR) / 10n, cacheWrite: (15n * DOLLAR) / 4n, output: 15n * DOLLAR }]);
const tiered = price(
	[0, { input: DOLLAR, cachedInput: DOLLAR, output: 2n * DOLLAR }],
	[200_001, { input: 2n * DOLLAR, cachedInput: DOLLAR, output: 3n * DOLLAR }],
);

const rateOf = fc.bigInt({ min: 0n, max: 1_000n * DOLLAR });
const ratesOf: fc.Arbitrary<Rates> = fc.record({
	input: rateOf,
	cachedInput: rateOf,
	cacheWrite: rateOf,
	longCacheWrite: rateOf,
	audioInput: rateOf,
	cachedAudio: rateOf,
	output: rateOf,
	audioOutput: rateOf,
	reasoning: rateOf,
	citation: rateOf,
	search: rateOf,
	toolCall: rateOf,
});
const priceOf: fc.Arbitrary<ModelPrice> = fc
	.record({
		starts: fc.uniqueArray(fc.integer({ min: 1, max: 300_000 }), { maxLength: 3 }),
		rates: fc.array(ratesOf, { minLength: 4, maxLength: 4 }),
		perCallMicro: rateOf,
	})
	.map(({ starts, rates, perCallMicro }) => ({
		version: 'test',
		model: 'test',
		tiers: [0, ...starts.toSorted((a, b) => a - b)].map((fromInputTokens, index) => ({
			fromInputTokens,
			rates: rates[index] ?? ZERO_RATES,
		})),
		perCallMicro,
		contextTokens: null,
	}));
const usageOf: fc.Arbitrary<Usage> = fc.integer({ min: 0, max: 400_000 }).chain((inputTokens) =>
	fc.integer({ min: 0, max: inputTokens }).chain((cachedInputTokens) =>
		fc
			.record({
				cacheWriteTokens: fc.integer({ min: 0, max: inputTokens - cachedInputTokens }),
				outputTokens: fc.integer({ min: 0, max: 100_000 }),
			})
			.map((rest) => usage({ inputTokens, cachedInputTokens, ...rest })),
	),
);

describe('pricing', () => {
	it('charges the published example: 100 in and 20 out of gpt-4o-mini are 0.27 credits', () => {
		const mini = price([0, { input: 1_500_000_000n, cachedInput: 750_000_000n, output: 6_000_000_000n }]);
		expect(priceUsage(mini, usage({ inputTokens: 100, outputTokens: 20 }))).to.equal(270_000n);
	});

	it('field lesson 12: cached tokens are counted once', () => {
		// 100,000 input tokens of which 90,000 came from the cache: 10,000 at $3 and 90,000 at $0.30 per million.
		const costMicro = priceUsage(flat, usage({ inputTokens: 100_000, cachedInputTokens: 90_000 }));
		expect(formatDollars(costMicro)).to.equal('0.057');
	});

	it('field lesson 12: reasoning tokens are part of the output, neither free nor charged twice', () => {
		const silent = priceUsage(flat, usage({ outputTokens: 1_000 }));
		expect(priceUsage(flat, usage({ outputTokens: 1_000, reasoningTokens: 800 }))).to.equal(silent);
	});

	it('charges cache writes at their own rate and the rest as plain input', () => {
		const costMicro = priceUsage(flat, usage({ inputTokens: 1_000_000, cachedInputTokens: 200_000, cacheWriteTokens: 400_000 }));
		expect(formatDollars(costMicro)).to.equal('2.76');
	});

	it('charges audio at its own rate, and audio from the cache as cached', () => {
		const audio = price([
			0,
			{ input: DOLLAR, cachedInput: DOLLAR / 10n, audioInput: 40n * DOLLAR, output: 2n * DOLLAR, audioOutput: 80n * DOLLAR },
		]);
		const costMicro = priceUsage(
			audio,
			usage({
				inputTokens: 1_000_000,
				cachedInputTokens: 500_000,
				audioInputTokens: 600_000,
				outputTokens: 1_000_000,
				audioOutputTokens: 250_000,
			}),
		);
		expect(formatDollars(costMicro)).to.equal(String(0.05 + 20 + 1.5 + 20));
	});

	it('charges cached audio and writes to a long cache at their own rates, once each', () => {
		const rates = { input: DOLLAR, cachedInput: DOLLAR / 10n, cacheWrite: 2n * DOLLAR, longCacheWrite: 4n * DOLLAR };
		const model = price([0, { ...rates, audioInput: 40n * DOLLAR, cachedAudio: 20n * DOLLAR }]);
		const counts = { inputTokens: 1_000_000, cachedInputTokens: 400_000, cacheWriteTokens: 300_000, longCacheWriteTokens: 100_000 };
		// 300,000 plain at $1, 400,000 cached at $0.10, 200,000 written at $2 and 100,000 at $4.
		expect(formatDollars(priceUsage(model, usage(counts)))).to.equal('1.14');
		// Of the cached ones 50,000 are audio at $20, and 10,000 of the plain ones are audio at $40.
		const withAudio = { ...counts, audioInputTokens: 60_000, cachedAudioTokens: 50_000 };
		expect(formatDollars(priceUsage(model, usage(withAudio)))).to.equal('2.525');
	});

	it('applies a tier to the whole call from its first token on', () => {
		expect(formatDollars(priceUsage(tiered, usage({ inputTokens: 200_000 })))).to.equal('0.20');
		expect(formatDollars(priceUsage(tiered, usage({ inputTokens: 200_001, outputTokens: 1_000 })))).to.equal('0.403002');
	});

	it('rounds up once, at the end: three thirds of a micro-credit are one, not three', () => {
		const third = price([0, { input: 333_333n, cachedInput: 333_333n, output: 333_334n }]);
		expect(priceUsage(third, usage({ inputTokens: 2, cachedInputTokens: 1, outputTokens: 1 }))).to.equal(1n);
		expect(priceUsage(third, usage({ inputTokens: 1 }))).to.equal(1n);
	});

	it('adds the flat amount per call', () => {
		expect(priceUsage({ ...flat, perCallMicro: 120n }, usage({}))).to.equal(120n);
	});

	it('field lesson 14: reserves at the tier the input can reach', () => {
		expect(formatDollars(highestCost(tiered, { inputTokens: 200_001, outputTokens: 0 }))).to.equal('0.400002');
		expect(formatDollars(highestCost(tiered, { inputTokens: 200_000, outputTokens: 0 }))).to.equal('0.20');
	});

	it('reserves input as if all of it were written to a dearer cache', () => {
		expect(formatDollars(highestCost(flat, { inputTokens: 1_000_000, outputTokens: 0 }))).to.equal('3.75');
	});

	it('never charges more than the highest cost of its tokens', () => {
		fc.assert(
			fc.property(priceOf, usageOf, fc.nat(50_000), fc.nat(50_000), (model, counts, moreInput, moreOutput) => {
				const bound = highestCost(model, { inputTokens: counts.inputTokens + moreInput, outputTokens: counts.outputTokens + moreOutput });
				expect(priceUsage(model, counts) <= bound).to.equal(true);
			}),
		);
	});

	it('never loses a token: the cost is at least the exact sum and less than one micro-credit above it', () => {
		fc.assert(
			fc.property(ratesOf, usageOf, (rates, counts) => {
				const plain = counts.inputTokens - counts.cachedInputTokens - counts.cacheWriteTokens;
				const pairs = [
					[plain, rates.input],
					[counts.cachedInputTokens, rates.cachedInput],
					[counts.cacheWriteTokens, rates.cacheWrite],
					[counts.outputTokens, rates.output],
				] as const;
				const exact = pairs.reduce((sum, [tokens, rate]) => sum + BigInt(tokens) * rate, 0n);
				const overshoot = priceUsage(price([0, rates]), counts) * 1_000_000n - exact;
				expect(overshoot >= 0n && overshoot < 1_000_000n).to.equal(true);
			}),
		);
	});
});
