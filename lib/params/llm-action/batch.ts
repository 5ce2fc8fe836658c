/** Owns the parameters of LLM Action about a provider's batch interface, for campaigns that can wait. */
import type { Param } from '../param';

export const BATCH_PARAMS = [
	{
		name: 'delivery',
		label: 'Delivery',
		kind: 'choice',
		default: 'now',
		section: 'batch',
		help: 'When the answers come: at once, or later and cheaper in a batch',
		choices: [
			{ value: 'now', label: 'At Once', help: 'Each item waits for its answer' },
			{
				value: 'batch',
				label: 'In a Batch',
				help: 'Items are handed in together and leave at once as pending. Bring them back later, and those that are done leave with their answers',
			},
		],
	},
	{
		name: 'batchWindowHours',
		label: 'Window',
		kind: 'number',
		default: 24,
		min: 1,
		max: 168,
		isInteger: true,
		unit: 'hours',
		section: 'batch',
		showWhen: { delivery: ['batch'] },
		help: 'How long the provider may take. Credits stay set aside for it, and for one day more in which you collect. Most providers offer 24 hours only',
	},
	{
		name: 'batchPricePercent',
		label: 'Batch Price',
		kind: 'number',
		default: null,
		min: 0,
		max: 100,
		isInteger: true,
		unit: '% of the usual price',
		section: 'batch',
		showWhen: { delivery: ['batch'] },
		suggested: 50,
		placeholder: 'automatic',
		help: 'What the provider asks for a batch. Empty: half at providers that are known to give it, the full price at others',
	},
] as const satisfies readonly Param[];
