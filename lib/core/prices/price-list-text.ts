/**
 * Owns a list of prices as text: read with every field checked, and written so that equal lists have equal texts and hashes. Refuses
 * what could not be meant, such as prices per token among prices per million, and names the place.
 */
import { parseForeignJson } from '../values/foreign-json';
import { z } from 'zod';
import { CreditError } from '../values/errors';
import { sha256 } from '../values/idempotency';
import { PriceList, type CardData } from './price-list';
import type { KeptPriceList } from './price-settings';

/** A list of all models that people use has about 300,000 characters. */
const MAX_LENGTH = 2_000_000;
/** $0.001 and $1000 per million tokens in micro-credits per million tokens: real prices lie between, zero apart. */
const LEAST_MICRO = 10_000_000;
const MOST_MICRO = 10_000_000_000_000;
/** $10 for one call, in micro-credits. */
const MOST_PER_CALL_MICRO = 100_000_000_000;
const WHEN = /^(|\d{4}-\d\d-\d\d|\d\d:\d\d-\d\d:\d\d)$/;
/** How many numbers a tier has: the first rates, all rates of tokens that are older than uses, and all rates. */
const TIER_LENGTHS: readonly number[] = [7, 9, 13];
/** In the longest tiers, from this place on rates are for uses: $100 for a thousand of them is the most. */
const USES_FROM = 11;
const MOST_USE_MICRO = 1_000_000_000_000_000;

const name = z.string().min(1).max(200);
const isRate = (micro: number, mostMicro: number): boolean => micro === 0 || (micro >= LEAST_MICRO && micro <= mostMicro);
const tier = z
	.tuple([z.int().min(0)], z.int().min(0))
	.refine(({ length }) => TIER_LENGTHS.includes(length), 'has a number of rates that no list has')
	.superRefine((numbers, context) => {
		numbers.forEach((micro, place) => {
			const mostMicro = place < USES_FROM ? MOST_MICRO : MOST_USE_MICRO;
			if (place === 0 || isRate(micro, mostMicro)) return;
			const [unit, dollars] = place < USES_FROM ? ['tokens', '$1000'] : ['uses', '$100000'];
			context.addIssue({
				code: 'custom',
				path: [place],
				message: `is neither 0 nor from ${String(LEAST_MICRO)} to ${String(mostMicro)} micro-credits per million ${unit} ($0.001 to ${dollars}): a price in another unit?`,
			});
		});
	});
const term = z.string().min(2).max(300).refine(isTerm, 'is no rule: it begins with =, ^, $ or *, or with / and is an expression');
const price = z.strictObject({
	when: z.string().regex(WHEN, 'is neither empty, a day nor a time of day').refine(isDay, 'is no day of the calendar'),
	tiers: z.array(tier).min(1).refine(ascend, 'do not begin at 0 and ascend'),
	perCall: z.int().min(0).max(MOST_PER_CALL_MICRO),
});
const model = z
	.strictObject({
		id: name,
		match: z.array(z.array(term).min(1)).max(200),
		context: z.int().min(0),
		prices: z.array(price).max(200),
		unpriced: z.string().min(1).max(300).exactOptional(),
	})
	.refine(({ prices, unpriced }) => (prices.length === 0) === (unpriced !== undefined), {
		error: 'has neither prices nor a reason why not, or both',
		path: ['prices'],
	});
const provider = z.strictObject({
	id: z.string().regex(/^[a-z0-9-]{1,50}$/, 'is no id of a provider'),
	fallback: z.array(name).max(50),
	models: z.array(model).max(20_000),
});
const list = z.strictObject({
	source: z.string().regex(/^[\w.-]{1,50}$/, 'is not made of letters, digits, dots and dashes'),
	version: z.string().regex(/^[\w.-]{1,50}$/, 'is not made of letters, digits, dots and dashes'),
	date: z
		.string()
		.regex(/^\d{4}-\d\d-\d\d$/, 'is no day, as in 2026-11-30')
		.refine(isDay, 'is no day of the calendar'),
	providers: z.array(provider).min(1).max(200),
});

/** A list with its text and what tells it from others. */
export interface WrittenPriceList {
	readonly list: PriceList;
	readonly kept: KeptPriceList;
	readonly text: string;
}

/** Reads a list, and writes it in its one form. Throws `invalid_argument` naming the first place that is wrong; `origin` is for people. */
export function readPriceList(text: string, origin: string): WrittenPriceList {
	if (text.length > MAX_LENGTH) throw invalid(origin, `has ${String(text.length)} characters; at most ${String(MAX_LENGTH)} are read`);
	const found = list.safeParse(parsed(text, origin));
	if (found.success) return writePriceList(new PriceList(found.data));
	const [issue] = found.error.issues;
	const place = issue?.path.map(String).join('.') ?? '';
	throw invalid(origin, `is wrong at ${place === '' ? 'its top' : place}: ${issue?.message ?? 'it cannot be read'}`);
}

/** The one text of a list, with its hash. */
export function writePriceList(source: PriceList): WrittenPriceList {
	const text = JSON.stringify(inOrder(source.data));
	const models = source.data.providers.reduce((sum, { models: own }) => sum + own.length, 0);
	return { list: source, kept: { version: source.version, date: source.date, hash: sha256(text), models }, text };
}

/** The same data with fields in one order, whatever order a file had them in. */
function inOrder({ source, version, date, providers }: CardData): CardData {
	return {
		source,
		version,
		date,
		providers: providers.map(({ id, fallback, models }) => ({
			id,
			fallback,
			models: models.map(({ id: modelId, match, context, prices, unpriced }) => ({
				id: modelId,
				match,
				context,
				prices: prices.map(({ when, tiers, perCall }) => ({ when, tiers, perCall })),
				...(unpriced === undefined ? {} : { unpriced }),
			})),
		})),
	};
}

function parsed(text: string, origin: string): unknown {
	try {
		return parseForeignJson(text);
	} catch {
		throw invalid(origin, 'is not JSON');
	}
}

function isTerm(text: string): boolean {
	if (/^[=^$*]/.test(text)) return true;
	if (!text.startsWith('/')) return false;
	try {
		return new RegExp(text.slice(1)).test('') || true;
	} catch {
		return false;
	}
}

function isDay(text: string): boolean {
	if (text === '' || text.includes(':')) return true;
	const atMs = Date.parse(`${text}T00:00:00Z`);
	return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(text);
}

function ascend(tiers: readonly (readonly number[])[]): boolean {
	return tiers.every(([from = 0], index) => (index === 0 ? from === 0 : from > (tiers[index - 1]?.[0] ?? 0)));
}

function invalid(origin: string, what: string): CreditError {
	return new CreditError('invalid_argument', `The price list ${origin} ${what}.`);
}
