/**
 * Owns what LLM Action does with messages: each asks the model once and leaves once, in the order they came, as the same
 * object. Refuses to lose a message: what cannot be answered leaves with its fallback values, also when the node is stopped.
 */
import type { Node, NodeAPI, NodeMessage, NodeMessageInFlow } from 'node-red';
import { CreditError } from '../../lib/core/errors';
import type { ItemInput, LlmAction } from '../../lib/engine/llm-action';
import type { ItemResult } from '../../lib/engine/item-result';
import { LLM_ACTION_PARAMS } from '../../lib/params/llm-action';
import { readParams } from '../../lib/params/read';
import { createLlmAction } from '../../lib/runtime/runtime';
import { newId, pause } from '../../lib/runtime/system';
import { ActionProgress } from './action-progress';
import { LedgerUse, providerNode, providerOf } from './connections';
import { InOrder } from './in-order';
import { flowLabel, nodeLabel } from './labels';
import { MessageValues, type Config } from './message-values';
import type { WayOut } from './node-message';
import { NodeStatus } from './node-status';

/** Node-RED gives a node 15 s to stop. */
const STOP_WITHIN_MS = 14_000;
/** What Node-RED, or this node, keeps in a message; an answer must not replace it. */
const TAKEN = ['_msgid', 'req', 'res', 'parts', 'llmCredits', 'tokenUsage'];

interface Ready {
	readonly action: LlmAction;
	readonly values: MessageValues;
	readonly outputField: string;
	readonly isSeparate: boolean;
	readonly concurrency: number;
}

export class ActionNode {
	readonly #RED: NodeAPI;
	readonly #node: Node;
	readonly #config: Config;
	readonly #ledger: LedgerUse;
	readonly #status: NodeStatus;
	readonly #progress: ActionProgress;
	readonly #order = new InOrder();
	readonly #stop = new AbortController();
	/** What was made of the settings, or why nothing could be. */
	readonly #ready: Ready | { readonly problem: unknown };

	constructor(RED: NodeAPI, node: Node, config: Config) {
		this.#RED = RED;
		this.#node = node;
		this.#config = config;
		this.#ledger = new LedgerUse(RED, config['ledger']);
		this.#status = new NodeStatus(node);
		this.#ready = this.#prepare();
		this.#progress = new ActionProgress(this.#status, 'problem' in this.#ready ? 1 : this.#ready.concurrency);
		void this.#greet();
	}

	/** Takes a message. Never throws and never rejects. */
	accept(msg: NodeMessageInFlow, { send, done }: WayOut): void {
		const ready = this.#ready;
		if ('problem' in ready) {
			this.#status.fail(ready.problem, done);
			return;
		}
		this.#progress.started(msg);
		const work = ready.action.runOne({
			key: `${this.#node.id}:${newId()}`,
			read: () => this.#read(ready.values, msg),
			data: msg,
			executionId: sequenceOf(msg),
			signal: this.#stop.signal,
		});
		this.#order.add(work, {
			deliver: (result) => {
				this.#leave(ready, { msg, result, way: { send, done } });
			},
			fail: (problem) => {
				this.#progress.failed();
				this.#status.fail(problem, done);
			},
		});
	}

	/** Ends the calls under way; what they cost is settled, and their messages leave, before the ledger is given back. */
	async close(): Promise<void> {
		this.#stop.abort();
		const ready = this.#ready;
		const idle = 'problem' in ready ? Promise.resolve() : ready.action.idle();
		await Promise.race([Promise.all([this.#order.empty(), idle]), pause(STOP_WITHIN_MS)]);
		this.#status.close();
		await this.#ledger.release();
	}

	#prepare(): Ready | { readonly problem: unknown } {
		try {
			const values = new MessageValues(LLM_ACTION_PARAMS, this.#config, { RED: this.#RED, node: this.#node });
			// Computed for each message, so their defaults stand in for them here: a prompt that is empty is a matter of its message.
			const settings = readParams(LLM_ACTION_PARAMS, { ...values.fixed, model: 'each message', prompt: 'each message' });
			checkOutputField(settings);
			const action = createLlmAction({
				values: settings,
				openLedger: () => this.#ledger.toSpend(),
				provider: () => providerOf(this.#RED, this.#config['provider']),
				labels: {
					flow: flowLabel(this.#RED, this.#node),
					node: nodeLabel(this.#RED, this.#node),
					purpose: settings.purpose === 'auto' ? 'live' : settings.purpose,
				},
				nodeKey: this.#node.id,
			});
			return {
				action,
				values,
				outputField: settings.outputField,
				isSeparate: settings.outputs === 'separate',
				concurrency: settings.concurrency,
			};
		} catch (problem) {
			return { problem };
		}
	}

	/** Shows what a message would meet: at once what is wrong with the settings, and how the ledger is as soon as it answers. */
	async #greet(): Promise<void> {
		if ('problem' in this.#ready) {
			this.#status.showProblem(this.#ready.problem);
			return;
		}
		try {
			const provider = providerNode(this.#RED, this.#config['provider']);
			if (provider === null) throw new CreditError('provider_misconfigured', 'Provider not set.');
			provider.handle();
			const account = await this.#ledger.account();
			this.#progress.greet(await account.balance());
		} catch (problem) {
			if (!this.#stop.signal.aborted) this.#progress.greetWithProblem(problem);
		}
	}

	async #read(values: MessageValues, msg: NodeMessage): Promise<ItemInput> {
		const perMessage = LLM_ACTION_PARAMS.filter((param) => 'isPerItem' in param);
		const read = readParams(
			perMessage.map((param) => ({ ...param, isRequired: false, showWhen: {} })),
			await values.read(msg),
		);
		return read;
	}

	#leave({ outputField, isSeparate }: Ready, { msg, result, way }: { msg: NodeMessage; result: ItemResult; way: WayOut }): void {
		try {
			this.#write(msg, result, outputField);
			this.#progress.left(result);
			way.send(isSeparate && result.route === 'fallback' ? [null, msg] : msg);
			way.done();
		} catch (problem) {
			this.#status.fail(problem, way.done);
		}
	}

	#write(msg: NodeMessage, result: ItemResult, outputField: string): void {
		if (outputField === '') Object.assign(msg, result.attributes);
		else if (!this.#RED.util.setMessageProperty(msg, outputField, result.attributes, true)) {
			// A part of the path is no object. The answer is paid for, so it is put where it can be found.
			msg['llm'] = result.attributes;
			this.#node.warn(`The answer could not be put in msg.${outputField}, because a part of it is no object. It is in msg.llm.`);
		}
		msg['llmCredits'] = result.llmCredits;
		if (result.tokenUsage === null) delete msg['tokenUsage'];
		else msg['tokenUsage'] = result.tokenUsage;
	}
}

/** Node-RED has no executions; messages that were split from one carry the id of their sequence. */
function sequenceOf({ parts }: NodeMessage): string | null {
	const id: unknown = typeof parts === 'object' && parts !== null ? (parts as { readonly id?: unknown }).id : undefined;
	return typeof id === 'string' && id !== '' ? id : null;
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
