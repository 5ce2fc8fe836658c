/**
 * Owns one run of LLM Action in n8n: settings once, items lazily, results on their outputs in order, and what the editor is told.
 * Refuses to throw for an item; only settings that can work for no item stop the node, and only when the user did not ask to go on.
 */
import type { IDataObject, IExecuteData, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { formatCredits, parseCredits } from '../../../lib/core/values/money';
import { mergeResult, type ItemResult, type LlmCredits } from '../../../lib/engine/outcome/item-result';
import type { ActionItem, ItemInput, LlmAction, LlmActionValues, ProviderHandle } from '../../../lib/engine/llm-action';
import { asPreview, previewOf } from '../../../lib/engine/report/preview';
import { actionOutputsOf, LLM_ACTION_PARAMS } from '../../../lib/params/llm-action/llm-action';
import { ACTION_OPERATION } from '../../../lib/params/llm-action/operation';
import type { ValueOf } from '../../../lib/params/param';
import { createLlmAction } from '../../../lib/runtime/runtime';
import { nodeLedger, nodeProvider, type NodeLedger } from '../connections';
import { binaryOf, failedItem, nodeError } from '../outcome';
import { itemReader, readStatic } from '../parameters';
import { identify, type RunIdentity } from '../run-identity';
import { fallbackHints, pendingHints, previewHints } from './hints';

const SETTINGS_MEND = 'No model was called and no credits were used. Open the node, mend this setting, and run it again.';

/** All items of one run. Throws a `NodeOperationError` for settings that can work for no item, unless the node continues on errors. */
export async function runLlmAction(ctx: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = ctx.getInputData();
	if (items.length === 0) return [[]];
	const run = identify(ctx);
	const ledger = nodeLedger(ctx);
	let idle: Promise<void> = Promise.resolve();
	try {
		const { action, values } = await prepare(ctx, { run, ledger });
		const asked = actionItems(ctx, { run, items });
		const chosen = values.operation === 'preview' ? asked.slice(0, 1).map(asPreview) : asked;
		const results = await action.run(chosen, { signal: ctx.getExecutionCancelSignal() ?? null });
		idle = action.idle();
		tellEditor(ctx, results);
		if (values.operation === 'preview') ctx.addExecutionHints(...previewHints(results, items.length));
		return distribute(ctx, { items, results, values });
	} catch (error) {
		return refuse(ctx, { items, run, error });
	} finally {
		// Items may have left at their deadline while their calls go on; the ledger is needed to settle them.
		void idle.then(() => ledger.release());
	}
}

type RunValues = LlmActionValues & { readonly operation: ValueOf<typeof ACTION_OPERATION> };

async function prepare(
	ctx: IExecuteFunctions,
	{ run, ledger }: { run: RunIdentity; ledger: NodeLedger },
): Promise<{ action: LlmAction; values: RunValues }> {
	const values = readStatic(ctx, [ACTION_OPERATION, ...LLM_ACTION_PARAMS]);
	const provider = await providerOf(ctx);
	const chosen = values.purpose === 'auto' ? run.purpose : values.purpose;
	const purpose = values.operation === 'preview' ? 'preview' : chosen;
	const action = createLlmAction({
		values,
		openLedger: ledger.openToSpend,
		provider,
		labels: { flow: run.flow, node: run.node, purpose },
		nodeKey: run.nodeKey,
		executionId: ctx.getExecutionId(),
	});
	return { action, values };
}

/** A provider that cannot be made is told to each item, which then takes its fallback. */
async function providerOf(ctx: IExecuteFunctions): Promise<() => ProviderHandle> {
	const made = await nodeProvider(ctx).then(
		(handle) => ({ handle }),
		(error: unknown) => ({ error }),
	);
	return () => {
		if ('error' in made) throw made.error;
		return made.handle;
	};
}

function actionItems(ctx: IExecuteFunctions, { run, items }: { run: RunIdentity; items: readonly INodeExecutionData[] }): ActionItem[] {
	const read = itemReader(ctx, LLM_ACTION_PARAMS);
	return items.map(({ json }, itemIndex) => ({
		key: run.keyOf(itemIndex),
		read: () => read(itemIndex) as unknown as ItemInput,
		data: json,
	}));
}

interface Outcome {
	readonly items: readonly INodeExecutionData[];
	readonly results: readonly ItemResult[];
	readonly values: RunValues;
}

function distribute(ctx: IExecuteFunctions, { items, results, values }: Outcome): INodeExecutionData[][] {
	const isSingle = values.outputs === 'single' || isTool(ctx);
	const named = actionOutputsOf({ outputs: isSingle ? 'single' : 'separate', delivery: values.delivery });
	const outputs: INodeExecutionData[][] = named.map(() => []);
	results.forEach((result, itemIndex) => {
		const item: INodeExecutionData = items[itemIndex] ?? { json: {} };
		// Tokens that another node counted are not counted again here.
		const { tokenUsage: _, ...json } = item.json;
		const merged = { ...mergeResult(json, result, values.outputField), ...shownBy(values, result) } as IDataObject;
		const index = isSingle ? 0 : named.findIndex(({ name }) => name === result.route);
		outputs[index]?.push({ json: merged, ...binaryOf(item), pairedItem: { item: itemIndex } });
	});
	return outputs;
}

/** What a preview adds to its item. */
function shownBy({ operation }: RunValues, result: ItemResult): Record<string, unknown> {
	if (operation !== 'preview') return {};
	const { rung, cost, per1000 } = previewOf(result);
	return { llmPreview: { rung, cost, per1000 } };
}

/** A tool has one output, whatever its settings say. n8n runs a tool as a node of the type with this ending, and not always as a tool execution. */
function isTool(ctx: IExecuteFunctions): boolean {
	return ctx.getNode().type.endsWith('Tool') || ctx.isToolExecution();
}

/** Settings that work for no item: an error, or with "continue" every item on the fallback branch (or n8n's error output). */
function refuse(
	ctx: IExecuteFunctions,
	{ items, run, error }: { items: INodeExecutionData[]; run: RunIdentity; error: unknown },
): INodeExecutionData[][] {
	const problem = nodeError(ctx, error, { description: SETTINGS_MEND });
	if (!ctx.continueOnFail()) throw problem;
	const mark = { llmCredits: refusedMark(problem.message, run) as unknown as IDataObject };
	const failed = items.map((item, itemIndex) => failedItem(ctx, { item, itemIndex, error: problem, mark }));
	const isSingle = ctx.getNodeParameter('outputs', 0, 'separate') === 'single' || isTool(ctx);
	return isSingle ? [failed] : [[], failed];
}

function refusedMark(message: string, { purpose }: RunIdentity): LlmCredits {
	const nothing = {
		model: '',
		credits: '0',
		reserved: '0',
		balance: null,
		usage: null,
		attempts: 0,
		latencyMs: 0,
		holdId: null,
		passes: null,
		checks: null,
	};
	return { source: 'fallback', reason: 'invalid_item', message, ...nothing, purpose };
}

/** Hints above the output, tokens in the list of executions, and totals with the execution. Stored answers were counted before. */
function tellEditor(ctx: IExecuteFunctions, results: readonly ItemResult[]): void {
	ctx.addExecutionHints(...fallbackHints(results), ...pendingHints(results));
	const fresh = results.filter(({ llmCredits }) => llmCredits.reason !== 'replayed');
	tellTokens(ctx, fresh);
	const spent = fresh.reduce((total, { llmCredits }) => total + parseCredits(llmCredits.credits, { field: 'credits' }), 0n);
	const before = ctx.customData.get(SPENT);
	ctx.customData.set(SPENT, formatCredits(spent + (AMOUNT.test(before) ? parseCredits(before, { field: SPENT }) : 0n)));
}

function tellTokens(ctx: IExecuteFunctions, fresh: readonly ItemResult[]): void {
	// As a tool of an agent the node has no execution data of its own.
	const known = (ctx.getExecuteData() as IExecuteData | undefined)?.metadata?.tokenUsage;
	const total = { inputTokens: known?.inputTokens ?? 0, outputTokens: known?.outputTokens ?? 0 };
	for (const { tokenUsage } of fresh) {
		total.inputTokens += tokenUsage?.promptTokens ?? 0;
		total.outputTokens += tokenUsage?.completionTokens ?? 0;
	}
	if (total.inputTokens + total.outputTokens > 0) ctx.setMetadata({ tokenUsage: total });
}

/** Kept with the execution, where executions can be searched by it: credits of all LLM Actions in it. */
const SPENT = 'llm_credits_spent';
/** What this node wrote there; anything else in that place is somebody else's and counts as nothing. */
const AMOUNT = /^\d{1,12}(\.\d{1,6})?$/;
