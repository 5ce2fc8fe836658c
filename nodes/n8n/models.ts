/**
 * Owns the model picker: what the endpoint offers, with what a usual message costs there. Refuses to guess prices; a model without
 * one says so.
 */
import { NodeOperationError } from 'n8n-workflow';
import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';
import { formatCredits, type Micro } from '../../lib/core/money';
import { priceUsage } from '../../lib/core/pricing';
import type { Usage } from '../../lib/core/usage';
import type { ProviderHandle } from '../../lib/engine/llm-action';
import { PROVIDER, PROVIDER_PARAMS } from '../../lib/params/connection';
import { readParams } from '../../lib/params/read';
import { createProvider } from '../../lib/runtime/provider-handle';
import { systemClock } from '../../lib/runtime/system';

/** A usual personal message: 1,000 tokens of instructions and data in, 200 tokens of text out. */
export const TYPICAL_USAGE: Usage = {
	inputTokens: 1000,
	cachedInputTokens: 0,
	cacheWriteTokens: 0,
	audioInputTokens: 0,
	outputTokens: 200,
	reasoningTokens: 0,
	audioOutputTokens: 0,
};
/** Models of the same endpoints that write no text. */
const NOT_FOR_TEXT = /embed|whisper|tts|dall-e|moderation|image|audio|realtime|transcribe|sora|davinci|babbage|rerank/i;

/** Models of the chosen provider, cheapest first, by part of their name. Throws an error for people when the provider does not answer. */
export async function searchModels(this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
	try {
		const handle = createProvider(readParams(PROVIDER_PARAMS, await this.getCredentials(PROVIDER.n8nName)));
		const models = await handle.provider.listModels(AbortSignal.timeout(15_000));
		return {
			results: modelChoices(models, handle, systemClock()).filter(({ value }) =>
				String(value).toLowerCase().includes(filter.toLowerCase()),
			),
		};
	} catch (error) {
		throw new NodeOperationError(this.getNode(), error instanceof Error ? error.message : String(error), {
			description: 'Models can also be entered by their id: choose By ID on the left of the field.',
		});
	}
}

/** Models with their price for people: priced ones from cheap to dear, then those without a price by name. */
export function modelChoices(models: readonly string[], handle: Pick<ProviderHandle, 'priceOf'>, atMs: number): INodeListSearchItems[] {
	const priced = models
		.filter((model) => !NOT_FOR_TEXT.test(model))
		.map((model) => ({ model, costMicro: costOf(handle, model, atMs) }))
		.sort((a, b) => compareCosts(a.costMicro, b.costMicro) || a.model.localeCompare(b.model));
	const best = priced.find(({ costMicro }) => costMicro !== null && costMicro > 0n);
	return priced.map(({ model, costMicro }) => ({
		name: `${model} (${costText(costMicro)}${model === best?.model ? ', most cost-efficient' : ''})`,
		value: model,
		description: 'For 1,000 tokens in and 200 tokens out',
	}));
}

function costOf(handle: Pick<ProviderHandle, 'priceOf'>, model: string, atMs: number): Micro | null {
	const price = handle.priceOf(model, atMs);
	return price && priceUsage(price, TYPICAL_USAGE);
}

function compareCosts(a: Micro | null, b: Micro | null): number {
	if (a === null || b === null) return Number(a === null) - Number(b === null);
	return a < b ? -1 : Number(a > b);
}

function costText(costMicro: Micro | null): string {
	if (costMicro === null) return 'no known price';
	return costMicro === 0n ? 'costs no credits' : `${formatCredits(costMicro)} credits a message`;
}
