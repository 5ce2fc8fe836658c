/** Wires the config node of a provider. Its secrets are kept by Node-RED, apart from the flow. */
import type { NodeAPI, NodeDef } from 'node-red';
import type { ProviderHandle } from '../../../lib/engine/llm-action';
import { PROVIDER, PROVIDER_PARAMS } from '../../../lib/params/connection';
import { readParams } from '../../../lib/params/read';
import { createProvider } from '../../../lib/runtime/provider-handle';
import { serveAdmin } from '../admin';
import type { ProviderNode } from '../connections';
import { rawValues } from '../message-values';

interface Wired extends ProviderNode {
	credentials: Record<string, string>;
	/** As deployed, without secrets; the connection test compares with it. */
	config: Readonly<Record<string, unknown>>;
}

export = (RED: NodeAPI): void => {
	serveAdmin(RED);
	RED.nodes.registerType<Wired, NodeDef, object, Record<string, string>>(
		PROVIDER.type,
		function (this: Wired, config: NodeDef) {
			RED.nodes.createNode(this, config);
			this.config = { ...config };
			let made: ProviderHandle | null = null;
			this.handle = () =>
				(made ??= createProvider(readParams(PROVIDER_PARAMS, rawValues(PROVIDER_PARAMS, { ...config, ...this.credentials }))));
		},
		{ credentials: { apiKey: { type: 'password' }, headerValue: { type: 'password' } } },
	);
};
