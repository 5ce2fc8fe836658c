/**
 * Owns the list that a model picker shows: what the endpoint offers, with what a typical message costs in credits.
 */
import { formatCredits, type Micro } from '../core/money';
import { priceUsage } from '../core/pricing';
import { NO_TOKENS, type Usage } from '../core/usage';
import type { ProviderHandle } from './action-types';

/** A typical message: 1,000 tokens in, 200 out. */
const TYPICAL_MESSAGE: Usage = { ...NO_TOKENS, inputTokens: 1000, outputTokens: 200 };
/** Models that an endpoint lists but that do not chat. */
const NOT_FOR_CHAT = /embed|whisper|tts|dall-e|moderation|image|audio|realtime|transcribe|sora|rerank|davinci-002|babbage/i;

export interface ModelChoice {
	readonly id: string;
	/** The id with what it costs, for people. */
	readonly label: string;
	/** Credits for a typical message as a decimal text; `null` without a price. */
	readonly credits: string | null;
	/** The cheapest that is not free. */
	readonly isMostCostEfficient: boolean;
}

/** The endpoint's models for text, cheapest first, those without a price last. Rejects with `provider_misconfigured`. */
export async function modelChoices(
	{ provider, priceOf }: ProviderHandle,
	{ atMs, signal }: { atMs: number; signal?: AbortSignal },
): Promise<ModelChoice[]> {
	const ids = (await provider.listModels(signal)).filter((id) => !NOT_FOR_CHAT.test(id));
	const priced = ids.map((id) => ({ id, costMicro: costOf(priceOf(id, atMs)) })).sort(byCost);
	const cheapestId = priced.find(({ costMicro }) => costMicro !== null && costMicro > 0n)?.id;
	return priced.map(({ id, costMicro }) => choiceOf(id, { costMicro, isMostCostEfficient: id === cheapestId }));
}

function choiceOf(id: string, { costMicro, isMostCostEfficient }: { costMicro: Micro | null; isMostCostEfficient: boolean }): ModelChoice {
	const credits = costMicro === null ? null : formatCredits(costMicro);
	const cost = credits === null ? 'no known price' : costMicro === 0n ? 'free' : `about ${credits} credits a message`;
	return { id, label: `${id} (${cost}${isMostCostEfficient ? ', most cost-efficient' : ''})`, credits, isMostCostEfficient };
}

function costOf(price: ReturnType<ProviderHandle['priceOf']>): Micro | null {
	return price && priceUsage(price, TYPICAL_MESSAGE);
}

function byCost(a: { id: string; costMicro: Micro | null }, b: { id: string; costMicro: Micro | null }): number {
	if (a.costMicro === b.costMicro) return a.id < b.id ? -1 : 1;
	if (a.costMicro === null) return 1;
	if (b.costMicro === null) return -1;
	return a.costMicro < b.costMicro ? -1 : 1;
}
