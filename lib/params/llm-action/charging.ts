/** Owns the parameters of LLM Action about what an item is charged. */
import type { Param } from '../param';

export const CHARGING_PARAMS = [
	{
		name: 'charging',
		label: 'Charge',
		kind: 'choice',
		default: 'tokens',
		section: 'options',
		help: 'How the credits of an item are counted. The tokens that its calls use are recorded either way',
		choices: [
			{
				value: 'outcome',
				label: 'By Outcome',
				help: 'The charge rate, for each answer that passes its checks. An item without one, or with a part replaced, is free',
			},
			{ value: 'tokens', label: 'By Tokens', help: 'What the calls cost at the prices of their models' },
			{
				value: 'flat',
				label: 'Flat Rate',
				help: 'The charge rate, once for each item that a model was paid for, whatever its passes, checks and retries',
			},
		],
	},
	{
		name: 'chargeRate',
		label: 'Charge Rate',
		kind: 'credits',
		default: '10',
		section: 'options',
		showWhen: { charging: ['flat', 'outcome'] },
		help: 'Credits that an item is charged, whatever its calls cost. Models without a known price can be used too',
	},
] as const satisfies readonly Param[];
