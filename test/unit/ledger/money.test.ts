/** Owns the proof that amounts are exact: parsing, writing and the one division. */
import { expect } from 'chai';
import fc from 'fast-check';
import { CreditError } from '../../../lib/core/values/errors';
import {
	ceilDivide,
	floorDivide,
	formatCredits,
	formatDollars,
	MAX_AMOUNT_MICRO,
	MICRO_PER_CREDIT,
	parseCredits,
	sumMicro,
} from '../../../lib/core/values/money';

const amounts = fc.bigInt({ min: -MAX_AMOUNT_MICRO, max: MAX_AMOUNT_MICRO });

describe('money', () => {
	it('writes and reads back every amount unchanged', () => {
		fc.assert(
			fc.property(amounts, (amountMicro) => {
				expect(parseCredits(formatCredits(amountMicro), { field: 'amount', min: -MAX_AMOUNT_MICRO })).to.equal(amountMicro);
			}),
		);
	});

	it('reads every decimal with up to six places exactly', () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 999_999_999 }), fc.integer({ min: 0, max: 999_999 }), (whole, fraction) => {
				const text = `${whole}.${String(fraction).padStart(6, '0')}`;
				expect(parseCredits(text, { field: 'amount' })).to.equal(BigInt(whole) * MICRO_PER_CREDIT + BigInt(fraction));
			}),
		);
	});

	it('rounds a division up, never down, and by less than one', () => {
		fc.assert(
			fc.property(amounts, fc.bigInt({ min: 1n, max: 10n ** 12n }), (dividend, divisor) => {
				const quotient = ceilDivide(dividend, divisor);
				expect(quotient * divisor >= dividend).to.equal(true);
				expect((quotient - 1n) * divisor < dividend).to.equal(true);
			}),
		);
	});

	it('rounds a share down towards zero', () => {
		expect(floorDivide(7n, 2n)).to.equal(3n);
		expect(floorDivide(-7n, 2n)).to.equal(-3n);
	});

	for (const [value, expected] of [
		['0', 0n],
		['0.000001', 1n],
		[' 12.5 ', 12_500_000n],
		[100_000, 100_000_000_000n],
		[3n, 3_000_000n],
	] as const) {
		it(`reads ${typeof value} ${String(value)} as ${expected} micro-credits`, () => {
			expect(parseCredits(value, { field: 'amount' })).to.equal(expected);
		});
	}

	for (const value of [
		'',
		'ten',
		'1e3',
		'1,000',
		'0.0000001',
		'-1',
		'.5',
		'5.',
		'NaN',
		null,
		undefined,
		{},
		Number.NaN,
		Infinity,
		1e21,
		0.1234567,
	]) {
		it(`refuses ${typeof value} ${String(value)} and names the field`, () => {
			expect(() => parseCredits(value, { field: 'amount' }))
				.to.throw(CreditError, /amount is/)
				.with.property('code', 'invalid_amount');
		});
	}

	it('refuses more than an operation can carry', () => {
		expect(parseCredits('1000000000000', { field: 'amount' })).to.equal(MAX_AMOUNT_MICRO);
		expect(() => parseCredits('1000000000000.000001', { field: 'amount' })).to.throw(
			CreditError,
			/the most one operation can carry is 1000000000000 credits/,
		);
	});

	it('writes dollars of credits: 100,000 credits are $10, and a hundredth of a credit is not lost', () => {
		expect(formatDollars(100_000n * MICRO_PER_CREDIT)).to.equal('10.00');
		expect(formatDollars(10_000n)).to.equal('0.000001');
		expect(formatDollars(-10_000n * MICRO_PER_CREDIT)).to.equal('-1.00');
	});

	it('field lesson 10: an amount that a float cannot hold stays exact through a sum', () => {
		const parts = Array.from({ length: 1797 }, () => parseCredits('0.01', { field: 'amount' }));
		expect(formatCredits(sumMicro(parts))).to.equal('17.97');
	});
});
