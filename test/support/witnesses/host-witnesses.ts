/**
 * For every parameter that the hosts act on a value that shows: of Credit Balance, of Fallback Switch, of the two connections, and of what
 * of LLM Action no engine sees. The compiler misses one that is not here. Each is run in both hosts, from the saved form on.
 */
import type { CREDIT_BALANCE_PARAMS } from '../../../lib/params/credit-balance';
import type { AGENT_RIGHTS_PARAMS } from '../../../lib/params/credit-balance-agents';
import type { LEDGER_PARAMS, PROVIDER_PARAMS } from '../../../lib/params/connection';
import type { FALLBACK_SWITCH_PARAMS } from '../../../lib/params/fallback-switch';
import type { Param } from '../../../lib/params/param';

export type Settings = Readonly<Record<string, unknown>>;

export interface HostWitness {
	/** Another value than the default, as it is read. */
	readonly value: unknown;
	/** What the parameter needs around it. */
	readonly base?: Settings;
	/** What stands in the item or message. */
	readonly item?: Settings;
	/** How often the node is run; once unless said. */
	readonly runs?: number;
	/** The grant that a call has used is void. */
	readonly isVoided?: boolean;
	/** n8n runs the node as a tool of an agent. */
	readonly isTool?: boolean;
}

type Witnesses<Ps extends readonly Param[]> = Readonly<Record<Ps[number]['name'], HostWitness>>;

const grant = { operation: 'grant', credits: '5' };
const usage = { operation: 'usage' };
const setBudget = { operation: 'setBudget', budgetName: 'spring' };
const setFloor = { operation: 'setFloor', floorName: 'spring' };
const setAlerts = { operation: 'setAlerts' };
const refund = { operation: 'refund', holdId: 'h3' };
const setText = { operation: 'setText', textName: 'brand_voice', text: 'Be kind' };
const onDate = { ...grant, expiry: 'date', expiryDate: '2050-01-01' };

export const BALANCE_WITNESSES: Witnesses<typeof CREDIT_BALANCE_PARAMS> = {
	operation: { value: 'usage' },
	credits: { value: '7', base: { operation: 'grant' } },
	category: { value: 'adjustment', base: grant },
	expiry: { value: 'days', base: grant },
	expiryDays: { value: 3, base: { ...grant, expiry: 'days' } },
	expiryDate: { value: '2051-01-01', base: onDate },
	packs: { value: 2, base: { operation: 'purchase' } },
	groupBy: { value: ['campaign'], base: usage },
	fromDay: { value: '2999-01-01', base: usage },
	untilDay: { value: '2000-01-01', base: usage },
	reason: { value: 'Too fast', base: { operation: 'freeze' } },
	budgetName: { value: 'summer', base: setBudget },
	budgetCredits: { value: '7', base: setBudget },
	budgetScope: { value: 'segment', base: setBudget },
	budgetValue: { value: 'spring', base: setBudget },
	budgetPeriod: { value: 'day', base: setBudget },
	floorName: { value: 'summer', base: setFloor },
	floorCredits: { value: '7', base: setFloor },
	floorLabel: { value: 'campaign', base: setFloor },
	floorExempt: { value: 'vip', base: setFloor },
	enforcement: { value: 'shadow', base: { operation: 'setMode' } },
	alertLow: { value: '30', base: { ...setAlerts, alertDrift: '60' } },
	alertExpiring: { value: '14', base: { ...setAlerts, alertDrift: '60' } },
	alertDrift: { value: '70', base: { ...setAlerts, alertLow: 'off' } },
	holdId: { value: 'h2', base: refund },
	refundCredits: { value: '7', base: refund },
	renew: { value: true, base: refund, isVoided: true },
	grantId: { value: 'g9', base: { operation: 'void', grantId: 'g2' } },
	textName: { value: 'compliance', base: setText },
	text: { value: 'Be brief', base: setText },
	note: { value: 'A gift', base: grant },
	idempotencyKey: { value: 'invoice-1', base: grant, runs: 2 },
	outputField: { value: 'credits' },
};

/** Of n8n alone: Node-RED has no tools of agents. */
export const AGENT_WITNESSES: Witnesses<typeof AGENT_RIGHTS_PARAMS> = {
	agentsMayAdd: { value: true, base: grant, isTool: true },
	agentMaxCredits: { value: '200', base: { operation: 'grant', credits: '150', agentsMayAdd: true }, isTool: true },
};

const answered = { llmCredits: { source: 'model', reason: 'answered' } };
const exhausted = { llmCredits: { source: 'fallback', reason: 'credits_exhausted' } };
const byState = { mode: 'state' };

export const SWITCH_WITNESSES: Witnesses<typeof FALLBACK_SWITCH_PARAMS> = {
	mode: { value: 'state', item: exhausted },
	rules: { value: [{ output: 'Fallback', source: 'fallback', reason: 'any' }], item: answered },
	states: { value: [{ output: 'Low', state: 'low' }], base: byState },
	lowPercent: { value: 99, base: byState },
	exhaustedCredits: { value: '1000', base: byState },
};

export const LEDGER_WITNESSES: Witnesses<typeof LEDGER_PARAMS> = {
	path: { value: 'another file' },
	postgresUrl: { value: 'mysql://db.example.com/credits' },
	account: { value: 'another' },
	adminKey: { value: 'a long admin key' },
	timeZone: { value: 'Asia/Tokyo', base: { account: 'new' } },
	outageCredits: { value: '10', base: { path: 'no ledger' } },
};

const header = { headerName: 'x-portkey-api-key', headerValue: 'value' };
const proxied = { proxyUrl: 'the proxy' };

export const PROVIDER_WITNESSES: Witnesses<typeof PROVIDER_PARAMS> = {
	service: { value: 'openrouter' },
	baseUrl: { value: 'another path' },
	apiKey: { value: 'another key' },
	apiVersion: { value: '2025-01-01', base: { service: 'azure' } },
	organisation: { value: 'org-1' },
	project: { value: 'project-1' },
	headerName: { value: 'x-other', base: header },
	headerValue: { value: 'other', base: header },
	baseUrlLogin: { value: 'user:password', base: { apiKey: '' } },
	proxyUrl: { value: 'the proxy' },
	proxyLogin: { value: 'user:password', base: proxied },
	pricing: { value: 'free' },
	prices: { value: 'gpt-4.1-mini, 1, 2' },
	unpriced: { value: 'free' },
	reportedCosts: { value: 'charge' },
};

/** Of LLM Action: what a host decides before an engine is made. `operation` and `providers` are of n8n alone. */
export const ACTION_HOST_WITNESSES = {
	purpose: { value: 'test' },
	operation: { value: 'preview' },
	providers: { value: 'openai' },
} as const satisfies Readonly<Record<string, HostWitness>>;
