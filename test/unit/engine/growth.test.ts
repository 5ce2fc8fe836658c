/** Readers of foreign text take time in proportion to its length: hostile texts are doubled, and the growth of the time is looked at. */
import { expect } from 'chai';
import { inventions } from '../../../lib/core/gates/invented';
import { hasFact, readAnswer } from '../../../lib/core/gates/facts';
import { excerpt } from '../../../lib/core/gates/finding';
import { languageCode } from '../../../lib/core/gates/language';
import { countCharacters, countWords } from '../../../lib/core/gates/length';
import { leftOvers } from '../../../lib/core/gates/placeholders';
import { foldAccents, hasPhrase } from '../../../lib/core/gates/reading/fold';
import { givenFacts } from '../../../lib/core/gates/reading/given-facts';
import { mainScript } from '../../../lib/core/gates/reading/scripts';
import { visibleText, withoutStyles } from '../../../lib/core/gates/reading/visible-text';
import { fieldNames, isEmptyValue } from '../../../lib/core/gates/required-context';
import { replaceReferences } from '../../../lib/core/rules/commands/account-texts';
import { estimateTokens, upperBoundTokens } from '../../../lib/core/usage/estimate-tokens';
import { fewestTokens } from '../../../lib/core/usage/fewest-tokens';
import { canonicalJson } from '../../../lib/core/values/idempotency';
import { costMs, fourfoldGrowth, MAX_GROWTH } from '../../support/loads/growth';

/** What reads texts of people, models or settings. A value in a set of numbers keeps the engine from leaving work out. */
const READERS: readonly (readonly [name: string, read: (text: string) => unknown])[] = [
	['references to texts', (text) => replaceReferences(text, () => '')],
	['left-over marks', (text) => leftOvers(text, [text.slice(0, 200)])],
	['what is asked for', (text) => leftOvers('Subject: a\n\n{b}', [], { prompts: [text], attributes: [text] })],
	['inventions', (text) => inventions(text, givenFacts(['x']))],
	['what was given', (text) => givenFacts([text])],
	['a fact', (text) => hasFact(readAnswer(['Hello Anna, 20 € and 2 June'], ['en']), text)],
	['the answer of a fact', (text) => hasFact(readAnswer([text], ['pl']), 'Anna 20')],
	['visible text', (text) => visibleText(text)],
	['text without styles', (text) => withoutStyles(text)],
	['folding', (text) => foldAccents(text)],
	['a phrase', (text) => hasPhrase(text, text.slice(0, 3))],
	['the main script', (text) => mainScript(text)],
	['an excerpt', (text) => excerpt(text)],
	['names of fields', (text) => fieldNames(text)],
	['emptiness', (text) => isEmptyValue(text)],
	['a language', (text) => languageCode(text)],
	['length', (text) => [countCharacters(text), countWords(text)]],
	['tokens', (text) => [estimateTokens(text), upperBoundTokens(text), fewestTokens(text)]],
	['canonical text', (text) => canonicalJson({ text })],
];

/** Beginnings that a pattern looks for, and what is then repeated without ever ending it. */
const BEGINNINGS = [
	'',
	'[[text:',
	'http://',
	'www.',
	'20',
	'0.',
	'{{',
	'<style',
	'<a ',
	'&#',
	'Hi',
	'[',
	'%',
	'a@',
	't12:30',
	'1/',
	'令和',
	'«',
	'((',
	'（',
	'```',
	'Subject:',
	'Option 1:',
	'Sure! ',
	'<|',
	'【',
];
const REPEATED = [
	...[
		' ',
		'.',
		',',
		'0',
		'1',
		'a',
		'A',
		'X',
		'-',
		'/',
		':',
		'_',
		'@',
		'%',
		'#',
		'&',
		'<',
		'>',
		'{',
		'}',
		'[',
		']',
		'(',
		"'",
		'"',
		'\n',
		'\t',
	],
	...['\u00e9', '\u0301', '\u200b', '\u4e07', '\u3007', '\u0e01', '\u0660', '\ud83d\ude00'],
	...[
		'[[text:',
		'http://',
		'a.',
		'1.',
		'1,',
		'1 ',
		'0 000 ',
		'a-',
		'a1-',
		'1:',
		'12:30 ',
		't12:30',
		'1/2/',
		'2026-01-01',
		'<a ',
		'<style></style>',
	],
	...[
		'<style>',
		'<b>',
		'&amp;',
		'{{',
		'}}',
		'[a',
		'%a',
		'#A',
		'*|',
		'Hi ',
		'Hi , ',
		'null ',
		'\u4e071',
		'a@a.',
		'$ 1',
		'1 \u20ac ',
		'\u2026',
	],
	...['1万', '1万1,', '1時', '午後1', 'om 1', '12.12 ', '12-12-', '1 thang 1', 'oct-1', '1-oct-', '1€11', 'o godz. '],
	...['let me know ', 'Option 1:\n', '1. "a"\n', '"a":', '\\n', '（a', '((', '«a', '---\n', 'note: ', 'the user ', 'link to ', 'a/b/'],
] as const;

/** Each sign by itself, and behind each beginning what patterns go on with. */
const HOSTILE = [
	...REPEATED.map((repeated) => ['', repeated] as const),
	...BEGINNINGS.flatMap((beginning) =>
		[' ', '.', '0', 'a', '-', '1,', 'a.', '\n', '[', '%'].map((repeated) => [beginning, repeated] as const),
	),
];

const SHORT = 8_000;
/** Below this, the time of a doubled text says nothing about growth, and the text is no danger. */
const NOTHING_MS = 30;
function textOf(beginning: string, repeated: string, length: number): string {
	return beginning + repeated.repeat(Math.ceil(length / repeated.length));
}

/** The growth of the time when the text is doubled twice; 0 where that takes next to nothing. */
function growthOf(read: (text: string) => unknown, beginning: string, repeated: string): number {
	const workOn = (length: number): (() => unknown) => {
		const text = textOf(beginning, repeated, length);
		return () => read(text);
	};
	return costMs(workOn(2 * SHORT), 1) < NOTHING_MS ? 0 : fourfoldGrowth(workOn, SHORT);
}

describe('growth of time with the length of a text', () => {
	it('is seen where it is a square', () => {
		const square = (text: string): number =>
			Array.from(text).reduce((sum, _sign, index) => sum + text.lastIndexOf('b', text.length - index), 0);
		expect(growthOf(square, '', 'a')).to.be.greaterThan(MAX_GROWTH);
	});

	for (const [name, read] of READERS) {
		it(`${name}: no more than the text grows`, function () {
			this.timeout(120_000);
			const slow: string[] = [];
			for (const [beginning, repeated] of HOSTILE) {
				const growth = growthOf(read, beginning, repeated);
				if (growth > MAX_GROWTH) slow.push(`${JSON.stringify(beginning)} + ${JSON.stringify(repeated)} grows ${growth.toFixed(1)} times`);
			}
			expect(slow).to.deep.equal([]);
		});
	}
});
