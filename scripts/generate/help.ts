/**
 * Owns the help panel of each type, in Node-RED's own layout for properties and outputs. Lists of properties are written as HTML:
 * Node-RED's short form for them loses text that holds a colon.
 */
import { connectionsOf, defaultOutputsOf } from '../../nodes/node-red/node/node-types';
import type { ConnectionDescription, NodeDescription, Param } from '../../lib/params/param';
import { helpOfChoice, helpOfParam, inNodeRedWords } from '../../nodes/node-red/editor/words';

type Description = NodeDescription | ConnectionDescription;

/** What `msg.llmCredits` holds. */
const LLM_CREDITS_FIELDS: readonly (readonly [name: string, type: string, help: string])[] = [
	['source', 'string', 'what produced the message: `model`, `cheaper_model`, `cache` or `fallback`'],
	['reason', 'string', '`answered`, or why it was not the model, such as `credits_exhausted`'],
	['message', 'string', 'the same for people, with what to do about it; null when all is well'],
	['model', 'string', 'the model that was asked'],
	['credits', 'string', 'credits charged for this message, as a decimal text'],
	['reserved', 'string', 'credits that had been set aside for what was charged'],
	['balance', 'string', 'credits available after it'],
	['usage', 'object', 'tokens in and out, as the provider counted them'],
	['attempts', 'number', 'how often the provider was asked'],
	['latencyMs', 'number', 'how long it took'],
	['holdId', 'string', 'the hold in the ledger'],
	['purpose', 'string', '`live`, `test` or `preview`'],
	['passes', 'array', 'for an answer in passes: `pass`, `model`, `state`, `credits` and `attempts` of each; else null'],
	[
		'checks',
		'object',
		'what did not pass the checks (`failed`) and what became of it (`outcome`: `repaired`, `replaced`, `fallback` or `unjudged`); null when all passed',
	],
];

/** The help of a type as markdown. */
export function helpOf(description: Description): string {
	const isNode = 'needs' in description;
	return [
		...(isNode ? [`${description.summary}.`, ''] : []),
		...description.help.filter((paragraph) => !paragraph.includes('`llmCredits`:')).flatMap((paragraph) => [inNodeRedWords(paragraph), '']),
		'### Properties',
		'',
		propertyList([
			...(isNode ? connectionsOf(description).map(({ label, help }) => ({ name: label, kind: 'config node', text: `${help}.` })) : []),
			...description.params.map((param) => propertyOf(description.type, param)),
		]),
		'',
		...(isNode ? outputLines(description) : []),
		...(description.type === 'llm-credits-action' ? actionLines() : []),
	].join('\n');
}

interface Property {
	readonly name: string;
	readonly kind: string;
	/** HTML. */
	readonly text: string;
}

function propertyList(properties: readonly Property[]): string {
	const items = properties.map(({ name, kind, text }) => `<dt>${name} <span class="property-type">${kind}</span></dt><dd>${text}</dd>`);
	return `<dl class="message-properties">\n${items.join('\n')}\n</dl>`;
}

function propertyOf(type: string, param: Param): Property {
	const choices =
		param.kind === 'choice' || param.kind === 'choices'
			? param.choices.map((choice) => [choice.label, helpOfChoice(type, param, choice)])
			: [];
	const fields = param.kind === 'rows' ? param.fields.map(({ label, help }) => [label, help]) : [];
	const inside = [...choices, ...fields].map(
		([label = '', help = '']) => `<li><em>${escape(inNodeRedWords(label))}</em>: ${escape(inNodeRedWords(help))}.</li>`,
	);
	const list = inside.length === 0 ? '' : `<ul>${inside.join('')}</ul>`;
	return { name: param.label, kind: kindOf(param), text: `${escape(helpOfParam(type, param))}.${list}` };
}

function escape(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function kindOf(param: Param): string {
	switch (param.kind) {
		case 'text':
		case 'model':
			return 'text';
		case 'provider':
			return 'provider';
		case 'secret':
			return 'secret';
		case 'number':
			return param.unit ?? 'number';
		case 'credits':
			return 'credits';
		case 'boolean':
			return 'yes or no';
		case 'choice':
			return 'choice';
		case 'choices':
			return 'choices';
		case 'rows':
			return 'list';
		default:
			return param satisfies never;
	}
}

function outputLines(description: NodeDescription): string[] {
	const outputs = defaultOutputsOf(description);
	return [
		'### Outputs',
		'',
		...outputs.map(({ label, help }, index) => `${String(index + 1)}. **${label}**: ${inNodeRedWords(help)}.`),
		'',
	];
}

function actionLines(): string[] {
	return [
		'The message that came in is the message that leaves, with these properties:',
		'',
		propertyList([
			{ name: 'llm', kind: 'object', text: 'the attributes, under the name chosen in <em>Put Answer In</em>' },
			{ name: 'tokenUsage', kind: 'object', text: '<code>promptTokens</code>, <code>completionTokens</code> and <code>totalTokens</code>' },
			{ name: 'llmCredits', kind: 'object', text: 'how the message came about' },
		]),
		'',
		'`llmCredits` holds',
		'',
		...LLM_CREDITS_FIELDS.map(([name, type, help]) => `- \`${name}\` (${type}): ${help}`),
		'',
		'### Details',
		'',
		'Messages leave in the order they came in, even though calls run side by side.',
		'',
		'Text is a Mustache template: `{{payload.first_name}}` is replaced by that property of the message, as it is, without HTML escaping. Objects and lists are written as JSON. `{{flow.name}}`, `{{global.name}}` and `{{env.NAME}}` work too.',
		'',
		'A deploy ends the calls under way. What they cost is settled first; their messages leave as fallbacks with the reason `cancelled`, as far as the flow behind them is still there.',
		'',
	];
}
