/** Owns the model picker of n8n: the engine's list of models with their cost, searched by part of a name. */
import { NodeOperationError } from 'n8n-workflow';
import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { leftOutText, modelChoices } from '../../lib/engine/report/model-choices';
import { ACTION_PROVIDERS, SAME_PROVIDER } from '../../lib/params/llm-action/providers';
import { createProvider } from '../../lib/runtime/provider-handle';
import { systemClock } from '../../lib/runtime/system';
import { slotValues } from './providers';

const TIMEOUT_MS = 15_000;

/** Models of the chosen provider, cheapest first. Throws an error for people when the provider does not answer. */
export async function searchModels(this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
	try {
		const handle = createProvider(await slotValues((type) => this.getCredentials(type), chosenIn(this)));
		const found = await modelChoices(handle, { atMs: systemClock(), contains: filter, signal: AbortSignal.timeout(TIMEOUT_MS) });
		const more = leftOutText(found);
		const results = found.choices.map(({ id, label }) => ({ name: label, value: id }));
		return { results: more === null ? results : [...results, { name: more, value: '' }] };
	} catch (error) {
		throw new NodeOperationError(this.getNode(), error instanceof Error ? error.message : String(error), {
			description: 'A model can also be entered by its id: choose By ID at the left of the field.',
		});
	}
}

/** The provider whose models are looked for: that of the row in which the field stands, else that of the node. */
function chosenIn(ctx: ILoadOptionsFunctions): { readonly providers: string; readonly name: string } {
	const providers: unknown = ctx.getNodeParameter(ACTION_PROVIDERS.name, ACTION_PROVIDERS.default);
	// Outside of a row there is none beside the field.
	const name: unknown = ctx.getCurrentNodeParameter('&provider');
	return {
		providers: typeof providers === 'string' ? providers : ACTION_PROVIDERS.default,
		name: typeof name === 'string' && name !== SAME_PROVIDER ? name : '',
	};
}
