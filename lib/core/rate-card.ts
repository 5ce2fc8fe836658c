/**
 * Owns which price holds for a model at an instant: the user's own rates first, then the compiled card with its match rules and
 * dated prices. Refuses to invent: a model that nothing matches is `null` (unpriced) and never free.
 */
import { highestCost, ZERO_RATES } from './pricing';
import type { ModelPrice, Rates } from './pricing';
import { compileOverrides } from './rate-overrides';
import type { RateOverride } from './rate-overrides';
import { isWithin } from './time';
import type { Instant } from './time';
import data from './rate-card.data.json';

/**
 * `[fromInputTokens, input, cachedInput, cacheWrite, audioInput, output, audioOutput, cachedAudio?, longCacheWrite?]` in micro-credits
 * per million tokens; the last two stand only where they differ from cachedInput and cacheWrite.
 */
export type CardRates = number[];

/** `when`: '' always, 'YYYY-MM-DD' from that day 00:00 UTC on, 'HH:MM-HH:MM' daily in UTC (half-open). The last that applies wins. */
export interface CardPrice {
	readonly when: string;
	readonly tiers: readonly CardRates[];
	readonly perCall: number;
}

/** `match`: any of these lists, all of whose terms hold; a term is `=text`, `^prefix`, `$suffix`, `*part` or `/pattern`. */
export interface CardModel {
	readonly id: string;
	readonly match: readonly (readonly string[])[];
	/** 0 where unknown. */
	readonly context: number;
	readonly prices: readonly CardPrice[];
}

export interface CardProvider {
	readonly id: string;
	/** Providers whose models this one sells at their prices. */
	readonly fallback: readonly string[];
	readonly models: readonly CardModel[];
}

export interface CardData {
	readonly source: string;
	readonly version: string;
	/** Day on which the source was published. */
	readonly date: string;
	readonly providers: readonly CardProvider[];
}

/** What is asked of the card: a provider id as `providerOfUrl` gives it (or the user's own choice), a model name, an instant. */
export interface RateQuery {
	readonly provider: string;
	readonly model: string;
	readonly atMs: Instant;
}

/** A price list at hand. */
export interface RateCard {
	/** The price of a model at `atMs`, or `null` when there is none (unpriced, rule 16). Names are compared without case. */
	find(query: RateQuery): ModelPrice | null;
	/** The price that a version stored on a hold names; `null` when it came from another card, or from rates since changed. */
	findVersion(version: string): ModelPrice | null;
	/** All models of one provider in the card with their price at `atMs`, by name; empty for `local` and `unknown`. */
	models(query: { readonly provider: string; readonly atMs: Instant }): readonly ModelPrice[];
	readonly version: string;
	readonly date: string;
}

export interface RateCardOptions {
	/** The user's own rates; they win over the card. Throws `invalid_settings` when one is wrong. */
	readonly overrides?: readonly RateOverride[];
	/** Price a model that nothing matches at 0 instead of `null`: the user's explicit choice. */
	readonly allowUnpriced?: boolean;
}

interface Match {
	readonly provider: string;
	readonly model: CardModel;
}

const CARD: CardData = data;
const PROVIDERS = new Map(CARD.providers.map((provider) => [provider.id, provider]));
/** Enough for every model of a large campaign; above it the memory of matches starts afresh. */
const MAX_REMEMBERED = 2_000;

/** Makes a card of the compiled prices and the user's own rates. Throws `invalid_settings` naming the rate that is wrong. */
export function createRateCard({ overrides = [], allowUnpriced = false }: RateCardOptions = {}): RateCard {
	const findOverride = compileOverrides(overrides);
	const remembered = new Map<string, readonly Match[]>();
	const matchesOf = (provider: string, model: string): readonly Match[] => {
		const key = `${provider}\n${model}`;
		const known = remembered.get(key);
		if (known) return known;
		if (remembered.size >= MAX_REMEMBERED) remembered.clear();
		const found = matchModels(provider, model);
		remembered.set(key, found);
		return found;
	};
	const find = ({ provider, model, atMs }: RateQuery): ModelPrice | null => {
		const name = model.trim();
		const own = findOverride.byModel(name);
		if (own) return own;
		if (provider === 'local') return flatPrice('local/zero', name);
		const priced = matchesOf(provider, name).flatMap((match) => pricesAt(match, atMs));
		return dearest(priced) ?? (allowUnpriced && name !== '' ? flatPrice('unpriced/zero', name) : null);
	};
	return {
		find,
		findVersion: (version) => findOverride.byVersion(version) ?? findVersion(version),
		models: ({ provider, atMs }) => {
			const models = PROVIDERS.get(provider)?.models ?? [];
			return models.flatMap((model) => pricesAt({ provider, model }, atMs)).sort((a, b) => (a.model < b.model ? -1 : 1));
		},
		version: `${CARD.source}@${CARD.version}`,
		date: CARD.date,
	};
}

/**
 * A known provider is searched by the card's rules, then those whose models it resells. Behind an unknown address only exact names
 * count, in all providers, since a rule such as "contains" of the wrong provider would price a stranger.
 */
function matchModels(provider: string, model: string): readonly Match[] {
	const known = PROVIDERS.get(provider);
	const names = spellings(model, provider);
	if (known) return names.flatMap((name) => matchIn(known, name)).slice(0, 1);
	const prefix = /^([^/]+)\/./.exec(model)?.[1]?.toLowerCase();
	const named = prefix === undefined ? undefined : PROVIDERS.get(prefix);
	const bare = named ? matchIn(named, model.slice(model.indexOf('/') + 1)) : [];
	return [...bare, ...CARD.providers.flatMap((candidate) => names.flatMap((name) => exactMatches(candidate, name)))];
}

/** Gemini's list says `models/gemini…`, gateways say `openai/gpt…`: the name as given, then without what the provider implies. */
function spellings(model: string, provider: string): readonly string[] {
	const implied = ['models/', `${provider}/`].find((prefix) => model.toLowerCase().startsWith(prefix));
	return implied === undefined ? [model] : [model, model.slice(implied.length)];
}

function matchIn(provider: CardProvider, name: string): readonly Match[] {
	for (const id of [provider.id, ...provider.fallback]) {
		const models = PROVIDERS.get(id)?.models ?? [];
		const model =
			models.find((candidate) => isExact(candidate, name)) ??
			models.find(({ match }) => match.some((all) => all.every((term) => holds(term, name))));
		if (model) return [{ provider: id, model }];
	}
	return [];
}

function exactMatches(provider: CardProvider, name: string): readonly Match[] {
	const model = provider.models.find((candidate) => isExact(candidate, name));
	return model ? [{ provider: provider.id, model }] : [];
}

/** The model's id, one of its aliases, or an alias with a dated ending that is spelt out from start to end. */
function isExact({ id, match }: CardModel, name: string): boolean {
	if (name.toLowerCase() === id.toLowerCase()) return true;
	return match.some(([term = '', ...more]) => more.length === 0 && (term.startsWith('=') || /^\/\^.*\$$/.test(term)) && holds(term, name));
}

function holds(term: string, name: string): boolean {
	const text = term.slice(1);
	const lower = name.toLowerCase();
	switch (term[0]) {
		case '=':
			return lower === text.toLowerCase();
		case '^':
			return lower.startsWith(text.toLowerCase());
		case '$':
			return lower.endsWith(text.toLowerCase());
		case '*':
			return lower.includes(text.toLowerCase());
		default:
			return new RegExp(text).test(lower);
	}
}

/** Before the first dated price the first one holds, as in the card's source. A list of one price, or none without any. */
function pricesAt({ provider, model }: Match, atMs: Instant): readonly ModelPrice[] {
	const applying = model.prices.findLast(({ when }) => appliesAt(when, atMs)) ?? model.prices[0];
	return applying ? [toModelPrice({ provider, model }, applying)] : [];
}

function toModelPrice({ provider, model }: Match, { when, tiers, perCall }: CardPrice): ModelPrice {
	return {
		version: `${CARD.source}@${CARD.version}/${provider}/${model.id}/${when === '' ? 'initial' : when}`,
		model: model.id,
		tiers: tiers.map(([fromInputTokens = 0, ...rates]) => ({ fromInputTokens, rates: toRates(rates) })),
		perCallMicro: BigInt(perCall),
		contextTokens: model.context === 0 ? null : model.context,
	};
}

function toRates(numbers: readonly number[]): Rates {
	const [input = 0, cachedInput = 0, cacheWrite = 0, audioInput = 0, output = 0, audioOutput = 0, ...more] = numbers;
	const [cachedAudio = cachedInput, longCacheWrite = cacheWrite] = more;
	return {
		input: BigInt(input),
		cachedInput: BigInt(cachedInput),
		cacheWrite: BigInt(cacheWrite),
		longCacheWrite: BigInt(longCacheWrite),
		audioInput: BigInt(audioInput),
		cachedAudio: BigInt(cachedAudio),
		output: BigInt(output),
		audioOutput: BigInt(audioOutput),
	};
}

function appliesAt(when: string, atMs: Instant): boolean {
	if (when === '') return true;
	const [from = '', until] = when.split('-', 2);
	if (until === undefined || !when.includes(':')) return isWithin(atMs, { fromMs: Date.parse(`${when}T00:00:00Z`), untilMs: null });
	const timeOfDay = new Date(atMs).toISOString().slice(11, 16);
	return until < from ? timeOfDay >= from || timeOfDay < until : timeOfDay >= from && timeOfDay < until;
}

function findVersion(version: string): ModelPrice | null {
	if (version === 'local/zero' || version === 'unpriced/zero') return flatPrice(version, '');
	const card = `${CARD.source}@${CARD.version}/`;
	if (!version.startsWith(card)) return null;
	const [provider = '', ...rest] = version.slice(card.length).split('/');
	const when = rest.pop();
	const id = rest.join('/');
	for (const model of PROVIDERS.get(provider)?.models ?? []) {
		const price = model.id === id ? model.prices.find((candidate) => candidate.when === (when === 'initial' ? '' : when)) : undefined;
		if (price) return toModelPrice({ provider, model }, price);
	}
	return null;
}

/** Of several prices the one whose million tokens in and out cost most; the first of equals. */
function dearest(prices: readonly ModelPrice[]): ModelPrice | null {
	const million = { inputTokens: 1_000_000, outputTokens: 1_000_000 };
	return prices.reduce<ModelPrice | null>(
		(top, price) => (top && highestCost(top, million) >= highestCost(price, million) ? top : price),
		null,
	);
}

function flatPrice(version: string, model: string): ModelPrice {
	return { version, model, tiers: [{ fromInputTokens: 0, rates: ZERO_RATES }], perCallMicro: 0n, contextTokens: null };
}
