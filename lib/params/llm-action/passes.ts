/** Owns the parameters of LLM Action about an answer in several passes: what comes after the draft. */
import type { Param } from '../param';

export const PASS_PARAMS = [
	{
		name: 'passes',
		label: 'Passes',
		kind: 'rows',
		rowLabel: 'Pass',
		section: 'passes',
		minRows: 0,
		maxRows: 4,
		help: 'After the first answer, each pass reads it and gives a better one. Each is a call of its own and costs credits; the credits of all are set aside before the first',
		default: [],
		fields: [
			{
				name: 'kind',
				label: 'Pass',
				kind: 'choice',
				default: 'refine',
				section: 'main',
				help: 'What it is for',
				choices: [
					{ value: 'refine', label: 'Refine', help: 'Makes the answer better' },
					{ value: 'validate', label: 'Validate', help: 'Checks the answer against the request, and mends what is wrong' },
				],
			},
			{
				name: 'model',
				label: 'Model',
				kind: 'model',
				default: '',
				section: 'main',
				placeholder: 'gpt-4.1, or empty for the same model',
				help: 'Empty: the model of the first answer',
			},
			{
				name: 'instructions',
				label: 'Instructions',
				kind: 'text',
				rows: 2,
				default: '',
				section: 'main',
				placeholder: 'Make it warmer, and keep every fact',
				help: 'What this pass should do. Empty: what is usual for its kind',
			},
		],
	},
] as const satisfies readonly Param[];
