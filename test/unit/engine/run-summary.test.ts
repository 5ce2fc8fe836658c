/** What a run cost, in one line. */
import { expect } from 'chai';
import { parseCredits } from '../../../lib/core/values/money';
import type { ItemResult } from '../../../lib/engine/outcome/item-result';
import { runSummary, spentBy } from '../../../lib/engine/report/run-summary';

const micro = (credits: string): bigint => parseCredits(credits, { field: 'credits' });
const result = (source: string, { reason = 'answered', credits = '0', route = 'result' } = {}): ItemResult =>
	({ route, attributes: {}, tokenUsage: null, llmCredits: { source, reason, credits } }) as unknown as ItemResult;
const times = (count: number, one: ItemResult): ItemResult[] => Array<ItemResult>(count).fill(one);
const gone = result('fallback', { reason: 'credits_exhausted', route: 'fallback' });

describe('what a run cost', () => {
	it('counts items by who answered them, credits and dollars, and what is left', () => {
		const results = [...times(11, result('model', { credits: '7.2' })), ...times(9, gone)];
		expect(runSummary(results, { availableMicro: micro('0.8') })).to.equal(
			'20 items: 11 by the model, 9 fallback (credits exhausted). 79.2 credits ($0.0079), 0.8 left.',
		);
	});

	it('names several reasons with their counts, and cheaper models, kept answers and batches', () => {
		const results = [
			...times(1_200, result('model', { credits: '1' })),
			result('cheaper_model', { credits: '0.5' }),
			result('cache'),
			result('model', { reason: 'pending', route: 'pending' }),
			...times(3, gone),
			...times(4, result('fallback', { reason: 'provider_error', route: 'fallback' })),
		];
		expect(runSummary(results, { availableMicro: null })).to.equal(
			'1,210 items: 1,200 by the model, 1 by a cheaper model, 1 from the cache, 7 fallback (provider error 4, credits exhausted 3), 1 waiting in a batch. 1,200.5 credits ($0.12).',
		);
	});

	it('an answer that an earlier run paid costs nothing here', () => {
		const results = [result('model', { credits: '1' }), result('model', { reason: 'replayed', credits: '1' })];
		expect(spentBy(results)).to.equal(micro('1'));
		expect(runSummary(results.slice(0, 1), { availableMicro: micro('1234.5') })).to.equal(
			'1 item: 1 by the model. 1 credit ($0.0001), 1,234.5 left.',
		);
	});
});
