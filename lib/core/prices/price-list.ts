/**
 * Owns a list of dated prices: its form, which entry a model's name matches, and which price of it holds at an instant. A list is
 * never changed; newer prices are another list. Refuses to invent: a model that nothing matches is `null` (unpriced) and never free, and
 * so is one that the list says it cannot price.
 */
import { LRUCache } from 'lru-cache';
import { HUB, hubProvider, isHub } from './provider-of-url';
import { highestCost } from './pricing';
import type { ModelPrice, Rates } from './pricing';
import { isWithin } from '../values/time';
import type { Instant } from '../values/time';
import data from './rate-card.data.json';

/**
 * `[fromInputTokens, input, cachedInput, cacheWrite, audioInput, output, audioOutput, cachedAudio?, longCacheWrite?, reasoning?,
 * citation?, search?, toolCall?]` in micro-credits per million tokens or uses. Those with a mark stand only where they are not as usual: the
 * last four together, and the two before them too then.
 */
export type CardRates = readonly number[];

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
	/** Why the list has no price for this model, as the end of a sentence that begins with its name; then it has no prices. */
	readonly unpriced?: string;
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

/** The reason of a model that nobody offers any more. Another provider may offer one of the same name. */
export const ENDED = 'its service has ended';

/** What is asked of a list: a provider id as `providerOfUrl` gives it (or the user's own choice), a model name, an instant. */
export interface PriceQuery {
	readonly provider: string;
	readonly model: string;
	readonly atMs: Instant;
}

/** A model of a list with the price that holds at the instant asked for. */
export interface ListedPrice {
	readonly provider: string;
	readonly price: ModelPrice;
}

interface Match {
	readonly provider: string;
	readonly model: CardModel;
}

/** Enough for every model of a large campaign. */
const MAX_REMEMBERED = 2_000;

/** A list of prices at hand. */
export class PriceList {
	readonly data: CardData;
	/** `source@version`, such as "genai-prices@0.1.8". */
	readonly version: string;
	/** Day on which it was published, YYYY-MM-DD. */
	readonly date: string;
	readonly #providers: ReadonlyMap<string, CardProvider>;
	readonly #remembered = new LRUCache<string, readonly Match[]>({ max: MAX_REMEMBERED });
	/** One object for each price, so that what is worked out of it is worked out once. */
	readonly #prices = new WeakMap<CardPrice, ModelPrice>();

	constructor(data: CardData) {
		this.data = data;
		this.version = `${data.source}@${data.version}`;
		this.date = data.date;
		this.#providers = new Map(data.providers.map((provider) => [provider.id, provider]));
	}

	/** The price of a model at `atMs`, or `null` when there is none. Behind an unknown address, the dearest that fits. */
	find({ provider, model, atMs }: PriceQuery): ModelPrice | null {
		const matches = this.#matchesOf(provider, model);
		// Behind an unknown address it may be the one that cannot be priced.
		if (matches.some((match) => isUntold(match.model))) return null;
		return dearest(matches.flatMap((match) => this.#pricesAt(match, atMs)));
	}

	/** Why a model that the list knows has no price, as a sentence; `null` where it has one, or is not known at all. */
	whyUnpriced({ provider, model, atMs }: PriceQuery): string | null {
		if (this.find({ provider, model, atMs })) return null;
		const known = this.#matchesOf(provider, model).find((match) => match.model.unpriced !== undefined)?.model;
		return known?.unpriced === undefined ? null : `The price of ${known.id} cannot be told: ${known.unpriced}.`;
	}

	/** The price that a version of this list names, `source@version/provider/model/when`; `null` when there is none. */
	findVersion(version: string): ModelPrice | null {
		if (!version.startsWith(`${this.version}/`)) return null;
		const [provider = '', ...rest] = version.slice(this.version.length + 1).split('/');
		const when = rest.pop();
		const id = rest.join('/');
		for (const model of this.#providers.get(provider)?.models ?? []) {
			const price = model.id === id ? model.prices.find((candidate) => nameOf(candidate) === when) : undefined;
			if (price) return this.#toModelPrice({ provider, model }, price);
		}
		return null;
	}

	/** All models with their price at `atMs`, by provider and name; of one provider where it is named. */
	models({ provider, atMs }: { readonly provider: string | null; readonly atMs: Instant }): readonly ListedPrice[] {
		const providers = this.data.providers.filter(({ id }) => provider === null || id === provider);
		return providers.flatMap(({ id, models }) => {
			const prices = models.flatMap((model) => this.#pricesAt({ provider: id, model }, atMs));
			return prices.sort((a, b) => (a.model < b.model ? -1 : 1)).map((price) => ({ provider: id, price }));
		});
	}

	/** The models that the list knows and has no price for, with the reason. */
	unpriced(): readonly { readonly provider: string; readonly id: string; readonly why: string }[] {
		return this.data.providers.flatMap(({ id: provider, models }) =>
			models.flatMap(({ id, unpriced: why }) => (why === undefined ? [] : [{ provider, id, why }])),
		);
	}

	#matchesOf(provider: string, model: string): readonly Match[] {
		const key = `${provider}\n${model}`;
		const known = this.#remembered.get(key);
		if (known) return known;
		const found = this.#matchModels(provider, model);
		this.#remembered.set(key, found);
		return found;
	}

	/**
	 * A known provider is searched by the list's rules, then those whose models it resells. Behind an unknown address only exact names
	 * count, in all providers, since a rule such as "contains" of the wrong provider would price a stranger.
	 */
	#matchModels(provider: string, model: string): readonly Match[] {
		if (provider === HUB) return this.#matchHub(model);
		const known = this.#providers.get(provider);
		const names = spellings(model, provider);
		if (known) return names.flatMap((name) => this.#matchIn(known, name)).slice(0, 1);
		const prefix = /^([^/]+)\/./.exec(model)?.[1]?.toLowerCase();
		const named = prefix === undefined ? undefined : this.#providers.get(prefix);
		const bare = named ? this.#matchIn(named, model.slice(model.indexOf('/') + 1)) : [];
		return [...bare, ...this.data.providers.flatMap((candidate) => names.flatMap((name) => exactMatches(candidate, name)))];
	}

	/** `model:provider` is asked for of that provider; without one the hub chooses, so that the dearest of all who serve the model holds. */
	#matchHub(model: string): readonly Match[] {
		const { name, asked } = hubProvider(model);
		const serving = asked === null ? this.data.providers.filter(({ id }) => isHub(id)) : [this.#providers.get(asked)];
		return serving.flatMap((provider) => (provider ? this.#matchIn(provider, name) : []));
	}

	#matchIn(provider: CardProvider, name: string): readonly Match[] {
		for (const id of [provider.id, ...provider.fallback]) {
			const models = this.#providers.get(id)?.models ?? [];
			const model =
				models.find((candidate) => isExact(candidate, name)) ??
				models.find(({ match }) => match.some((all) => all.every((term) => holds(term, name))));
			if (model) return [{ provider: id, model }];
		}
		return [];
	}

	/** Before the first dated price the first one holds, as in the list's source. A list of one price, or none without any. */
	#pricesAt(match: Match, atMs: Instant): readonly ModelPrice[] {
		const { prices } = match.model;
		const applying = prices.findLast(({ when }) => appliesAt(when, atMs)) ?? prices[0];
		return applying ? [this.#toModelPrice(match, applying)] : [];
	}

	#toModelPrice({ provider, model }: Match, price: CardPrice): ModelPrice {
		const made = this.#prices.get(price) ?? {
			version: `${this.version}/${provider}/${model.id}/${nameOf(price)}`,
			model: model.id,
			tiers: price.tiers.map(([fromInputTokens = 0, ...rates]) => ({ fromInputTokens, rates: toRates(rates) })),
			perCallMicro: BigInt(price.perCall),
			contextTokens: model.context === 0 ? null : model.context,
		};
		this.#prices.set(price, made);
		return made;
	}
}

/** The prices that come with this package. */
export const BUILT_IN_PRICES = new PriceList(data);

function isUntold({ unpriced }: CardModel): boolean {
	return unpriced !== undefined && unpriced !== ENDED;
}

function nameOf({ when }: CardPrice): string {
	return when === '' ? 'initial' : when;
}

/** Gemini's list says `models/gemini…`, gateways say `openai/gpt…`: the name as given, then without what the provider implies. */
function spellings(model: string, provider: string): readonly string[] {
	const implied = ['models/', `${provider}/`].find((prefix) => model.toLowerCase().startsWith(prefix));
	return implied === undefined ? [model] : [model, model.slice(implied.length)];
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

function toRates(numbers: readonly number[]): Rates {
	const [input = 0, cachedInput = 0, cacheWrite = 0, audioInput = 0, output = 0, audioOutput = 0, ...more] = numbers;
	const [cachedAudio = cachedInput, longCacheWrite = cacheWrite, reasoning = output, citation = output, search = 0, toolCall = 0] = more;
	return {
		input: BigInt(input),
		cachedInput: BigInt(cachedInput),
		cacheWrite: BigInt(cacheWrite),
		longCacheWrite: BigInt(longCacheWrite),
		audioInput: BigInt(audioInput),
		cachedAudio: BigInt(cachedAudio),
		output: BigInt(output),
		audioOutput: BigInt(audioOutput),
		reasoning: BigInt(reasoning),
		citation: BigInt(citation),
		search: BigInt(search),
		toolCall: BigInt(toolCall),
	};
}

function appliesAt(when: string, atMs: Instant): boolean {
	if (when === '') return true;
	const [from = '', until] = when.split('-', 2);
	if (until === undefined || !when.includes(':')) return isWithin(atMs, { fromMs: Date.parse(`${when}T00:00:00Z`), untilMs: null });
	const timeOfDay = new Date(atMs).toISOString().slice(11, 16);
	return until < from ? timeOfDay >= from || timeOfDay < until : timeOfDay >= from && timeOfDay < until;
}

/** Of several prices the one whose million tokens in and out cost most; the first of equals. */
function dearest(prices: readonly ModelPrice[]): ModelPrice | null {
	const million = { inputTokens: 1_000_000, outputTokens: 1_000_000 };
	return prices.reduce<ModelPrice | null>(
		(top, price) => (top && highestCost(top, million) >= highestCost(price, million) ? top : price),
		null,
	);
}
