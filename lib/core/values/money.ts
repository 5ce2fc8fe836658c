/**
 * Owns amounts: integers in micro-credits (1 credit = 1,000,000 micro-credits; 1 credit = $0.0001)
 * and the only division in the project. Refuses floats, exponents and anything below a micro-credit.
 * Rule source: docs/ledger.md, "Units and time".
 */
import { withoutEnd } from './ends';
import { CreditError } from './errors';

/** An amount in micro-credits. Always an integer; never a float. */
export type Micro = bigint;

export const MICRO_PER_CREDIT: Micro = 1_000_000n;
/** Largest amount one command may name: 10^12 credits. It keeps every sum inside a signed 64-bit column. */
export const MAX_AMOUNT_MICRO: Micro = 1_000_000_000_000n * MICRO_PER_CREDIT;

const DECIMAL = /^(-?)(\d{1,18})(?:\.(\d{1,6}))?$/;

/** Options of {@link parseCredits}: the field that is named when the text is refused, and whether it may be 0 or below. */
export interface ParseOptions {
	readonly field: string;
	readonly min?: Micro;
}

/**
 * Reads credits written as a decimal ("12", "0.000001", also a JavaScript integer) into micro-credits, exactly.
 * Throws `invalid_amount` for more than six decimals, exponents, separators, values under `min` (default 0) or over the maximum.
 */
export function parseCredits(value: unknown, { field, min = 0n }: ParseOptions): Micro {
	const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
	const match = typeof text === 'string' ? DECIMAL.exec(text.trim()) : null;
	if (!match) {
		throw new CreditError(
			'invalid_amount',
			`${field} is ${show(value)}, which is not an amount of credits. Write a plain decimal such as 1500 or 0.25, with at most six decimals.`,
		);
	}
	const [, sign, whole = '0', fraction = ''] = match;
	const magnitude = BigInt(whole) * MICRO_PER_CREDIT + BigInt(fraction.padEnd(6, '0'));
	const micro = sign === '-' ? -magnitude : magnitude;
	if (micro < min) {
		throw new CreditError('invalid_amount', `${field} is ${show(value)}; it must be at least ${formatCredits(min)} credits.`);
	}
	if (micro > MAX_AMOUNT_MICRO) {
		throw new CreditError(
			'invalid_amount',
			`${field} is ${show(value)}; the most one operation can carry is ${formatCredits(MAX_AMOUNT_MICRO)} credits.`,
		);
	}
	return micro;
}

/** Writes micro-credits as the shortest exact decimal of credits: 1_500_000n is "1.5". */
export function formatCredits(amountMicro: Micro): string {
	const sign = amountMicro < 0n ? '-' : '';
	const digits = (amountMicro < 0n ? -amountMicro : amountMicro).toString().padStart(7, '0');
	const whole = digits.slice(0, -6);
	const fraction = withoutEnd(digits.slice(-6), '0');
	return fraction ? `${sign}${whole}.${fraction}` : `${sign}${whole}`;
}

/** Integer division rounded towards positive infinity; `divisor` must be above 0. */
export function ceilDivide(dividend: bigint, divisor: bigint): bigint {
	const quotient = dividend / divisor;
	return dividend % divisor > 0n ? quotient + 1n : quotient;
}

/** Integer division rounded towards zero; for shares that must not exceed the whole. */
export function floorDivide(dividend: bigint, divisor: bigint): bigint {
	return dividend / divisor;
}

/** The smaller of two amounts. */
export function minMicro(a: Micro, b: Micro): Micro {
	return a < b ? a : b;
}

/** The sum of amounts; 0 for none. */
export function sumMicro(amounts: Iterable<Micro>): Micro {
	let total = 0n;
	for (const amount of amounts) total += amount;
	return total;
}

/** US dollars of an amount as a decimal with ten places trimmed; 1 credit is "0.0001". */
export function formatDollars(amountMicro: Micro): string {
	const sign = amountMicro < 0n ? '-' : '';
	const digits = (amountMicro < 0n ? -amountMicro : amountMicro).toString().padStart(11, '0');
	const fraction = withoutEnd(digits.slice(-10), '0').padEnd(2, '0');
	return `${sign}${digits.slice(0, -10)}.${fraction}`;
}

const DOLLARS = /^(\d{1,15})(?:\.(\d{1,40}))?(?:e([+-]?\d{1,3}))?$/i;
/** A dollar is 10^10 micro-credits. */
const DOLLAR_DIGITS = 10;

/**
 * Dollars as somebody else states them, a number or a decimal text, in micro-credits: exactly, and anything finer rounded up. `null` for
 * what is no amount, is below 0, or is more than an operation can carry.
 */
export function dollarsToMicro(dollars: unknown): Micro | null {
	if (typeof dollars !== 'number' && typeof dollars !== 'string') return null;
	const [, whole = '', fraction = '', exponent = '0'] = DOLLARS.exec(String(dollars).trim()) ?? [];
	if (whole === '') return null;
	const digits = BigInt(whole + fraction);
	const shift = DOLLAR_DIGITS + Number(exponent) - fraction.length;
	const amountMicro = shift >= 0 ? digits * 10n ** BigInt(shift) : ceilDivide(digits, 10n ** BigInt(-shift));
	return amountMicro <= MAX_AMOUNT_MICRO ? amountMicro : null;
}

function show(value: unknown): string {
	return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
