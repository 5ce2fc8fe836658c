/**
 * Owns reading a node's parameters while it runs: what is the same for all items once, what is computed for an item only when
 * that item's turn comes, so that one bad expression concerns one item. Refuses to validate; lib/params does.
 */
import type { IExecuteFunctions } from 'n8n-workflow';
import { formerDefaultOf, itemValuesReader, readParams, readShared } from '../../lib/params/read';
import type { ItemValuesOf, Param, SharedValuesOf, ValuesOf } from '../../lib/params/param';
import { fromHost, pathOf } from './properties';

/** Nodes from this version on find the number of calls at a time by themselves, where none is set. */
const VERSION_WITH_AUTOMATIC_CALLS = 2;

/** The values that are the same for all items. Throws `invalid_settings`. */
export function readStatic<const Ps extends readonly Param[]>(ctx: IExecuteFunctions, params: Ps): SharedValuesOf<Ps> {
	return readShared(params, rawValues(ctx, { params: params.filter(({ isPerItem }) => !isPerItem), itemIndex: 0 }));
}

/** All values for one item. Throws `invalid_settings`, and whatever an expression throws. */
export function readItem<const Ps extends readonly Param[]>(
	ctx: IExecuteFunctions,
	{ params, itemIndex }: { params: Ps; itemIndex: number },
): ValuesOf<Ps> {
	return readParams(params, rawValues(ctx, { params, itemIndex }));
}

/**
 * Makes a reader of the per-item parameters. Constants are read once; an expression is evaluated when its item is read, which
 * may throw. A value that came out as nothing is an empty text, so that the engine can say what is missing.
 */
export function itemReader<const Ps extends readonly Param[]>(ctx: IExecuteFunctions, params: Ps): (itemIndex: number) => ItemValuesOf<Ps> {
	const read = itemValuesReader(params);
	const constants: Record<string, unknown> = {};
	const computed: Param[] = [];
	for (const param of params.filter(({ isPerItem }) => isPerItem)) {
		const value = fromHost(param, rawParameter(ctx, param));
		if (isExpression(value)) computed.push(param);
		else constants[param.name] = value;
	}
	// What is wrong for every item is said before the first.
	read(constants);
	return (itemIndex) => read({ ...constants, ...rawValues(ctx, { params: computed, itemIndex }) });
}

/** A value as it was saved: an expression is not computed. */
export function rawParameter(ctx: IExecuteFunctions, param: Param): unknown {
	return ctx.getNodeParameter(pathOf(param), 0, param.default, { rawExpressions: true });
}

function isExpression(value: unknown): boolean {
	return typeof value === 'string' && value.startsWith('=');
}

/** n8n leaves values out that equal their default: that of the version in which the node was made. */
function defaultIn(ctx: IExecuteFunctions, param: Param): Param['default'] {
	const former = formerDefaultOf(param);
	return typeof former === 'number' && ctx.getNode().typeVersion < VERSION_WITH_AUTOMATIC_CALLS ? former : param.default;
}

function rawValues(
	ctx: IExecuteFunctions,
	{ params, itemIndex }: { params: readonly Param[]; itemIndex: number },
): Record<string, unknown> {
	return Object.fromEntries(
		params.map((param) => [param.name, fromHost(param, ctx.getNodeParameter(pathOf(param), itemIndex, defaultIn(ctx, param)))]),
	);
}
