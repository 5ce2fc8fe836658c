/** Wires the config node of a ledger. Its secrets are kept by Node-RED, apart from the flow. */
import type { NodeAPI, NodeDef } from 'node-red';
import { LEDGER, LEDGER_PARAMS } from '../../../lib/params/connection';
import { readParams } from '../../../lib/params/read';
import { serveAdmin } from '../admin/admin';
import type { LedgerNode } from '../node/connections';
import { rawValues } from '../message/message-values';
import { refusePlainSecrets, secretTypes, type WithSecrets } from '../node/secrets';

export = (RED: NodeAPI): void => {
	serveAdmin(RED);
	RED.nodes.registerType<LedgerNode & WithSecrets, NodeDef, object, Record<string, string>>(
		LEDGER.type,
		function (config) {
			RED.nodes.createNode(this, config);
			this.settings = () => {
				refusePlainSecrets(RED, LEDGER, { node: this, config: { ...config } });
				return readParams(LEDGER_PARAMS, rawValues(LEDGER_PARAMS, { ...config, ...this.credentials }));
			};
		},
		{ credentials: secretTypes(LEDGER_PARAMS) },
	);
};
