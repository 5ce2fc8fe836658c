/** What n8n's form of Credit Balance says about agents that use the node as a tool. Node-RED has no such tools, so it has no such choice. */
import type { Param } from './param';

/** The operations that add credits; an agent may use them only where it is allowed to. */
const ADDING = ['grant', 'purchase'] as const;

/** Of the operations on settings, those that an agent may use: they change nothing. */
export const AGENT_READS: ReadonlySet<string> = new Set(['listBudgets', 'listFloors', 'showAlerts', 'showText', 'listTexts']);

export const AGENT_RIGHTS_PARAMS = [
	{
		name: 'agentsMayAdd',
		label: 'Let Agents Add Credits',
		kind: 'boolean',
		default: false,
		section: 'options',
		showWhen: { operation: ADDING },
		help: 'Whether an AI agent that uses this node as a tool may add credits. Off: it is refused',
	},
	{
		name: 'agentMaxCredits',
		label: 'Most Credits an Agent May Add',
		kind: 'credits',
		default: '100',
		section: 'options',
		showWhen: { operation: ADDING },
		help: 'The most that one call of an agent may add, where agents may add credits. One pack is 100,000 credits',
	},
] as const satisfies readonly Param[];
