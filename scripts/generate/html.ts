/**
 * Owns the html file of each Node-RED type: a literal definition (catalogues read it without running it), the form, the help.
 */
import { defaultOutputsOf, connectionsOf, keyOf, rowProvidersOf, typeKeyOf, writtenTypeOf } from '../../nodes/node-red/node/node-types';
import type { ConnectionDescription, NodeDescription, Param } from '../../lib/params/param';
import { searchWordsOf } from '../../lib/params/search-words';
import { formOf } from './form';
import { helpOf } from './help';

/** Where the runtime serves the editor's code; see nodes/node-red/admin/admin.ts. */
const EDITOR_SCRIPT = 'llm-credits/editor.js';

/** The whole file of one type. */
export function htmlOf(description: NodeDescription | ConnectionDescription): string {
	const { type } = description;
	return [
		`<script src="${EDITOR_SCRIPT}"></script>`,
		`<script type="text/javascript">\n${definitionOf(description)}</script>`,
		`<script type="text/html" data-template-name="${type}">\n${formOf(description)}</script>`,
		`<script type="text/markdown" data-help-name="${type}">\n${helpOf(description)}</script>`,
		'',
	].join('\n\n');
}

function definitionOf(description: NodeDescription | ConnectionDescription): string {
	const { type } = description;
	const isNode = 'needs' in description;
	const lines = [
		...(isNode ? nodeLines(description) : ["category: 'config'", `paletteLabel: ${quote(description.label)}`]),
		`defaults: {\n${defaultsOf(description)}\n\t}`,
		...credentialsOf(description),
		`label: function () {\n\t\treturn LlmCreditsEditor.label(this, ${quote(type)});\n\t}`,
		"labelStyle: function () {\n\t\treturn this.name ? 'node_label_italic' : '';\n\t}",
		...(isNode
			? [
					`onpaletteadd: function () {\n\t\tLlmCreditsEditor.addSearchWords(${quote(type)}, ${quote([description.label, ...searchWordsOf(description)].join(', '))});\n\t}`,
				]
			: []),
		...(isNode ? [`outputLabels: function (index) {\n\t\treturn LlmCreditsEditor.outputLabel(this, ${quote(type)}, index);\n\t}`] : []),
		`oneditprepare: function () {\n\t\tLlmCreditsEditor.prepare(this, ${quote(type)});\n\t}`,
		'oneditsave: function () {\n\t\tLlmCreditsEditor.save(this);\n\t}',
		'oneditcancel: function () {\n\t\tLlmCreditsEditor.close(this);\n\t}',
		...(isNode ? [] : ['oneditdelete: function () {\n\t\tLlmCreditsEditor.close(this);\n\t}']),
	];
	return `RED.nodes.registerType(${quote(type)}, {\n\t${lines.join(',\n\t')},\n});\n`;
}

function nodeLines(description: NodeDescription): string[] {
	return [
		"category: 'LLM Credits'",
		`color: ${quote(description.colour)}`,
		`icon: ${quote(`${description.type}.svg`)}`,
		`paletteLabel: ${quote(description.label)}`,
		'inputs: 1',
		`outputs: ${String(defaultOutputsOf(description).length)}`,
	];
}

function defaultsOf(description: NodeDescription | ConnectionDescription): string {
	const isNode = 'needs' in description;
	const connections = isNode ? connectionsOf(description) : [];
	const lines = [
		"name: { value: '' }",
		...connections.map(({ key, type, label, isRequired }) => {
			const check = isRequired ? '' : `, validate: function (value, opt) { return LlmCreditsEditor.checkLedger(this, value, opt); }`;
			return `${key}: { value: '', type: ${quote(type)}, label: ${quote(label)}, required: ${String(isRequired)}${check} }`;
		}),
		...description.params.flatMap((param) => [...defaultLines(description.type, param), ...rowProviderLines(param)]),
		...(isNode && description.outputs === null ? [`outputs: { value: ${String(defaultOutputsOf(description).length)} }`] : []),
	];
	return lines.map((line) => `\t\t${line},`).join('\n');
}

function defaultLines(type: string, param: Param): string[] {
	if (param.kind === 'secret') return [];
	const check = `function (value, opt) { return LlmCreditsEditor.check(this, ${quote(type)}, ${quote(param.name)}, value, opt); }`;
	const value = `${keyOf(param)}: { value: ${literal(param.default ?? '')}, label: ${quote(param.label)}, validate: ${check} }`;
	return param.isPerItem ? [value, `${typeKeyOf(param)}: { value: ${quote(writtenTypeOf(param))} }`] : [value];
}

function rowProviderLines(param: Param): string[] {
	return rowProvidersOf(param).map(
		({ key, type, label }) => `${key}: { value: '', type: ${quote(type)}, label: ${quote(label)}, required: false }`,
	);
}

function credentialsOf({ params }: NodeDescription | ConnectionDescription): string[] {
	const secrets = params.filter(({ kind }) => kind === 'secret');
	if (secrets.length === 0) return [];
	return [`credentials: {\n${secrets.map((param) => `\t\t${keyOf(param)}: { type: 'password' },`).join('\n')}\n\t}`];
}

function quote(text: string): string {
	return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** JSON is a literal; `<` is written so that no text can end the script. */
function literal(value: unknown): string {
	return typeof value === 'string' ? quote(value) : JSON.stringify(value).replaceAll('<', '\\u003c');
}
