/** Says which values of a config node Node-RED keeps apart from the flow, and refuses secrets that stand in the flow itself. */
import type { Node, NodeAPI } from 'node-red';
import { CreditError } from '../../../lib/core/values/errors';
import type { ConnectionDescription, Param } from '../../../lib/params/param';
import { keyOf, type Config } from './node-types';
import { plainSecretMessage } from './plain-secrets';

/** A config node with its secrets. */
export type WithSecrets = Node<Record<string, string>>;

/** The secrets among the parameters, as Node-RED wants them declared. */
export function secretTypes(params: readonly Param[]): Record<string, { type: 'password' }> {
	const secrets = params.filter(({ kind }) => kind === 'secret');
	return Object.fromEntries(secrets.map((param): [string, { type: 'password' }] => [keyOf(param), { type: 'password' }]));
}

/**
 * Throws `invalid_settings` where a value that is exported with the flow holds a password, naming the field and where it belongs. What the
 * environment gives is not in the flow.
 */
export function refusePlainSecrets(
	RED: NodeAPI,
	{ type, params }: ConnectionDescription,
	{ node, config }: { node: Node; config: Config },
): void {
	const written = writtenFor(RED, node);
	for (const param of params) {
		const key = keyOf(param);
		if (isFromEnvironment(written?.[key])) continue;
		const message = plainSecretMessage(type, param, config[key]);
		if (message !== null) throw new CreditError('invalid_settings', message);
	}
}

/** The entry of the flow as it is exported, before the environment is put in. */
function writtenFor(RED: NodeAPI, node: Node): Config | null {
	let written: Config | null = null;
	RED.nodes.eachNode((entry) => {
		if (entry.id === node.id || entry.id === node._alias) written = { ...entry };
	});
	return written;
}

/** Node-RED puts in whole values only: `http://${USER}@host` stays as it is. */
function isFromEnvironment(value: unknown): boolean {
	return typeof value === 'string' && /^\$\{\S+\}$/.test(value);
}
