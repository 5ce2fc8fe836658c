/**
 * Owns the test behind "Test connection": is there a server, does it take the key, does it have the model. One sentence says what is
 * wrong. Refuses to spend: it only asks for the list of models, never for an answer.
 */
import { isCreditError } from '../../core/values/errors';
import { createOpenAiCompatible } from './openai-compatible';
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
		const listing = await createOpenAiCompatible(options).readModels(signal);
		if (listing.kind === 'listed') return judge(listing.models, { name: options.name, model });
		const { fault } = listing;
		// Some servers have chat completions and no list: they answered, which is all that can be known for free.
		if (fault.status === 405 || fault.status === 501)
			return report(true, `${options.name} answers, but has no list of models to check against.`);
		return report(false, fault.message);
	} catch (error) {
		if (isCreditError(error)) return report(false, error.message);
		throw error;
	}
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
