/**
 * Owns how the described nodes are laid out as Node-RED types: which description belongs to which type, under which keys a flow
 * keeps the values, and which connections a node names. Used by the runtime, the generated forms and their tests alike.
 * Refuses anything that needs Node-RED itself, so that it also runs in the browser.
 */
import { propertyOf } from '../../../lib/core/values/foreign';
import { LEDGER, PROVIDER } from '../../../lib/params/connection';
import { CREDIT_BALANCE } from '../../../lib/params/credit-balance';
import { FALLBACK_SWITCH, OTHERWISE } from '../../../lib/params/fallback-switch';
import { actionOutputsOf, LLM_ACTION } from '../../../lib/params/llm-action/llm-action';
import type { ConnectionDescription, NodeDescription, NodeOutput, Param } from '../../../lib/params/param';

/** A node's entry in a flow. */
export type Config = Readonly<Record<string, unknown>>;

/** The nodes of the palette, in its order. */
export const NODES: readonly NodeDescription[] = [LLM_ACTION, CREDIT_BALANCE, FALLBACK_SWITCH];
/** The config nodes. */
export const CONNECTIONS: readonly ConnectionDescription[] = [LEDGER, PROVIDER];

/** Types a value can be given in: written out, or taken from the message, the context, an expression or the environment. */
export const VALUE_TYPES = ['str', 'num', 'msg', 'flow', 'global', 'jsonata', 'env'] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

/** The types beside the written one, in the order of Node-RED's own nodes. */
export const COMPUTED_TYPES: readonly ValueType[] = ['msg', 'flow', 'global', 'jsonata', 'env'];

/** How a property of a node refers to a config node. */
export interface ConnectionProperty {
	readonly key: 'ledger' | 'provider';
	readonly type: string;
	readonly label: string;
	readonly help: string;
	readonly isRequired: boolean;
}

/** Node-RED counts outputs in a property of this name, so the parameter of the same name is kept under another. */
const RENAMED: Readonly<Record<string, string>> = { outputs: 'outputMode' };

/** Key under which a flow keeps the value of a parameter. */
export function keyOf(param: Pick<Param, 'name'>): string {
	return RENAMED[param.name] ?? param.name;
}

/** Key under which a flow keeps the type of a value that may be computed for each message. */
export function typeKeyOf(param: Pick<Param, 'name'>): string {
	return `${keyOf(param)}Type`;
}

/** The type in which a value is simply written out. */
export function writtenTypeOf(param: Param): ValueType {
	return param.kind === 'number' ? 'num' : 'str';
}

/** The connections a node names. */
export function connectionsOf({ needs }: NodeDescription): readonly ConnectionProperty[] {
	const ledger = { key: 'ledger', type: LEDGER.type, label: 'Ledger' } as const;
	const provider = { key: 'provider', type: PROVIDER.type, label: 'Provider' } as const;
	return [
		...(needs.ledger === 'none' ? [] : [{ ...ledger, help: 'Where the credits are kept', isRequired: needs.ledger === 'required' }]),
		...(needs.provider === 'none' ? [] : [{ ...provider, help: 'Who runs the model', isRequired: true }]),
	];
}

/** A property that names the provider of one row of a list. */
export interface RowProvider {
	readonly key: string;
	readonly type: string;
	readonly label: string;
}

/**
 * The properties that name the providers of the rows of a list, by the place of the row; none for a list without them. They stand beside the
 * list, because only there does Node-RED see that the node uses a config node: when it is exported, imported, changed or deleted.
 */
export function rowProvidersOf(param: Param): readonly RowProvider[] {
	if (param.kind !== 'rows' || !param.fields.some(({ kind }) => kind === 'provider')) return [];
	return Array.from({ length: param.maxRows ?? 0 }, (_, index) => ({
		key: rowProviderKey(param, index),
		type: PROVIDER.type,
		label: `${param.rowLabel} ${String(index + 1)}: Provider`,
	}));
}

/** Key under which a flow keeps the provider of a row, counted from 0. */
export function rowProviderKey(param: Pick<Param, 'name'>, index: number): string {
	return `${keyOf(param)}Provider${String(index + 1)}`;
}

/** The outputs of a node as its description's default settings make them. */
export function defaultOutputsOf(description: NodeDescription): readonly NodeOutput[] {
	return outputsOf(description, Object.fromEntries(description.params.map((param) => [keyOf(param), param.default])));
}

/** The outputs a node has with these values, which are keyed as in a flow. */
export function outputsOf(description: NodeDescription, values: Readonly<Record<string, unknown>>): readonly NodeOutput[] {
	if (description.outputs !== null) return description.outputs;
	if (description.type === LLM_ACTION.type) return actionOutputsOf({ outputs: values['outputMode'], delivery: values['delivery'] });
	const rows = values[values['mode'] === 'state' ? 'states' : 'rules'];
	const named = (Array.isArray(rows) ? rows : []).map((row: unknown, index) => {
		const output = propertyOf(row, 'output');
		const label = typeof output === 'string' && output !== '' ? output : `Rule ${String(index + 1)}`;
		return { name: label, label, help: 'Messages that fit this rule' };
	});
	return [...named, OTHERWISE];
}
