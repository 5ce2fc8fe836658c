/**
 * Owns the flow that tests of batches run in the real Node-RED: the usual campaign with the output Pending, and a way back into the node
 * for messages that were kept outside, as after a restart.
 */
import { until } from '../machine/child';
import { campaignFlow, people, type CampaignOptions, type Left } from './node-red-flow';
import type { FlowNode, NodeRed } from './real-node-red';

const BACK = `return [msg.payload.map((each) => ({ payload: each.payload, llmCredits: each.llmCredits })), { req: msg.req, res: msg.res, payload: {} }];`;
const KEEP = `const kept = flow.get('left') || []; kept.push({ id: msg.payload.id, output: 'pending', llm: msg.llm, credits: msg.llmCredits }); flow.set('left', kept);`;

/** People, or messages that come back → LLM Action → what left by which output. */
export function batchFlow(options: CampaignOptions): FlowNode[] {
	const flow = campaignFlow(options);
	const z = flow.find(({ type }) => type === 'tab')?.id;
	const at = { z, x: 100, y: 500 };
	return [
		...flow.map((node) => (node.id === 'action' ? { ...node, wires: [['result'], ['fallback'], ['pending']] } : node)),
		{ id: 'back-in', type: 'http in', ...at, url: '/back', method: 'post', wires: [['back']] },
		{ id: 'back', type: 'function', ...at, func: BACK, outputs: 2, wires: [['action'], ['reply']] },
		{ id: 'pending', type: 'function', ...at, func: KEEP, outputs: 1, wires: [[]] },
	];
}

/** Brings messages back as they left. HTTP nodes need a moment after a deploy, so a 404 is asked again. */
export async function sendBack(nodeRed: NodeRed, left: readonly Left[]): Promise<void> {
	const everybody = people(Math.max(...left.map(({ id }) => id)) + 1);
	const body = left.map(({ id, credits }) => ({ payload: everybody[id], llmCredits: credits }));
	await until(async () => ((await nodeRed.request('back', { method: 'POST', body })).status === 200 ? true : null), {
		timeoutMs: 5_000,
		everyMs: 25,
		describe: () => `the flow took nothing back:\n${nodeRed.output()}`,
	});
}
