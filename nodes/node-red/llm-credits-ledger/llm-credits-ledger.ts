/** Wires the config node of a ledger. */
import type { NodeAPI, NodeDef } from 'node-red';
import { LEDGER, LEDGER_PARAMS } from '../../../lib/params/connection';
import { readParams } from '../../../lib/params/read';
import { serveAdmin } from '../admin';
import type { LedgerNode } from '../connections';
import { rawValues } from '../message-values';

export = (RED: NodeAPI): void => {
	serveAdmin(RED);
	RED.nodes.registerType(LEDGER.type, function (this: LedgerNode, config: NodeDef) {
		RED.nodes.createNode(this, config);
		this.settings = () => readParams(LEDGER_PARAMS, rawValues(LEDGER_PARAMS, { ...config }));
	});
};
