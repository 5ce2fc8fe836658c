/**
 * Owns what Fallback Switch does with messages: each leaves by one output, in the order they came. Refuses to stop a campaign:
 * while the ledger cannot be read, messages leave by Otherwise.
 */
import type { Node, NodeAPI, NodeMessage, NodeMessageInFlow } from 'node-red';
import { FallbackSwitch, type CreditState } from '../../../lib/engine/fallback-switch';
import { FALLBACK_SWITCH_PARAMS } from '../../../lib/params/fallback-switch';
import { readParams } from '../../../lib/params/read';
import { LedgerUse, ledgerNode } from '../node/connections';
import { InOrder } from './in-order';
import { rawValues } from '../message/message-values';
import type { Config } from '../node/node-types';
import { sendOn, type WayOut } from '../node/node-message';
import { NodeStatus } from '../node/node-status';
import { StoppedMessages, type Inside } from '../node/stopped-messages';

const LOOKS = {
	available: { fill: 'green', shape: 'dot', text: 'credits available' },
	low: { fill: 'yellow', shape: 'dot', text: 'credits low' },
	exhausted: { fill: 'yellow', shape: 'ring', text: 'credits exhausted' },
} as const;

export class SwitchNode {
	readonly #node: Node;
	readonly #ledger: LedgerUse;
	readonly #status: NodeStatus;
	readonly #order = new InOrder();
	readonly #stopped: StoppedMessages;
	readonly #switch: FallbackSwitch | { readonly problem: unknown };
	/** One question to the ledger serves all messages that come while it is asked. */
	#asking: Promise<CreditState | null> | null = null;

	constructor(RED: NodeAPI, node: Node, config: Config) {
		this.#node = node;
		this.#ledger = new LedgerUse(RED, config['ledger']);
		this.#status = new NodeStatus(node);
		this.#stopped = new StoppedMessages(node);
		this.#switch = prepare(config);
		if ('problem' in this.#switch) this.#status.showProblem(this.#switch.problem);
		else if (this.#switch.needsLedger && ledgerNode(RED, config['ledger']) === null) this.#status.showProblem('Ledger not set.');
		else this.#status.show({});
	}

	/** Takes a message. Never throws and never rejects. */
	accept(msg: NodeMessageInFlow, way: WayOut): void {
		const fallbackSwitch = this.#switch;
		if ('problem' in fallbackSwitch) {
			this.#status.fail(fallbackSwitch.problem, way.done);
			return;
		}
		if (!fallbackSwitch.needsLedger) {
			this.#send(msg, () => fallbackSwitch.route(msg, null), way);
			return;
		}
		const inside = this.#stopped.entered(msg);
		this.#asking ??= this.#ask(fallbackSwitch).finally(() => {
			this.#asking = null;
		});
		this.#order.add(this.#asking, {
			deliver: (state) => {
				this.#send(msg, () => fallbackSwitch.route(msg, state), way, inside);
			},
			fail: (problem) => {
				this.#stopped.failed(inside);
				this.#status.fail(problem, way.done);
			},
		});
	}

	/** Waits for what is under way, then gives the ledger back. */
	async close(): Promise<void> {
		this.#stopped.stop();
		await this.#order.empty();
		this.#status.close();
		await this.#stopped.report(() => Promise.resolve(''));
		await this.#ledger.release();
	}

	/** Never throws: what cannot be sent fails the message. */
	#send(msg: NodeMessage, route: () => number, way: WayOut, inside: Inside | null = null): void {
		try {
			const output = route();
			if (inside === null || this.#stopped.leaves(inside, { output, isPaid: false })) sendOn(this.#node, msg, { output, way });
		} catch (problem) {
			if (inside) this.#stopped.failed(inside);
			this.#status.fail(problem, way.done);
		}
	}

	async #ask(fallbackSwitch: FallbackSwitch): Promise<CreditState | null> {
		try {
			const state = await fallbackSwitch.readState(await this.#ledger.account());
			this.#status.show(LOOKS[state]);
			return state;
		} catch (problem) {
			this.#status.showProblem(problem);
			return null;
		}
	}
}

function prepare(config: Config): FallbackSwitch | { readonly problem: unknown } {
	try {
		return new FallbackSwitch(readParams(FALLBACK_SWITCH_PARAMS, rawValues(FALLBACK_SWITCH_PARAMS, config)));
	} catch (problem) {
		return { problem };
	}
}
