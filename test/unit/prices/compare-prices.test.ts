/**
 * Prices here and those of genai-prices, on an excerpt of its public data set (MIT licence): a figure of each kind of difference, and one
 * of each provider that is equal. `npm run price-data` compares the whole of it; docs/prices.md has its totals.
 */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { comparePrices, totalsTable } from '../../../scripts/compare-prices';
import { repositoryRoot } from '../../support/machine/repository';

const text = readFileSync(join(repositoryRoot(), 'test', 'fixtures', 'genai-prices-usages.json'), 'utf8');
const document = readFileSync(join(repositoryRoot(), 'docs', 'prices.md'), 'utf8').replace(/ +/g, ' ');

interface Extracted {
	usage: Record<string, number>;
	extractors: unknown[];
}

/** The excerpt with each figure's counts changed. */
function withCounts(change: (usage: Record<string, number>) => Record<string, number>): string {
	const rows = JSON.parse(text) as { extracted: Extracted[] }[];
	return JSON.stringify(
		rows.map((row) => ({ ...row, extracted: row.extracted.map(({ usage, extractors }) => ({ usage: change(usage), extractors })) })),
	);
}

describe('the public data set of genai-prices', () => {
	it('is priced alike, or differs for a reason that is worked out', () => {
		const all = comparePrices(text);
		expect(all.filter(({ finding }) => finding.kind === 'unexplained')).to.deep.equal([]);
		const equal = new Set(all.filter(({ finding }) => finding.kind === 'equal').map(({ provider }) => provider));
		expect(equal.size).to.be.greaterThan(12);
		expect([...equal]).to.include.members(['openai', 'anthropic', 'google', 'mistral', 'groq', 'aws', 'openrouter']);
	});

	it('has in the document each reason of the excerpt', () => {
		for (const { finding } of comparePrices(text)) if ('reason' in finding) expect(document).to.include(`| explained: ${finding.reason} |`);
	});

	it('is told to differ where it does: a figure whose counts are others is not explained', () => {
		const before = comparePrices(text);
		const priced = before.filter(({ ours, theirs }) => ours !== null && theirs !== null).length;
		const changed = comparePrices(withCounts((usage) => ({ ...usage, input_tokens: (usage['input_tokens'] ?? 0) + 977 })));
		const wrong = changed.filter(({ finding }) => finding.kind === 'unexplained').length;
		expect(wrong, totalsTable(changed)).to.be.greaterThan(priced * 0.8);
	});

	it('is read with care', () => {
		expect(() => comparePrices('{}')).to.throw();
		expect(() => comparePrices('[{"body": 1, "extracted": []}]')).to.throw();
	});
});
