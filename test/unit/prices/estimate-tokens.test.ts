/** Owns the proof that the token estimate holds against a real tokenizer over many scripts, and that it never blocks. */
import { expect } from 'chai';
import fc from 'fast-check';
import { encode } from 'gpt-tokenizer';
import { estimateTokens, upperBoundTokens } from '../../../lib/core/usage/estimate-tokens';
import { CORPUS } from '../../support/corpus/multilingual-corpus';

describe('token estimate', () => {
	for (const [name, text] of CORPUS) {
		it(`is at or above o200k and at most three times it: ${name}`, () => {
			const actual = encode(text).length;
			expect(estimateTokens(text)).to.be.within(actual, actual * 3);
		});
	}

	it('is at most 1.8 times o200k over the whole corpus', () => {
		const total = (count: (text: string) => number): number => CORPUS.reduce((sum, [, text]) => sum + count(text), 0);
		expect(total(estimateTokens) / total((text) => encode(text).length)).to.be.within(1, 1.8);
	});

	it('grows with repetition: ten times a text is about ten times its tokens', () => {
		for (const [, text] of CORPUS)
			expect(estimateTokens(`${text}\n`.repeat(10))).to.be.within(estimateTokens(text) * 9, estimateTokens(text) * 12);
	});

	it('is a whole number, 0 only for the empty text, and never above the upper bound', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string()), (text) => {
				const estimate = estimateTokens(text);
				expect(Number.isSafeInteger(estimate)).to.equal(true);
				expect(estimate > 0).to.equal(text !== '');
				expect(estimate <= upperBoundTokens(text)).to.equal(true);
			}),
		);
	});

	it('bounds by UTF-8 bytes, lone halves of pairs included', () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string({ unit: 'binary' }),
					fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
				),
				(text) => {
					expect(upperBoundTokens(text)).to.equal(new TextEncoder().encode(text).length);
				},
			),
		);
	});

	it('never lets a real tokenizer exceed the upper bound', () => {
		for (const [, text] of CORPUS) expect(encode(text).length).to.be.at.most(upperBoundTokens(text));
	});

	it('field lesson 24: a long text is estimated faster than a real tokenizer counts it, side by side', () => {
		const text = 'สวัสดี hello wörld 田中様 '.repeat(30_000);
		expect(Buffer.byteLength(text)).to.be.greaterThan(1_000_000);
		const spent = (work: () => unknown): number => {
			const startMs = performance.now();
			work();
			return performance.now() - startMs;
		};
		const runs = [1, 2, 3, 4, 5].map(() => ({ ours: spent(() => estimateTokens(text)), theirs: spent(() => encode(text)) }));
		const [ours, theirs] = [Math.min(...runs.map((run) => run.ours)), Math.min(...runs.map((run) => run.theirs))];
		expect(ours / theirs, `${ours.toFixed(0)} ms against ${theirs.toFixed(0)} ms`).to.be.lessThan(1);
	});
});
