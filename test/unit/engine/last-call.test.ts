/** A campaign whose credits are an exact multiple of what a call costs leaves no call unspent, where reservations are learned. */
import { expect } from 'chai';
import { formatCredits } from '../../../lib/core/values/money';
import { priceUsage, type ModelPrice } from '../../../lib/core/prices/pricing';
import { KnownSizes } from '../../../lib/engine/learned/text-sizes';
import { inputSize } from '../../../lib/engine/plan/prompt';
import type { ChatRequest } from '../../../lib/providers/provider';
import { expectClean, item, makeAction, makeWorld, spent } from '../../support/scenarios/action-world';
import { answer, PRICE, ScriptedProvider, USAGE } from '../../support/provider/scripted-provider';

/** $0.40 for a million tokens of input and $1.60 of output: 600 and 300 of them cost 7.2 credits. */
const MINI: ModelPrice = {
	...PRICE,
	tiers: PRICE.tiers.map((tier) => ({
		...tier,
		rates: {
			input: 4_000_000_000n,
			cachedInput: 1_000_000_000n,
			cacheWrite: 4_000_000_000n,
			longCacheWrite: 4_000_000_000n,
			audioInput: 4_000_000_000n,
			cachedAudio: 1_000_000_000n,
			output: 16_000_000_000n,
			audioOutput: 16_000_000_000n,
			reasoning: 16_000_000_000n,
			citation: 16_000_000_000n,
			search: 0n,
			toolCall: 0n,
		},
	})),
};
const [INPUT_TOKENS, OUTPUT_TOKENS] = [600, 300];
const CALL_MICRO = 7_200_000n;
const CALLS = 61;

const bytesOf = ({ messages }: ChatRequest): number => inputSize(messages, { schemaText: '', known: new KnownSizes() }).inputBytes;

/** Every byte is a token to it, and every answer is as long as it may be: a call costs the most that it can. */
function greedyProvider(): ScriptedProvider {
	return new ScriptedProvider((request) => {
		const usage = { ...USAGE, inputTokens: bytesOf(request), outputTokens: request.maxOutputTokens ?? OUTPUT_TOKENS };
		return answer('{"message":"Hello"}', { kind: 'reported', usage });
	});
}

describe('the last call of a campaign', () => {
	for (const concurrency of [1, 8]) {
		it(`is made: ${String(CALLS)} calls of 7.2 credits with credits for exactly as many, ${String(concurrency)} at a time`, async () => {
			const settings = { reservation: 'learned', structuredOutput: 'prompt', maxOutputTokens: OUTPUT_TOKENS, concurrency, maxAttempts: 1 };
			const probe = await makeWorld('1000');
			const probed = greedyProvider();
			await makeAction(probe, probed, settings, { provider: () => probed.handle(MINI) }).run([item('probe', { prompt: 'x' })]);
			const [request] = probed.requests;
			if (!request) throw new Error('Nothing was asked');
			const prompt = 'x'.repeat(1 + INPUT_TOKENS - bytesOf(request));

			const world = await makeWorld(formatCredits(CALL_MICRO * BigInt(CALLS)));
			const provider = greedyProvider();
			const asked = Array.from({ length: CALLS + 4 }, (_, index) => item(`k${String(index)}`, { prompt }));
			const results = await makeAction(world, provider, settings, { provider: () => provider.handle(MINI) }).run(asked);
			const usage = { ...USAGE, inputTokens: INPUT_TOKENS, outputTokens: OUTPUT_TOKENS };
			expect(priceUsage(MINI, usage)).to.equal(CALL_MICRO);
			expect(provider.requests.every((each) => bytesOf(each) === INPUT_TOKENS)).to.equal(true);
			expect(results.filter(({ route }) => route === 'result')).to.have.length(CALLS);
			expect(results.slice(-4).map(({ llmCredits }) => llmCredits.reason)).to.deep.equal(Array(4).fill('credits_exhausted'));
			expect(await spent(world)).to.equal(formatCredits(CALL_MICRO * BigInt(CALLS)));
			const { availableMicro, overdraftMicro } = await world.ledger.balance();
			expect([availableMicro, overdraftMicro], 'left, and overdrawn').to.deep.equal([0n, 0n]);
			await expectClean(world);
		});
	}
});
