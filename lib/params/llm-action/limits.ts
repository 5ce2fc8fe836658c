/** Owns the parameters of LLM Action that limit what it may spend by itself. Budgets and floors of the account are in the ledger. */
import type { Param } from '../param';

export const LIMIT_PARAMS = [
	{
		name: 'capPerSend',
		label: 'Most Credits per Send',
		kind: 'credits',
		default: '0',
		section: 'limits',
		help: 'What one item may cost in this node, with all passes and retries. 0 sets no limit',
	},
	{
		name: 'capPerExecution',
		label: 'Most Credits per Execution',
		kind: 'credits',
		default: '0',
		section: 'limits',
		help: 'What all items of one execution may cost in this node. 0 sets no limit',
	},
	{
		name: 'execution',
		label: 'Execution',
		kind: 'text',
		default: '',
		section: 'limits',
		isPerItem: true,
		maxLength: 200,
		placeholder: 'spring-sale-run-7',
		help: 'Items with the same text here count as one execution. Empty: the execution of n8n',
	},
] as const satisfies readonly Param[];
