/**
 * The parts of n8n's interface that a supported n8n may lack, each with what stands in for it; all other modules of this host ask here.
 * What only reports to the editor never throws: a fault there must not cost an answer that was paid for.
 *
 * n8n 1.123 is the oldest supported. `customData` came with 2.16, `isToolExecution` with 2.3, `helpers.resolvePath` with 2.2 and a late
 * 1.123, so it is not used. The others are in 1.123, and are asked for here because they came not long before it, or are empty where the
 * node runs as a tool.
 */
import { codeOf, propertyOf } from '../../lib/core/values/foreign';
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { IExecuteData, IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';
import { CreditError } from '../../lib/core/values/errors';

/** What an execution context may lack. */
export type OptionalMethod = Extract<
	keyof IExecuteFunctions,
	| 'addExecutionHints'
	| 'customData'
	| 'getExecuteData'
	| 'getExecutionCancelSignal'
	| 'getExecutionContext'
	| 'isToolExecution'
	| 'setMetadata'
>;

type Optional = { readonly [Name in OptionalMethod]?: IExecuteFunctions[Name] };
interface Totals {
	readonly get: (name: string) => string | undefined;
	readonly set: (name: string, value: string) => void;
}
/** In n8n 2.0 and the first 1.123 it answers later. */
interface FileRules {
	readonly isFilePathBlocked: (path: string) => boolean | Promise<boolean>;
}

/** Shows hints above the output. Never throws. */
export function showHints(ctx: IExecuteFunctions, hints: readonly NodeExecutionHint[]): void {
	if (hints.length > 0) report(ctx, () => optional(ctx).addExecutionHints?.(...hints));
}

/** Adds tokens to those that n8n notes for this run of the node. Never throws. */
export function addTokens(ctx: IExecuteFunctions, fresh: { readonly inputTokens: number; readonly outputTokens: number }): void {
	if (fresh.inputTokens + fresh.outputTokens === 0) return;
	report(ctx, () => {
		const known = executeDataOf(ctx)?.metadata?.tokenUsage;
		const inputTokens = (known?.inputTokens ?? 0) + fresh.inputTokens;
		const outputTokens = (known?.outputTokens ?? 0) + fresh.outputTokens;
		optional(ctx).setMetadata?.({ tokenUsage: { inputTokens, outputTokens } });
	});
}

/** Changes a text that n8n keeps with the execution, by which executions can be searched. Never throws. */
export function changeTotal(ctx: IExecuteFunctions, name: string, change: (before: string) => string): void {
	report(ctx, () => {
		const totals: Totals | undefined = optional(ctx).customData ?? totalsOfExpressions(ctx);
		totals?.set(name, change(totals.get(name) ?? ''));
	});
}

/** What expressions call `$execution.customData`: the same place, in every n8n. */
function totalsOfExpressions(ctx: IExecuteFunctions): Totals | undefined {
	const execution: unknown = ctx.getWorkflowDataProxy(0)['$execution'];
	const totals = propertyOf(execution, 'customData');
	return isTotals(totals) ? totals : undefined;
}

function isTotals(value: unknown): value is Totals {
	return typeof propertyOf(value, 'get') === 'function' && typeof propertyOf(value, 'set') === 'function';
}

/** Aborts when the execution is cancelled; `null` where n8n does not say. */
export function cancelSignalOf(ctx: IExecuteFunctions): AbortSignal | null {
	return attempt(() => optional(ctx).getExecutionCancelSignal?.() ?? null, null);
}

/** When the execution began, in epoch milliseconds; `null` where n8n does not say. */
export function startOfExecution(ctx: IExecuteFunctions): number | null {
	return attempt(() => optional(ctx).getExecutionContext?.()?.establishedAt ?? null, null);
}

/**
 * Whether an agent, or another caller of tools, runs the node. A tool has a type of this ending in every n8n; `isToolExecution` is false
 * where the engine runs it as a node of its own (Agent 3), which then marks what it was started with.
 */
export function isToolRun(ctx: IExecuteFunctions, { ifUnknown }: { ifUnknown: boolean }): boolean {
	if (ctx.getNode().type.endsWith('Tool')) return true;
	return attempt(
		() => optional(ctx).isToolExecution?.() === true || executeDataOf(ctx)?.metadata?.preserveSourceOverwrite === true,
		ifUnknown,
	);
}

/** Whether n8n lets nodes use the file that this path leads to. False where it cannot be asked. */
export async function isFileAllowed(ctx: IExecuteFunctions, path: string): Promise<boolean> {
	const helpers: unknown = ctx.helpers;
	if (!hasFileRules(helpers)) return false;
	const { isFilePathBlocked } = helpers;
	try {
		return !(await isFilePathBlocked(await resolved(resolve(path.trim()))));
	} catch {
		return false;
	}
}

function hasFileRules(helpers: unknown): helpers is FileRules {
	return typeof propertyOf(helpers, 'isFilePathBlocked') === 'function';
}

/** The path with its links resolved, also where its last parts are not there yet. Rejects for a link that leads to nothing. */
async function resolved(path: string): Promise<string> {
	return realpath(path).catch(async (cause: unknown) => {
		const isMissing = codeOf(cause) === 'ENOENT' && dirname(path) !== path && !(await isLink(path));
		if (isMissing) return join(await resolved(dirname(path)), basename(path));
		throw new CreditError('invalid_path', `${path} leads nowhere.`, { cause });
	});
}

async function isLink(path: string): Promise<boolean> {
	return lstat(path).then(
		(found) => found.isSymbolicLink(),
		() => false,
	);
}

function optional(ctx: IExecuteFunctions): Optional {
	return ctx;
}

/** As a tool of an agent the node may have no execution data of its own. */
function executeDataOf(ctx: IExecuteFunctions): IExecuteData | undefined {
	return optional(ctx).getExecuteData?.();
}

function attempt<T>(ask: () => T, ifUnknown: T): T {
	try {
		return ask();
	} catch {
		return ifUnknown;
	}
}

/** Runs what only tells people. One that fails is a line in n8n's log. Never throws. */
export function report(ctx: IExecuteFunctions, tell: () => void): void {
	try {
		tell();
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		attempt(() => ctx.logger.warn(`LLM Credits could not report to the editor: ${why}`), undefined);
	}
}
