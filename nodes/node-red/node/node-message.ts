/** How a message leaves a node: what Node-RED hands a node with each message, and its use. */
import type { Node, NodeMessage } from 'node-red';
import type { Done } from './node-status';
import { report } from './report';

/** How a message leaves: sent on, and reported as done or failed, once each. */
export interface WayOut {
	readonly send: (msg: NodeMessage | (NodeMessage | null)[]) => void;
	readonly done: Done;
}

/**
 * Sends a message on by one output, and then says that it is done; where that is not heard, it has left all the same. Throws what `send`
 * throws: then it has not left.
 */
export function sendOn(node: Node, msg: NodeMessage, { output, way }: { readonly output: number; readonly way: WayOut }): void {
	const before: (NodeMessage | null)[] = Array.from({ length: output }, () => null);
	way.send([...before, msg]);
	report(node, () => {
		way.done();
	});
}
