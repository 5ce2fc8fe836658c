/**
 * Owns the list that a model picker shows: what the endpoint offers, whether it thinks before it answers, and what a typical message
 * costs in credits, in words that both hosts show alike.
 */
import { kindOfModel, type ModelKind } from '../../core/prices/model-kind';
import { formatCredits, type Micro } from '../../core/values/money';
import { priceUsage } from '../../core/prices/pricing';
import { NO_TOKENS, type Usage } from '../../core/usage/usage-fields';
import type { ProviderHandle } from '../plan/action-types';

/** A typical message: 1,000 tokens in, 200 out. */
const TYPICAL_MESSAGE: Usage = { ...NO_TOKENS, inputTokens: 1000, outputTokens: 200 };
/** Models that an endpoint lists but that do not chat. */
const NOT_FOR_CHAT =
	/embed|whisper|tts|dall-e|moderation|guard|image|audio|realtime|transcribe|sora|rerank|-ocr|computer-use|davinci-002|babbage/i;

export interface ModelChoice {
	readonly id: string;
	/** The id with what follows in `about`, for people. */
	readonly label: string;
	/** "quick, about 7.2 credits a message, most cost-efficient". */
	readonly about: string;
	/** `null` where the name does not tell. */
	readonly kind: ModelKind | null;
	/** Credits for a typical message as a decimal text, thinking not included; `null` without a price. */
	readonly credits: string | null;
	/** The cheapest that is not free and does not think on top of its answer; of a list in which all think, the cheapest. */
	readonly isMostCostEfficient: boolean;
}

interface Priced {
	readonly id: string;
	readonly kind: ModelKind | null;
	readonly costMicro: Micro | null;
}

/** No picker shows more: nobody reads on, and hundreds of thousands would stop the browser. */
const MAX_CHOICES = 1_000;

/** What a picker shows of a list, and of how many models that is. */
export interface ModelChoices {
	readonly choices: readonly ModelChoice[];
	/** How many more there are; more of the name finds them. */
	readonly leftOut: number;
	/** False where the provider has no list, so that these are the models of the price list. */
	readonly isOwnList: boolean;
}

/**
 * The endpoint's models for text whose names contain a text, cheapest first, those without a price last; at most 1,000, the first by name.
 * Rejects with `provider_misconfigured`.
 */
export async function modelChoices(
	{ provider, priceOf, isOwnList = true }: ProviderHandle,
	{ atMs, contains = '', signal }: { atMs: number; contains?: string; signal?: AbortSignal },
): Promise<ModelChoices> {
	const wanted = contains.toLowerCase();
	const ids = (await provider.listModels(signal)).filter((id) => id.toLowerCase().includes(wanted) && !NOT_FOR_CHAT.test(id));
	const listed = ids.slice(0, MAX_CHOICES);
	const priced = listed.map((id): Priced => ({ id, kind: kindOfModel(id), costMicro: costOf(priceOf(id, atMs)) })).sort(byCost);
	const paid = priced.filter(({ costMicro }) => costMicro !== null && costMicro > 0n);
	const best = paid.find(({ kind }) => kind !== 'reasoning') ?? paid[0];
	const choices = priced.map((model) => choiceOf(model, { isMostCostEfficient: model === best }));
	return { choices, leftOut: ids.length - listed.length, isOwnList };
}

/** Says which models a picker leaves out; `null`: none. */
export function leftOutText({ leftOut, isOwnList }: ModelChoices): string | null {
	if (!isOwnList) return 'This provider has no list of its models: these are those of the price list, and any other can be typed';
	return leftOut === 0 ? null : `${String(leftOut)} more ${leftOut === 1 ? 'model is' : 'models are'} not listed: type more of the name`;
}

/** Says that a provider does not offer a model; `null` where it may do so, because not all of its models are in the list. */
export function notOfferedText({ choices, leftOut, isOwnList }: ModelChoices, model: string): string | null {
	const isKnown = isOwnList && leftOut === 0 && model.trim() !== '';
	return isKnown && !choices.some(({ id }) => id === model.trim()) ? `This provider does not offer ${model.trim()}` : null;
}

function choiceOf({ id, kind, costMicro }: Priced, { isMostCostEfficient }: { isMostCostEfficient: boolean }): ModelChoice {
	const credits = costMicro === null ? null : formatCredits(costMicro);
	const about = [kind, costText(credits, kind), isMostCostEfficient ? 'most cost-efficient' : null]
		.filter((part) => part !== null)
		.join(', ');
	return { id, label: `${id} (${about})`, about, kind, credits, isMostCostEfficient };
}

function costText(credits: string | null, kind: ModelKind | null): string {
	if (credits === null) return 'no known price';
	if (credits === '0') return 'free';
	return `about ${credits} credits a message${kind === 'reasoning' ? ' plus thinking' : ''}`;
}

function costOf(price: ReturnType<ProviderHandle['priceOf']>): Micro | null {
	return price && priceUsage(price, TYPICAL_MESSAGE);
}

function byCost(a: Priced, b: Priced): number {
	if (a.costMicro === b.costMicro) return a.id < b.id ? -1 : 1;
	if (a.costMicro === null) return 1;
	if (b.costMicro === null) return -1;
	return a.costMicro < b.costMicro ? -1 : 1;
}
