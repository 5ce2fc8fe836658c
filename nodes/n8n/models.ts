/** Owns the model picker of n8n: the engine's list of models with their cost, searched by part of a name. */
import { NodeOperationError } from 'n8n-workflow';
import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { isRecord } from '../../lib/core/values/foreign';
import { leftOutText, modelChoices, notOfferedText } from '../../lib/engine/report/model-choices';
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
		const results = found.choices.map(({ id, label }) => ({ name: label, value: id }));
		// A row that only says something keeps the model that was chosen.
		const model = filter === '' ? currentModel(this) : filter;
		const isLooking = filter !== '' && results.length > 0;
		const notes = [isLooking ? null : notOfferedText(found, model), leftOutText(found)].filter((note) => note !== null);
		return { results: [...results, ...notes.map((name) => ({ name, value: model }))] };
	} catch (error) {
		throw new NodeOperationError(this.getNode(), error instanceof Error ? error.message : String(error), {
			description: 'A model can also be entered by its id: choose By ID at the left of the field.',
		});
	}
}

/** The model that the field has now; empty where there is none, or it is computed for each item. */
function currentModel(ctx: ILoadOptionsFunctions): string {
	const chosen: unknown = ctx.getCurrentNodeParameter('&model') ?? ctx.getCurrentNodeParameter('model');
	const model = isRecord(chosen) ? chosen['value'] : chosen;
	return typeof model === 'string' && !model.startsWith('=') ? model : '';
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
