/**
 * An execution context as n8n gives it to a node, for tests of what n8n does not do by itself: versions whose interface has less, and parts
 * of it that fail. What the real n8n does is shown in it (test/e2e/n8n).
 */
import type { IExecuteFunctions, INodeExecutionData, NodeExecutionHint, WorkflowExecuteMode } from 'n8n-workflow';
import type { OptionalMethod } from '../../../nodes/n8n/host-interface';

export interface ContextOptions {
	readonly items: readonly Readonly<Record<string, unknown>>[];
	/** By the path that n8n keeps them under; defaults stand in for the others. */
	readonly parameters?: Readonly<Record<string, unknown>>;
	readonly credentials?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
	readonly mode?: WorkflowExecuteMode;
	readonly nodeType?: string;
	readonly onError?: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
	/** What becomes of the parts of the interface that not every n8n has. */
	readonly optional?: 'there' | 'missing' | 'throwing';
	/** Parts of one's own, over all others. */
	readonly parts?: Readonly<Record<string, unknown>>;
}

export interface MadeContext {
	readonly ctx: IExecuteFunctions;
	readonly hints: NodeExecutionHint[];
	readonly totals: Map<string, string>;
	/** What was written to n8n's log. */
	readonly warnings: string[];
}

/** A context, and what a node told it. */
export function makeContext(options: ContextOptions): MadeContext {
	const told = { hints: [] as NodeExecutionHint[], totals: new Map<string, string>(), warnings: [] as string[] };
	const ctx = { ...alwaysThere(options, told), ...sometimesThere(options, told), ...options.parts };
	return { ctx: ctx as unknown as IExecuteFunctions, ...told };
}

type Told = Omit<MadeContext, 'ctx'>;

function alwaysThere(
	{ items, parameters = {}, credentials = {}, mode = 'webhook', nodeType, onError }: ContextOptions,
	told: Told,
): object {
	const input: INodeExecutionData[] = items.map((json) => ({ json: json as INodeExecutionData['json'] }));
	return {
		getInputData: () => input,
		getNode: () => ({
			id: 'node',
			name: 'Node',
			type: nodeType ?? 'n8n-nodes-llm-credits.llmAction',
			typeVersion: 1,
			position: [0, 0],
			parameters: {},
			onError,
		}),
		getWorkflow: () => ({ id: 'workflow', name: 'Workflow', active: true }),
		getWorkflowDataProxy: () => ({ $thisRunIndex: 0 }),
		getInstanceId: () => 'instance',
		getExecutionId: () => '1',
		getMode: () => mode,
		continueOnFail: () => onError === 'continueRegularOutput' || onError === 'continueErrorOutput',
		getCredentials: async (type: string) => Promise.resolve(credentials[type] ?? {}),
		getNodeParameter: (name: string, _item: number, fallback?: unknown) => parameters[name] ?? fallback,
		getNodeOutputs: () => [],
		helpers: { isFilePathBlocked: () => false },
		logger: { warn: (message: string) => told.warnings.push(message) },
	};
}

function sometimesThere({ optional = 'there' }: ContextOptions, told: Told): object {
	if (optional === 'missing') return {};
	if (optional === 'throwing') {
		const fail = (): never => {
			throw new Error('not in this n8n');
		};
		const all: Readonly<Record<OptionalMethod, unknown>> = {
			addExecutionHints: fail,
			customData: { get: fail, set: fail },
			getExecuteData: fail,
			getExecutionCancelSignal: fail,
			getExecutionContext: fail,
			isToolExecution: fail,
			setMetadata: fail,
		};
		return all;
	}
	return {
		addExecutionHints: (...hints: NodeExecutionHint[]) => told.hints.push(...hints),
		customData: { get: (name: string) => told.totals.get(name), set: (name: string, value: string) => told.totals.set(name, value) },
		getExecuteData: () => ({ metadata: {} }),
		getExecutionCancelSignal: () => undefined,
		getExecutionContext: () => ({ establishedAt: 1_790_000_000_000 }),
		isToolExecution: () => false,
		setMetadata: () => undefined,
	};
}
