/** Owns the parameters of LLM Action. */
import type { NodeDescription, Param } from './param';

export const LLM_ACTION_PARAMS = [
	{
		name: 'model', label: 'Model', kind: 'model', default: 'gpt-4.1-mini', section: 'main', isRequired: true, isPerItem: true,
		help: 'Model that writes the answer. Quick models cost fewer credits, reasoning models more',
	},
	{
		name: 'systemPrompt', label: 'Instructions', kind: 'text', rows: 4, default: '', section: 'main', isPerItem: true,
		placeholder: 'You write short, warm messages in the language of the reader.',
		help: 'What the model should always keep to. The same text for every person keeps calls cheap, because providers discount a repeated start',
	},
	{
		name: 'prompt', label: 'Prompt', kind: 'text', rows: 6, default: '', section: 'main', isRequired: true, isPerItem: true,
		placeholder: 'Write a subject line for this person …',
		help: 'The request for one item, with the data of the item inserted',
	},
	{
		name: 'attributes', label: 'Output Attributes', kind: 'rows', rowLabel: 'Attribute', section: 'main', minRows: 1,
		help: 'What the model must answer, each with the value to use when there is no answer',
		default: [{ name: 'message', type: 'text', description: 'The message for this person', details: '', fallback: '' }],
		fields: [
			{ name: 'name', label: 'Name', kind: 'text', default: '', section: 'main', isRequired: true, placeholder: 'subject_line', maxLength: 64, help: 'Letters, digits and underscores, starting with a letter' },
			{
				name: 'type', label: 'Type', kind: 'choice', default: 'text', section: 'main', help: 'Kind of value the model must give',
				choices: [
					{ value: 'boolean', label: 'Boolean', help: 'True or false' },
					{ value: 'date', label: 'Date', help: 'A calendar date, as in 2026-07-08' },
					{ value: 'list', label: 'List', help: 'Several values of one type, given under Details; text if nothing is given' },
					{ value: 'number', label: 'Number', help: 'A number' },
					{ value: 'object', label: 'Object', help: 'Named fields, given under Details' },
					{ value: 'choice', label: 'One of a List', help: 'One of the values given under Details' },
					{ value: 'text', label: 'Text', help: 'Any text' },
				],
			},
			{ name: 'description', label: 'Description', kind: 'text', default: '', section: 'main', placeholder: 'At most 45 characters, no emoji', help: 'Tells the model what belongs here' },
			{
				name: 'details', label: 'Details', kind: 'text', default: '', section: 'main', placeholder: 'gold, silver, bronze',
				help: 'For One of a List: the values, separated by commas. For Object: its fields, as in city: text, age: number. For List: the type of its values',
			},
			{ name: 'fallback', label: 'Fallback Value', kind: 'text', default: '', section: 'main', placeholder: 'News for you', help: 'Used when there is no answer. Lists and objects are written as JSON' },
		],
	},
	{
		name: 'outputs', label: 'Outputs', kind: 'choice', default: 'separate', section: 'main', help: 'Where items leave the node',
		choices: [
			{ value: 'separate', label: 'Result and Fallback', help: 'Items with a model answer leave by Result, the others by Fallback' },
			{ value: 'single', label: 'All on One', help: 'Every item leaves by one output, in the order it came' },
		],
	},
	{ name: 'campaign', label: 'Campaign', kind: 'text', default: '', section: 'labels', isPerItem: true, maxLength: 200, placeholder: 'spring-2026', help: 'Campaign that the credits are counted under' },
	{ name: 'segment', label: 'Segment', kind: 'text', default: '', section: 'labels', isPerItem: true, maxLength: 200, placeholder: 'returning', help: 'Segment that the credits are counted under' },
	{ name: 'workspace', label: 'Workspace', kind: 'text', default: '', section: 'labels', isPerItem: true, maxLength: 200, help: 'Workspace that the credits are counted under. All workspaces share one balance' },
	{ name: 'person', label: 'Person', kind: 'text', default: '', section: 'labels', isPerItem: true, maxLength: 200, placeholder: 'customer-4711', help: 'Id of the person the message is for. Use an internal id rather than an e-mail address: it stays in the ledger' },
	{ name: 'tag', label: 'Tag', kind: 'text', default: '', section: 'labels', isPerItem: true, maxLength: 200, help: 'Any other label to count credits by' },
	{ name: 'outputField', label: 'Put Answer In', kind: 'text', default: 'llm', section: 'options', maxLength: 64, help: 'Field of the item that receives the attributes. Empty puts them beside the other fields' },
	{ name: 'concurrency', label: 'Calls at a Time', kind: 'number', default: 8, min: 1, max: 256, isInteger: true, section: 'options', help: 'How many calls run side by side. The order of items is kept' },
	{
		name: 'reservation', label: 'Reservation', kind: 'choice', default: 'learned', section: 'options', help: 'How many credits are set aside before each call. What is not used comes back when the call ends',
		choices: [
			{ value: 'fixed', label: 'Fixed', help: 'Always the number of credits given below' },
			{ value: 'learned', label: 'Learned', help: 'An estimate from the text, corrected by what earlier calls of this node really cost' },
			{ value: 'strict', label: 'Strict', help: 'The most the call can possibly cost. Needs more credits at hand, never exceeds them' },
		],
	},
	{ name: 'reservationCredits', label: 'Credits per Call', kind: 'credits', default: '10', section: 'options', showWhen: { reservation: ['fixed'] }, help: 'Credits set aside before each call' },
	{ name: 'maxOutputTokens', label: 'Output Limit', kind: 'number', default: 1000, min: 1, max: 1_000_000, isInteger: true, unit: 'tokens', section: 'options', help: 'The provider stops the answer here, so a call cannot cost more. 1,000 tokens are about 700 English words' },
	{ name: 'temperature', label: 'Temperature', kind: 'number', default: null, min: 0, max: 2, isInteger: false, section: 'options', help: 'Higher is more varied. Empty leaves it to the model' },
	{
		name: 'reasoningEffort', label: 'Reasoning Effort', kind: 'choice', default: 'default', section: 'options', help: 'How long a reasoning model thinks. More costs more credits',
		choices: [
			{ value: 'high', label: 'High', help: 'Slowest and dearest' },
			{ value: 'low', label: 'Low', help: 'Quick and cheap' },
			{ value: 'medium', label: 'Medium', help: 'In between' },
			{ value: 'minimal', label: 'Minimal', help: 'Hardly any reasoning' },
			{ value: 'default', label: 'Model Default', help: 'Leave it to the model' },
		],
	},
	{
		name: 'structuredOutput', label: 'Answer Format', kind: 'choice', default: 'auto', section: 'options', help: 'How the server is told the form of the answer',
		choices: [
			{ value: 'auto', label: 'Automatic', help: 'The strictest way the server takes' },
			{ value: 'prompt', label: 'In the Prompt', help: 'Only in words, for servers that know nothing else' },
			{ value: 'json_object', label: 'JSON Mode', help: 'Any JSON object, with its fields described in words' },
			{ value: 'json_schema', label: 'JSON Schema', help: 'The exact form, enforced by the server' },
		],
	},
	{ name: 'timeoutSeconds', label: 'Timeout per Attempt', kind: 'number', default: 60, min: 1, max: 3600, isInteger: true, unit: 'seconds', section: 'options', help: 'An attempt that takes longer is given up' },
	{ name: 'maxAttempts', label: 'Attempts', kind: 'number', default: 3, min: 1, max: 10, isInteger: true, section: 'options', help: 'How often the provider is asked for one item, the first time included. Only faults that may pass are tried again' },
	{ name: 'waitForCreditsSeconds', label: 'Wait for Held Credits', kind: 'number', default: 60, min: 0, max: 900, isInteger: true, unit: 'seconds', section: 'options', help: 'When calls under way hold the credits an item needs, it waits this long for them before it takes its fallback' },
	{ name: 'keepResultsHours', label: 'Keep Answers for Retries', kind: 'number', default: 24, min: 0, max: 720, isInteger: true, unit: 'hours', section: 'options', help: 'A retry within this time gets the answer already paid for. 0 keeps no answer text in the ledger' },
	{
		name: 'purpose', label: 'Purpose', kind: 'choice', default: 'auto', section: 'options', help: 'What the credits are recorded as spent on',
		choices: [
			{ value: 'auto', label: 'Automatic', help: 'Test when run by hand in the editor, where the host tells; live otherwise' },
			{ value: 'live', label: 'Live', help: 'A real campaign' },
			{ value: 'test', label: 'Test', help: 'A trial run' },
		],
	},
	{ name: 'idempotencyKey', label: 'Idempotency Key', kind: 'text', default: '', section: 'options', isPerItem: true, maxLength: 400, placeholder: 'welcome-mail-{{customer id}}', help: 'Two items with the same key are paid once and get the same answer. Empty: a retry of the same execution is recognised by itself, anything else is new' },
] as const satisfies readonly Param[];

export const LLM_ACTION: NodeDescription = {
	type: 'llm-credits-action',
	n8nName: 'llmAction',
	label: 'LLM Action',
	summary: 'Ask a model for typed attributes, paid in credits from a ledger you own, with a fallback value for every one',
	help: [
		'Each item asks the model once. Credits are set aside before the call and settled after it, so a campaign never spends more than was granted.',
		'When credits, the provider or the ledger are gone, the item leaves with the fallback values and the campaign goes on.',
		'Every item carries `llmCredits`: `source` (model or fallback), `reason`, `model`, `credits`, `balance`, `usage`, `attempts`, `latencyMs`, `holdId` and `purpose`.',
	],
	colour: '#b8d8c8',
	icon: 'llm-action',
	outputs: null,
	needs: { ledger: 'required', provider: 'required' },
	params: LLM_ACTION_PARAMS,
};

/** Outputs of LLM Action by the choice of its `outputs` parameter. */
export const LLM_ACTION_OUTPUTS = {
	separate: [
		{ name: 'result', label: 'Result', help: 'Items with a model answer' },
		{ name: 'fallback', label: 'Fallback', help: 'Items with their fallback values' },
	],
	single: [{ name: 'all', label: 'All', help: 'Every item, in order' }],
} as const;
