/** Wires Fallback Switch. */
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { FALLBACK_SWITCH } from '../../../lib/params/fallback-switch';
import { serveAdmin } from '../admin/admin';

export = (RED: NodeAPI): void => {
	serveAdmin(RED);
	RED.nodes.registerType(FALLBACK_SWITCH.type, function (this: Node, config: NodeDef) {
		RED.nodes.createNode(this, config);
		// eslint-disable-next-line @typescript-eslint/no-require-imports -- the engine is loaded with the first node of a flow: Node-RED starts without it
		const { SwitchNode } = require('../behaviour/switch-node') as typeof import('../behaviour/switch-node');
		const fallbackSwitch = new SwitchNode(RED, this, { ...config });
		this.on('input', (msg, send, done) => {
			fallbackSwitch.accept(msg, { send, done });
		});
		this.on('close', (_removed: boolean, done: () => void) => {
			fallbackSwitch.close().then(done, done);
		});
	});
};
