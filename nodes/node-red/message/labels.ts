/** Owns the names under which the ledger counts a node's credits. */
import type { Node, NodeAPI } from 'node-red';

const MAX_LENGTH = 200;

/** The flow (tab), or for a node inside a subflow the flow that the instance stands in. */
export function flowLabel(RED: NodeAPI, node: Node): string {
	return (setting(RED, node, 'NR_FLOW_NAME') ?? setting(RED, node, 'NR_FLOW_ID') ?? node.z).slice(0, MAX_LENGTH);
}

/** The node's name or id; inside a subflow after the name of the instance. */
export function nodeLabel(RED: NodeAPI, node: Node): string {
	const own = [node.name, node._alias].find((name) => name !== undefined && name !== '') ?? node.id;
	const instance = setting(RED, node, 'NR_SUBFLOW_NAME') ?? setting(RED, node, 'NR_SUBFLOW_ID');
	return (instance === null ? own : `${instance} / ${own}`).slice(0, MAX_LENGTH);
}

function setting(RED: NodeAPI, node: Node, name: string): string | null {
	const value: unknown = RED.util.getSetting(node, name);
	return typeof value === 'string' && value !== '' ? value : null;
}
