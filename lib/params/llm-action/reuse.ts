/** Owns the parameters by which answers are used again for identical requests. */
import type { Param } from '../param';

export const REUSE_PARAMS = [
	{
		name: 'reuseAnswers',
		label: 'Reuse Answers',
		kind: 'choice',
		default: 'never',
		section: 'reuse',
		help: 'Whether an answer is kept and used again where model, settings and every word of the request are the same',
		choices: [
			{
				value: 'first',
				label: 'Before Asking',
				help: 'A fresh answer is used at once, an older one when no model can answer. Identical requests at the same time are asked once',
			},
			{
				value: 'need',
				label: 'Instead of the Fallback',
				help: 'Only when no model can answer, because credits, a budget or the provider are gone',
			},
			{ value: 'never', label: 'Never', help: 'The model is asked for every item, and no answer is kept for others' },
		],
	},
	{
		name: 'reuseFreshHours',
		label: 'Fresh For',
		kind: 'number',
		default: 24,
		min: 1,
		max: 8760,
		isInteger: true,
		unit: 'hours',
		section: 'reuse',
		showWhen: { reuseAnswers: ['first'] },
		help: 'For so long an answer is used without asking the model again',
	},
	{
		name: 'reuseNeedDays',
		label: 'Kept For',
		kind: 'number',
		default: 30,
		min: 1,
		max: 3650,
		isInteger: true,
		unit: 'days',
		section: 'reuse',
		showWhen: { reuseAnswers: ['first', 'need'] },
		help: 'For so long an answer may be used instead of the fallback values, when no model can answer',
	},
	{
		name: 'reuseScope',
		label: 'Reuse Within',
		kind: 'choice',
		default: 'account',
		section: 'reuse',
		showWhen: { reuseAnswers: ['first', 'need'] },
		help: 'Which items may get the answer of another',
		choices: [
			{ value: 'account', label: 'The Account', help: 'Items of every node that uses this account' },
			{ value: 'campaign', label: 'The Campaign', help: 'Only items with the same campaign label' },
			{ value: 'node', label: 'This Node', help: 'Only items of this node' },
		],
	},
] as const satisfies readonly Param[];
