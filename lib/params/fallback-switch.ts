/** Owns the parameters of Fallback Switch. */
import type { NodeDescription, Param } from './param';

/**
 * Every reason an item can carry, with the words people read. The first three say that there was no need to look further; with an answer
 * of a cheaper model or of the cache, the others say why it was not the model, and with the fallback values, why there was no answer.
 */
export const REASONS = [
	{ value: 'answered', label: 'Answered', help: 'The model answered' },
	{ value: 'cached', label: 'Answered From the Cache', help: 'The same request was answered before' },
	{ value: 'replayed', label: 'Answered Before', help: 'A retry got the answer that was already paid for' },
	{ value: 'account_frozen', label: 'Account Frozen', help: 'Somebody has stopped all spending from the account' },
	{ value: 'answer_cut_off', label: 'Answer Cut Off', help: 'The answer ended before it was whole, at its limit as a rule' },
	{ value: 'batch_cancelled', label: 'Batch Cancelled', help: 'The batch was cancelled at the provider before the item was answered' },
	{ value: 'batch_expired', label: 'Batch Expired', help: 'The provider did not get to the item within the time of the batch' },
	{ value: 'batch_failed', label: 'Batch Failed', help: 'The provider did not take the batch, or has no answer for the item in it' },
	{ value: 'batch_pending', label: 'Batch Pending', help: 'The item waits in a batch. Bring it back later to collect its answer' },
	{ value: 'budget_exceeded', label: 'Budget Used Up', help: 'A budget has no room left for the call' },
	{ value: 'call_in_flight', label: 'Call Under Way Elsewhere', help: 'The same request is being paid for by another run' },
	{ value: 'cancelled', label: 'Cancelled', help: 'The flow was stopped' },
	{ value: 'cap_reached', label: 'Cap Reached', help: 'The send or the execution has used the credits it may use' },
	{ value: 'content_refused', label: 'Content Refused', help: 'The model or its provider would not answer this' },
	{ value: 'context_too_long', label: 'Prompt Too Long', help: 'The prompt is longer than the model takes, or than one send may cost' },
	{ value: 'credits_exhausted', label: 'Credits Exhausted', help: 'There were not enough credits for the call' },
	{ value: 'credits_held', label: 'Credits Held', help: 'Calls under way held the credits for longer than the item may wait' },
	{ value: 'deadline_reached', label: 'Deadline Reached', help: 'The item would have taken, or took, longer than it may' },
	{ value: 'empty_answer', label: 'Empty Answer', help: 'The model said nothing' },
	{ value: 'empty_prompt', label: 'Empty Prompt', help: 'The prompt was empty for this item' },
	{ value: 'failed_checks', label: 'Failed Checks', help: 'The answer did not pass the checks set for it' },
	{ value: 'floor_reached', label: 'Kept for Others', help: 'The credits left are kept back for more valuable segments' },
	{ value: 'idempotency_conflict', label: 'Key Used for Another Request', help: 'The idempotency key belongs to a different request' },
	{ value: 'invalid_item', label: 'Invalid Item', help: 'A parameter could not be read for this item' },
	{ value: 'invalid_output', label: 'Invalid Answer', help: 'The answer did not have the form asked for' },
	{ value: 'ledger_unavailable', label: 'Ledger Unavailable', help: 'The ledger could not be opened or written' },
	{ value: 'missing_context', label: 'Missing Context', help: 'A field that the prompt needs is missing or empty. No model was asked' },
	{ value: 'model_not_found', label: 'Model Not Found', help: 'The provider does not know the model' },
	{ value: 'overdrawn', label: 'Overdrawn', help: 'Earlier calls cost more than there was' },
	{ value: 'plan_not_eligible', label: 'Trial Plan', help: 'Accounts on a trial plan cannot spend credits' },
	{
		value: 'preview_only',
		label: 'Preview Only',
		help: 'The node is set to preview the first item, in a workflow that runs by itself; only n8n has this setting',
	},
	{ value: 'provider_error', label: 'Provider Error', help: 'The provider failed or could not be reached' },
	{ value: 'provider_paused', label: 'Provider Paused', help: 'The model failed again and again and is left alone for a while' },
	{ value: 'provider_quota', label: 'Provider Quota Used Up', help: 'The account at the provider has no quota or money left' },
	{ value: 'provider_rate_limit', label: 'Provider Rate Limit', help: 'The provider kept asking to slow down' },
	{ value: 'provider_rejected', label: 'Rejected by the Provider', help: 'The key or the request was refused' },
	{ value: 'result_not_kept', label: 'Answer Not Kept', help: 'Paid before, but its answer was not kept for retries' },
	{ value: 'timeout', label: 'Timeout', help: 'The provider took too long' },
	{ value: 'unpriced_model', label: 'Model Without Price', help: 'The model has no known price and none was given' },
] as const;

export type Reason = (typeof REASONS)[number]['value'];

/** What produced an item. */
export const SOURCES = [
	{ value: 'cache', label: 'Cache', help: 'A cached answer' },
	{ value: 'cheaper_model', label: 'Cheaper Model', help: 'An answer of a cheaper model, or of fewer passes' },
	{ value: 'fallback', label: 'Fallback', help: 'The fallback values' },
	{ value: 'model', label: 'Model', help: 'An answer of the model' },
] as const;

export type Source = (typeof SOURCES)[number]['value'];

const ANY = { value: 'any', label: 'Any', help: 'No matter which' } as const;

export const FALLBACK_SWITCH_PARAMS = [
	{
		name: 'mode',
		label: 'Route By',
		kind: 'choice',
		default: 'source',
		section: 'main',
		help: 'What decides where an item goes',
		choices: [
			{ value: 'state', label: 'State of the Credits', help: 'How many credits there are now' },
			{ value: 'source', label: 'What Produced the Item', help: 'The source and reason that LLM Action wrote on it' },
		],
	},
	{
		name: 'rules',
		label: 'Rules',
		kind: 'rows',
		rowLabel: 'Rule',
		section: 'main',
		minRows: 1,
		showWhen: { mode: ['source'] },
		help: 'The first rule that fits decides. Each rule has its own output; what fits none leaves by Otherwise',
		default: [
			{ output: 'Model', source: 'model', reason: 'any' },
			{ output: 'Credits Gone', source: 'fallback', reason: 'credits_exhausted' },
			{ output: 'Other Fallback', source: 'fallback', reason: 'any' },
		],
		fields: [
			{
				name: 'output',
				label: 'Output Name',
				kind: 'text',
				default: '',
				section: 'main',
				isRequired: true,
				maxLength: 60,
				help: 'Shown on the output',
			},
			{
				name: 'source',
				label: 'Source',
				kind: 'choice',
				default: 'any',
				section: 'main',
				help: 'What produced the item',
				choices: [ANY, ...SOURCES],
			},
			{ name: 'reason', label: 'Reason', kind: 'choice', default: 'any', section: 'main', help: 'Why', choices: [ANY, ...REASONS] },
		],
	},
	{
		name: 'states',
		label: 'Rules',
		kind: 'rows',
		rowLabel: 'Rule',
		section: 'main',
		minRows: 1,
		showWhen: { mode: ['state'] },
		help: 'The first rule that fits decides. Each rule has its own output; what fits none, and every item while the ledger cannot be read, leaves by Otherwise',
		default: [
			{ output: 'Available', state: 'available' },
			{ output: 'Low', state: 'low' },
			{ output: 'Exhausted', state: 'exhausted' },
		],
		fields: [
			{
				name: 'output',
				label: 'Output Name',
				kind: 'text',
				default: '',
				section: 'main',
				isRequired: true,
				maxLength: 60,
				help: 'Shown on the output',
			},
			{
				name: 'state',
				label: 'State',
				kind: 'choice',
				default: 'available',
				section: 'main',
				help: 'State of the credits',
				choices: [
					{ value: 'available', label: 'Available', help: 'More than the low threshold' },
					{ value: 'exhausted', label: 'Exhausted', help: 'Less than one call needs' },
					{ value: 'low', label: 'Low', help: 'At or below the low threshold, but not exhausted' },
				],
			},
		],
	},
	{
		name: 'lowPercent',
		label: 'Low At',
		kind: 'number',
		default: 20,
		min: 0,
		max: 100,
		isInteger: true,
		unit: '% of what was granted',
		section: 'main',
		showWhen: { mode: ['state'] },
		help: 'Credits are low at or below this share of the grants that have not expired',
	},
	{
		name: 'exhaustedCredits',
		label: 'Exhausted Below',
		kind: 'credits',
		default: '1',
		section: 'main',
		showWhen: { mode: ['state'] },
		help: 'Credits are exhausted below this number; set it to what one call costs',
	},
] as const satisfies readonly Param[];

export const FALLBACK_SWITCH: NodeDescription = {
	type: 'llm-credits-fallback-switch',
	n8nName: 'fallbackSwitch',
	label: 'Fallback Switch',
	summary: 'Route items by what produced them, or by how many credits are left',
	help: [
		'By what produced the item: reads `llmCredits.source` and `llmCredits.reason`, which LLM Action wrote. An item without them leaves by Otherwise.',
		'By the state of the credits: asks the ledger once for each run, so all items of a run see the same state.',
	],
	colour: '#e8dcb8',
	icon: 'fallback-switch',
	outputs: null,
	needs: { ledger: 'optional', provider: 'none' },
	params: FALLBACK_SWITCH_PARAMS,
};

/** The last output, for what fits no rule. */
export const OTHERWISE = { name: 'otherwise', label: 'Otherwise', help: 'Items that fit no rule' } as const;
