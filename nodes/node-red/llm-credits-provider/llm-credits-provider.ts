/** Wires the config node of a provider. Its secrets are kept by Node-RED, apart from the flow. */
import type { NodeAPI, NodeDef } from 'node-red';
import type { ProviderHandle } from '../../../lib/engine/llm-action';
import { PROVIDER, PROVIDER_PARAMS } from '../../../lib/params/connection';
import { readParams } from '../../../lib/params/read';
import { createProvider } from '../../../lib/runtime/provider-handle';
import { serveAdmin } from '../admin';
import type { ProviderNode } from '../connections';
import { rawValues } from '../message-values';
import { secretTypes, type WithSecrets } from '../secrets';

export = (RED: NodeAPI): void => {
	serveAdmin(RED);
	RED.nodes.registerType<ProviderNode & WithSecrets, NodeDef, object, Record<string, string>>(
		PROVIDER.type,
		function (config) {
			RED.nodes.createNode(this, config);
			this.config = { ...config };
			let made: ProviderHandle | null = null;
			this.handle = () =>
				(made ??= createProvider(readParams(PROVIDER_PARAMS, rawValues(PROVIDER_PARAMS, { ...config, ...this.credentials }))));
		},
		{ credentials: secretTypes(PROVIDER_PARAMS) },
	);
};
