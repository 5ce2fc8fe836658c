/** Owns how LLM Action looks in n8n. What it does is in run.ts, its parameters are in lib/params. */
import { NodeConnectionTypes } from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { LLM_ACTION, LLM_ACTION_OUTPUTS } from '../../../lib/params/llm-action/llm-action';
import { ACTION_OPERATION } from '../../../lib/params/llm-action/operation';
import { ACTION_PROVIDERS, setsWith, setsWithout } from '../../../lib/params/llm-action/providers';
import { testLedger, testProvider } from '../connections';
import { searchModels } from '../models';
import { outputsOf } from '../outputs';
import { nodeProperties } from '../properties';
import { runLlmAction } from './run';

const OUTPUTS =
	`={{ $parameter["outputs"] === "single" ? ${outputsOf(LLM_ACTION_OUTPUTS.single)} : ($parameter["batch"] || {})["delivery"] === "batch" ? ${outputsOf(LLM_ACTION_OUTPUTS.batched)} : ${outputsOf(LLM_ACTION_OUTPUTS.separate)} }}` as const;

export class LlmAction implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'LLM Action',
		name: 'llmAction',
		icon: { light: 'file:../../../icons/llm-action.svg', dark: 'file:../../../icons/llm-action.dark.svg' },
		group: ['transform'],
		// In version 1, a node without Calls at a Time makes 8.
		version: [1, 2],
		defaultVersion: 2,
		// A node that was left on Preview must be seen at a glance: it lets one item through.
		subtitle: '={{ ($parameter["operation"] === "preview" ? "Preview: " : "") + ($parameter["model"]["value"] || $parameter["model"]) }}',
		description: LLM_ACTION.summary,
		defaults: { name: 'LLM Action' },
		inputs: [NodeConnectionTypes.Main],
		outputs: OUTPUTS,
		usableAsTool: true,
		credentials: [
			{ name: 'llmCreditsLedgerApi', displayName: 'Ledger', required: true, testedBy: 'testLedger' },
			{
				name: 'llmCreditsProviderApi',
				displayName: 'Provider',
				required: true,
				testedBy: 'testProvider',
				// Where the choice is not known, such as in a workflow that is older, it is this one.
				displayOptions: { hide: { providers: setsWithout('own') } },
			},
			{ name: 'openAiApi', displayName: 'OpenAI', required: true, displayOptions: { show: { providers: setsWith('openai') } } },
			{
				name: 'llmCreditsSecondProviderApi',
				displayName: 'Second Provider',
				required: true,
				testedBy: 'testProvider',
				displayOptions: { show: { providers: setsWith('second') } },
			},
			{
				name: 'llmCreditsThirdProviderApi',
				displayName: 'Third Provider',
				required: true,
				testedBy: 'testProvider',
				displayOptions: { show: { providers: setsWith('third') } },
			},
		],
		properties: nodeProperties([ACTION_PROVIDERS, ACTION_OPERATION, ...LLM_ACTION.params]),
	};

	methods = { credentialTest: { testLedger, testProvider }, listSearch: { searchModels } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return runLlmAction(this);
	}
}
