/** Wires Credit Balance. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { CREDIT_BALANCE } from '../../../lib/params/credit-balance';
import { serveAdmin } from '../admin/admin';

export = (RED: NodeAPI): void => {
	serveAdmin(RED);
	RED.nodes.registerType(CREDIT_BALANCE.type, function (this: Node, config: NodeDef) {
		RED.nodes.createNode(this, config);
		// eslint-disable-next-line @typescript-eslint/no-require-imports -- the engine is loaded with the first node of a flow: Node-RED starts without it
		const { BalanceNode } = require('../behaviour/balance-node') as typeof import('../behaviour/balance-node');
		const balance = new BalanceNode(RED, this, { ...config });
		this.on('input', (msg, send, done) => {
			balance.accept(msg, { send, done });
		});
		this.on('close', (_removed: boolean, done: () => void) => {
			balance.close().then(done, done);
		});
	});
};
