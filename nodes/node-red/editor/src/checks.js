/**
 * Owns what a form says about a value: the very checks of the runtime, so that a form never promises what a deploy refuses.
 * Refuses to touch the page.
 */
import mustache from 'mustache';
import { answerRule, expectedLanguage, judgeOf } from '../../../../lib/engine/plan/check-settings';
import { FallbackSwitch } from '../../../../lib/engine/fallback-switch';
import { OutputContract } from '../../../../lib/engine/answer/output-contract';
import { FALLBACK_SWITCH_PARAMS } from '../../../../lib/params/fallback-switch';
import { defaultsOf, isShown, readParam } from '../../../../lib/params/read';
import { CONNECTIONS, NODES, keyOf, typeKeyOf, writtenTypeOf } from '../../node/node-types';
import { plainSecretMessage } from '../../node/plain-secrets';
import { helpOfParam } from '../words';

const SWITCH = defaultsOf(FALLBACK_SWITCH_PARAMS);

/** The description of a type. */
export function descriptionOf(type) {
	return [...NODES, ...CONNECTIONS].find((description) => description.type === type);
}

/** True while the values of the others let a parameter be shown. `values` are keyed as in a flow. */
export function isVisible(param, description, values) {
	const byName = Object.fromEntries(description.params.map((other) => [other.name, values[keyOf(other)] ?? other.default]));
	return isShown(param, byName);
}

/** `true`, or a sentence that names the field, the value and the mend. */
export function checkParam(type, name, values) {
	const description = descriptionOf(type);
	const param = description.params.find((candidate) => candidate.name === name);
	if (!isVisible(param, description, values)) return true;
	const value = values[keyOf(param)] ?? param.default;
	const valueType = param.isPerItem ? (values[typeKeyOf(param)] ?? writtenTypeOf(param)) : writtenTypeOf(param);
	if (valueType !== writtenTypeOf(param)) return checkExpression(param, value, valueType);
	const plainSecret = plainSecretMessage(type, param, value);
	if (plainSecret !== null) return plainSecret;
	if (typeof value === 'string' && /\$\{[^}]+\}/.test(value)) return true;
	if (param.isPerItem && typeof value === 'string' && value.includes('{{')) return checkTemplate(param, value);
	const verdict = messageOf(() => {
		const read = readParam(param, value);
		if (name === 'attributes') new OutputContract(read);
		if (name === 'answerRules') answerRules(read, values.attributes);
		if (name === 'answerLanguage') expectedLanguage(read);
		if (name === 'judgeCriteria') judgeOf(values);
		if (name === 'rules' || name === 'states') new FallbackSwitch({ ...SWITCH, mode: values.mode, [name]: read });
	});
	return verdict === true ? true : verdict.replace(param.help, helpOfParam(type, param));
}

/** Checks one field of one row, as `checkParam` does. */
export function checkField(field, label, value) {
	return messageOf(() => readParam({ ...field, label }, value));
}

/** Checks one row of a list by itself. */
export function checkRow(param, row) {
	if (param.name === 'attributes') return messageOf(() => new OutputContract([row]));
	if (param.name !== 'answerRules') return true;
	// Which attributes there are is for the whole form to say.
	return messageOf(() => answerRule(row, { label: '', attributes: [{ name: row.attribute.trim(), type: 'text' }] }));
}

function answerRules(rows, attributes) {
	rows.forEach((row, index) => answerRule(row, { label: `Rule ${index + 1}: `, attributes }));
}

function checkExpression(param, value, valueType) {
	if (value === '') return `${param.label} is empty. Say where to find it, or choose to write it here.`;
	const verdict = RED.utils.validateTypedProperty?.(value, valueType, { label: param.label }) ?? true;
	return verdict === false ? `${param.label} cannot be read. Check how it is written.` : verdict;
}

function checkTemplate(param, template) {
	try {
		mustache.parse(template);
		return true;
	} catch (error) {
		return `${param.label} has a {{ }} that cannot be read: ${error.message}.`;
	}
}

function messageOf(action) {
	try {
		action();
		return true;
	} catch (error) {
		return error.message;
	}
}
