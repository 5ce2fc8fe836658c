/** Owns which values of a config node Node-RED keeps apart from the flow. */
import type { Node } from 'node-red';
import type { Param } from '../../../lib/params/param';
import { keyOf } from './node-types';

/** A config node with its secrets. */
export type WithSecrets = Node<Record<string, string>>;

/** The secrets among the parameters, as Node-RED wants them declared. */
export function secretTypes(params: readonly Param[]): Record<string, { type: 'password' }> {
	const secrets = params.filter(({ kind }) => kind === 'secret');
	return Object.fromEntries(secrets.map((param): [string, { type: 'password' }] => [keyOf(param), { type: 'password' }]));
}
