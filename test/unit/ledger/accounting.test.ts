/**
 * Owns the proof that what providers report is charged to the micro-credit: each row of the accounting table is read, priced with the
 * card and compared with its own sum, whose prices are in turn compared with the card, so that a price that changes is seen here.
 */
import { expect } from 'chai';
import { formatDollars } from '../../../lib/core/values/money';
import { highestCost, priceUsage, type ModelPrice, type Rates } from '../../../lib/core/prices/pricing';
import { providerOfUrl } from '../../../lib/core/prices/provider-of-url';
import { createRateCard } from '../../../lib/core/prices/rate-card';
import { readUsage } from '../../../lib/core/usage/usage';
import type { Usage } from '../../../lib/core/usage/usage-fields';
import { ACCOUNTING, type AccountingRow } from '../../support/corpus/accounting-table';

/** A decimal of at most ten places as an integer of ten places more. */
function tenPlaces(decimal: string): bigint {
	const [whole = '', fraction = ''] = decimal.split('.');
	return BigInt(whole + fraction.padEnd(10, '0'));
}

/** Works the sum out by itself: only +, -, *, brackets and decimals; in units of 10^-10 micro-credits, where factors are exact. */
function workOut(sum: string): bigint {
	const tokens = sum.match(/[\d.]+|[()+*-]/g) ?? [];
	let at = 0;
	const product = (): { value: bigint; isRate: boolean } => {
		let left = factor();
		while (tokens[at] === '*') {
			at += 1;
			left = { value: left.value * tenPlaces(tokens[at++] ?? ''), isRate: true };
		}
		return left;
	};
	const factor = (): { value: bigint; isRate: boolean } => {
		const token = tokens[at++] ?? '';
		if (token !== '(') return { value: BigInt(token), isRate: false };
		const inner = total();
		if (tokens[at++] !== ')') throw new Error(`A bracket is open in ${sum}`);
		return { value: inner, isRate: false };
	};
	const total = (): bigint => {
		let value = product().value;
		while (tokens[at] === '+' || tokens[at] === '-') value = tokens[at++] === '+' ? value + product().value : value - product().value;
		return value;
	};
	const value = total();
	if (at !== tokens.length) throw new Error(`${sum} is no sum`);
	return value;
}

/** Micro-credits of the sum, rounded up. */
const microOf = (sum: string): bigint => (workOut(sum) + 9_999_999_999n) / 10_000_000_000n;

function priceOf({ url, model, at, own, rates }: AccountingRow): ModelPrice {
	const overrides = own && [
		{
			model,
			inputDollarsPerMillion: rates.input ?? '',
			outputDollarsPerMillion: rates.output ?? '',
			cachedInputDollarsPerMillion: rates.cachedInput ?? '',
		},
	];
	const price = createRateCard(overrides ? { overrides } : {}).find({ provider: providerOfUrl(url), model, atMs: Date.parse(at) });
	if (!price) throw new Error(`${model} has no price`);
	return price;
}

function usageOf({ payload }: AccountingRow): Usage {
	const reading = readUsage(payload);
	if (reading.kind !== 'reported') throw new Error(JSON.stringify(reading));
	return reading.usage;
}

function ratesFor({ tiers }: ModelPrice, inputTokens: number): Rates | undefined {
	return tiers.findLast(({ fromInputTokens }) => fromInputTokens <= inputTokens)?.rates;
}

describe('accounting table', () => {
	for (const row of ACCOUNTING) {
		it(row.name, () => {
			const price = priceOf(row);
			const usage = usageOf(row);
			const rates = ratesFor(price, usage.inputTokens);
			for (const [kind, dollars] of Object.entries(row.rates))
				expect(rates?.[kind as keyof Rates], `the card's price of ${kind} for ${row.model}`).to.equal(tenPlaces(dollars));
			expect(microOf(row.sum), 'the sum').to.equal(row.micro);
			expect(priceUsage(price, usage), 'the charge').to.equal(row.micro);
			if (row.billedDollars !== undefined) expect(formatDollars(row.micro), 'the bill of the provider').to.equal(row.billedDollars);
		});
	}

	it('works every sum out of the prices that its row states', () => {
		for (const { name, sum, rates } of ACCOUNTING) {
			const stated = Object.values(rates).map((dollars: string) => tenPlaces(dollars) * 10_000n);
			const factors = [...sum.matchAll(/\*([\d.]+)/g)].map(([, factor = '']) => tenPlaces(factor));
			expect(new Set(factors), name).to.deep.equal(new Set(stated));
		}
	});

	it('names its source and is about the providers that people use', () => {
		const hosts = new Set(ACCOUNTING.map(({ url }) => new URL(url).hostname));
		expect(hosts.size).to.be.greaterThanOrEqual(12);
		for (const { name, source } of ACCOUNTING) expect(source.length, name).to.be.greaterThan(20);
		expect(new Set(ACCOUNTING.map(({ name }) => name)).size).to.equal(ACCOUNTING.length);
	});

	it('no text call costs more than the most that would be set aside for its tokens', () => {
		for (const row of ACCOUNTING) {
			const usage = usageOf(row);
			if (usage.audioInputTokens + usage.audioOutputTokens + usage.longCacheWriteTokens > 0) continue; // no text call
			const price = priceOf(row);
			expect(priceUsage(price, usage) <= highestCost(price, usage), row.name).to.equal(true);
		}
	});

	it('cannot be right by chance: a token more of any kind is another charge', () => {
		for (const row of ACCOUNTING.filter(({ micro }) => micro > 0n)) {
			const usage = usageOf(row);
			const price = priceOf(row);
			for (const kind of ['inputTokens', 'outputTokens'] as const)
				expect(priceUsage(price, { ...usage, [kind]: usage[kind] + 1 }) > row.micro, `${row.name}: ${kind}`).to.equal(true);
		}
	});
});
