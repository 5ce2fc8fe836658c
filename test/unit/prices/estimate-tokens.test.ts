/** Owns the proof that the token estimate holds against a real tokenizer over many scripts, and that it never blocks. */
import { expect } from 'chai';
import fc from 'fast-check';
import { encode } from 'gpt-tokenizer';
import * as cl100k from 'gpt-tokenizer/cjs/encoding/cl100k_base';
import * as o200k from 'gpt-tokenizer/cjs/encoding/o200k_base';
import { estimateTokens, upperBoundTokens } from '../../../lib/core/usage/estimate-tokens';
import { fewestTokens } from '../../../lib/core/usage/fewest-tokens';
import DECLARATIONS from '../../support/corpus/declarations.data.json';
import { CORPUS } from '../../support/corpus/multilingual-corpus';

/** Estimated tokens for each real one, by script: all samples, the lowest first. */
function ratiosByScript(): ReadonlyMap<string, readonly number[]> {
	const ratios = new Map<string, number[]>();
	for (const { script, text } of DECLARATIONS) {
		const ratio = estimateTokens(text) / encode(text).length;
		ratios.set(
			script,
			[...(ratios.get(script) ?? []), ratio].sort((a, b) => a - b),
		);
	}
	return ratios;
}

function median(sorted: readonly number[]): number {
	const [low = 0, high = 0] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
	return (low + high) / 2;
}

/** The letters of a token; none for a number that the vocabulary leaves out. */
function wordOf(decode: (tokens: Iterable<number>) => string, token: number): string {
	try {
		return decode([token]);
	} catch {
		return '';
	}
}

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

	it('lies at the median between 0.9 and 1.6 times o200k for every script of the Universal Declaration', () => {
		const rows = [...ratiosByScript()].map(([script, ratios]) => ({ script, ratios, middle: median(ratios) }));
		expect(rows.length).to.be.at.least(38);
		const line = ({ script, ratios, middle }: (typeof rows)[number]): string => {
			const cells = [middle, ratios[0] ?? 0, ratios.at(-1) ?? 0].map((ratio) => ratio.toFixed(2).padStart(7));
			return [script.padEnd(20), String(ratios.length).padStart(8), ...cells].join('');
		};
		const head =
			'script'.padEnd(20) + ['samples', 'median', 'least', 'most'].map((cell, index) => cell.padStart(index === 0 ? 8 : 7)).join('');
		process.stdout.write(`\n${[head, ...rows.map(line)].join('\n')}\n\n`);
		expect(rows.filter(({ middle }) => middle < 0.9 || middle > 1.6).map(line)).to.deep.equal([]);
	});

	it('takes a script that no vocabulary knows by its bytes', () => {
		for (const text of ['𐤀𐤁𐤂𐤃', 'ᚠᚢᚦᚨ', '𐌰𐌱𐌲', 'ࡀࡁࡂ']) expect(estimateTokens(text), text).to.equal(upperBoundTokens(text));
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

describe('fewest tokens', () => {
	it('no token of the vocabularies of OpenAI has more than two runs of letters and digits, which is what makes it a bound', () => {
		for (const [name, { decode, vocabularySize }] of Object.entries({ o200k, cl100k })) {
			const tooMany: string[] = [];
			for (let token = 0; token < vocabularySize; token += 1) {
				const text = wordOf(decode, token);
				// Twice a text has as many half runs as it has runs.
				if (fewestTokens(`${text} ${text}`) > 2) tooMany.push(text);
			}
			expect(tooMany, name).to.deep.equal([]);
		}
	});

	it('is never above the count of a real tokenizer, for ordinary text and for what is repeated', () => {
		const repeated = [' ', '\n', '-', '=', 'a', 'ab ', "don't ", 'a b c ', '1 2 ', ' x', '。', 'の', 'é ', '👍 ', '\u00a0', '“a” '].map(
			(part) => part.repeat(500),
		);
		for (const text of [...DECLARATIONS.map((each) => each.text), ...CORPUS.map(([, each]) => each), ...repeated]) {
			expect(fewestTokens(text), text.slice(0, 40)).to.be.at.most(encode(text).length);
			expect(fewestTokens(text), text.slice(0, 40)).to.be.at.most(cl100k.encode(text).length);
		}
	});

	it('is never above it for any text', () => {
		const part = fc.oneof(
			fc.string({ unit: 'binary' }),
			fc.string(),
			fc.constantFrom('the ', ' a', "'s", '1', '.', '_', 'É', '日本', '\t'),
		);
		fc.assert(
			fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
				const text = parts.join('').toWellFormed();
				expect(fewestTokens(text)).to.be.at.most(encode(text).length);
			}),
		);
	});

	it('is a third of the truth or more for English, so that what is far too long is seen', () => {
		const [, english = ''] = CORPUS.find(([name]) => name === 'English') ?? [];
		expect(fewestTokens(english) / encode(english).length).to.be.within(0.33, 1);
	});
});
