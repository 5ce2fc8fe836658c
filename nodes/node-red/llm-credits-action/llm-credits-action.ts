/** Wires LLM Action. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { LLM_ACTION } from '../../../lib/params/llm-action/llm-action';
import { serveAdmin } from '../admin/admin';

export = (RED: NodeAPI): void => {
	serveAdmin(RED);
	RED.nodes.registerType(LLM_ACTION.type, function (this: Node, config: NodeDef) {
		RED.nodes.createNode(this, config);
		// eslint-disable-next-line @typescript-eslint/no-require-imports -- the engine is loaded with the first node of a flow: Node-RED starts without it
		const { ActionNode } = require('../behaviour/action-node') as typeof import('../behaviour/action-node');
		const action = new ActionNode(RED, this, { ...config });
		this.on('input', (msg, send, done) => {
			action.accept(msg, { send, done });
		});
		this.on('close', (_removed: boolean, done: () => void) => {
			action.close().then(done, done);
		});
	});
};
