/**
 * Owns the words that differ in Node-RED, where an item is a message and data is inserted with {{ }}. Used by the generated
 * forms and help and by the editor; refuses to say anything the descriptions already say.
 */
import type { Choice, Param } from '../../../lib/params/param';

const HELP: Readonly<Record<string, string>> = {
	'llm-credits-action.prompt':
		'The request for one message. Insert its data with {{payload.first_name}}, and data of the context with {{flow.name}} or {{global.name}}',
	'llm-credits-action.requiredFields':
		'Properties of the message that must be there and not empty, separated by commas. Where one is missing, no model is asked and nothing is paid',
	'llm-credits-action.factFields':
		'Properties whose values must be in the answer as they are in the message: names, numbers, dates. Separated by commas',
	'llm-credits-action.outputField':
		'Property of the message that receives the attributes, such as llm or payload.llm. Empty puts them beside the other properties',
	'llm-credits-action.idempotencyKey': 'Two messages with the same key are paid once and get the same answer. Empty: every message is new',
	'llm-credits-action.execution':
		'Messages with the same text here count as one execution. Empty: the sequence that the message is part of, by msg.parts.id',
	'llm-credits-balance.outputField': 'Property of the message that receives the answer. Empty: payload',
	'llm-credits-ledger.path':
		'File that keeps the credits. Empty: the ledger that LLM_CREDITS_LEDGER names, else llm-credits/ledger.db in the user folder of Node-RED. n8n may use the same file on the same machine, not over a network drive',
};

const CHOICE_HELP: Readonly<Record<string, string>> = {
	'llm-credits-action.purpose.auto': 'Live, because Node-RED does not say whether a message is a test',
};

const PLACEHOLDERS: Readonly<Record<string, string>> = {
	'llm-credits-action.requiredFields': 'payload.first_name, payload.plan',
	'llm-credits-action.factFields': 'payload.first_name, payload.order.total',
	'llm-credits-action.idempotencyKey': 'welcome-mail-{{payload.id}}',
};

/** A text of the descriptions in the words of Node-RED. */
export function inNodeRedWords(text: string): string {
	return text
		.replace(/^Whether (?:to )?(.)/, (_whole, first: string) => first.toUpperCase())
		.replace(/\b(an|one|An|One) item\b/g, (_whole, article: string) => `${article.replace(/^([aA])n$/, '$1')} message`)
		.replace(/\bitem(s?)\b/g, 'message$1')
		.replace(/\bItem(s?)\b/g, 'Message$1');
}

/** A text of the descriptions, which have no final period, as it stands alone under a field. */
export function asSentence(text: string): string {
	return text === '' || /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** The help of a parameter as Node-RED's users read it. */
export function helpOfParam(type: string, param: Param): string {
	return HELP[`${type}.${param.name}`] ?? inNodeRedWords(param.help);
}

/** The help of a choice as Node-RED's users read it. */
export function helpOfChoice(type: string, param: Param, choice: Choice): string {
	return CHOICE_HELP[`${type}.${param.name}.${choice.value}`] ?? inNodeRedWords(choice.help);
}

/** The example in an empty field; empty where there is none. */
export function placeholderOf(type: string, param: Param): string {
	return PLACEHOLDERS[`${type}.${param.name}`] ?? param.placeholder ?? '';
}
