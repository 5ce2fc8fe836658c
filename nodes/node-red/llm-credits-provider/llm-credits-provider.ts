/** Wires the config node of a provider. Its secrets are kept by Node-RED, apart from the flow. */
import type { NodeAPI, NodeDef } from 'node-red';
import type { ProviderHandle } from '../../../lib/engine/llm-action';
import { PROVIDER, PROVIDER_PARAMS } from '../../../lib/params/connection';
import { readParams } from '../../../lib/params/read';
import { serveAdmin } from '../admin/admin';
import type { ProviderNode } from '../node/connections';
import { rawValues } from '../message/message-values';
import { refusePlainSecrets, secretTypes, type WithSecrets } from '../node/secrets';

export = (RED: NodeAPI): void => {
	serveAdmin(RED);
	RED.nodes.registerType<ProviderNode & WithSecrets, NodeDef, object, Record<string, string>>(
		PROVIDER.type,
		function (config) {
			RED.nodes.createNode(this, config);
			this.config = { ...config };
			let made: ProviderHandle | null = null;
			this.handle = () => {
				refusePlainSecrets(RED, PROVIDER, { node: this, config: this.config });
				// eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded with the first call: Node-RED starts without it
				const { createProvider } = require('../../../lib/runtime/provider-handle') as typeof import('../../../lib/runtime/provider-handle');
				return (made ??= createProvider(readParams(PROVIDER_PARAMS, rawValues(PROVIDER_PARAMS, { ...config, ...this.credentials }))));
			};
		},
		{ credentials: secretTypes(PROVIDER_PARAMS) },
	);
};
