/** A line of My Own Prices that can be read in two ways is refused, and what is wrong is named with its line. */
import { expect } from 'chai';
import { CreditError } from '../../../lib/core/values/errors';
import { parsePrices } from '../../../lib/core/prices/price-lines';
import { compileOverrides } from '../../../lib/core/prices/rate-overrides';

/** What stands on line 2, behind a comment. */
function pricesOf(line: string): readonly string[] {
	const found = parsePrices(`# mine\n${line}`);
	compileOverrides(found);
	return found.flatMap((rate) => [
		rate.model,
		rate.inputDollarsPerMillion,
		rate.outputDollarsPerMillion,
		rate.cachedInputDollarsPerMillion ?? '',
	]);
}

function refusalOf(text: string): string {
	try {
		return `accepted as ${pricesOf(text).join(' / ')}`;
	} catch (error) {
		if (error instanceof CreditError && error.code === 'invalid_settings') return error.message;
		throw error;
	}
}

describe('my own prices', () => {
	for (const [line, read] of [
		['my-model, 0.40, 1.60', ['my-model', '0.40', '1.60', '']],
		['my-model, 0.40, 1.60, 0.04', ['my-model', '0.40', '1.60', '0.04']],
		['my-model,0.40,1.60', ['my-model', '0.40', '1.60', '']],
		['my-model,0.40,1.60,0.04', ['my-model', '0.40', '1.60', '0.04']],
		['my-model,30,60', ['my-model', '30', '60', '']],
		['my-model, 30, 60, 15', ['my-model', '30', '60', '15']],
		['my-model ,0.40 ,1.60', ['my-model', '0.40', '1.60', '']],
		['my-model, 0.40, 1.60,', ['my-model', '0.40', '1.60', '']],
		['fam-*; 1; 2; 0.5', ['fam-*', '1', '2', '0.5']],
		['my-model;1;2', ['my-model', '1', '2', '']],
		['my-model\t1\t2', ['my-model', '1', '2', '']],
		['my-model\t1; 2', ['my-model', '1', '2', '']],
		['free-model, 0, 0', ['free-model', '0', '0', '']],
		['free-model,0,0,0', ['free-model', '0', '0', '0']],
		['a, 1, 2\rb, 3, 4', ['a', '1', '2', '', 'b', '3', '4', '']],
	] as const) {
		it(`reads ${JSON.stringify(line)}`, () => {
			expect(pricesOf(line).slice(0, read.length)).to.deep.equal(read);
		});
	}

	for (const [line, says] of [
		// Decimal and thousands commas.
		['gpt-5-mini, 0,25, 2', /can be read in two ways\. Write decimals with a point/],
		['gpt-5-mini, 0,25, 2,00', /can be read in two ways|Write: model/],
		['gpt-5-mini, 1,000, 5', /can be read in two ways/],
		['gpt-5-mini,0,25, 2', /can be read in two ways/],
		['gpt-5-mini; 0,25; 2', /can be read in two ways/],
		['gpt-5-mini\t0,25\t2', /can be read in two ways/],
		['gpt-5-mini,0,25', /can be read in two ways/],
		['gpt-5-mini,0,25,2', /can be read in two ways/],
		['gpt-5-mini,30,60,15', /can be read in two ways/],
		['gpt-5-mini,1,000,5', /can be read in two ways/],
		['a,b; 1; 2', /can be read in two ways/],
		['gpt-5-mini, 1, 000, 5', /the output price is "000", which is not a price.* no leading zero/],
		['gpt-5-mini, 00.25, 2', /the input price is "00\.25", which is not a price/],
		['gpt-5-mini, 0, 25, 2', /the cached input price is "2", more than the input price "0"/],
		['gpt-5-mini, 0.25, 2, 0.26', /the cached input price is "0\.26", more than the input price "0\.25"/],
		['a, b, 1, 2', /the input price is "b", which is not a price/],
		// Currencies and units.
		['gpt-5-mini, $0.25, $2', /the input price is "\$0\.25", which is not a price.* no currency/],
		['gpt-5-mini, 0.25 €, 2 €', /the input price is "0\.25 €", which is not a price/],
		['gpt-5-mini, 0.25/1K, 2/1K', /the input price is "0\.25\/1K", which is not a price.* no unit/],
		['gpt-5-mini, 0.00025, 0.002', /the input price is "0\.00025"; below .* per 1,000 tokens\. Multiply it by 1000000 or 1000/],
		[
			'gpt-5-mini, 0.25 per 1K',
			/^The setting My Own Prices, line 2 is "gpt-5-mini, 0\.25 per 1K"\. Write: model.* 1000 times those for 1K/,
		],
		['gpt-5-mini, 2.5e-1, 2', /the input price is "2\.5e-1", which is not a price/],
		['gpt-5-mini, ٠.٢٥, 2', /which is not a price/],
		// Too little and too much.
		['gpt-5-mini 0.25 2', /Write: model, input price, output price/],
		['gpt-5-mini, 0.25', /Write: model, input price, output price/],
		[', 0.25, 2', /Write: model, input price, output price/],
		['gpt-5-mini, 0.25, 2, 0.1, 3', /Write: model, input price, output price/],
		['gpt-*-mini, 0.25, 2', /the model is "gpt-\*-mini"; the \* may stand only at the end/],
	] as const) {
		it(`refuses ${JSON.stringify(line)} and names the line`, () => {
			expect(refusalOf(line))
				.to.match(says)
				.and.match(/^The setting My Own Prices, line 2 (is|\()/)
				.and.not.match(/rates\[|DollarsPerMillion/);
		});
	}

	it('names both lines of a model that has two prices', () => {
		expect(refusalOf('a, 1, 2\n\nA, 3, 4')).to.equal(
			'The setting My Own Prices, line 4 ("A, 3, 4"): the model is "A", which has a rate already in The setting My Own Prices, line 2 ("a, 1, 2"). Keep one row for each model.',
		);
	});

	it('repeats no more than the beginning of a long line, and reads it at once', () => {
		for (const line of [`m${' ,'.repeat(100_000)}`, 'm'.repeat(250_000), `${' 1,'.repeat(60_000)}${'/'.repeat(60_000)}`]) {
			const startedAt = performance.now();
			expect(refusalOf(line).length).to.be.lessThan(400);
			expect(performance.now() - startedAt).to.be.lessThan(1_000);
		}
	});
});
