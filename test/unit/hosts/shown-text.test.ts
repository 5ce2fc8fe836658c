/** Text of strangers in a terminal, a status or a log: nothing in it acts, and other text stays as it is. */
import { expect } from 'chai';
import { shownText } from '../../../lib/core/values/shown-text';

describe('text that is shown', () => {
	for (const [text, shown] of [
		['Grüße, 東京, مرحبا, 👩‍👩‍👧 é', 'Grüße, 東京, مرحبا, 👩‍👩‍👧 é'],
		['a\u001b[31mred\u001b[0m', 'a\\u001b[31mred\\u001b[0m'],
		['\u001b]52;c;ZXZpbA==\u0007', '\\u001b]52;c;ZXZpbA==\\u0007'],
		['one\r\ntwo\tthree', 'one\\r\\ntwo\\tthree'],
		['\u009b2J\u0085\u007f', '\\u009b2J\\u0085\\u007f'],
		['paid\u202e001', 'paid\\u202e001'],
		['\u2066x\u2069\u200f\u061c\u2028\u2029\u200b\ufeff', '\\u2066x\\u2069\\u200f\\u061c\\u2028\\u2029\\u200b\\ufeff'],
		['half \ud83d of one', 'half \\ud83d of one'],
		['hidden \u{e0041}tag', 'hidden \\udb40\\udc41tag'],
	] as const)
		it(JSON.stringify(text), () => {
			expect(shownText(text)).to.equal(shown);
		});

	it('takes time in proportion to its length', () => {
		const timeOf = (length: number): number => {
			const startedMs = performance.now();
			shownText('\ud83d\u202e'.repeat(length));
			return performance.now() - startedMs;
		};
		timeOf(50_000);
		expect(timeOf(400_000)).to.be.lessThan(40 * Math.max(5, timeOf(50_000)));
	});
});
