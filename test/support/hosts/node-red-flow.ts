/**
 * Owns the flow that tests run in the real Node-RED: people come in over HTTP, each is a message, and what leaves the node under
 * test, its status, its faults and its completions are kept to be read. Refuses to know what is expected.
 */
import type { ItemChecks } from '../../../lib/engine/outcome/item-result';
import { until } from '../machine/child';
import { connectionTo } from './host-ledger';
import type { FlowNode, NodeRed } from './real-node-red';

/** Rates under which the fake provider's usual answer (100 tokens in, 20 out) costs exactly one credit. */
export const ONE_CREDIT_PRICES = 'gpt-4o-mini, 0.60, 2.00';

/** A message that left, as far as tests look at it. */
export interface Left {
	readonly id: number;
	readonly output: 'result' | 'fallback' | 'pending';
	readonly llm: Readonly<Record<string, unknown>> | undefined;
	readonly credits: {
		readonly source: string;
		readonly reason: string;
		readonly message: string | null;
		readonly credits: string;
		readonly attempts: number;
		readonly model: string;
		readonly checks?: ItemChecks | null;
	};
	readonly index: number;
	readonly tokenUsage: unknown;
}

export interface Seen {
	readonly left: readonly Left[];
	readonly statuses: readonly { readonly fill?: string; readonly shape?: string; readonly text?: string }[];
	readonly caught: readonly { readonly id: number; readonly message: string; readonly code?: string }[];
	readonly completed: readonly number[];
}

export interface CampaignOptions {
	/** The ledger: the path of a file, or the address of a server. Empty: the usual one of the host. */
	readonly ledger: string;
	/** Base URL of the provider. */
	readonly provider: string;
	readonly action?: Readonly<Record<string, unknown>>;
	readonly ledgerNode?: Readonly<Record<string, unknown>>;
	readonly providerNode?: Readonly<Record<string, unknown>>;
}

/** Settings of an LLM Action that gives up quickly and reserves exactly what a call costs. */
export const ACTION = {
	model: 'gpt-4o-mini',
	modelType: 'str',
	systemPrompt: 'Write short messages.',
	systemPromptType: 'str',
	prompt: 'Write to {{payload.name}}',
	promptType: 'str',
	attributes: [{ name: 'message', type: 'text', description: 'The message', details: '', fallback: 'News for you' }],
	outputMode: 'separate',
	campaign: 'spring',
	campaignType: 'str',
	segment: 'payload.segment',
	segmentType: 'msg',
	outputField: 'llm',
	concurrency: 8,
	reservation: 'fixed',
	reservationCredits: '1',
	maxOutputTokens: 100,
	timeoutSeconds: 20,
	maxAttempts: 1,
	waitForCreditsSeconds: 20,
	keepResultsHours: 0,
	outputs: 2,
} as const;

const keep = (name: string, value: string): string =>
	`const kept = flow.get('${name}') || []; kept.push(${value}); flow.set('${name}', kept);`;
const leaving = (output: string): string =>
	keep(
		'left',
		`{ id: msg.payload.id, output: '${output}', llm: msg.llm, credits: msg.llmCredits, index: msg.parts && msg.parts.index, tokenUsage: msg.tokenUsage }`,
	);

function functionNode(id: string, func: string, more: Readonly<Record<string, unknown>> = {}): FlowNode {
	return { id, type: 'function', z: 'tab', func, outputs: 1, x: 300, y: 100, wires: [[]], ...more };
}

let tabs = 0;

/** Puts a flow on a tab of its own: Node-RED keeps what a tab remembers for as long as a tab of that id is deployed. */
export function onFreshTab(nodes: readonly FlowNode[]): FlowNode[] {
	tabs += 1;
	const id = `tab-${tabs}`;
	return nodes.map((node) => (node['z'] === 'tab' ? { ...node, z: id } : node.id === 'tab' ? { ...node, id } : node));
}

/** The connections that flows under test share. */
export function connectionNodes({ ledger, provider, ledgerNode = {}, providerNode = {} }: CampaignOptions): FlowNode[] {
	const { path, postgresUrl } = connectionTo(ledger);
	// Also an empty one: Node-RED keeps the secrets of a node over deploys, until they are given anew.
	const secrets = { credentials: { postgresUrl } };
	return [
		{ id: 'ledger', type: 'llm-credits-ledger', name: '', path, account: 'default', timeZone: 'Europe/Berlin', ...secrets, ...ledgerNode },
		{
			id: 'provider',
			type: 'llm-credits-provider',
			name: '',
			service: 'custom',
			baseUrl: provider,
			pricing: 'own',
			prices: ONE_CREDIT_PRICES,
			unpriced: 'refuse',
			credentials: { apiKey: 'sk-test-secret' },
			...providerNode,
		},
	];
}

/** What the test reads, and where people come in: `POST /people` sends one message for each to the node `entry`. */
export function observers(entry: string, observed: readonly string[] = [entry]): FlowNode[] {
	const spread = `const people = msg.payload;
		const one = (person, index) => ({ payload: person, parts: { id: msg._msgid, index, count: people.length } });
		return [people.map(one), { req: msg.req, res: msg.res, payload: { ok: true } }];`;
	const read = `msg.payload = { left: flow.get('left') || [], statuses: flow.get('statuses') || [], caught: flow.get('caught') || [], completed: flow.get('completed') || [] }; return msg;`;
	const at = { z: 'tab', x: 100, y: 300 };
	return [
		{ id: 'in', type: 'http in', ...at, url: '/people', method: 'post', wires: [['spread']] },
		functionNode('spread', spread, { outputs: 2, wires: [[entry], ['reply']] }),
		{ id: 'reply', type: 'http response', ...at, wires: [] },
		{ id: 'ask', type: 'http in', ...at, url: '/seen', method: 'get', wires: [['read']] },
		functionNode('read', read, { wires: [['reply']] }),
		functionNode('result', leaving('result')),
		functionNode('fallback', leaving('fallback')),
		{ id: 'status', type: 'status', ...at, scope: observed, wires: [['keep-status']] },
		functionNode('keep-status', keep('statuses', '{ fill: msg.status.fill, shape: msg.status.shape, text: msg.status.text }')),
		{ id: 'catch', type: 'catch', ...at, scope: observed, uncaught: false, wires: [['keep-caught']] },
		functionNode('keep-caught', keep('caught', '{ id: msg.payload.id, message: msg.error.message, code: msg.error.code }')),
		{ id: 'complete', type: 'complete', ...at, scope: observed, uncaught: false, wires: [['keep-completed']] },
		functionNode('keep-completed', keep('completed', 'msg.payload.id')),
	];
}

/** People → LLM Action → what left by which output. */
export function campaignFlow(options: CampaignOptions): FlowNode[] {
	return onFreshTab([
		{ id: 'tab', type: 'tab', label: 'Spring campaign' },
		...connectionNodes(options),
		{
			id: 'action',
			type: 'llm-credits-action',
			z: 'tab',
			name: 'Write',
			ledger: 'ledger',
			provider: 'provider',
			x: 300,
			y: 200,
			...ACTION,
			wires: [['result'], ['fallback']],
			...options.action,
		},
		...observers('action'),
	]);
}

/** A flow with every type of node, wired so that each wire can be told from the others. */
export function everyNodeFlow(options: CampaignOptions): FlowNode[] {
	const place = { z: 'tab', y: 100 } as const;
	const rules = [
		{ output: 'Model', source: 'model', reason: 'any' },
		{ output: 'Credits Gone', source: 'fallback', reason: 'credits_exhausted' },
		{ output: 'Other Fallback', source: 'fallback', reason: 'any' },
	];
	const end = (id: string): FlowNode => ({ id, type: 'junction', ...place, x: 700, wires: [[]] });
	return [
		{ id: 'tab', type: 'tab', label: 'Spring campaign' },
		...connectionNodes(options),
		{
			id: 'action',
			type: 'llm-credits-action',
			name: '',
			...ACTION,
			prompt: 'Write a subject line for {{payload.first_name}}',
			ledger: 'ledger',
			provider: 'provider',
			...place,
			x: 150,
			wires: [['switch'], ['switch']],
		},
		{
			id: 'switch',
			type: 'llm-credits-fallback-switch',
			name: '',
			ledger: '',
			mode: 'source',
			rules,
			outputs: 4,
			...place,
			x: 400,
			wires: [['a'], ['b'], ['c'], ['balance']],
		},
		{ id: 'balance', type: 'llm-credits-balance', name: '', ledger: 'ledger', operation: 'balance', ...place, x: 650, wires: [[]] },
		end('a'),
		end('b'),
		end('c'),
	];
}

/** People with ids from 0, every other one in segment b. */
export function people(count: number): { id: number; name: string; segment: string }[] {
	return Array.from({ length: count }, (_, id) => ({ id, name: `Person ${id}`, segment: id % 2 === 0 ? 'a' : 'b' }));
}

/** Sends people into the flow. HTTP nodes need a moment after a deploy, so a 404 is asked again. */
export async function sendPeople(nodeRed: NodeRed, list: readonly object[]): Promise<void> {
	await until(async () => ((await nodeRed.request('people', { method: 'POST', body: list })).status === 200 ? true : null), {
		timeoutMs: 5_000,
		everyMs: 25,
		describe: () => `the flow took no people:\n${nodeRed.output()}`,
	});
}

/** What was seen, once it satisfies `isEnough`. */
export async function seenWhen(nodeRed: NodeRed, isEnough: (seen: Seen) => boolean, timeoutMs = 15_000): Promise<Seen> {
	let last: unknown = null;
	return until(
		async () => {
			const answer = await nodeRed.request('seen');
			last = answer.body;
			return answer.status === 200 && isEnough(answer.body as Seen) ? (answer.body as Seen) : null;
		},
		{ timeoutMs, everyMs: 50, describe: () => `seen so far: ${JSON.stringify(last).slice(-3000)}\n${nodeRed.output().slice(-2000)}` },
	);
}

/** Waits until the nodes under test have shown how they are: a ledger on a server is opened while messages may already come. */
export function whenGreeted(nodeRed: NodeRed): Promise<Seen> {
	return seenWhen(nodeRed, ({ statuses }) => statuses.length >= 1);
}

/** What was seen once so many messages have left. */
export function whenLeft(nodeRed: NodeRed, count: number, timeoutMs?: number): Promise<Seen> {
	return seenWhen(nodeRed, ({ left }) => left.length >= count, timeoutMs);
}
