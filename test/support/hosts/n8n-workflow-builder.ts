/**
 * Owns the workflows that n8n tests run: nodes in a row from a trigger, with the branches each test names. Refuses to know the
 * server; a workflow is plain JSON as n8n exports it.
 */

export interface WorkflowNode {
	readonly name: string;
	readonly type: string;
	readonly parameters?: Readonly<Record<string, unknown>>;
	/** Settings beside the parameters, such as `onError`. */
	readonly settings?: Readonly<Record<string, unknown>>;
	readonly credentials?: Readonly<Record<string, { readonly id: string; readonly name: string }>>;
	readonly typeVersion?: number;
}

/** `from` or `from#output` → `to`; `kind` is `main`, or what an AI Agent takes, such as `ai_tool`. */
export type Wire = readonly [from: string, to: string, kind?: string];

/** A node as n8n exports it, as far as tests look at it. */
export interface NodeJson {
	readonly type: string;
	readonly webhookId?: string;
	readonly [field: string]: unknown;
}

export interface WorkflowJson {
	readonly name: string;
	readonly nodes: readonly NodeJson[];
	readonly connections: Readonly<Record<string, Readonly<Record<string, readonly (readonly object[])[]>>>>;
	readonly settings: Readonly<Record<string, unknown>>;
}

/** A workflow of these nodes and wires. Node ids come from workflow and node name, so that they are the same in every run. */
export function workflowOf(
	name: string,
	nodes: readonly WorkflowNode[],
	wires: readonly Wire[],
	settings: Readonly<Record<string, unknown>> = {},
): WorkflowJson {
	const connections: Record<string, Record<string, object[][]>> = {};
	for (const [from, to, kind = 'main'] of wires) {
		const [node = '', output = '0'] = from.split('#');
		const outputs = ((connections[node] ??= {})[kind] ??= []);
		while (outputs.length <= Number(output)) outputs.push([]);
		outputs[Number(output)]?.push({ node: to, type: kind, index: 0 });
	}
	return {
		name,
		nodes: nodes.map((node, index) => nodeJson(name, node, index)),
		connections,
		settings: { executionOrder: 'v1', ...settings },
	};
}

function nodeJson(workflow: string, { settings = {}, parameters = {}, ...node }: WorkflowNode, index: number): NodeJson {
	return {
		id: `${workflow}-${node.name}`.replace(/\W+/g, '-').toLowerCase(),
		position: [index * 240, 0],
		typeVersion: 1,
		...node,
		parameters,
		...settings,
		...(node.type.endsWith('.webhook') ? { webhookId: String(parameters['path']) } : {}),
	};
}

/** A production webhook that answers with what the last node gave, once the workflow has ended. */
export function webhook(path: string): WorkflowNode {
	return {
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		parameters: { path, httpMethod: 'POST', responseMode: 'lastNode', responseData: 'noData', options: {} },
	};
}

/** Starts by hand. */
export const manualTrigger: WorkflowNode = { name: 'Start', type: 'n8n-nodes-base.manualTrigger' };

/** One item for each entry of `people` in what the webhook got. */
export const people: WorkflowNode = {
	name: 'People',
	type: 'n8n-nodes-base.splitOut',
	parameters: { fieldToSplitOut: 'body.people', options: {} },
};

/** Items written into the workflow itself, for runs by hand. */
export function items(list: readonly object[]): readonly WorkflowNode[] {
	return [
		{
			name: 'List',
			type: 'n8n-nodes-base.set',
			typeVersion: 3.4,
			parameters: { mode: 'raw', jsonOutput: JSON.stringify({ body: { people: list } }), options: {} },
		},
		people,
	];
}

/** Passes items on; something for a branch to end in. */
export function end(name: string): WorkflowNode {
	return { name, type: 'n8n-nodes-base.noOp' };
}
