/**
 * Tests a connection: is there a server, does it take the key, does it have the model. One sentence says what is wrong. Nothing is spent:
 * it asks for the list of models, and where there is none, a question without a message.
 */
import { dialectOf } from '../../core/calls/services';
import { isCreditError } from '../../core/values/errors';
import { createOpenAiCompatible } from './openai-compatible';
import type { ProviderFault } from '../provider';
import type { EndpointOptions } from '../transport/endpoint';

export interface ConnectionReport {
	readonly isOk: boolean;
	/** One sentence for people, free of secrets. */
	readonly message: string;
	/** Models the endpoint offers; empty where it has no list. */
	readonly models: readonly string[];
}

/** Tests endpoint and key, and the model when one is named. Never throws. */
export async function testConnection(
	options: EndpointOptions,
	{ model = '', signal }: { readonly model?: string; readonly signal?: AbortSignal } = {},
): Promise<ConnectionReport> {
	try {
		const provider = createOpenAiCompatible(options);
		const isListAsked = dialectOf(options.providerId).listsModels;
		const listing = isListAsked ? await provider.readModels(signal) : NO_LIST;
		if (listing.kind === 'listed' && listing.models.length > 0) return judge(listing.models, { name: options.name, model });
		if (listing.kind === 'failed' && !mayBeWithoutList(listing.fault)) return report(false, listing.fault.message);
		const { isThere, fault } = await provider.hasChat(model);
		if (isThere) return report(true, isListAsked ? `${options.name} works, but lists no models to choose from.` : `${options.name} works.`);
		return report(false, fault?.message ?? `${options.name} gave no answer that makes sense. Check the base URL.`);
	} catch (error) {
		if (isCreditError(error)) return report(false, error.message);
		throw error;
	}
}

const NO_LIST = { kind: 'listed', models: [] } as const;

/** Some servers have chat completions and no list. */
function mayBeWithoutList({ status, code }: ProviderFault): boolean {
	return status === 404 || status === 405 || status === 501 || code === 'garbage';
}

function judge(models: readonly string[], { name, model }: { readonly name: string; readonly model: string }): ConnectionReport {
	if (model !== '' && models.length > 0 && !models.some((id) => id === model || id === `models/${model}`)) {
		return {
			isOk: false,
			message: `${name} answers and takes the key, but has no model ${JSON.stringify(model)}. Choose one from its list.`,
			models,
		};
	}
	return { isOk: true, message: `${name} answers and offers ${models.length} ${models.length === 1 ? 'model' : 'models'}.`, models };
}

function report(isOk: boolean, message: string): ConnectionReport {
	return { isOk, message, models: [] };
}
