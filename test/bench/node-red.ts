/**
 * Owns measuring LLM Action in a real Node-RED: messages through a flow with it, beside the same flow with Node-RED's own http request
 * node calling the same endpoint. A flow answers the request that brought the people when the last message has arrived.
 */
import { join } from 'node:path';
import { until } from '../support/machine/child';
import { grantCredits } from '../support/ledger/ledger-reader';
import { startNodeRed, type FlowNode, type NodeRed } from '../support/hosts/real-node-red';
import { startEndpoint } from './call-world';
import { inTurns, timed, type Bench, type Measured } from './measure';

const NAME = 'nodered.flow.added';
const MESSAGES = 1000;
const ROUNDS = 7;
const CONCURRENCY = 64;
const MODEL = 'gpt-4.1-mini';
const PROMPT = 'Write to {{payload.name}}, who bought running shoes in March and has not been back since.';
const SCHEMA = {
	type: 'object',
	properties: { message: { type: 'string', description: 'The message' } },
	required: ['message'],
	additionalProperties: false,
};

/** The row of Node-RED. */
export const NODE_RED_BENCH: Bench = { names: [NAME], run: async () => [await flows()] };

async function flows(): Promise<Measured> {
	const endpoint = await startEndpoint(0);
	const nodeRed = await startNodeRed();
	try {
		const ledger = join(nodeRed.userDir, 'bench', 'ledger.db');
		await grantCredits(ledger, '1000000');
		await nodeRed.deploy([...llmActionFlow({ ledger, url: endpoint.url }), ...httpRequestFlow(endpoint.url)]);
		const rate = (path: string) => (): Promise<number> => messagesPerSecond(nodeRed, path);
		const sides = { ours: rate('llm-action'), peer: rate('http-request') };
		await inTurns(1, sides);
		const rates = await inTurns(ROUNDS, sides);
		const note = `${String(MESSAGES)} messages a round, ${String(ROUNDS)} rounds after one to warm up, endpoint without delay; LLM Action with its usual settings at a concurrency of ${String(CONCURRENCY)}; the peer: a function that makes the request, the http request node, a function that reads the answer`;
		return { name: NAME, unit: 'messages/s', ...rates, reach: { atLeast: 0.9 }, note };
	} finally {
		await nodeRed.stop();
		nodeRed.remove();
		await endpoint.stop();
	}
}

async function messagesPerSecond(nodeRed: NodeRed, path: string): Promise<number> {
	const body = Array.from({ length: MESSAGES }, (_, id) => ({ id, name: `Person ${String(id)}` }));
	let tookMs = 0;
	// HTTP nodes need a moment after a deploy, so a 404 is asked again.
	const answered = await until(
		async () => {
			let answer: { status: number; body: unknown } = { status: 0, body: null };
			tookMs = await timed(async () => {
				answer = await nodeRed.request(path, { method: 'POST', body });
			});
			return answer.status === 404 ? null : answer;
		},
		{ timeoutMs: 120_000, describe: () => nodeRed.output() },
	);
	const { messages } = answered.body as { messages?: number };
	if (messages !== MESSAGES) throw new Error(`${path} answered ${JSON.stringify(answered.body)}:\n${nodeRed.output()}`);
	return (MESSAGES * 1000) / tookMs;
}

function llmActionFlow({ ledger, url }: { ledger: string; url: string }): FlowNode[] {
	const provider = { service: 'custom', baseUrl: url, pricing: 'own', prices: `${MODEL}, 0.40, 1.60`, unpriced: 'refuse' };
	const action = {
		model: MODEL,
		modelType: 'str',
		prompt: PROMPT,
		promptType: 'str',
		attributes: [{ name: 'message', type: 'text', description: 'The message', details: '', fallback: 'News for you' }],
		outputField: 'llm',
		concurrency: CONCURRENCY,
	};
	return [
		{ id: 'ledger', type: 'llm-credits-ledger', name: '', path: ledger, account: 'default', timeZone: 'Europe/Berlin' },
		{ id: 'provider', type: 'llm-credits-provider', name: '', ...provider, credentials: { apiKey: 'sk-bench' } },
		...around('llm-action', 'action'),
		{
			...placed('llm-action', { id: 'action', type: 'llm-credits-action' }),
			...{ ledger: 'ledger', provider: 'provider', ...action },
			wires: [['llm-action-end'], []],
		},
	];
}

function httpRequestFlow(url: string): FlowNode[] {
	const format = { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: SCHEMA } };
	const ask = `const content = ${JSON.stringify(PROMPT)}.replace('{{payload.name}}', msg.payload.name);
		msg.method = 'POST';
		msg.url = ${JSON.stringify(`${url}/chat/completions`)};
		msg.headers = { 'content-type': 'application/json', authorization: 'Bearer sk-bench' };
		msg.payload = { model: ${JSON.stringify(MODEL)}, messages: [{ role: 'user', content }], response_format: ${JSON.stringify(format)} };
		return msg;`;
	const read = 'msg.llm = JSON.parse(msg.payload.choices[0].message.content); return msg;';
	const tab = 'http-request';
	return [
		...around(tab, 'ask'),
		{ ...functionNode(tab, 'ask', ask), wires: [['http']] },
		{ ...placed(tab, { id: 'http', type: 'http request' }), method: 'use', ret: 'obj', url: '', wires: [['read']] },
		{ ...functionNode(tab, 'read', read), wires: [[`${tab}-end`]] },
	];
}

/** People in, one message for each to the node `entry`; at the end the messages are counted, and the last one sends the answer. */
function around(tab: string, entry: string): FlowNode[] {
	const spread = `flow.set('run', { req: msg.req, res: msg.res, count: msg.payload.length, answered: 0, left: 0 });
		return [msg.payload.map((person, index) => ({ payload: person, parts: { id: msg._msgid, index, count: msg.payload.length } }))];`;
	const arrive = `const run = flow.get('run');
		run.left += 1;
		if (msg.llm && typeof msg.llm.message === 'string' && (!msg.llmCredits || msg.llmCredits.source === 'model')) run.answered += 1;
		return run.left === run.count ? { req: run.req, res: run.res, payload: { messages: run.answered } } : null;`;
	return [
		{ id: tab, type: 'tab', label: tab },
		{ ...placed(tab, { id: `${tab}-in`, type: 'http in' }), url: `/${tab}`, method: 'post', wires: [[`${tab}-spread`]] },
		{ ...functionNode(tab, `${tab}-spread`, spread), wires: [[entry]] },
		{ ...functionNode(tab, `${tab}-end`, arrive), wires: [[`${tab}-reply`]] },
		{ ...placed(tab, { id: `${tab}-reply`, type: 'http response' }), wires: [] },
	];
}

function placed(tab: string, node: { readonly id: string; readonly type: string }): FlowNode {
	return { ...node, name: '', z: tab, x: 100, y: 100 };
}

function functionNode(tab: string, id: string, func: string): FlowNode {
	return { ...placed(tab, { id, type: 'function' }), func, outputs: 1 };
}
