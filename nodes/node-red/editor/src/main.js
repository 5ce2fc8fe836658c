/**
 * Owns what the dialogs of LLM Credits call: `LlmCreditsEditor.prepare`, `save`, `close`, `check`, `label`, `outputLabel` and `addSearchWords`.
 * Loaded once by the editor; each node's own html holds only its literal definition and its form.
 */
import { keyOf, outputsOf } from '../../node/node-types';
import { checkParam, descriptionOf } from './checks';
import { addConnectionTest, showBalance } from './connections';
import { Form } from './form';
import style from './form.css';
import { saveOutputs } from './outputs';
import { addPreview } from './preview';

/** Open dialogs by the id of their node: a config node's dialog may lie above a node's. */
const open = new Map();

$('<style>').text(style).appendTo('head');

export function prepare(node, type) {
	const form = new Form(node, type);
	form.formerMode = node.mode;
	open.set(node.id, form);
	if (type === 'llm-credits-provider') addConnectionTest(form);
	if (type === 'llm-credits-ledger') showBalance(form);
	if (type === 'llm-credits-action') form.preview = addPreview(form);
}

export function save(node) {
	const form = open.get(node.id);
	saveOutputs(form);
	form.save();
	close(node);
}

export function close(node) {
	open.get(node.id)?.preview?.close();
	open.delete(node.id);
}

/** `true`, or a sentence for people. While the dialog is open, what it holds decides what else is taken into account. */
export function check(node, type, name, value) {
	const param = descriptionOf(type).params.find((candidate) => candidate.name === name);
	const others = open.get(node.id)?.values() ?? node;
	return checkParam(type, name, { ...others, ...(open.has(node.id) && param.isPerItem ? {} : { [keyOf(param)]: value }) });
}

export function checkLedger(node, value) {
	const values = open.get(node.id)?.values() ?? node;
	if (values.mode !== 'state' || (value && value !== '_ADD_')) return true;
	return 'Ledger is empty. To route by the state of the credits, choose the ledger they are in.';
}

export function label(node, type) {
	return node.name || placeOf(node, type) || descriptionOf(type).label;
}

/** Tells several ledgers or providers apart in a list, where nobody gave them names. */
function placeOf(node, type) {
	if (type === 'llm-credits-ledger') {
		const file = (node.path ?? '').split(/[\\/]/).pop();
		const account = node.account && node.account !== 'default' ? node.account : '';
		return [file, account].filter((part) => part !== '').join(', ');
	}
	if (type !== 'llm-credits-provider') return '';
	const service = descriptionOf(type).params.find(({ name }) => name === 'service');
	const host = URL.canParse(node.baseUrl ?? '') ? new URL(node.baseUrl).host : '';
	return host || service.choices.find(({ value }) => value === node.service)?.label;
}

export function outputLabel(node, type, index) {
	return outputsOf(descriptionOf(type), node)[index]?.label;
}

/** The palette's filter looks at the type and at this attribute, which starts as the label; what people see is left as it is. */
export function addSearchWords(type, words) {
	$(`.red-ui-palette-node[data-palette-type="${type}"]`).attr('data-palette-label', words);
}
