/** Owns the number of outputs of a node in its dialog, so that wires stay with the rule they belong to. */

import { outputsOf } from '../../node/node-types';
import { descriptionOf } from './checks';

/**
 * Tells Node-RED where each former output went: from index to index, -1 for a removed one, and a name for a new one.
 * Node-RED takes it from the hidden field of the outputs when the dialog is saved.
 */
export function saveOutputs(form) {
	const field = form.element.find('#node-input-outputs');
	if (field.length === 0) return;
	if (form.type === 'llm-credits-action') field.val(outputsOf(descriptionOf(form.type), form.values()).length);
	else field.val(JSON.stringify(outputMap(form)));
}

function outputMap(form) {
	const { mode } = form.values();
	const rows = form.parts[mode === 'state' ? 'states' : 'rules'];
	const formerCount = Number(form.node.outputs);
	const keepsMode = form.formerMode === mode;
	const origins = rows.origins().map((origin, index) => (keepsMode ? origin : index < formerCount - 1 ? index : null));
	const map = {};
	for (let index = 0; index < formerCount - 1; index += 1) map[index] = -1;
	origins.forEach((origin, index) => {
		map[origin === null || origin >= formerCount - 1 ? `new-${index}` : origin] = index;
	});
	map[formerCount - 1] = origins.length;
	return map;
}
