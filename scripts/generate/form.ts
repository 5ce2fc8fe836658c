/**
 * Owns the markup of the dialogs. The editor's code brings it to life; here is only what has to be there before, because
 * Node-RED fills fields by their ids.
 */
import { connectionsOf, keyOf, rowProvidersOf, typeKeyOf, type ConnectionProperty } from '../../nodes/node-red/node/node-types';
import { LLM_ACTION } from '../../lib/params/llm-action/llm-action';
import { FOLDED_SECTIONS, type ConnectionDescription, type NodeDescription, type Param } from '../../lib/params/param';
import { asSentence, helpOfParam, inNodeRedWords, placeholderOf } from '../../nodes/node-red/editor/words';

type Description = NodeDescription | ConnectionDescription;

/** The form of a type. */
export function formOf(description: Description): string {
	const isNode = 'needs' in description;
	const prefix = isNode ? 'node-input-' : 'node-config-input-';
	const main = description.params.filter(({ section }) => section === 'main');
	const connections = isNode ? connectionsOf(description) : [];
	const lines = [
		`<div class="llmc-form" data-type="${description.type}">`,
		nameRow(prefix, description.label),
		...connections.filter(({ isRequired }) => isRequired).map(connectionRow),
		...main.slice(0, 1).map((param) => rowOf(param, { prefix, description })),
		// Whether one is needed depends on the first choice.
		...connections.filter(({ isRequired }) => !isRequired).map(connectionRow),
		...main.slice(1).map((param) => rowOf(param, { prefix, description })),
		...(isNode ? [] : [connectionFoot(description.type)]),
		...FOLDED_SECTIONS.map((section) => sectionOf(section, { prefix, description })),
		...(description.type === LLM_ACTION.type ? [PREVIEW] : []),
		...(isNode && description.outputs === null ? ['<input type="hidden" id="node-input-outputs">'] : []),
		'</div>',
	];
	return `${lines.filter((line) => line !== '').join('\n')}\n`;
}

function nameRow(prefix: string, placeholder: string): string {
	return row({
		key: 'name',
		label: 'Name',
		id: `${prefix}name`,
		field: `<input type="text" id="${prefix}name" placeholder="${escape(placeholder)}">`,
	});
}

function connectionRow({ key, label, help }: ConnectionProperty): string {
	return row({
		key,
		label,
		id: `node-input-${key}`,
		field: `<input type="text" id="node-input-${key}"><div class="llmc-message"></div>`,
		title: help,
	});
}

interface Context {
	readonly prefix: string;
	readonly description: Description;
}

function sectionOf({ name, title, intro }: (typeof FOLDED_SECTIONS)[number], context: Context): string {
	const inside = context.description.params.filter(({ section }) => section === name);
	if (inside.length === 0) return '';
	// A list that is a section by itself is not introduced twice.
	const isAlone = inside.length === 1 && inside[0]?.label === title;
	return foldedPart(name, title, [
		`<div class="llmc-section-body${isAlone ? ' llmc-alone' : ''}">`,
		// Node-RED shows every option with its value, so there is none that is not set.
		...(isAlone || name === 'options' ? [] : [`<div class="llmc-hint">${escape(asSentence(inNodeRedWords(intro)))}</div>`]),
		...inside.map((param) => rowOf(param, context)),
		'</div>',
	]);
}

function foldedPart(name: string, title: string, body: readonly string[]): string {
	const head = `<i class="fa fa-angle-right"></i><b>${title}</b><span class="llmc-section-summary"></span>`;
	return [
		`<div class="llmc-section" data-section="${name}">`,
		`<a href="#" class="llmc-section-head" role="button">${head}</a>`,
		...body,
		'</div>',
	].join('\n');
}

/** Not a part of what a flow keeps: a message to try the settings with, and what came of it. */
const PREVIEW = foldedPart('preview', 'Preview', [
	'<div class="llmc-section-body llmc-preview">',
	'<div class="llmc-hint">One message through the settings as they are now, saved or not. It asks the model, uses credits, and is recorded with the purpose preview.</div>',
	'<div class="form-row llmc-row llmc-wide"><div class="llmc-head"><label for="llmc-preview-message">Sample Message</label>',
	'<button type="button" class="red-ui-button red-ui-button-small llmc-preview-seen">Last message seen</button></div>',
	'<div class="llmc-field"><textarea id="llmc-preview-message" class="llmc-code" rows="6" spellcheck="false"></textarea></div></div>',
	'<button type="button" class="red-ui-button llmc-preview-run">Preview</button><span class="llmc-said" role="status"></span>',
	'<div class="llmc-preview-shown" aria-live="polite"></div>',
	'</div>',
]);

function rowOf(param: Param, { prefix, description }: Context): string {
	const key = keyOf(param);
	const id = `${prefix}${key}`;
	const help = helpOfParam(description.type, param);
	const common = { key, id, label: param.label, title: help };
	const hint = param.kind === 'choice' ? '<div class="llmc-choice-help"></div>' : hintOf(param, help);
	const message = '<div class="llmc-message"></div>';
	if (param.kind === 'rows') {
		// Node-RED makes a list of config nodes of each, and saves what is chosen there; the rows show it.
		const fields = rowProvidersOf(param).map((each) => `<input type="text" id="${prefix}${each.key}">`);
		const hidden = fields.length === 0 ? '' : `<div class="llmc-row-providers">${fields.join('')}</div>`;
		return wide(common, { head: '', body: `<ol class="llmc-rows"></ol>${hidden}${hint}${message}` });
	}
	if (param.kind === 'text' && (param.rows ?? 1) > 1 && param.isPerItem) {
		const area = `<textarea id="${id}" rows="${String(param.rows)}" placeholder="${escape(placeholderOf(description.type, param))}"></textarea>`;
		const expression = `<input type="text" class="llmc-expression" style="width: 100%"><input type="hidden" id="${prefix}${typeKeyOf(param)}">`;
		return wide(common, { head: '<span class="llmc-source"></span>', body: `${area}${expression}${hint}${message}` });
	}
	return row({ ...common, field: `${fieldOf(param, { id, prefix, description })}${hint}${message}` });
}

/** What stands under a field. Labels are introduced once for all, so only what goes beyond that is repeated there. */
function hintOf(param: Param, help: string): string {
	const text = param.section === 'labels' ? help.split('. ').slice(1).join('. ') : help;
	return text === '' ? '' : `<div class="llmc-hint">${escape(asSentence(text))}</div>`;
}

function fieldOf(param: Param, { id, prefix, description }: Context & { readonly id: string }): string {
	const example = placeholderOf(description.type, param);
	const placeholder = example === '' ? '' : ` placeholder="${escape(example)}"`;
	const typeField = param.isPerItem ? `<input type="hidden" id="${prefix}${typeKeyOf(param)}">` : '';
	switch (param.kind) {
		case 'model': {
			const button =
				'<button type="button" class="red-ui-button llmc-pick" title="Show the models of the provider"><i class="fa fa-list"></i></button>';
			return `<div class="llmc-combo"><input type="text" id="${id}"${placeholder} style="width: 100%">${typeField}${button}</div><div class="llmc-cost"></div>`;
		}
		case 'text':
			if ((param.rows ?? 1) > 1) return `<textarea id="${id}" rows="${String(param.rows)}"${placeholder}></textarea>`;
			return `<input type="text" id="${id}"${placeholder} style="width: 100%">${typeField}`;
		case 'secret':
			return `<input type="password" id="${id}"${placeholder} autocomplete="new-password">`;
		case 'number':
			return param.isPerItem ? `<input type="text" id="${id}" style="width: 100%">${typeField}` : numberField(param, { id, placeholder });
		case 'credits':
			return param.isPerItem
				? `<input type="text" id="${id}" style="width: 100%">${typeField}`
				: `<input type="text" class="llmc-short" id="${id}"><span class="llmc-unit">credits</span>`;
		case 'boolean':
			return `<input type="checkbox" id="${id}">`;
		case 'choice':
			return `<select id="${id}">${param.choices.map(({ value, label }) => `<option value="${value}">${escape(inNodeRedWords(label))}</option>`).join('')}</select>`;
		case 'choices':
			return '<div class="llmc-choices"></div>';
		case 'provider':
		case 'rows':
			return '';
		default:
			return param satisfies never;
	}
}

function numberField(
	{ min, max, isInteger, unit }: Extract<Param, { kind: 'number' }>,
	{ id, placeholder }: { readonly id: string; readonly placeholder: string },
): string {
	const bounds = `min="${String(min)}" max="${String(max)}" step="${isInteger ? '1' : 'any'}"`;
	return `<input type="number" id="${id}"${placeholder} ${bounds}>${unit === undefined ? '' : `<span class="llmc-unit">${escape(unit)}</span>`}`;
}

interface Labelled {
	readonly key: string;
	readonly id: string;
	readonly label: string;
	readonly title?: string;
}

function row({ key, id, label, title, field }: Labelled & { readonly field: string }): string {
	const hover = title === undefined ? '' : ` title="${escape(title)}"`;
	return `<div class="form-row llmc-row" data-key="${key}"><label for="${id}"${hover}>${escape(label)}</label><div class="llmc-field">${field}</div></div>`;
}

function wide({ key, id, label, title }: Labelled, { head, body }: { head: string; body: string }): string {
	const hover = title === undefined ? '' : ` title="${escape(title)}"`;
	const top = `<div class="llmc-head"><label for="${id}"${hover}>${escape(label)}</label>${head}</div>`;
	return `<div class="form-row llmc-row llmc-wide" data-key="${key}">${top}<div class="llmc-field">${body}</div></div>`;
}

function connectionFoot(type: string): string {
	if (type === 'llm-credits-ledger') return '<div class="form-row llmc-balance"></div>';
	const button = '<button type="button" class="red-ui-button">Test connection</button><span class="llmc-said" role="status"></span>';
	return `<div class="form-row llmc-row llmc-test"><label></label><div class="llmc-field">${button}</div></div>`;
}

function escape(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
