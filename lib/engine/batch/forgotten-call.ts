/** Stands for a call whose settings have changed since it was handed in: its answer is read and paid, and teaches nothing. */
import type { MeteredPlan } from '../call/metered-call';
import type { ActionContext } from '../plan/action-types';

/** Plan of a call that its settings do not make any more, for the answer that was paid. Sizes are of no use any more: 1 token each. */
export function forgottenCall(
	model: string,
	{ nodeKey }: ActionContext,
): Pick<MeteredPlan, 'settings' | 'modelId' | 'healthId' | 'memoryId' | 'size'> {
	return {
		settings: { model, maxOutputTokens: 1, temperature: null, reasoningEffort: null },
		modelId: model,
		healthId: model,
		memoryId: `${nodeKey}|batch`,
		size: { inputTokens: 1, inputBytes: 1, outputLimitTokens: 1 },
	};
}
