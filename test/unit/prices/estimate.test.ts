/** No way of sizing a reservation asks for more than the strict bound: a campaign whose credits are an exact multiple uses all of them. */
import { expect } from 'chai';
import fc from 'fast-check';
import { boundedCall, estimateCost, learn, mostCost, NOTHING_LEARNED, shorterCalls, type Learned } from '../../../lib/core/prices/estimate';
import { NO_TOKENS } from '../../../lib/core/usage/usage-fields';
import { PRICE } from '../../support/provider/scripted-provider';

const size = fc.record({
	inputBytes: fc.integer({ min: 1, max: 100_000 }),
	share: fc.double({ min: 0, max: 1, noNaN: true }),
	outputLimitTokens: fc.integer({ min: 1, max: 20_000 }),
});
const lesson = fc.record({
	estimatedInputTokens: fc.integer({ min: 1, max: 5_000 }),
	inputTokens: fc.integer({ min: 0, max: 50_000 }),
	outputTokens: fc.integer({ min: 0, max: 20_000 }),
	isCutOff: fc.boolean(),
});

function amounts(learned: Learned, { inputBytes, inputTokens, outputLimitTokens }: Parameters<typeof estimateCost>[1]): bigint[] {
	const request = { inputBytes, inputTokens, outputLimitTokens };
	const calls = [...shorterCalls(PRICE, request, learned), boundedCall(PRICE, request, learned), boundedCall(PRICE, request, learned, 2)];
	return [
		estimateCost(PRICE, request, { kind: 'learned', learned }),
		mostCost(PRICE, request, learned),
		...calls.map(({ amountMicro }) => amountMicro),
	];
}

describe('the learned estimate', () => {
	it('is never above the strict one, whatever was learned, in none of its ways', () => {
		fc.assert(
			fc.property(size, fc.array(lesson, { maxLength: 80 }), ({ inputBytes, share, outputLimitTokens }, lessons) => {
				const request = { inputBytes, inputTokens: Math.ceil(inputBytes * share), outputLimitTokens };
				const learned = lessons.reduce(
					(known, { estimatedInputTokens, isCutOff, inputTokens, outputTokens }) =>
						learn(known, { estimatedInputTokens, isCutOff, usage: { ...NO_TOKENS, inputTokens, outputTokens } }),
					NOTHING_LEARNED,
				);
				const strict = estimateCost(PRICE, request, { kind: 'strict' });
				for (const amount of amounts(learned, request)) expect(amount <= strict, `${String(amount)} of ${String(strict)}`).to.equal(true);
			}),
		);
	});

	it('of a model with a token for each byte is the strict one, not a rounding more', () => {
		const request = { inputBytes: 700, inputTokens: 233, outputLimitTokens: 20 };
		const learned = learn(NOTHING_LEARNED, { estimatedInputTokens: 233, usage: { ...NO_TOKENS, inputTokens: 700, outputTokens: 20 } });
		for (const amount of amounts(learned, request)) expect(amount).to.equal(7_200_000n);
	});
});
