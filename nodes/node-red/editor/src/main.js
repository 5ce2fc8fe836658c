/**
 * Owns what the dialogs of LLM Credits call: `LlmCreditsEditor.prepare`, `save`, `close`, `check`, `label` and `outputLabel`.
 * Loaded once by the editor; each node's own html holds only its literal definition and its form.
 */
import { keyOf, outputsOf } from '../../node-types';
import { checkParam, descriptionOf } from './checks';
import { addConnectionTest, showBalance } from './connections';
import { Form } from './form';
import style from './form.css';
import { saveOutputs } from './outputs';

/** Open dialogs by the id of their node: a config node's dialog may lie above a node's. */
const open = new Map();

$('<style>').text(style).appendTo('head');

export function prepare(node, type) {
	const form = new Form(node, type);
	form.formerMode = node.mode;
	open.set(node.id, form);
	if (type === 'llm-credits-provider') addConnectionTest(form);
	if (type === 'llm-credits-ledger') showBalance(form);
}

export function save(node) {
	const form = open.get(node.id);
	saveOutputs(form);
	form.save();
	close(node);
}

export function close(node) {
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
	return node.name || descriptionOf(type).label;
}

export function outputLabel(node, type, index) {
	return outputsOf(descriptionOf(type), node)[index]?.label;
}
