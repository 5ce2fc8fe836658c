/**
 * Owns what names a run of a node: the idempotency key of each item and the labels under which credits are counted (ledger rule 19).
 * Refuses to tell tries of one run apart: a node that n8n retries asks with the same keys and gets the stored results.
 */
import type { IExecuteFunctions } from 'n8n-workflow';
import { startOfExecution } from './host-interface';

const MAX_LABEL_LENGTH = 200;

export interface RunIdentity {
	/** The same for every try of this run, and for nothing else. */
	keyOf(itemIndex: number): string;
	/** Names the node for what it learns about its calls. */
	readonly nodeKey: string;
	/** The workflow's name. */
	readonly flow: string;
	/** The node's name. */
	readonly node: string;
	/** `test` when the workflow is run by hand or evaluated. n8n does not tell a sub-workflow who started its parent. */
	readonly purpose: 'live' | 'test';
	/** True when somebody started the workflow in the editor and looks at what comes of it. */
	readonly isByHand: boolean;
}

/** Names the run that this context belongs to. */
export function identify(ctx: IExecuteFunctions): RunIdentity {
	const node = ctx.getNode();
	const workflow = ctx.getWorkflow();
	const { $thisRunIndex } = ctx.getWorkflowDataProxy(0);
	const mode = ctx.getMode();
	// Execution ids start afresh with a new database; the instance and the time of the start keep such executions apart.
	const run = [ctx.getInstanceId().slice(0, 16), ctx.getExecutionId(), startOfExecution(ctx) ?? '-', node.id, $thisRunIndex]
		.map(String)
		.join('/');
	return {
		keyOf: (itemIndex) => `n8n/${run}/${itemIndex}`,
		nodeKey: `n8n/${workflow.id ?? ''}/${node.id}`,
		flow: (workflow.name ?? workflow.id ?? '').slice(0, MAX_LABEL_LENGTH),
		node: node.name.slice(0, MAX_LABEL_LENGTH),
		purpose: ['manual', 'evaluation'].includes(mode) ? 'test' : 'live',
		isByHand: mode === 'manual',
	};
}
