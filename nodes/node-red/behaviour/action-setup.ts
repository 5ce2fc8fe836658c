/**
 * Owns what is made of the settings of an LLM Action before any message: the action itself, and how each message's own values are read.
 * The same for a node of a flow and for a dialog that is open. Refuses settings that could work for no message.
 */
import type { NodeAPI, Node, NodeMessage } from 'node-red';
import { CreditError } from '../../../lib/core/values/errors';
import { OWN_PROVIDER, providerNamesOf } from '../../../lib/engine/plan/action-sources';
import type { ItemInput, LlmAction, ProviderHandle } from '../../../lib/engine/llm-action';
import type { Purpose } from '../../../lib/engine/outcome/item-result';
import { LLM_ACTION_PARAMS } from '../../../lib/params/llm-action/llm-action';
import { itemValuesReader, readShared } from '../../../lib/params/read';
import { createLlmAction } from '../../../lib/runtime/runtime';
import { providerOf, rowProviderOf, type LedgerUse } from '../node/connections';
import { MessageValues } from '../message/message-values';
import type { Config } from '../node/node-types';

/** What Node-RED, or this node, keeps in a message; an answer must not replace it. */
const TAKEN = ['_msgid', 'req', 'res', 'parts', 'llmCredits', 'tokenUsage'];
const readMessage = itemValuesReader(LLM_ACTION_PARAMS);

export interface ActionSetupOptions {
	readonly RED: NodeAPI;
	/** Whose flow, context and environment the values are taken from. */
	readonly node: Node;
	/** Keyed as in a flow. */
	readonly config: Config;
	readonly ledger: LedgerUse;
	/** What the credits are counted under; without a purpose, as the settings say. */
	readonly labels: { readonly flow: string; readonly node: string; readonly purpose?: Purpose };
	/** Identifies the node for what it learns about the size of its calls. */
	readonly nodeKey: string;
}

export class ActionSetup {
	readonly action: LlmAction;
	readonly outputField: string;
	/** True when fallbacks leave by an output of their own. */
	readonly isSeparate: boolean;
	readonly #values: MessageValues;
	readonly #makeProviders: () => void;

	/** Throws a `CreditError` for settings that could never work. */
	constructor({ RED, node, config, ledger, labels, nodeKey }: ActionSetupOptions) {
		this.#values = new MessageValues(LLM_ACTION_PARAMS, config, { RED, node });
		const settings = readShared(LLM_ACTION_PARAMS, this.#values.fixed);
		checkOutputField(settings);
		const provider = (name: string): ProviderHandle =>
			name === OWN_PROVIDER ? providerOf(RED, config['provider']) : rowProviderOf(RED, name);
		this.#makeProviders = () => {
			for (const name of providerNamesOf(settings)) provider(name);
		};
		const purpose = settings.purpose === 'auto' ? 'live' : settings.purpose;
		this.action = createLlmAction({
			values: settings,
			openLedger: () => ledger.toSpend(),
			provider,
			labels: { purpose, ...labels },
			nodeKey,
		});
		this.outputField = settings.outputField;
		this.isSeparate = settings.outputs === 'separate';
	}

	/** Throws `provider_misconfigured` for the first provider that cannot be asked. */
	checkProviders(): void {
		this.#makeProviders();
	}

	/** The values of one message. Rejects when one cannot be computed. */
	async read(msg: NodeMessage): Promise<ItemInput> {
		return readMessage(await this.#values.read(msg));
	}
}

function checkOutputField({ outputField, attributes }: { outputField: string; attributes: readonly { name: string }[] }): void {
	if (TAKEN.includes(outputField)) {
		throw new CreditError(
			'invalid_settings',
			`Put Answer In is ${JSON.stringify(outputField)}, which Node-RED needs for itself. Choose another, such as llm.`,
		);
	}
	const clash = outputField === '' ? attributes.find(({ name }) => TAKEN.includes(name)) : undefined;
	if (clash !== undefined) {
		throw new CreditError(
			'invalid_settings',
			`Attribute ${JSON.stringify(clash.name)} would replace what Node-RED keeps there. Rename it, or fill in Put Answer In.`,
		);
	}
}
