/**
 * Owns the values of a node: those of its settings, and those computed for each message from a template, the message, the
 * context, an expression or the environment. Refuses settings that could never be read.
 */
import { isList, isRecord, wordsOf } from '../../../lib/core/values/foreign';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { CreditError } from '../../../lib/core/values/errors';
import type { Param } from '../../../lib/params/param';
import { formerDefaultOf, isShown, readParam } from '../../../lib/params/read';
import {
	keyOf,
	rowProviderKey,
	rowProvidersOf,
	typeKeyOf,
	VALUE_TYPES,
	writtenTypeOf,
	type Config,
	type ValueType,
} from '../node/node-types';
import { evaluate, Template } from './template';

type Compute = (msg: NodeMessage) => Promise<unknown>;

interface Host {
	readonly RED: NodeAPI;
	readonly node: Node;
}

/** Values of a flow's entry by parameter name. What it does not have was saved before there was a choice. */
export function rawValues(params: readonly Param[], config: Config): Record<string, unknown> {
	const given = params.map((param): [string, unknown] => [param.name, withProviders(param, config) ?? formerDefaultOf(param)]);
	return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** A value as it is; in a list whose rows have providers, each with its own. The node's own provider is named in one way. */
function withProviders(param: Param, config: Config): unknown {
	const value = config[keyOf(param)];
	if (rowProvidersOf(param).length === 0 || !isList(value)) return value;
	return value.map((row, index) => {
		const id = config[rowProviderKey(param, index)];
		return isRecord(row) ? { ...row, provider: id === config['provider'] ? '' : (id ?? '') } : row;
	});
}

export class MessageValues {
	/** The settings that are the same for every message; those computed for each are left to their defaults. */
	readonly fixed: Readonly<Record<string, unknown>>;
	readonly #computed: readonly { readonly param: Param; readonly compute: Compute }[];

	/** Throws `invalid_settings` for a template or expression that cannot be read. */
	constructor(params: readonly Param[], config: Config, host: Host) {
		const raw = rawValues(params, config);
		const perMessage = params.filter(({ isPerItem, name }) => isPerItem && raw[name] !== undefined);
		this.fixed = Object.fromEntries(Object.entries(raw).filter(([name]) => !perMessage.some((param) => param.name === name)));
		const defaults = Object.fromEntries(params.map((param) => [param.name, param.default]));
		const shown = perMessage.filter((param) => isShown(param, { ...defaults, ...this.fixed }));
		this.#computed = shown.map((param) => ({ param, compute: computeOf(param, { value: raw[param.name], config, host }) }));
	}

	/**
	 * The computed values for one message by name. What is not there is empty, never a default: nobody grants 100,000 credits
	 * because a property was misspelt. Rejects when one cannot be computed, or is no text.
	 */
	async read(msg: NodeMessage): Promise<Record<string, unknown>> {
		const values: Record<string, unknown> = {};
		for (const { param, compute } of this.#computed) values[param.name] = plain(param, await computed(param, compute, msg));
		return values;
	}
}

async function computed(param: Param, compute: Compute, msg: NodeMessage): Promise<unknown> {
	try {
		return await compute(msg);
	} catch (error) {
		throw new CreditError('invalid_settings', `${param.label} could not be computed for this message: ${wordsOf(error)}.`, {
			cause: error,
		});
	}
}

/** Texts are checked here; whether they may be empty, and numbers and amounts, is for the one who uses them. */
function plain(param: Param, value: unknown): unknown {
	if (value === undefined || value === null) return '';
	return param.kind === 'text' || param.kind === 'model' ? readParam({ ...param, isRequired: false }, value) : value;
}

function computeOf(param: Param, { value, config, host }: { value: unknown; config: Config; host: Host }): Compute {
	const given = config[typeKeyOf(param)];
	const valueType = typeof given === 'string' && given !== '' ? valueTypeOf(param, given) : writtenTypeOf(param);
	switch (valueType) {
		case 'str':
			return templateOf(param, value, host);
		case 'num':
			return () => Promise.resolve(value);
		case 'msg':
		case 'flow':
		case 'global':
		case 'env':
			return (msg) => evaluate(String(value), valueType, { ...host, msg });
		case 'jsonata':
			return expressionOf(param, String(value), host);
		default:
			return valueType satisfies never;
	}
}

function valueTypeOf(param: Param, given: string): ValueType {
	const known = VALUE_TYPES.find((each) => each === given);
	if (known !== undefined) return known;
	throw new CreditError('invalid_settings', `${param.label} has the unknown type ${JSON.stringify(given)}. Choose it again in the dialog.`);
}

function templateOf(param: Param, value: unknown, host: Host): Compute {
	if (typeof value !== 'string' || !value.includes('{{')) return () => Promise.resolve(value);
	const template = new Template(value, param.label);
	return (msg) => template.fill(msg, host);
}

function expressionOf(param: Param, text: string, { RED, node }: Host): Compute {
	const expression = prepared(param, text, { RED, node });
	return (msg) =>
		new Promise((resolve, reject) => {
			RED.util.evaluateJSONataExpression(expression, msg, (error, result: unknown) => {
				if (error) reject(error);
				else resolve(result);
			});
		});
}

function prepared(param: Param, text: string, { RED, node }: Host): ReturnType<NodeAPI['util']['prepareJSONataExpression']> {
	try {
		return RED.util.prepareJSONataExpression(text, node);
	} catch (error) {
		throw new CreditError('invalid_settings', `${param.label} is an expression that cannot be read: ${wordsOf(error)}.`, {
			cause: error,
		});
	}
}
