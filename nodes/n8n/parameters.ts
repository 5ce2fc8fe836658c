/**
 * Owns reading a node's parameters while it runs: what is the same for all items once, what is computed for an item only when
 * that item's turn comes, so that one bad expression concerns one item. Refuses to validate; lib/params does.
 */
import type { IExecuteFunctions } from 'n8n-workflow';
import { defaultsOf, readParam, readParams } from '../../lib/params/read';
import type { ItemValuesOf, Param, ValuesOf } from '../../lib/params/param';
import { fromHost, pathOf } from './properties';

/** All values, with those of per-item parameters at their defaults. Throws `invalid_settings`. */
export function readStatic<const Ps extends readonly Param[]>(ctx: IExecuteFunctions, params: Ps): ValuesOf<Ps> {
	const fixed = params.filter(({ isPerItem }) => !isPerItem);
	return { ...defaultsOf(params), ...readParams(fixed, rawValues(ctx, { params: fixed, itemIndex: 0 })) } as ValuesOf<Ps>;
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
	const perItem = params.filter(({ isPerItem }) => isPerItem);
	const constants: Record<string, string> = {};
	const computed: Param[] = [];
	for (const param of perItem) {
		const raw = ctx.getNodeParameter(pathOf(param), 0, param.default, { rawExpressions: true });
		if (isExpression(fromHost(param, raw))) computed.push(param);
		else constants[param.name] = textOf(param, raw);
	}
	return (itemIndex) => {
		const values = { ...constants };
		for (const param of computed) values[param.name] = textOf(param, ctx.getNodeParameter(pathOf(param), itemIndex, param.default));
		return values as ItemValuesOf<Ps>;
	};
}

/** A value as it was saved: an expression is not computed. */
export function rawParameter(ctx: IExecuteFunctions, param: Param): unknown {
	return ctx.getNodeParameter(pathOf(param), 0, param.default, { rawExpressions: true });
}

function textOf(param: Param, value: unknown): string {
	return readParam({ ...param, isRequired: false }, fromHost(param, value)) as string;
}

function isExpression(value: unknown): boolean {
	return typeof value === 'string' && value.startsWith('=');
}

function rawValues(
	ctx: IExecuteFunctions,
	{ params, itemIndex }: { params: readonly Param[]; itemIndex: number },
): Record<string, unknown> {
	return Object.fromEntries(
		params.map((param) => [param.name, fromHost(param, ctx.getNodeParameter(pathOf(param), itemIndex, param.default))]),
	);
}
