/**
 * Owns what LLM Action does with messages: each asks the model once and leaves once, in the order they came, as the same
 * object. Refuses to lose a message: what cannot be answered leaves with its fallback values, also when the node is stopped, and what is
 * only reported of it cannot keep it.
 */
import { propertyOf } from '../../../lib/core/values/foreign';
import type { Node, NodeAPI, NodeMessage, NodeMessageInFlow } from 'node-red';
import { CreditError } from '../../../lib/core/values/errors';
import { shownText } from '../../../lib/core/values/shown-text';
import type { ItemResult } from '../../../lib/engine/outcome/item-result';
import { owedCosts } from '../../../lib/runtime/owed';
import { later, newId, pause } from '../../../lib/runtime/system';
import { ActionProgress } from './action-progress';
import { ActionSetup } from './action-setup';
import { LedgerUse, providerNode } from '../node/connections';
import { InOrder } from './in-order';
import { flowLabel, nodeLabel } from '../message/labels';
import type { Config } from '../node/node-types';
import { rememberSample } from '../message/message-sample';
import { sendOn, type WayOut } from '../node/node-message';
import { NodeStatus } from '../node/node-status';
import { attempt, report } from '../node/report';
import { StoppedMessages, type Inside } from '../node/stopped-messages';

/** Node-RED gives a node 15 s to stop; recording what is owed, and saying what was lost, take up to one of them each. */
const STOP_WITHIN_MS = 12_500;
const RECORD_WITHIN_MS = 1_000;

/** Between two looks at a ledger or a provider that could not be used when the node started. */
const GREET_AGAIN_MS = 10_000;

/** What leaves by which output, where they are separate. */
const OUTPUTS = { result: 0, fallback: 1, pending: 2 } as const satisfies Readonly<Record<ItemResult['route'], number>>;

export class ActionNode {
	readonly #RED: NodeAPI;
	readonly #node: Node;
	readonly #config: Config;
	readonly #ledger: LedgerUse;
	readonly #status: NodeStatus;
	readonly #progress: ActionProgress;
	readonly #order = new InOrder();
	readonly #stop = new AbortController();
	readonly #stopped: StoppedMessages;
	#again: { cancel(): void } | null = null;
	/** How many of what models do not take are in the log. */
	#lessonsSaid = 0;
	/** What was made of the settings, or why nothing could be. */
	readonly #ready: ActionSetup | { readonly problem: unknown };

	constructor(RED: NodeAPI, node: Node, config: Config) {
		this.#RED = RED;
		this.#node = node;
		this.#config = config;
		this.#ledger = new LedgerUse(RED, config['ledger']);
		this.#status = new NodeStatus(node);
		this.#stopped = new StoppedMessages(node);
		this.#ready = this.#prepare();
		this.#progress = new ActionProgress(this.#status, () => ('problem' in this.#ready ? 1 : this.#ready.action.callsAtATime));
		void this.#greet();
	}

	/** Takes a message. Never throws and never rejects. */
	accept(msg: NodeMessageInFlow, { send, done }: WayOut): void {
		const ready = this.#ready;
		if ('problem' in ready) {
			this.#status.fail(ready.problem, done);
			return;
		}
		report(this.#node, () => {
			this.#progress.started(msg);
			rememberSample(this.#node, msg);
		});
		const inside = this.#stopped.entered(msg);
		const work = ready.action.runOne({
			key: `${this.#node.id}:${newId()}`,
			read: () => ready.read(msg),
			data: msg,
			executionId: attempt(() => sequenceOf(msg), null),
			signal: this.#stop.signal,
		});
		this.#order.add(work, {
			deliver: (result) => {
				this.#leave(ready, { inside, result, way: { send, done } });
			},
			fail: (problem) => {
				this.#fail(problem, { inside, done });
			},
		});
	}

	/**
	 * Ends the calls under way; what they cost is settled, and their messages leave, before the ledger is given back. Those that nobody is
	 * there to take are named in the log.
	 */
	async close(): Promise<void> {
		this.#stopped.stop();
		this.#stop.abort();
		this.#again?.cancel();
		const ready = this.#ready;
		const idle = 'problem' in ready ? Promise.resolve() : ready.action.idle();
		await Promise.race([Promise.all([this.#order.empty(), idle]), pause(STOP_WITHIN_MS)]);
		// A ledger may have come back since it was tried last, and the process may end after this.
		await Promise.race([owedCosts().recordNow(), pause(RECORD_WITHIN_MS)]);
		this.#status.close();
		await this.#stopped.report(async (msg) => ('problem' in ready ? '' : (await ready.read(msg)).idempotencyKey));
		await this.#ledger.release();
	}

	#prepare(): ActionSetup | { readonly problem: unknown } {
		const RED = this.#RED;
		const node = this.#node;
		try {
			const labels = { flow: flowLabel(RED, node), node: nodeLabel(RED, node) };
			return new ActionSetup({ RED, node, config: this.#config, ledger: this.#ledger, labels, nodeKey: node.id });
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
		let isInTheLog = false;
		try {
			if (providerNode(this.#RED, this.#config['provider']) === null) throw new CreditError('provider_misconfigured', 'Provider not set.');
			this.#ready.checkProviders();
			// What is wrong with a ledger is said once for all nodes that use it.
			isInTheLog = true;
			const account = await this.#ledger.account();
			this.#progress.greet(await account.balance());
		} catch (problem) {
			this.#greetWithProblem(problem, isInTheLog);
		}
	}

	/** Looks again after a while: a ledger that is back must not look lost until the next message. */
	#greetWithProblem(problem: unknown, isInTheLog: boolean): void {
		if (this.#stop.signal.aborted) return;
		this.#progress.greetWithProblem(problem);
		if (this.#again === null && !isInTheLog) this.#warn(shownText(problem instanceof Error ? problem.message : String(problem)));
		this.#again = later(GREET_AGAIN_MS, () => void this.#greet());
	}

	/** The answer goes first; what became of it is reported once it has left. */
	#leave({ outputField, isSeparate }: ActionSetup, { inside, result, way }: { inside: Inside; result: ItemResult; way: WayOut }): void {
		const { credits, holdId } = result.llmCredits;
		try {
			const msg = this.#written(inside.msg, result, outputField);
			const output = isSeparate ? OUTPUTS[result.route] : 0;
			if (this.#stopped.leaves(inside, { output, isPaid: credits !== '0' })) sendOn(this.#node, msg, { output, way });
		} catch (problem) {
			this.#fail(credits === '0' ? problem : paidAndStuck(problem, { credits, holdId }), { inside, done: way.done });
			return;
		}
		report(this.#node, () => {
			this.#progress.left(result);
			this.#sayLessons();
		});
	}

	/** What models do not take is a line in the log, once while the node lives. */
	#sayLessons(): void {
		if ('problem' in this.#ready) return;
		const { lessons } = this.#ready.action;
		const news = lessons.slice(this.#lessonsSaid);
		this.#lessonsSaid = lessons.length;
		for (const lesson of news) this.#node.log(shownText(lesson));
	}

	#fail(problem: unknown, { inside, done }: { inside: Inside; done: WayOut['done'] }): void {
		this.#stopped.failed(inside);
		report(this.#node, () => {
			this.#progress.failed();
		});
		this.#status.fail(problem, done);
	}

	/** The message with its answer: the same object, or a copy of one that takes none. */
	#written(msg: NodeMessage, result: ItemResult, outputField: string): NodeMessage {
		try {
			this.#write(msg, result, outputField);
			return msg;
		} catch {
			const copy = { ...msg };
			this.#write(copy, result, outputField);
			return copy;
		}
	}

	#write(msg: NodeMessage, result: ItemResult, outputField: string): void {
		if (outputField === '') Object.assign(msg, result.attributes);
		else if (!attempt(() => this.#RED.util.setMessageProperty(msg, outputField, result.attributes, true), false)) {
			// A part of the path is no object, or the path cannot be read. The answer is paid for, so it is put where it can be found.
			msg['llm'] = result.attributes;
			this.#warn(`The answer could not be put in msg.${shownText(outputField)}, because a part of it is no object. It is in msg.llm.`);
		}
		msg['llmCredits'] = result.llmCredits;
		if (result.tokenUsage === null) delete msg['tokenUsage'];
		else msg['tokenUsage'] = result.tokenUsage;
	}

	#warn(line: string): void {
		report(this.#node, () => {
			this.#node.warn(line);
		});
	}
}

/** What Catch nodes are told of a message that is paid for and cannot be sent on; it carries its answer. */
function paidAndStuck(problem: unknown, { credits, holdId }: { credits: string; holdId: string | null }): Error {
	const why = problem instanceof Error ? problem.message : String(problem);
	const paid = `${credits} credits${holdId === null ? '' : `, ${holdId}`}`;
	return new Error(`The answer is paid for (${paid}) and in the message, which could not be sent on: ${why}`, { cause: problem });
}

/** Node-RED has no executions; messages that were split from one carry the id of their sequence. */
function sequenceOf({ parts }: NodeMessage): string | null {
	const id = propertyOf(parts, 'id');
	return typeof id === 'string' && id !== '' ? id : null;
}
