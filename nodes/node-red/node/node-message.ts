/** Owns the words for what Node-RED hands a node with each message. */
import type { NodeMessage } from 'node-red';
import type { Done } from './node-status';

/** How a message leaves: sent on, and reported as done or failed, once each. */
export interface WayOut {
	readonly send: (msg: NodeMessage | (NodeMessage | null)[]) => void;
	readonly done: Done;
}
