/**
 * Owns measuring a campaign in a real n8n: LLM Action beside n8n's own OpenAI node, each in the same workflow with the same people and
 * the same endpoint. What is timed is the call of the webhook, so that n8n's own work counts on both sides.
 */
import { join } from 'node:path';
import { N8nSession, outputOf, type Execution, type Reference, type SavedWorkflow } from '../support/hosts/n8n-session';
import { end, people, webhook, workflowOf, type Wire, type WorkflowNode } from '../support/hosts/n8n-workflow-builder';
import { grantCredits } from '../support/ledger/ledger-reader';
import { startEndpoint, type Endpoint } from './call-world';
import { inTurns, timed, type Bench, type Measured } from './measure';

const NAME = 'n8n.campaign.vs-openai-node';
const DEFAULT_NAME = 'n8n.default.vs-openai-node';
const ITEMS = 500;
const DELAY_MS = 200;
const CONCURRENCY = 64;
const ROUNDS = 3;
const WARM_UP_ITEMS = 5;
const MODEL = 'gpt-4.1-mini';
const PROMPT = '=Write to {{ $json.name }}, who bought running shoes in March and has not been back since.';

/** The rows that need n8n. */
export const N8N_BENCHES: readonly Bench[] = [
	{ names: [NAME], run: async () => [await campaigns({ name: NAME, concurrency: CONCURRENCY, atLeast: 25 })] },
	{ names: [DEFAULT_NAME], run: async () => [await campaigns({ name: DEFAULT_NAME, concurrency: null, atLeast: 30 })] },
];

interface Campaigns {
	readonly name: string;
	/** `null`: as a new node has it. */
	readonly concurrency: number | null;
	readonly atLeast: number;
}

async function campaigns({ name, concurrency, atLeast }: Campaigns): Promise<Measured> {
	const endpoint = await startEndpoint(DELAY_MS);
	const n8n = await N8nSession.start();
	try {
		const ours = await campaignOf(n8n, { path: 'llm-action', ...(await llmAction(n8n, endpoint, concurrency)) });
		const peer = await campaignOf(n8n, { path: 'openai-node', ...(await openAiNode(n8n, endpoint)) });
		await ours(WARM_UP_ITEMS);
		await peer(WARM_UP_ITEMS);
		const rates = await inTurns(ROUNDS, { ours: () => ours(ITEMS), peer: () => peer(ITEMS) });
		const note = `${String(ITEMS)} items at ${String(DELAY_MS)} ms, ${String(ROUNDS)} rounds, LLM Action at ${concurrency === null ? 'automatic calls at a time' : `a concurrency of ${String(concurrency)}`} with its usual settings; the peer is n8n's OpenAI node 2.3, which asks for one item after the other; timed is the webhook's call`;
		return { name, unit: 'items/s', ...rates, reach: { atLeast }, note };
	} finally {
		await n8n.stop();
		await endpoint.stop();
	}
}

/** A node, what follows it, and the text that each of its answered items carries. */
interface Side {
	readonly node: WorkflowNode;
	readonly outputs: readonly string[];
	readonly answerOf: (json: Readonly<Record<string, unknown>>) => unknown;
}

/** Saves the workflow; gives a function that sends people through it and says how many a second were answered. */
async function campaignOf(
	n8n: N8nSession,
	{ path, node, outputs, answerOf }: Side & { readonly path: string },
): Promise<(items: number) => Promise<number>> {
	const nodes = [webhook(path), people, node, ...outputs.map(end)];
	const wires: Wire[] = [
		['Webhook', 'People'],
		['People', node.name],
		...outputs.map((to, index): Wire => [`${node.name}#${String(index)}`, to]),
	];
	const workflow = await n8n.save(workflowOf(path, nodes, wires));
	const check = (execution: Execution, items: number): void => {
		const answered = outputOf(execution, node.name).filter(({ json }) => typeof answerOf(json) === 'string').length;
		if (answered !== items) throw new Error(`${node.name} answered ${String(answered)} of ${String(items)} items: ${execution.status}`);
	};
	return async (items) => {
		const before = await n8n.executionIds(workflow);
		const body = { people: Array.from({ length: items }, (_, id) => ({ id, name: `Person ${String(id)}` })) };
		const tookMs = await timed(async () => {
			const { status, text } = await n8n.call(path, body);
			if (status !== 200) throw new Error(`The webhook answered ${String(status)}: ${text}`);
		});
		check(await endedExecution(n8n, { workflow, before }), items);
		return (items * 1000) / tookMs;
	};
}

async function endedExecution(
	n8n: N8nSession,
	{ workflow, before }: { workflow: SavedWorkflow; before: readonly string[] },
): Promise<Execution> {
	return n8n.ended(await n8n.newExecution(workflow, before));
}

async function llmAction(n8n: N8nSession, { url }: Endpoint, concurrency: number | null): Promise<Side> {
	const path = join(n8n.filesFolder, 'bench', 'ledger.db');
	await grantCredits(path, '1000000');
	const credentials: Record<string, Reference> = {
		...(await n8n.credential('llmCreditsLedgerApi', { path, account: 'default', timeZone: 'Europe/Berlin' })),
		...(await n8n.credential('llmCreditsProviderApi', {
			service: 'custom',
			baseUrl: url,
			apiKey: 'sk-bench',
			moreSettings: true,
			pricing: 'own',
			prices: `${MODEL}, 0.40, 1.60`,
		})),
	};
	const attributes = { values: [{ name: 'message', type: 'text', description: 'The message', details: '', fallback: 'News for you' }] };
	const parameters = {
		model: { __rl: true, mode: 'id', value: MODEL },
		prompt: PROMPT,
		attributes,
		options: concurrency === null ? {} : { concurrency },
	};
	return {
		node: { name: 'LLM Action', type: 'n8n-nodes-llm-credits.llmAction', typeVersion: 2, credentials, parameters },
		outputs: ['Sent', 'Fallback Sent'],
		answerOf: ({ llm }) => (llm as { message?: unknown } | undefined)?.message,
	};
}

async function openAiNode(n8n: N8nSession, { url }: Endpoint): Promise<Side> {
	return {
		node: {
			name: 'Message a Model',
			type: '@n8n/n8n-nodes-langchain.openAi',
			typeVersion: 2.3,
			credentials: await n8n.credential('openAiApi', { apiKey: 'sk-bench', url }),
			parameters: {
				resource: 'text',
				operation: 'response',
				modelId: { __rl: true, mode: 'id', value: MODEL },
				responses: { values: [{ type: 'text', role: 'user', content: PROMPT }] },
				options: {},
			},
		},
		outputs: ['Sent'],
		answerOf: ({ output }) => (output as readonly { content: readonly { text?: unknown }[] }[] | undefined)?.[0]?.content[0]?.text,
	};
}
