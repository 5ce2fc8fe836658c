/**
 * Owns the translation of the price source (@pydantic/genai-prices) into lib/core/prices/rate-card.data.json: integer rates, dated
 * prices and match rules, one model a line so that a new version reads as a diff. Refuses to guess: a model whose output has no
 * price (embeddings, speech, page scans) is left out, so that it counts as unpriced and not as free.
 * Run `npm run rate-card -- --date YYYY-MM-DD` with the day on which the installed version of the source was published.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProvider } from '@pydantic/genai-prices';
import type { ConditionalPrice, MatchLogic, ModelInfo, ModelPrice } from '@pydantic/genai-prices';
import type { CardData, CardModel, CardPrice, CardRates } from '../lib/core/prices/price-list';

/** Providers with chat models that are paid by the token. Left out: flat-rate seats, embeddings, resellers of resellers. */
const PROVIDERS = [
	'openai',
	'azure',
	'anthropic',
	'google',
	'mistral',
	'groq',
	'deepseek',
	'x-ai',
	'openrouter',
	'cohere',
	'together',
	'fireworks',
	'perplexity',
	'aws',
	'cerebras',
	'cloudflare',
	'moonshotai',
	'minimax',
	'zai',
	'zhipuai',
	'novita',
	'baseten',
	'ovhcloud',
];

const MICRO_CREDITS_PER_DOLLAR_DIGITS = 10;

/** The whole card in the form that lib/core/prices/rate-card reads. `version` and `date` are those of the source. */
export function compileRateCard({ version, date }: { version: string; date: string }): CardData {
	const providers = PROVIDERS.map((id) => {
		const provider = findProvider({ providerId: id });
		if (provider?.id !== id) throw new Error(`The price source has no provider ${id}; mend the list in scripts/compile-rate-card.ts.`);
		const fallback = (provider.fallback_model_providers ?? []).filter((other) => PROVIDERS.includes(other));
		return { id, fallback, models: provider.models.flatMap(compileModel) };
	});
	return { source: 'genai-prices', version, date, providers };
}

function compileModel(model: ModelInfo): CardModel[] {
	const conditional: readonly ConditionalPrice[] = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
	const isOffered = model.id.endsWith(':free');
	const prices = conditional.flatMap((entry) => compilePrice(entry, isOffered));
	// A dated model with one price that cannot be told would be priced wrongly for a time; better not at all.
	if (prices.length !== conditional.length) return [];
	return [{ id: model.id, match: anyOf(model.match), context: model.context_window ?? 0, prices }];
}

function compilePrice({ constraint, prices }: ConditionalPrice, isOffered: boolean): CardPrice[] {
	const isPriced = prices['input_mtok'] !== undefined && prices['output_mtok'] !== undefined;
	if (!isPriced && !(isOffered && Object.keys(prices).length === 0)) return [];
	const starts = new Set(
		Object.values(prices).flatMap((price) => (typeof price === 'object' ? price.tiers.map(({ start }) => start) : [])),
	);
	// The source's tier begins above `start`; ours begins at its first token.
	const tiers = [0, ...[...starts].map((start) => start + 1).sort((a, b) => a - b)].map((from) => ratesAt(prices, from));
	const requests = prices['requests_kcount'];
	return [{ when: whenOf(constraint), tiers, perCall: typeof requests === 'number' ? toMicro(requests / 1000) : 0 }];
}

/** Rates of the tier that begins at `from` input tokens; a kind without its own price is priced as what it is a part of. */
function ratesAt(prices: ModelPrice, from: number): CardRates {
	const rate = (key: string): number | undefined => {
		const price = prices[key];
		if (price === undefined || typeof price === 'number') return price;
		return price.tiers.reduce((current, tier) => (from > tier.start ? tier.price : current), price.base);
	};
	const input = rate('input_mtok') ?? 0;
	const output = rate('output_mtok') ?? 0;
	const cached = rate('cache_read_mtok') ?? input;
	const write = rate('cache_write_mtok') ?? input;
	const cachedAudio = rate('cache_audio_read_mtok') ?? cached;
	const longWrite = rate('cache_write_1h_mtok') ?? write;
	const hasMore = cachedAudio !== cached || longWrite !== write;
	return [
		from,
		toMicro(input),
		toMicro(cached),
		toMicro(write),
		toMicro(rate('input_audio_mtok') ?? input),
		// Reasoning and citations are reported as output; where they have a price of their own the dearest one holds for all.
		toMicro(Math.max(output, rate('output_reasoning_mtok') ?? 0, rate('output_citation_mtok') ?? 0)),
		toMicro(rate('output_audio_mtok') ?? output),
		...(hasMore ? [toMicro(cachedAudio), toMicro(longWrite)] : []),
	];
}

/** Dollars to micro-credits by moving the decimal point of the shortest decimal; anything finer than 10^-10 dollars is rounded up. */
export function toMicro(dollars: number): number {
	const [mantissa = '0', exponent = '0'] = String(dollars).split('e');
	const [whole = '0', fraction = ''] = mantissa.split('.');
	const shift = MICRO_CREDITS_PER_DOLLAR_DIGITS + Number(exponent) - fraction.length;
	const digits = BigInt(whole + fraction);
	const micro = shift >= 0 ? digits * 10n ** BigInt(shift) : roundedUp(digits, 10n ** BigInt(-shift));
	if (micro > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error(`A price of $${dollars} does not fit the card.`);
	return Number(micro);
}

function roundedUp(dividend: bigint, divisor: bigint): bigint {
	return (dividend + divisor - 1n) / divisor;
}

function whenOf(constraint: ConditionalPrice['constraint']): string {
	if (!constraint) return '';
	if (constraint.type === 'start_date') return constraint.start_date;
	return `${minuteOf(constraint.start_time)}-${minuteOf(constraint.end_time)}`;
}

function minuteOf(time: string): string {
	const match = /^(\d\d:\d\d):00Z$/.exec(time);
	if (!match?.[1]) throw new Error(`The price source has the time of day ${time}; the card knows whole minutes in UTC only.`);
	return match[1];
}

/** A match rule as "any of these lists, all of whose terms hold"; a term is an operator (= ^ $ * /) and its text. */
function anyOf(logic: MatchLogic): string[][] {
	if ('or' in logic) return logic.or.flatMap(anyOf);
	if ('and' in logic) return logic.and.map(anyOf).reduce((left, right) => left.flatMap((a) => right.map((b) => [...a, ...b])));
	if ('equals' in logic) return [[`=${logic.equals}`]];
	if ('starts_with' in logic) return [[`^${logic.starts_with}`]];
	if ('ends_with' in logic) return [[`$${logic.ends_with}`]];
	if ('contains' in logic) return [[`*${logic.contains}`]];
	return [[`/${logic.regex}`]];
}

/** The card as text: providers in order, one model a line. */
export function formatCard(card: CardData): string {
	const providers = card.providers.map(({ id, fallback, models }) => {
		const lines = models.map((model) => `\t\t\t\t${JSON.stringify(model)}`).join(',\n');
		return `\t\t{\n\t\t\t"id": ${JSON.stringify(id)},\n\t\t\t"fallback": ${JSON.stringify(fallback)},\n\t\t\t"models": [\n${lines}\n\t\t\t]\n\t\t}`;
	});
	const { source, version, date } = card;
	return `{\n\t"source": "${source}",\n\t"version": "${version}",\n\t"date": "${date}",\n\t"providers": [\n${providers.join(',\n')}\n\t]\n}\n`;
}

function main(): void {
	const at = process.argv.indexOf('--date');
	const date = at === -1 ? undefined : process.argv[at + 1];
	if (!date || !/^\d{4}-\d\d-\d\d$/.test(date)) throw new Error('Give the day the price source was published: --date YYYY-MM-DD.');
	const manifest = join('node_modules', '@pydantic', 'genai-prices', 'package.json');
	const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
	const text = formatCard(compileRateCard({ version, date }));
	writeFileSync(join('lib', 'core', 'prices', 'rate-card.data.json'), text);
	process.stdout.write(`Rate card ${version} of ${date}: ${text.length} bytes.\n`);
}

if (require.main === module) main();
