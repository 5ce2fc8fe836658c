/** Owns Credit Balance in n8n: its looks, one engine call for each item, and where an item goes whose call failed. */
import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	NodeExecutionHint,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { isLedgerFault } from '../../../lib/core/values/errors';
import { answersWithList, runCreditBalance } from '../../../lib/engine/credit-balance';
import { CREDIT_BALANCE, CREDIT_BALANCE_PARAMS } from '../../../lib/params/credit-balance';
import { AGENT_RIGHTS_PARAMS } from '../../../lib/params/credit-balance-agents';
import { nodeLedger, testLedger, type NodeLedger } from '../connections';
import { binaryOf, dataOf, failedItem, nodeError } from '../outcome';
import { readItem } from '../parameters';
import { nodeProperties, sentenceCase } from '../properties';
import { showHints } from '../host-interface';
import { identify } from '../run-identity';
import { refuseAgent } from './agent-rights';

const NOTHING_ADDED = 'Nothing was added to the ledger for this item.';
const UNKNOWN =
	'Whether the ledger has it is not known. Get the balance to see; with an Idempotency Key of your own a second run adds nothing twice.';

/**
 * n8n tells an agent the action of the operation only where the operation belongs to a resource; without one it offers the agent all that
 * the node can do.
 */
const RESOURCE_NAME = 'credits';
const RESOURCE: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'hidden',
	noDataExpression: true,
	default: RESOURCE_NAME,
};

/** The operation in the words of the form, under the name of the node. */
const LABELS = Object.fromEntries(CREDIT_BALANCE_PARAMS[0].choices.map(({ value, label }) => [value, sentenceCase(label)]));
const SUBTITLE = `={{ (${JSON.stringify(LABELS)})[$parameter["operation"]] }}`;

function propertiesWithResource(): INodeProperties[] {
	const properties = nodeProperties([...CREDIT_BALANCE.params, ...AGENT_RIGHTS_PARAMS]);
	const ofResource = { displayOptions: { show: { [RESOURCE.name]: [RESOURCE_NAME] } } };
	return [RESOURCE, ...properties.map((property) => (property.name === 'operation' ? { ...property, ...ofResource } : property))];
}

export class CreditBalance implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Credit Balance',
		name: 'creditBalance',
		icon: { light: 'file:../../../icons/credit-balance.svg', dark: 'file:../../../icons/credit-balance.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: SUBTITLE,
		description: CREDIT_BALANCE.summary,
		defaults: { name: 'Credit Balance' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'llmCreditsLedgerApi', displayName: 'Ledger', required: true, testedBy: 'testLedger' }],
		properties: propertiesWithResource(),
	};

	methods = { credentialTest: { testLedger } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = this.getInputData();
		if (items.length === 0) return [[]];
		const ledger = nodeLedger(this);
		const run = identify(this);
		const output: INodeExecutionData[] = [];
		try {
			for (const [itemIndex, item] of items.entries()) {
				try {
					for (const answer of await answers(this, { ledger, item, itemIndex, key: run.keyOf(itemIndex) })) output.push(answer);
				} catch (error) {
					const description = isLedgerFault(error) ? UNKNOWN : NOTHING_ADDED;
					const problem = nodeError(this, error, { description, itemIndex });
					if (!this.continueOnFail()) throw problem;
					output.push(failedItem(this, { item, itemIndex, error: problem }));
				}
			}
		} finally {
			await ledger.release();
		}
		return [output];
	}
}

interface Question {
	readonly ledger: NodeLedger;
	readonly item: INodeExecutionData;
	readonly itemIndex: number;
	readonly key: string;
}

async function answers(ctx: IExecuteFunctions, { ledger, item, itemIndex, key }: Question): Promise<INodeExecutionData[]> {
	const values = readItem(ctx, { params: CREDIT_BALANCE_PARAMS, itemIndex });
	refuseAgent(ctx, values);
	const documents = (await runCreditBalance(values, { ledger: await ledger.open(), key })).map(dataOf);
	showHints(ctx, documents.flatMap(hintsOf));
	const field = values.outputField.trim();
	const pairedItem = { item: itemIndex };
	if (field === '') return documents.map((json) => ({ json, pairedItem }));
	const answer = answersWithList(values) ? documents : documents[0];
	return [{ json: { ...item.json, [field]: answer }, ...binaryOf(item), pairedItem }];
}

/** What is unusual about a balance: that nothing can be spent, or that a clock is wrong. */
function hintsOf({ notes }: IDataObject): NodeExecutionHint[] {
	const given: unknown[] = Array.isArray(notes) ? notes : [];
	return given.filter((note) => typeof note === 'string').map((message) => ({ message, type: 'warning', location: 'outputPane' }));
}
