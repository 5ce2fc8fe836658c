/** Owns the parameters of Credit Balance. */
import { namesOf } from '../core/values/named';
import type { LabelName } from '../core/nouns/labels';
import type { GrantCategory } from '../core/nouns/words';
import { SETTINGS_OPERATIONS, SETTINGS_PARAMS } from './credit-balance-settings';
import type { Choice, NodeDescription, Param } from './param';

/** What usage can be counted by: each label, and the day. */
const GROUPING_WORDS = {
	batch: { label: 'Batch', help: 'By what was handed in together as a batch' },
	campaign: { label: 'Campaign', help: 'By campaign label' },
	day: { label: 'Day', help: 'By calendar day of the account' },
	flow: { label: 'Flow', help: 'By workflow or flow' },
	model: { label: 'Model', help: 'By model' },
	node: { label: 'Node', help: 'By node of the workflow or flow' },
	purpose: { label: 'Purpose', help: 'By live, test or preview' },
	segment: { label: 'Segment', help: 'By segment label' },
	tag: { label: 'Tag', help: 'By tag' },
	workspace: { label: 'Workspace', help: 'By workspace label' },
} as const satisfies Record<Grouping, Omit<Choice, 'value'>>;

type Grouping = LabelName | 'day';

const CATEGORY_WORDS = {
	adjustment: { label: 'Adjustment', help: 'A correction or a goodwill' },
	promotional: { label: 'Promotional', help: 'Given away, usually with an expiry' },
	purchased: { label: 'Purchased', help: 'Paid for' },
} as const satisfies Record<GrantCategory, Omit<Choice, 'value'>>;

/** The choices of a table that has a row for each of its words. */
function choicesOf<V extends string>(words: Readonly<Record<V, Omit<Choice, 'value'>>>): readonly Choice<V>[] {
	return namesOf(words).map((value) => ({ value, ...words[value] }));
}

/** The operations that change something once for each key. */
const KEYED = [
	...['grant', 'purchase', 'promote', 'refund', 'void', 'setBudget', 'removeBudget', 'setFloor', 'removeFloor'],
	...['setMode', 'setAlerts', 'setText', 'removeText'],
];

export const CREDIT_BALANCE_PARAMS = [
	{
		name: 'operation',
		label: 'Operation',
		kind: 'choice',
		default: 'balance',
		section: 'main',
		help: 'What to do',
		choices: [
			{ value: 'balance', label: 'Get Balance', help: 'Available, held and overdrawn credits, and each grant with its expiry' },
			{ value: 'usage', label: 'Get Usage', help: 'Credits, calls and tokens by model, campaign, segment, workspace or day' },
			{ value: 'grant', label: 'Grant Credits', help: 'Add credits, with or without an expiry' },
			{ value: 'purchase', label: 'Purchase Packs', help: 'Add whole packs of 100,000 credits' },
			...SETTINGS_OPERATIONS,
			{ value: 'freeze', label: 'Freeze', help: 'Stop all spending from the account at once' },
			{ value: 'thaw', label: 'Thaw', help: 'Let a frozen account be spent from again' },
		],
	},
	{
		name: 'credits',
		label: 'Credits',
		kind: 'credits',
		default: '100000',
		section: 'main',
		isPerItem: true,
		isRequired: true,
		showWhen: { operation: ['grant'] },
		help: 'How many credits to add',
	},
	{
		name: 'category',
		label: 'Category',
		kind: 'choice',
		default: 'promotional',
		section: 'main',
		showWhen: { operation: ['grant'] },
		help: 'Promotional credits are used before purchased ones',
		choices: choicesOf(CATEGORY_WORDS),
	},
	{
		name: 'expiry',
		label: 'Expiry',
		kind: 'choice',
		default: 'never',
		section: 'main',
		showWhen: { operation: ['grant'] },
		help: 'When the credits end',
		choices: [
			{ value: 'days', label: 'After Days', help: 'At the end of the last of the days, in the time zone of the account' },
			{ value: 'date', label: 'At a Date', help: 'At an instant, or at the start of a day' },
			{ value: 'never', label: 'Never', help: 'They stay until they are used' },
		],
	},
	{
		name: 'expiryDays',
		label: 'Days',
		kind: 'number',
		default: 90,
		min: 1,
		max: 36_500,
		isInteger: true,
		unit: 'days',
		section: 'main',
		isPerItem: true,
		showWhen: { operation: ['grant'], expiry: ['days'] },
		help: 'Whole calendar days after the day of the grant',
	},
	{
		name: 'expiryDate',
		label: 'Date',
		kind: 'text',
		default: '',
		section: 'main',
		isPerItem: true,
		isRequired: true,
		placeholder: '2026-12-31',
		showWhen: { operation: ['grant'], expiry: ['date'] },
		help: 'The credits are usable until just before this date or instant',
	},
	{
		name: 'packs',
		label: 'Packs',
		kind: 'number',
		default: 1,
		min: 1,
		max: 10_000,
		isInteger: true,
		unit: 'packs of 100,000',
		section: 'main',
		isPerItem: true,
		showWhen: { operation: ['purchase'] },
		help: 'How many packs to add; one pack is 100,000 credits, worth $10',
	},
	{
		name: 'groupBy',
		label: 'Group By',
		kind: 'choices',
		default: ['model'],
		section: 'main',
		showWhen: { operation: ['usage'] },
		help: 'One row for each combination of these',
		choices: choicesOf(GROUPING_WORDS),
	},
	{
		name: 'fromDay',
		label: 'From Day',
		kind: 'text',
		default: '',
		section: 'main',
		isPerItem: true,
		placeholder: '2026-11-01',
		showWhen: { operation: ['usage'] },
		help: 'First day to count; empty is the beginning',
	},
	{
		name: 'untilDay',
		label: 'Until Day',
		kind: 'text',
		default: '',
		section: 'main',
		isPerItem: true,
		placeholder: '2026-11-30',
		showWhen: { operation: ['usage'] },
		help: 'Last day to count; empty is today',
	},
	{
		name: 'reason',
		label: 'Reason',
		kind: 'text',
		default: '',
		section: 'main',
		isPerItem: true,
		maxLength: 200,
		placeholder: 'A campaign that nobody planned',
		showWhen: { operation: ['freeze'] },
		help: 'Why spending is stopped, for people. Items take their fallback with the reason account_frozen until the account is thawed',
	},
	...SETTINGS_PARAMS,
	{
		name: 'note',
		label: 'Note',
		kind: 'text',
		default: '',
		section: 'options',
		isPerItem: true,
		maxLength: 500,
		showWhen: { operation: ['grant', 'purchase'] },
		help: 'Kept with the grant, for people',
	},
	{
		name: 'idempotencyKey',
		label: 'Idempotency Key',
		kind: 'text',
		default: '',
		section: 'options',
		isPerItem: true,
		maxLength: 400,
		placeholder: 'invoice-2026-0042',
		showWhen: { operation: KEYED },
		help: 'A second run with the same key changes nothing. Use the number of the invoice, order or complaint',
	},
	{
		name: 'outputField',
		label: 'Put Answer In',
		kind: 'text',
		default: '',
		section: 'options',
		maxLength: 64,
		help: 'Field of the item that receives the answer. Empty replaces the item by the answer',
	},
] as const satisfies readonly Param[];

export const CREDIT_BALANCE: NodeDescription = {
	type: 'llm-credits-balance',
	n8nName: 'creditBalance',
	label: 'Credit Balance',
	summary: 'Read the balance and the usage of a credit ledger, add credits, set its limits, or stop spending',
	help: [
		'Available credits are what a new call may use now; held credits belong to calls under way; an overdraft is repaid by the next credits that come in.',
		'Granting, refunding, budgets, floors, the mode, alerts and texts need the admin key of the ledger where the account has one; reading and spending do not.',
		'Grants are listed in the order in which they are used up: lower priority first, then the earlier expiry, promotional before purchased.',
	],
	colour: '#d8c8e8',
	icon: 'credit-balance',
	outputs: [{ name: 'output', label: 'Output', help: 'The answer' }],
	needs: { ledger: 'required', provider: 'none' },
	params: CREDIT_BALANCE_PARAMS,
};

/** The operation by the name that people see. */
export function operationLabel(operation: string): string {
	return CREDIT_BALANCE_PARAMS[0].choices.find(({ value }) => value === operation)?.label ?? operation;
}
