/** Owns Fallback Switch in n8n: its looks, its outputs by rule, and the one question to the ledger for each run. */
import { NodeConnectionTypes } from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { FallbackSwitch as Router, type CreditState } from '../../../lib/engine/fallback-switch';
import { FALLBACK_SWITCH, FALLBACK_SWITCH_PARAMS, OTHERWISE } from '../../../lib/params/fallback-switch';
import { nodeLedger, testLedger } from '../connections';
import { showHints } from '../host-interface';
import { binaryOf, failedItem, hasErrorOutput, nodeError } from '../outcome';
import { outputsOf } from '../outputs';
import { readStatic } from '../parameters';
import { nodeProperties, ROWS } from '../properties';

/** One output for each rule and Otherwise, also in the editor while rules are edited. */
const OUTPUTS =
	`={{ ((($parameter["mode"] === "state" ? $parameter["states"] : $parameter["rules"]) || {})["${ROWS}"] || []).map((rule, index) => ({ type: "main", displayName: rule.output || "Rule " + (index + 1) })).concat(${outputsOf([OTHERWISE])}) }}` as const;

const MEND = 'No item was routed. Open the node, mend this setting, and run it again.';

// eslint-disable-next-line @n8n/community-nodes/node-usable-as-tool -- A tool answers with one output, so a switch cannot be one.
export class FallbackSwitch implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Fallback Switch',
		name: 'fallbackSwitch',
		icon: { light: 'file:../../../icons/fallback-switch.svg', dark: 'file:../../../icons/fallback-switch.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["mode"] === "state" ? "By state of the credits" : "By what produced the item" }}',
		description: FALLBACK_SWITCH.summary,
		defaults: { name: 'Fallback Switch' },
		inputs: [NodeConnectionTypes.Main],
		outputs: OUTPUTS,
		credentials: [
			{
				name: 'llmCreditsLedgerApi',
				displayName: 'Ledger',
				required: true,
				testedBy: 'testLedger',
				displayOptions: { show: { mode: ['state'] } },
			},
		],
		properties: nodeProperties(FALLBACK_SWITCH.params),
	};

	methods = { credentialTest: { testLedger } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = this.getInputData();
		try {
			const router = new Router(readStatic(this, FALLBACK_SWITCH_PARAMS));
			const outputs: INodeExecutionData[][] = router.outputNames.map(() => []);
			const state = items.length > 0 && router.needsLedger ? await stateOf(this, router) : null;
			items.forEach((item, itemIndex) =>
				outputs[router.route(item.json, state)]?.push({ json: item.json, ...binaryOf(item), pairedItem: { item: itemIndex } }),
			);
			return outputs;
		} catch (error) {
			return refuse(this, error);
		}
	}
}

/** `null` while the ledger cannot be read: then every item leaves by Otherwise, and the editor says why. */
async function stateOf(ctx: IExecuteFunctions, router: Router): Promise<CreditState | null> {
	const ledger = nodeLedger(ctx);
	try {
		return await router.readState(await ledger.open());
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		const message = `The ledger could not be read, so every item left by ${OTHERWISE.label}. ${why}`;
		showHints(ctx, [{ message, type: 'warning', location: 'outputPane' }]);
		return null;
	} finally {
		await ledger.release();
	}
}

/** Rules that cannot be read: an error, or with "continue" every item on Otherwise, which is the last output. */
function refuse(ctx: IExecuteFunctions, error: unknown): INodeExecutionData[][] {
	const problem = nodeError(ctx, error, { description: MEND });
	if (!ctx.continueOnFail()) throw problem;
	const failed = ctx.getInputData().map((item, itemIndex) => failedItem(ctx, { item, itemIndex, error: problem }));
	// n8n itself moves failed items to its error output, which it fills last; they must not be put there.
	if (hasErrorOutput(ctx)) return [failed];
	const others = Math.max(0, ctx.getNodeOutputs().filter(({ type }) => type === NodeConnectionTypes.Main).length - 1);
	return [...Array.from({ length: others }, () => []), failed];
}
