/** Wires the config node of a ledger. Its secret is kept by Node-RED, apart from the flow. */
import type { NodeAPI, NodeDef } from 'node-red';
import { LEDGER, LEDGER_PARAMS } from '../../../lib/params/connection';
import { readParams } from '../../../lib/params/read';
import { serveAdmin } from '../admin';
import type { LedgerNode } from '../connections';
import { rawValues } from '../message-values';

interface Wired extends LedgerNode {
	credentials: Record<string, string>;
}

export = (RED: NodeAPI): void => {
	serveAdmin(RED);
	RED.nodes.registerType<Wired, NodeDef, object, Record<string, string>>(
		LEDGER.type,
		function (this: Wired, config: NodeDef) {
			RED.nodes.createNode(this, config);
			this.settings = () => readParams(LEDGER_PARAMS, rawValues(LEDGER_PARAMS, { ...config, ...this.credentials }));
		},
		{ credentials: { postgresUrl: { type: 'password' } } },
	);
};
