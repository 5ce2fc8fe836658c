/**
 * Owns one run of LLM Action in n8n: settings once, items lazily, results on their outputs in order, and what the editor is told.
 * Refuses to throw for an item; only settings that can work for no item stop the node, and only when the user did not ask to go on.
 */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { formatCredits, parseCredits } from '../../../lib/core/values/money';
import type { Balance } from '../../../lib/core/rules/draft/balance';
import { mergeResult, type ItemResult, type LlmCredits } from '../../../lib/engine/outcome/item-result';
import type { ActionItem, LlmAction, LlmActionValues } from '../../../lib/engine/llm-action';
import { spentBy } from '../../../lib/engine/report/run-summary';
import { asPreview, PREVIEW_ONLY, previewOf } from '../../../lib/engine/report/preview';
import { actionOutputsOf, LLM_ACTION_PARAMS } from '../../../lib/params/llm-action/llm-action';
import { ACTION_OPERATION } from '../../../lib/params/llm-action/operation';
import { ACTION_PROVIDERS } from '../../../lib/params/llm-action/providers';
import type { ValueOf } from '../../../lib/params/param';
import { createLlmAction } from '../../../lib/runtime/runtime';
import { nodeLedger, type NodeLedger } from '../connections';
import { addTokens, cancelSignalOf, changeTotal, isToolRun, report, showHints } from '../host-interface';
import { binaryOf, dataOf, failedItem, nodeError } from '../outcome';
import { itemReader, readStatic } from '../parameters';
import { nodeProviders, withPlainNames } from '../providers';
import { identify, type RunIdentity } from '../run-identity';
import { clockHints, costHints, fallbackHints, lessonHints, pendingHints, previewHints, unconfirmedHints } from './hints';

const SETTINGS_MEND = 'No model was called and no credits were used. Open the node, mend this setting, and run it again.';
const PAID_MEND =
	'Calls may have been made and paid before this happened; Credit Balance shows the usage. An Idempotency Key of your own keeps a second run from paying again.';

/** All items of one run. Throws a `NodeOperationError` for settings that can work for no item, unless the node continues on errors. */
export async function runLlmAction(ctx: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = ctx.getInputData();
	if (items.length === 0) return [[]];
	const run = identify(ctx);
	const ledger = nodeLedger(ctx);
	let idle: Promise<void> = Promise.resolve();
	// From the first call on, nothing may say that nothing was paid, and nothing but the items themselves may fail.
	let mend = SETTINGS_MEND;
	try {
		const { action, values } = await prepare(ctx, { run, ledger });
		const asked = actionItems(ctx, { run, items });
		const signal = cancelSignalOf(ctx);
		const isSingle = values.outputs === 'single' || isTool(ctx);
		mend = PAID_MEND;
		const ending = values.operation === 'preview' ? preview(action, { asked, run, signal }) : action.run(asked, { signal });
		const results = await ending.finally(() => {
			idle = action.idle();
		});
		const balance = await ledger.balanceNow();
		report(ctx, () => {
			tellEditor(ctx, { results, values, run, count: items.length, lessons: action.lessons, balance });
		});
		return distribute({ items, results, values, isSingle });
	} catch (error) {
		return refuse(ctx, { items, run, error, mend });
	} finally {
		// Items may have left at their deadline while their calls go on; the ledger is needed to settle them.
		void idle.then(() => ledger.release());
	}
}

interface PreviewRun {
	readonly asked: readonly ActionItem[];
	readonly run: RunIdentity;
	readonly signal: AbortSignal | null;
}

/** Asks for the first item. By hand that is all there is to see; a workflow that runs by itself must lose nobody. */
async function preview(action: LlmAction, { asked, run, signal }: PreviewRun): Promise<ItemResult[]> {
	const results = await action.run(asked.slice(0, 1).map(asPreview), { signal });
	return run.isByHand ? results : [...results, ...(await action.leaveUnasked(asked.slice(1), PREVIEW_ONLY))];
}

type RunValues = LlmActionValues & { readonly operation: ValueOf<typeof ACTION_OPERATION> };

async function prepare(
	ctx: IExecuteFunctions,
	{ run, ledger }: { run: RunIdentity; ledger: NodeLedger },
): Promise<{ action: LlmAction; values: RunValues }> {
	const values = withPlainNames(readStatic(ctx, [ACTION_PROVIDERS, ACTION_OPERATION, ...LLM_ACTION_PARAMS]));
	const provider = await nodeProviders(ctx, values);
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

function actionItems(ctx: IExecuteFunctions, { run, items }: { run: RunIdentity; items: readonly INodeExecutionData[] }): ActionItem[] {
	const read = itemReader(ctx, LLM_ACTION_PARAMS);
	return items.map(({ json }, itemIndex) => ({
		key: run.keyOf(itemIndex),
		read: () => read(itemIndex),
		data: json,
	}));
}

interface RunOutcome {
	readonly items: readonly INodeExecutionData[];
	readonly results: readonly ItemResult[];
	readonly values: RunValues;
	/** True when everything leaves by one output. */
	readonly isSingle: boolean;
}

function distribute({ items, results, values, isSingle }: RunOutcome): INodeExecutionData[][] {
	const named = actionOutputsOf({ outputs: isSingle ? 'single' : 'separate', delivery: values.delivery });
	const outputs: INodeExecutionData[][] = named.map(() => []);
	results.forEach((result, itemIndex) => {
		const item: INodeExecutionData = items[itemIndex] ?? { json: {} };
		// Tokens that another node counted are not counted again here.
		const { tokenUsage: _, ...json } = item.json;
		const merged = dataOf({ ...mergeResult(json, result, values.outputField), ...shownBy(values, { result, itemIndex }) });
		const index = isSingle ? 0 : named.findIndex(({ name }) => name === result.route);
		outputs[index]?.push({ json: merged, ...binaryOf(item), pairedItem: { item: itemIndex } });
	});
	return outputs;
}

/** What a preview adds to the item that was asked for. */
function shownBy({ operation }: RunValues, { result, itemIndex }: { result: ItemResult; itemIndex: number }): Record<string, unknown> {
	if (operation !== 'preview' || itemIndex > 0) return {};
	const { rung, cost, per1000 } = previewOf(result);
	return { llmPreview: { rung, cost, per1000 } };
}

/** A tool has one output, whatever its settings say. */
function isTool(ctx: IExecuteFunctions): boolean {
	return isToolRun(ctx, { ifUnknown: false });
}

/** Settings that work for no item: an error, or with "continue" every item on the fallback branch (or n8n's error output). */
function refuse(
	ctx: IExecuteFunctions,
	{ items, run, error, mend }: { items: INodeExecutionData[]; run: RunIdentity; error: unknown; mend: string },
): INodeExecutionData[][] {
	const problem = nodeError(ctx, error, { description: mend });
	if (!ctx.continueOnFail()) throw problem;
	const mark = { llmCredits: refusedMark(problem.message, run) };
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

interface Told {
	readonly results: readonly ItemResult[];
	readonly values: RunValues;
	readonly run: RunIdentity;
	/** Items that came in. */
	readonly count: number;
	/** What models do not take. */
	readonly lessons: readonly string[];
	/** As it is now; `null`: nobody knows it at once. */
	readonly balance: Balance | null;
}

/** Hints above the output, tokens in the list of executions, and totals with the execution. Stored answers were counted before. */
function tellEditor(ctx: IExecuteFunctions, { results, values, run, count, lessons, balance }: Told): void {
	const previews = values.operation === 'preview' ? previewHints(results.slice(0, 1), { count, isByHand: run.isByHand }) : [];
	const ofItems = [...fallbackHints(results), ...pendingHints(results), ...unconfirmedHints(results)];
	const cost = values.operation === 'preview' ? [] : costHints(results, balance);
	showHints(ctx, [...cost, ...ofItems, ...clockHints(balance), ...lessonHints(lessons), ...previews]);
	const fresh = results.filter(({ llmCredits }) => llmCredits.reason !== 'replayed');
	addTokens(ctx, {
		inputTokens: fresh.reduce((total, { tokenUsage }) => total + (tokenUsage?.promptTokens ?? 0), 0),
		outputTokens: fresh.reduce((total, { tokenUsage }) => total + (tokenUsage?.completionTokens ?? 0), 0),
	});
	const spent = spentBy(results);
	changeTotal(ctx, SPENT, (before) => formatCredits(spent + (AMOUNT.test(before) ? parseCredits(before, { field: SPENT }) : 0n)));
}

/** Kept with the execution, where executions can be searched by it: credits of all LLM Actions in it. */
const SPENT = 'llm_credits_spent';
/** What this node wrote there; anything else in that place is somebody else's and counts as nothing. */
const AMOUNT = /^\d{1,12}(\.\d{1,6})?$/;
