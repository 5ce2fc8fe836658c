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
				help: 'A fresh answer is used at once, and identical requests at one time are asked once. An older one is used when no model can answer',
			},
			{
				value: 'need',
				label: 'Instead of the Fallback',
				help: 'Only when no model can answer, because credits, a budget or the provider are gone',
			},
			{ value: 'never', label: 'Never', help: 'Every item is asked anew, and no answer is kept for others' },
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
		help: 'An answer that is older is asked for anew',
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
		help: 'An answer up to this age takes the place of the fallback values when no model can answer',
	},
	{
		name: 'reuseScope',
		label: 'Reuse Within',
		kind: 'choice',
		default: 'account',
		section: 'reuse',
		showWhen: { reuseAnswers: ['first', 'need'] },
		help: 'Who may get an answer that was made for another',
		choices: [
			{ value: 'account', label: 'The Account', help: 'Every node on this account of the ledger that asks exactly the same' },
			{ value: 'campaign', label: 'The Campaign', help: 'Only items with the same campaign label' },
			{ value: 'node', label: 'This Node', help: 'Only items of this node' },
		],
	},
] as const satisfies readonly Param[];
