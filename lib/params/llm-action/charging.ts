/** Owns the parameters of LLM Action about what an item is charged. */
import type { Param } from '../param';

export const CHARGING_PARAMS = [
	{
		name: 'charging',
		label: 'Charge',
		kind: 'choice',
		default: 'tokens',
		section: 'options',
		help: 'What the credits of an item follow from. The tokens that its calls use are recorded either way',
		choices: [
			{
				value: 'outcome',
				label: 'By Outcome',
				help: 'The rate below for an answer that passes its checks. Nothing where it fails them, is replaced in part, or there is none',
			},
			{ value: 'tokens', label: 'By Tokens', help: 'What the calls cost at the prices of their models' },
			{
				value: 'flat',
				label: 'Flat Rate',
				help: 'The rate below, once for each item that a model was paid for, with all its passes, checks and retries',
			},
		],
	},
	{
		name: 'chargeRate',
		label: 'Rate',
		kind: 'credits',
		default: '10',
		section: 'options',
		showWhen: { charging: ['flat', 'outcome'] },
		help: 'Credits that an item is charged, whatever its calls cost. Models without a known price can be used too',
	},
] as const satisfies readonly Param[];
