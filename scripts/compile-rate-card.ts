/**
 * Owns the translation of the price source (@pydantic/genai-prices) into lib/core/prices/rate-card.data.json: integer rates, dated
 * prices and match rules, one model a line so that a new version reads as a diff. Refuses to guess: a model whose price cannot be told
 * whole (embeddings, pictures, speech, searches that nobody counts, a service that has ended) is listed without a price, and why.
 * Run `npm run rate-card -- --date YYYY-MM-DD` with the day on which the installed version of the source was published.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProvider } from '@pydantic/genai-prices';
import type { ConditionalPrice, MatchLogic, ModelInfo, ModelPrice } from '@pydantic/genai-prices';
import { ENDED, type CardData, type CardModel, type CardPrice, type CardRates } from '../lib/core/prices/price-list';
import { hubId } from '../lib/core/prices/provider-of-url';
import { REPORTS_COSTS } from '../lib/core/prices/bills/cost-reports';
import { USUAL_RATE, type RateKind } from '../lib/core/prices/pricing';
import { searchesByName } from '../lib/core/prices/usage-bound';
import { dollarsToMicro } from '../lib/core/values/money';
import { CALL_KEYS, keysOfKind, PRICE_KEYS, unknownKeys } from './price-keys';

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
	'huggingface_cerebras',
	'huggingface_fireworks-ai',
	'huggingface_groq',
	'huggingface_hyperbolic',
	'huggingface_nebius',
	'huggingface_novita',
	'huggingface_nscale',
	'huggingface_ovhcloud',
	'huggingface_publicai',
	'huggingface_sambanova',
	'huggingface_together',
];
const HUB_PREFIX = 'huggingface_';

/** The whole card in the form that lib/core/prices/rate-card reads. `version` and `date` are those of the source. */
export function compileRateCard({ version, date }: { version: string; date: string }): CardData {
	const providers = PROVIDERS.map((id) => {
		const provider = findProvider({ providerId: id });
		if (provider?.id !== id) throw new Error(`The price source has no provider ${id}; mend the list in scripts/compile-rate-card.ts.`);
		const fallback = (provider.fallback_model_providers ?? []).filter((other) => PROVIDERS.includes(other));
		return { id: ownId(id), fallback, models: provider.models.map((model) => compileModel(model, id)) };
	});
	return { source: 'genai-prices', version, date, providers };
}

/** Our id of a provider of the source: those behind Hugging Face's router are written with a dash. */
export function ownId(id: string): string {
	return id.startsWith(HUB_PREFIX) ? hubId(id.slice(HUB_PREFIX.length)) : id;
}

/** One model of the source; without prices, and with the reason, where its price cannot be told whole. */
export function compileModel(model: ModelInfo, providerId: string): CardModel {
	const conditional: readonly ConditionalPrice[] = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
	const unpriced = whyUnpriced(model, { conditional, providerId });
	const known = { id: model.id, match: anyOf(model.match), context: model.context_window ?? 0 };
	return unpriced === null ? { ...known, prices: conditional.map(compilePrice) } : { ...known, prices: [], unpriced };
}

/** Words by which the source says that a service has ended: its own mark, unless it says that the service goes on, or a sentence. */
const HAS_ENDED = /^Retired\b|should be retired|^No longer listed|no longer available/;
const GOES_ON = /still (billable|available|served)/;

/** A dated model with one price that cannot be told would be priced wrongly for a time; better not at all. */
function whyUnpriced(
	{ id, deprecated = false, price_comments: comments = '', description = '' }: ModelInfo,
	{ conditional, providerId }: { conditional: readonly ConditionalPrice[]; providerId: string },
): string | null {
	if ((deprecated && !GOES_ON.test(comments)) || HAS_ENDED.test(comments) || HAS_ENDED.test(description)) return ENDED;
	const all = conditional.map(({ prices }) => Object.keys(prices));
	const unknown = unknownKeys(all.flat());
	if (unknown.length > 0) return `it costs something for ${unknown.join(', ')}, which is not counted here`;
	const isOffered = id.endsWith(':free') && all.every((keys) => keys.length === 0);
	if (!isOffered && all.some((keys) => !keys.includes('input_mtok') || !keys.includes('output_mtok')))
		return 'the price list has no price for its input or its output';
	const countsSearches = [...keysOfKind('search'), ...CALL_KEYS];
	const isUncounted = searchesByName(id) && all.some((keys) => !keys.some((key) => countsSearches.includes(key)));
	return isUncounted && !REPORTS_COSTS.has(providerId) ? 'it searches by itself, and the price list has no price for a search' : null;
}

function compilePrice({ constraint, prices }: ConditionalPrice): CardPrice {
	const starts = new Set(
		Object.values(prices).flatMap((price) => (typeof price === 'object' ? price.tiers.map(({ start }) => start) : [])),
	);
	// The source's tier begins above `start`; ours begins at its first token.
	const tiers = [0, ...[...starts].map((start) => start + 1).sort((a, b) => a - b)].map((from) => ratesAt(prices, from));
	const perCall = CALL_KEYS.reduce((sum, key) => sum + toMicro((stated(prices, key, 0) ?? 0) / 1000), 0);
	return { when: whenOf(constraint), tiers, perCall };
}

/** Kinds in the order of a tier of the card: those that always stand there, those that are older than uses, and the others. */
const TIER_KINDS = [
	['input', 'cachedInput', 'cacheWrite', 'audioInput', 'output', 'audioOutput'],
	['cachedAudio', 'longCacheWrite'],
	['reasoning', 'citation', 'search', 'toolCall'],
] as const satisfies readonly (readonly RateKind[])[];

/** Rates of the tier that begins at `from` input tokens; a kind without its own price is priced as what it is a part of. */
function ratesAt(prices: ModelPrice, from: number): CardRates {
	const rateOf = (kind: RateKind): number => ownRate(prices, { kind, from }) ?? usualOf(kind, rateOf);
	const [always, older, newer] = TIER_KINDS;
	const isUsual = (kind: RateKind): boolean => rateOf(kind) === usualOf(kind, rateOf);
	const hasNewer = !newer.every(isUsual);
	const kinds = [...always, ...(hasNewer || !older.every(isUsual) ? older : []), ...(hasNewer ? newer : [])];
	return [from, ...kinds.map(rateOf)];
}

function usualOf(kind: RateKind, rateOf: (kind: RateKind) => number): number {
	const usual = USUAL_RATE[kind];
	return usual === null ? 0 : rateOf(usual);
}

/** The dearest price that the source states for a kind, in micro-credits per million. */
function ownRate(prices: ModelPrice, { kind, from }: { kind: RateKind; from: number }): number | undefined {
	const rates = keysOfKind(kind).flatMap((key) => {
		const meaning = PRICE_KEYS[key];
		const dollars = stated(prices, key, from);
		if (dollars === undefined || !meaning || !('rate' in meaning)) return [];
		return [meaning.per === 'million' ? toMicro(dollars) : toMicro(dollars) * 1000];
	});
	return rates.length === 0 ? undefined : Math.max(...rates);
}

/** The price at a key for so many input tokens. */
function stated(prices: ModelPrice, key: string, from: number): number | undefined {
	const price = prices[key];
	if (price === undefined || typeof price === 'number') return price;
	return price.tiers.reduce((current, tier) => (from > tier.start ? tier.price : current), price.base);
}

/** Dollars of the source in micro-credits, exactly; anything finer than 10^-10 dollars is rounded up. */
export function toMicro(dollars: number): number {
	const micro = dollarsToMicro(dollars);
	if (micro === null || micro > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error(`A price of $${dollars} does not fit the card.`);
	return Number(micro);
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
