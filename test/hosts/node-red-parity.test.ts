/** The Node-RED forms against the one description of parameters, and what catalogues need to read in them. */
import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { runInNewContext } from 'node:vm';
import { readParams } from '../../lib/params/read';
import type { ConnectionDescription, NodeDescription, Param } from '../../lib/params/param';
import {
	connectionsOf,
	CONNECTIONS,
	defaultOutputsOf,
	keyOf,
	rowProvidersOf,
	NODES,
	typeKeyOf,
	writtenTypeOf,
} from '../../nodes/node-red/node/node-types';
import { inNodeRedWords } from '../../nodes/node-red/editor/words';
import { outputRoot, repositoryRoot } from '../support/machine/repository';

interface Definition {
	readonly category: string;
	readonly inputs?: number;
	readonly outputs?: number;
	readonly defaults: Readonly<
		Record<
			string,
			{ readonly value: unknown; readonly type?: string; readonly required?: boolean; readonly label?: string; readonly validate?: unknown }
		>
	>;
	readonly credentials?: Readonly<Record<string, { readonly type: string }>>;
}

const DESCRIPTIONS: readonly (NodeDescription | ConnectionDescription)[] = [...NODES, ...CONNECTIONS];

function htmlOf(type: string): string {
	return readFileSync(join(outputRoot(), 'nodes', 'node-red', type, `${type}.html`), 'utf8');
}

function scriptOf(type: string, kind: string): string {
	const match = new RegExp(`<script type="${kind}"[^>]*>([^]*?)</script>`).exec(htmlOf(type));
	return match?.[1] ?? '';
}

function definitionOf(type: string): Definition {
	const registered = new Map<string, Definition>();
	runInNewContext(scriptOf(type, 'text/javascript'), {
		RED: { nodes: { registerType: (name: string, definition: Definition) => registered.set(name, definition) } },
	});
	// Through JSON, because values of another context have other prototypes; functions are not compared.
	return JSON.parse(
		JSON.stringify(registered.get(type), (_key, value: unknown) => (typeof value === 'function' ? 'function' : value)),
	) as Definition;
}

describe('Node-RED: forms and the description of parameters', () => {
	for (const description of DESCRIPTIONS) {
		const { type, params } = description;
		const secrets = params.filter(({ kind }) => kind === 'secret');
		const values: readonly Param[] = params.filter(({ kind }) => kind !== 'secret');

		describe(type, () => {
			it('has the defaults, labels and checks of the description, and nothing else', () => {
				const { defaults, credentials = {} } = definitionOf(type);
				for (const param of values) {
					expect(defaults[keyOf(param)], param.name).to.deep.equal({
						value: param.default ?? '',
						label: param.label,
						validate: 'function',
					});
					if (param.isPerItem) expect(defaults[typeKeyOf(param)], param.name).to.deep.equal({ value: writtenTypeOf(param) });
				}
				expect(Object.keys(credentials)).to.deep.equal(secrets.map(keyOf));
				for (const param of secrets) expect(credentials[keyOf(param)]).to.deep.equal({ type: 'password' });
				const connections = 'needs' in description ? connectionsOf(description) : [];
				for (const row of values.flatMap(rowProvidersOf))
					expect(defaults[row.key]).to.deep.equal({ value: '', type: row.type, label: row.label, required: false });
				for (const connection of connections)
					expect(defaults[connection.key]).to.include({ value: '', type: connection.type, required: connection.isRequired });
				const known = [
					'name',
					'outputs',
					...connections.map(({ key }) => key),
					...values.flatMap((param) => (param.isPerItem ? [keyOf(param), typeKeyOf(param)] : [keyOf(param)])),
					...values.flatMap(rowProvidersOf).map(({ key }) => key),
				];
				expect(Object.keys(defaults).filter((key) => !known.includes(key))).to.deep.equal([]);
			});

			it('is a literal that a catalogue can read without running it', () => {
				const source = ts.createSourceFile('x.js', scriptOf(type, 'text/javascript'), ts.ScriptTarget.ES2022, true);
				const [statement] = source.statements;
				const call = statement && ts.isExpressionStatement(statement) ? statement.expression : undefined;
				if (call === undefined || !ts.isCallExpression(call)) throw new Error('The script does not start with a call.');
				const [name, definition] = call.arguments;
				expect(name && ts.isStringLiteral(name) ? name.text : '').to.equal(type);
				if (definition === undefined || !ts.isObjectLiteralExpression(definition)) throw new Error('The definition is no object literal.');
				const literals = definition.properties
					.filter(ts.isPropertyAssignment)
					.filter(({ initializer }) => ts.isLiteralExpression(initializer))
					.map(({ name: key }) => key.getText());
				expect(literals).to.include.members('needs' in description ? ['category', 'color', 'icon', 'inputs', 'outputs'] : ['category']);
			});

			it('has a field with label and help for each parameter, and help that names them all', () => {
				const form = scriptOf(type, 'text/html');
				const help = scriptOf(type, 'text/markdown');
				for (const param of params) {
					const row = new RegExp(`<div class="form-row[^"]*" data-key="${keyOf(param)}">.*`).exec(form)?.[0];
					expect(row, param.name)
						.to.be.a('string')
						.that.includes(`>${param.label}</label>`)
						.and.matches(/title="[^"]+"/);
					expect(param.label, param.name).to.match(/^[A-Z]/);
					expect(param.help, param.name).to.match(/^[A-Z0-9].*[^.]$/s);
					expect(help, param.name).to.include(`<dt>${param.label} <span`);
					if (param.kind === 'choice')
						for (const { label } of param.choices) expect(help, param.name).to.include(`<em>${inNodeRedWords(label)}</em>`);
				}
				expect(form).not.to.match(/undefined|\[object/);
				expect(help).not.to.match(/undefined|\[object/);
			});

			if ('needs' in description) {
				it('can be dropped into a flow: the runtime reads its defaults, the number of outputs fits, the icon is there', () => {
					const { defaults, inputs, outputs } = definitionOf(type);
					const fixed = params
						.filter(({ isPerItem }) => !isPerItem)
						.map((param): [string, unknown] => [param.name, defaults[keyOf(param)]?.value]);
					expect(() =>
						readParams(
							params.filter(({ isPerItem }) => !isPerItem),
							Object.fromEntries(fixed),
						),
					).not.to.throw();
					expect({ inputs, outputs }).to.deep.equal({ inputs: 1, outputs: defaultOutputsOf(description).length });
					expect(existsSync(join(outputRoot(), 'nodes', 'node-red', type, 'icons', `${type}.svg`))).to.equal(true);
				});
			}
		});
	}

	it('is used in an example, each node of it, with every property and a place on the canvas', () => {
		const folder = join(repositoryRoot(), 'examples');
		const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /node-red.*\.json$/.test(name));
		const nodes = files.flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>[]);
		for (const { type } of NODES) {
			const used = nodes.filter((node) => node['type'] === type);
			expect(used, type).not.to.be.empty;
			const keys = Object.keys(definitionOf(type).defaults);
			for (const node of used)
				expect(
					keys.filter((key) => !(key in node) && key !== 'outputs'),
					String(node['id']),
				).to.deep.equal([]);
		}
		const ours = nodes.filter(({ type }) => String(type).startsWith('llm-credits-'));
		expect(ours.filter((node) => 'credentials' in node)).to.deep.equal([]);
		expect(ours.filter((node) => 'z' in node && !(typeof node['x'] === 'number' && typeof node['y'] === 'number'))).to.deep.equal([]);
		const ids = nodes.map(({ id }) => id);
		expect(new Set(ids).size).to.equal(ids.length);
	});

	it('asks for the editor’s code under the address where it is served', () => {
		const code = readFileSync(join(outputRoot(), 'nodes', 'node-red', 'editor', 'llm-credits-editor.js'), 'utf8');
		for (const { type } of DESCRIPTIONS) expect(htmlOf(type)).to.include('<script src="llm-credits/editor.js"></script>');
		for (const name of ['prepare', 'save', 'close', 'check', 'checkLedger', 'label', 'outputLabel']) expect(code).to.include(name);
		expect(code.length).to.be.lessThan(400_000);
	});
});
