/** Wires LLM Action. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { LLM_ACTION } from '../../../lib/params/llm-action';
import { ActionNode } from '../action-node';
import { serveAdmin } from '../admin';

export = (RED: NodeAPI): void => {
	serveAdmin(RED);
	RED.nodes.registerType(LLM_ACTION.type, function (this: Node, config: NodeDef) {
		RED.nodes.createNode(this, config);
		const action = new ActionNode(RED, this, { ...config });
		this.on('input', (msg, send, done) => {
			action.accept(msg, { send, done });
		});
		this.on('close', (_removed: boolean, done: () => void) => {
			action.close().then(done, done);
		});
	});
};
