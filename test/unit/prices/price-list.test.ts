/** Owns the proof that a list of prices is read with care, written in one form, and that the newest of several is found. */
import { expect } from 'chai';
import fc from 'fast-check';
import { CreditError } from '../../../lib/core/values/errors';
import { decodeEntry, encodeEntry } from '../../../lib/core/journal/journal';
import { BUILT_IN_PRICES, PriceList, type CardData } from '../../../lib/core/prices/price-list';
import { readPriceList, writePriceList } from '../../../lib/core/prices/price-list-text';
import { listInUse } from '../../../lib/core/prices/price-settings';
import { isOwnPrice, pinKeyHash, pinOf } from '../../../lib/core/prices/recorded-price';

const NOVEMBER = Date.parse('2026-11-21T12:00:00Z');

const SMALL: CardData = {
	source: 'ours',
	version: '1',
	date: '2026-11-01',
	providers: [
		{
			id: 'openai',
			fallback: [],
			models: [
				{
					id: 'm',
					match: [['=m'], ['/^m-\\d+$']],
					context: 9000,
					prices: [
						{
							when: '',
							tiers: [
								[0, 10_000_000, 10_000_000, 0, 0, 20_000_000, 0],
								[200_001, 20_000_000, 10_000_000, 0, 0, 40_000_000, 0, 10_000_000, 30_000_000],
							],
							perCall: 5,
						},
						{ when: '2026-10-01', tiers: [[0, 1_000_000_000, 0, 0, 0, 0, 0]], perCall: 0 },
						{ when: '22:00-06:30', tiers: [[0, 0, 0, 0, 0, 0, 0]], perCall: 0 },
					],
				},
			],
		},
	],
};

/** The small list with one place replaced. */
function changed(path: readonly (string | number)[], value: unknown): string {
	const copy = JSON.parse(JSON.stringify(SMALL)) as Record<string | number, unknown>;
	const last = path.at(-1) ?? '';
	const holder = path.slice(0, -1).reduce<Record<string | number, unknown>>((at, key) => at[key] as Record<string, unknown>, copy);
	if (value === undefined) Reflect.deleteProperty(holder, last);
	else holder[last] = value;
	return JSON.stringify(copy);
}

const MODEL = ['providers', 0, 'models', 0] as const;
const PRICE = [...MODEL, 'prices', 0] as const;

describe('a list of prices as text', () => {
	it('is read back as it was, with one text and hash whatever the order of its fields', () => {
		const written = writePriceList(new PriceList(SMALL));
		expect(readPriceList(written.text, 'x').list.data).to.deep.equal(SMALL);
		const { providers, date, version, source } = SMALL;
		const turned = readPriceList(JSON.stringify({ providers, date, version, source }, null, 2), 'x');
		expect([turned.text, turned.kept]).to.deep.equal([written.text, written.kept]);
		expect(written.kept).to.deep.include({ version: 'ours@1', date: '2026-11-01', models: 1 });
	});

	it('of this package passes its own reading, to the last price', () => {
		const written = writePriceList(BUILT_IN_PRICES);
		const read = readPriceList(written.text, 'built in');
		expect(read.kept).to.deep.equal(written.kept);
		const listed = read.list.models({ provider: null, atMs: NOVEMBER });
		expect(listed).to.have.length(BUILT_IN_PRICES.models({ provider: null, atMs: NOVEMBER }).length);
		expect(listed).to.deep.equal(BUILT_IN_PRICES.models({ provider: null, atMs: NOVEMBER }));
	});

	for (const [what, path, value, says] of [
		['no version', ['version'], undefined, /x is wrong at version: /],
		['a version that is a path', ['version'], '1/2', /version: is not made of letters/],
		['a day that is none', ['date'], '2026-02-30', /date: is no day of the calendar/],
		['a field nobody knows', ['note'], 'hi', /its top: .*note/],
		['no providers', ['providers'], [], /providers: /],
		['a provider with an odd id', ['providers', 0, 'id'], 'Open AI', /providers\.0\.id: is no id of a provider/],
		['a rule of another kind', [...MODEL, 'match'], [['m']], /match\.0\.0: /],
		['an expression that is none', [...MODEL, 'match'], [['/(']], /match\.0\.0: is no rule/],
		['no price', [...MODEL, 'prices'], [], /prices: /],
		['a time that is none', [...PRICE, 'when'], 'tomorrow', /when: is neither empty, a day nor a time of day/],
		['tiers that do not begin at 0', [...PRICE, 'tiers', 0, 0], 1, /tiers: do not begin at 0 and ascend/],
		['tiers that do not ascend', [...PRICE, 'tiers', 1, 0], 0, /tiers: do not begin at 0 and ascend/],
		['a fraction', [...PRICE, 'tiers', 0, 1], 1.5, /tiers\.0\.1: /],
		['a negative rate', [...PRICE, 'tiers', 0, 5], -1, /tiers\.0\.5: /],
		['field lesson 15: a rate per token', [...PRICE, 'tiers', 0, 1], 10, /tiers\.0\.1: is neither 0 nor from 10000000 .*another unit/],
		['field lesson 15: a rate of another unit', [...PRICE, 'tiers', 0, 5], 1e15, /tiers\.0\.5: is neither 0 nor from/],
		['a rate too few', [...PRICE, 'tiers', 0], [0, 1e7, 1e7, 0, 0, 2e7], /tiers\.0: has a number of rates/],
		['a text for a rate', [...PRICE, 'tiers', 0, 1], '10000000', /tiers\.0\.1: /],
		['a call that costs a fortune', [...PRICE, 'perCall'], 1e12, /perCall: /],
	] as const) {
		it(`refuses ${what}`, () => {
			expect(() => readPriceList(changed(path, value), 'x')).to.throw(CreditError, says);
		});
	}

	it('refuses what is no JSON, and what is too long', () => {
		expect(() => readPriceList('prices', 'x')).to.throw(CreditError, /The price list x is not JSON/);
		expect(() => readPriceList(' '.repeat(2_000_001), 'x')).to.throw(CreditError, /2000001 characters/);
	});
});

describe('the prices that hold', () => {
	const list = (version: string, date: string) => ({ version, date, hash: version, models: 1 });
	const builtIn = { version: 'p@1.9', date: '2026-09-01' };

	it('are the newest by day, then by the numbers of the version; those of the package where they are as new', () => {
		expect(listInUse({ pinned: null, lists: [] }, builtIn)).to.equal(null);
		expect(listInUse({ pinned: null, lists: [list('p@1.8', '2026-08-01'), list('p@1.9', '2026-09-01')] }, builtIn)).to.equal(null);
		const newest = list('p@1.10', '2026-09-01');
		expect(listInUse({ pinned: null, lists: [newest, list('p@1.2', '2026-09-01')] }, builtIn)).to.equal(newest);
		const later = list('z@0', '2026-10-01');
		expect(listInUse({ pinned: null, lists: [newest, later] }, builtIn)).to.equal(later);
	});

	it('are the pinned ones, however old', () => {
		const old = list('p@0.1', '2020-01-01');
		expect(listInUse({ pinned: 'p@0.1', lists: [list('p@9', '2027-01-01'), old] }, builtIn)).to.equal(old);
	});
});

describe('a price in the journal', () => {
	const prices = BUILT_IN_PRICES.models({ provider: null, atMs: NOVEMBER }).map(({ price }) => price);

	it('is read back as it was, whatever its tiers, flat amount and context', () => {
		for (const price of prices) {
			const body = { kind: 'price_recorded', price } as const;
			expect(decodeEntry('price_recorded', encodeEntry(body, null)).body).to.deep.equal(body);
			expect(isOwnPrice(price, pinKeyHash(pinOf(price)))).to.equal(true);
		}
	});

	it('has a name of its own: equal only where version, tiers and flat amount are', () => {
		fc.assert(
			fc.property(fc.constantFrom(...prices), fc.constantFrom(...prices), (a, b) => {
				const same = a.version === b.version && a.perCallMicro === b.perCallMicro;
				expect(pinOf(a) === pinOf(b)).to.equal(same);
				expect(pinOf({ ...a, tiers: [...a.tiers] })).to.equal(pinOf(a));
			}),
		);
		expect(new Set(prices.map(pinOf)).size).to.equal(prices.length);
	});

	it('of before there were rates of thinking, citations and uses has the name it had, and the usual rates', () => {
		const text = '{"m":"x","t":[[0,"1","2","3","4","5","6","7","8"]],"v":"x"}';
		const { body } = decodeEntry('price_recorded', text);
		if (body.kind !== 'price_recorded') throw new Error(body.kind);
		const { output, audioOutput, reasoning, citation, search, toolCall } = body.price.tiers[0]?.rates ?? {};
		expect([output, audioOutput, reasoning, citation, search, toolCall]).to.deep.equal([7n, 8n, 7n, 7n, 0n, 0n]);
		expect(JSON.parse(encodeEntry(body, null))).to.deep.equal(JSON.parse(text));
		const [tier] = body.price.tiers;
		if (!tier) throw new Error('It has no tier.');
		const dearer = { ...body.price, tiers: [{ ...tier, rates: { ...tier.rates, search: 9n } }] };
		expect(pinOf(dearer)).not.to.equal(pinOf(body.price));
	});

	it('is not taken for another', () => {
		const [first, second] = prices;
		if (!first || !second) throw new Error('The list is empty.');
		expect(isOwnPrice(first, pinKeyHash(pinOf(second)))).to.equal(false);
		expect(isOwnPrice(first, null)).to.equal(false);
		expect(() => decodeEntry('price_recorded', '{"v":"x","m":"x","t":[[0,"1"]]}')).to.throw(CreditError, /cannot be read/);
	});
});
