/** Owns the few words that differ in Node-RED, where an item is a message and data is inserted with {{ }}. */
import type { Param } from '../../lib/params/param';
import { inNodeRedWords } from '../../nodes/node-red/node-types';

const WORDS: Readonly<Record<string, string>> = {
	'llm-credits-action.prompt':
		'The request for one message. Insert its data with {{payload.first_name}}, and data of the context with {{flow.name}} or {{global.name}}',
	'llm-credits-action.outputField':
		'Property of the message that receives the attributes, such as llm or payload.llm. Empty puts them beside the other properties',
	'llm-credits-action.idempotencyKey': 'Two messages with the same key are paid once and get the same answer. Empty: every message is new',
	'llm-credits-action.purpose': 'What the credits are recorded as spent on. Node-RED does not tell tests apart: Automatic means live',
	'llm-credits-balance.outputField': 'Property of the message that receives the answer. Empty: payload',
	'llm-credits-ledger.path':
		'File that keeps the credits. Empty: llm-credits/ledger.db in the user folder of Node-RED. n8n may use the same file on the same machine, not over a network drive',
};

/** The help of a parameter as Node-RED's users read it. */
export function nodeRedHelp(type: string, param: Param): string {
	return WORDS[`${type}.${param.name}`] ?? inNodeRedWords(param.help);
}
