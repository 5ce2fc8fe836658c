/**
 * Owns how a node says that it cannot work at all with its settings: an error that n8n shows, or items that carry it. Refuses to
 * let such an item pass for a success, and to throw when the user asked to go on.
 *
 * n8n, left to itself, answers a throw under "continue" by sending the input to the first output, the success branch. Therefore
 * each item gets its error here. n8n moves an item with `{ json: { error } }` alone to the error output and adds its data again;
 * an item with `error` beside `json` would lose its data (n8n replaces `json`).
 */
import { NodeOperationError } from 'n8n-workflow';
import type { GenericValue, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { isCreditError } from '../../lib/core/values/errors';

/** The error as n8n shows it: what is wrong as title, what it means as description. */
export function nodeError(
	ctx: IExecuteFunctions,
	error: unknown,
	{ description, itemIndex }: { description: string; itemIndex?: number },
): NodeOperationError {
	if (error instanceof NodeOperationError) return error;
	const message = error instanceof Error ? error.message : String(error);
	const options = {
		description,
		...(itemIndex === undefined ? {} : { itemIndex }),
		level: isCreditError(error) ? ('warning' as const) : ('error' as const),
	};
	return new NodeOperationError(ctx.getNode(), message, options);
}

/** True when failed items are to leave by n8n's own error output. */
export function hasErrorOutput(ctx: IExecuteFunctions): boolean {
	return ctx.getNode().onError === 'continueErrorOutput';
}

/** An item that failed, for the mode the user chose. Its data stays with it in either mode. */
export function failedItem(
	ctx: IExecuteFunctions,
	{ item, itemIndex, error, mark = {} }: { item: INodeExecutionData; itemIndex: number; error: NodeOperationError; mark?: IDataObject },
): INodeExecutionData {
	const pairedItem = { item: itemIndex };
	if (hasErrorOutput(ctx)) return { json: { error: error.message }, ...binaryOf(item), pairedItem };
	return { json: { ...item.json, ...mark, error: error.message }, ...binaryOf(item), pairedItem };
}

/** Fields as n8n's type of an item has them: all but what no JSON has, such as functions. */
export function dataOf(fields: Readonly<Record<string, unknown>>): IDataObject {
	return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, GenericValue] => isData(entry[1])));
}

function isData(value: unknown): value is GenericValue {
	return !['function', 'symbol', 'bigint'].includes(typeof value);
}

/** The binary data of an item, to be spread into its successor. */
export function binaryOf({ binary }: INodeExecutionData): Pick<INodeExecutionData, 'binary'> {
	return binary === undefined ? {} : { binary };
}
