/** Both hosts deliver a value that is set for each parameter: nothing that a form offers is dropped on its way to the engine. */
import { expect } from 'chai';
import type { IExecuteFunctions } from 'n8n-workflow';
import type { Node, NodeAPI } from 'node-red';
import { CREDIT_BALANCE_PARAMS } from '../../lib/params/credit-balance';
import { FALLBACK_SWITCH_PARAMS } from '../../lib/params/fallback-switch';
import { LLM_ACTION_PARAMS } from '../../lib/params/llm-action/llm-action';
import type { Param } from '../../lib/params/param';
import { readParam, readParams, readShared } from '../../lib/params/read';
import { itemReader, readItem, readStatic } from '../../nodes/n8n/parameters';
import { pathOf, ROWS } from '../../nodes/n8n/properties';
import { MessageValues, rawValues } from '../../nodes/node-red/message/message-values';
import { keyOf, rowProvidersOf } from '../../nodes/node-red/node/node-types';

const LISTS: readonly (readonly [node: string, params: readonly Param[]])[] = [
	['LLM Action', LLM_ACTION_PARAMS],
	['Credit Balance', CREDIT_BALANCE_PARAMS],
	['Fallback Switch', FALLBACK_SWITCH_PARAMS],
];

/** Another value than the default, as both forms would save it. */
function otherValue(param: Param): unknown {
	switch (param.kind) {
		case 'text':
		case 'model':
		case 'provider':
		case 'secret':
			return 'set';
		case 'number':
			return param.default === param.max ? param.min : param.max;
		case 'credits':
			return '7.5';
		case 'boolean':
			return !param.default;
		case 'choice':
			return param.choices.find(({ value }) => value !== param.default)?.value;
		case 'choices':
			return param.choices.filter(({ value }) => !param.default.includes(value)).map(({ value }) => value);
		case 'rows':
			return [Object.fromEntries(param.fields.map((field) => [field.name, otherValue(field)]))];
		default:
			return param satisfies never;
	}
}

/** Values of other parameters under which this one is shown. */
function shownBy(params: readonly Param[], param: Param): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(param.showWhen ?? {}).flatMap(([name, [first]]) => {
			const other = params.find((candidate) => candidate.name === name);
			return [...(other ? Object.entries(shownBy(params, other)) : []), [name, first]];
		}),
	);
}

/** What has to be filled in before anything is read. */
function requiredIn(params: readonly Param[]): Record<string, unknown> {
	return Object.fromEntries(params.filter((param) => param.isRequired && param.default === '').map(({ name }) => [name, 'x']));
}

function n8nWith(params: readonly Param[], values: Readonly<Record<string, unknown>>, typeVersion = 2): IExecuteFunctions {
	const saved = new Map(params.map((param) => [pathOf(param), savedByN8n(param, values[param.name])]));
	return {
		getNode: () => ({ typeVersion }),
		getNodeParameter: (path: string, _item: number, otherwise: unknown) => saved.get(path) ?? otherwise,
	} as unknown as IExecuteFunctions;
}

function savedByN8n(param: Param, value: unknown): unknown {
	if (value === undefined) return undefined;
	if (param.kind === 'rows') return { [ROWS]: value };
	return param.kind === 'model' ? { __rl: true, mode: 'id', value } : value;
}

/** A value as Node-RED's form saves it: the providers of the rows of a list stand beside it. */
function savedByNodeRed(param: Param, value: unknown): readonly (readonly [string, unknown])[] {
	const rows = Array.isArray(value) ? (value as readonly Readonly<Record<string, unknown>>[]) : [];
	const providers = rowProvidersOf(param).flatMap(({ key }, index) => (rows[index] ? [[key, rows[index]['provider']] as const] : []));
	if (providers.length === 0) return [[keyOf(param), value]];
	return [[keyOf(param), rows.map(({ provider: _, ...row }) => row)], ...providers];
}

for (const [node, params] of LISTS) {
	describe(`a value that is set for ${node}`, () => {
		for (const param of params) {
			const set = otherValue(param);
			const values: Readonly<Record<string, unknown>> = { ...requiredIn(params), ...shownBy(params, param), [param.name]: set };
			const expected = readParam({ ...param, isRequired: false }, set);

			it(`as ${param.name} reaches the node in n8n`, () => {
				expect(expected, 'it is not the default').not.to.deep.equal(param.default);
				const ctx = n8nWith(params, values);
				const read: Readonly<Record<string, unknown>> =
					param.isPerItem === true && node === 'LLM Action' ? itemReader(ctx, params)(0) : readItem(ctx, { params, itemIndex: 0 });
				expect(read[param.name]).to.deep.equal(expected);
			});

			it(`as ${param.name} reaches the node in Node-RED`, async () => {
				const config = Object.fromEntries(params.flatMap((each) => (each.name in values ? savedByNodeRed(each, values[each.name]) : [])));
				const reader = new MessageValues(params, config, { RED: {} as NodeAPI, node: {} as Node });
				const all = { ...reader.fixed, ...(await reader.read({ _msgid: '1' })) };
				const read: Readonly<Record<string, unknown>> = readParams(params, { ...all, prompt: values['prompt'] });
				expect(read[param.name]).to.deep.equal(expected);
			});
		}
	});
}

describe('a flow that was saved before calls at a time were found automatically', () => {
	const settings = { prompt: 'x' };

	it('goes on with 8 in n8n, which left the value out, and with the number that it has', () => {
		const saved = (values: Readonly<Record<string, unknown>>, version: number): unknown =>
			readStatic(n8nWith(LLM_ACTION_PARAMS, { ...settings, ...values }, version), LLM_ACTION_PARAMS).concurrency;
		expect(saved({}, 1)).to.equal(8);
		expect(saved({ concurrency: 64 }, 1)).to.equal(64);
		expect(saved({}, 2)).to.equal(null);
		expect(saved({ concurrency: 64 }, 2)).to.equal(64);
	});

	it('goes on with what it has in Node-RED, and with 8 where it has nothing', () => {
		const saved = (values: Readonly<Record<string, unknown>>): unknown =>
			readShared(LLM_ACTION_PARAMS, rawValues(LLM_ACTION_PARAMS, { ...settings, ...values })).concurrency;
		expect(saved({})).to.equal(8);
		expect(saved({ concurrency: 8 })).to.equal(8);
		expect(saved({ concurrency: '64' })).to.equal(64);
		expect(saved({ concurrency: '' }), 'a new node').to.equal(null);
	});
});
