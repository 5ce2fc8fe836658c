/**
 * Owns previews of an LLM Action that may not be deployed yet: one message through the settings of an open dialog. It uses credits,
 * recorded under the purpose `preview`. Refuses what is not deployed but needed: the ledger, and the provider with its key.
 */
import { isRecord } from '../../../lib/core/values/foreign';
import type { NodeAPI, NodeMessage } from 'node-red';
import { CreditError } from '../../../lib/core/values/errors';
import { asPreview, previewOf, type Preview } from '../../../lib/engine/report/preview';
import { LLM_ACTION } from '../../../lib/params/llm-action/llm-action';
import { newId } from '../../../lib/runtime/system';
import { ActionSetup } from '../behaviour/action-setup';
import { ledgerNode, LedgerUse, nodeById, providerNode, type ProviderNode } from '../node/connections';
import { flowLabel, nodeLabel } from '../message/labels';
import type { Config } from '../node/node-types';

export interface PreviewRequest {
	/** Of the node that the dialog is open for; it may never have been deployed. */
	readonly id: string;
	/** Keyed as in a flow, with the name and the ids of ledger and provider. */
	readonly values: Config;
	readonly message: NodeMessage;
}

/** Reads what a dialog sent. Throws `invalid_argument` for anything else. */
export function readPreviewRequest(body: unknown): PreviewRequest {
	const { id, values, message }: Partial<Record<keyof PreviewRequest, unknown>> = isRecord(body) ? body : {};
	if (typeof id !== 'string' || !isRecord(values) || !isRecord(message))
		throw new CreditError('invalid_argument', 'A preview needs the values of the dialog and a sample message, each a JSON object.');
	return { id, values, message: message };
}

/** Runs the message. Rejects with a `CreditError` for settings that could never work; an item that takes its fallback is a preview too. */
export async function previewAction(RED: NodeAPI, request: PreviewRequest, signal: AbortSignal): Promise<Preview> {
	const { id, message } = request;
	const place = placeOf(RED, request, deployedProvider(RED, request.values));
	const setting = (name: string): unknown => RED.util.getSetting(place.node, name);
	const config: Config = Object.fromEntries(Object.entries(request.values).map(([name, value]) => [name, withSettings(value, setting)]));
	const ledger = new LedgerUse(RED, config['ledger']);
	let idle = Promise.resolve();
	try {
		const setup = new ActionSetup({ RED, ...place, config, ledger, nodeKey: id });
		const item = asPreview({ key: `preview:${id}:${newId()}`, read: () => setup.read(message), data: message, signal });
		const result = await setup.action.runOne(item);
		idle = setup.action.idle();
		return previewOf(result);
	} finally {
		// A call may go on after the deadline of its item; the ledger is needed to settle it.
		void idle.then(() => ledger.release());
	}
}

/** The provider of the dialog. Throws where it or the ledger is not deployed. */
function deployedProvider(RED: NodeAPI, { ledger, provider }: Config): ProviderNode {
	const deployed = providerNode(RED, provider);
	if (deployed === null)
		throw new CreditError(
			'provider_misconfigured',
			'Choose a provider. One that was just added must be deployed before the first preview.',
		);
	if (ledgerNode(RED, ledger) === null)
		throw new CreditError('ledger_unavailable', 'Choose a ledger. One that was just added must be deployed before the first preview.');
	return deployed;
}

/** The deployed node knows its flow, context and environment. Before its first deploy the provider stands in, which belongs to no flow. */
function placeOf(
	RED: NodeAPI,
	{ id, values }: PreviewRequest,
	provider: ProviderNode,
): Pick<ConstructorParameters<typeof ActionSetup>[0], 'node' | 'labels'> {
	const deployed = nodeById(RED, id);
	if (deployed?.type === LLM_ACTION.type)
		return { node: deployed, labels: { flow: flowLabel(RED, deployed), node: nodeLabel(RED, deployed), purpose: 'preview' } };
	const name = typeof values['name'] === 'string' && values['name'] !== '' ? values['name'] : id;
	return { node: provider, labels: { flow: '', node: name, purpose: 'preview' } };
}

/** What a deploy does with values like `${NAME}`: the environment takes their place. */
function withSettings(value: unknown, setting: (name: string) => unknown): unknown {
	if (typeof value === 'string') return (/^\$\{\S+\}$/.test(value) ? setting(value.slice(2, -1)) : undefined) ?? value;
	if (Array.isArray(value)) return value.map((entry) => withSettings(entry, setting));
	if (!isRecord(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, withSettings(entry, setting)]));
}
