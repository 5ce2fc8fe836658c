/** Owns LLM Action as both hosts describe it. Its parameters stand section by section in the folder of the same name. */
import { BATCH_PARAMS } from './batch';
import { CHARGING_PARAMS } from './charging';
import { CHEAPER_PARAMS } from './cheaper';
import { CHECK_PARAMS } from './checks';
import { LABEL_PARAMS } from './labels';
import { LIMIT_PARAMS } from './limits';
import { OPTION_PARAMS } from './options';
import { PASS_PARAMS } from './passes';
import { REQUEST_PARAMS } from './request';
import { REUSE_PARAMS } from './reuse';
import { TIME_PARAMS } from './time';
import type { NodeDescription, NodeOutput, Param } from '../param';

export const LLM_ACTION_PARAMS = [
	...REQUEST_PARAMS,
	...CHEAPER_PARAMS,
	...PASS_PARAMS,
	...CHECK_PARAMS,
	...LABEL_PARAMS,
	...LIMIT_PARAMS,
	...REUSE_PARAMS,
	...BATCH_PARAMS,
	...TIME_PARAMS,
	...OPTION_PARAMS,
	...CHARGING_PARAMS,
] as const satisfies readonly Param[];

export const LLM_ACTION: NodeDescription = {
	type: 'llm-credits-action',
	n8nName: 'llmAction',
	label: 'LLM Action',
	summary: 'Ask a model for typed attributes, paid in credits from a ledger you own, with a fallback value for every one',
	help: [
		'Each item asks the model. Credits are set aside before the call and settled after it, so a campaign never spends more than was granted.',
		'When the model does not fit the credits, a limit or the time, or cannot answer, the cheaper models are asked in their order; after the last one, the item leaves with the fallback values and the campaign goes on.',
		'With passes, each answer is improved before it leaves. The credits of all its passes are set aside before the first; when a later one fails, the best answer so far is used.',
		'With Reuse, an answer to exactly the same request is used again: before asking, or only instead of the fallback values. It costs nothing.',
		'In a batch, items are handed in together at a lower price and leave at once as pending. Bring them back into the node later; those that are done leave with their answers. Keep `llmCredits` on them meanwhile.',
		'The compliance text of the account goes with every request. Other texts of the account, such as its brand voice, go with requests that refer to them with `[[text:brand_voice]]`.',
		'Every item carries `llmCredits`: `source` (model, cheaper_model, cache or fallback), `reason`, `message`, `model`, `credits`, `reserved`, `balance`, `usage`, `attempts`, `latencyMs`, `holdId`, `purpose`, `passes` and `checks`.',
	],
	colour: '#b8d8c8',
	icon: 'llm-action',
	outputs: null,
	needs: { ledger: 'required', provider: 'required' },
	params: LLM_ACTION_PARAMS,
};

const RESULT = { name: 'result', label: 'Result', help: 'Items with a model answer' } as const;
const FALLBACK = { name: 'fallback', label: 'Fallback', help: 'Items with their fallback values' } as const;
const PENDING = { name: 'pending', label: 'Pending', help: 'Items that wait in a batch, to be brought back later' } as const;

/** Outputs of LLM Action: by the choice of its `outputs` parameter, and with items that wait in batches. */
export const LLM_ACTION_OUTPUTS = {
	separate: [RESULT, FALLBACK],
	batched: [RESULT, FALLBACK, PENDING],
	single: [{ name: 'all', label: 'All', help: 'Every item, in order' }],
} as const;

/** The outputs that these settings make. */
export function actionOutputsOf({ outputs, delivery }: { readonly outputs: unknown; readonly delivery: unknown }): readonly NodeOutput[] {
	if (outputs === 'single') return LLM_ACTION_OUTPUTS.single;
	return delivery === 'batch' ? LLM_ACTION_OUTPUTS.batched : LLM_ACTION_OUTPUTS.separate;
}
