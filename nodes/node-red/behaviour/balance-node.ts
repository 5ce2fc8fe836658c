/** Owns what Credit Balance does with messages: one operation each, answered in the message. Refuses to guess a missing amount. */
import type { Node, NodeAPI, NodeMessage, NodeMessageInFlow } from 'node-red';
import { CreditError } from '../../../lib/core/values/errors';
import { answersWithList, runCreditBalance, type CreditBalanceValues } from '../../../lib/engine/credit-balance';
import { CREDIT_BALANCE_PARAMS, operationLabel } from '../../../lib/params/credit-balance';
import { readParams } from '../../../lib/params/read';
import { newId } from '../../../lib/runtime/system';
import { LedgerUse, ledgerNode } from '../node/connections';
import { MessageValues } from '../message/message-values';
import type { Config } from '../node/node-types';
import { sendOn, type WayOut } from '../node/node-message';
import { NodeStatus, readableCredits } from '../node/node-status';
import { attempt, report } from '../node/report';
import { StoppedMessages } from '../node/stopped-messages';

type Documents = readonly Readonly<Record<string, unknown>>[];

export class BalanceNode {
	readonly #RED: NodeAPI;
	readonly #node: Node;
	readonly #ledger: LedgerUse;
	readonly #status: NodeStatus;
	readonly #values: MessageValues | { readonly problem: unknown };
	readonly #underWay = new Set<Promise<void>>();
	readonly #stopped: StoppedMessages;

	constructor(RED: NodeAPI, node: Node, config: Config) {
		this.#RED = RED;
		this.#node = node;
		this.#ledger = new LedgerUse(RED, config['ledger'], config['z']);
		this.#status = new NodeStatus(node);
		this.#stopped = new StoppedMessages(node);
		this.#values = this.#prepare(config);
		if ('problem' in this.#values) this.#status.showProblem(this.#values.problem);
		else if (ledgerNode(RED, config['ledger']) === null) this.#status.showProblem('Ledger not set.');
	}

	/** Takes a message. Never throws and never rejects: a fault fails the message, so that Catch nodes see it. */
	accept(msg: NodeMessageInFlow, { send, done }: WayOut): void {
		const inside = this.#stopped.entered(msg);
		const work = this.#answer(msg)
			.then(() => {
				if (this.#stopped.leaves(inside, { output: 0, isPaid: false })) sendOn(this.#node, msg, { output: 0, way: { send, done } });
			})
			.catch((problem: unknown) => {
				this.#stopped.failed(inside);
				this.#status.fail(problem, done);
			})
			.finally(() => this.#underWay.delete(work));
		this.#underWay.add(work);
	}

	/** Waits for what is under way, then gives the ledger back. */
	async close(): Promise<void> {
		this.#stopped.stop();
		await Promise.all(this.#underWay);
		this.#status.close();
		await this.#stopped.report(() => Promise.resolve(''));
		await this.#ledger.release();
	}

	#prepare(config: Config): MessageValues | { readonly problem: unknown } {
		try {
			return new MessageValues(CREDIT_BALANCE_PARAMS, config, { RED: this.#RED, node: this.#node });
		} catch (problem) {
			return { problem };
		}
	}

	async #answer(msg: NodeMessage): Promise<void> {
		if ('problem' in this.#values) throw this.#values.problem;
		const values = readParams(CREDIT_BALANCE_PARAMS, { ...this.#values.fixed, ...(await this.#values.read(msg)) });
		const field = values.outputField || 'payload';
		// Before anything is done: what cannot be answered must not have been granted.
		this.#refuseOutputField(msg, field);
		const ledger = await this.#ledger.account();
		const documents = await runCreditBalance(values, { ledger, key: `${this.#node.id}:${newId()}` });
		const answer = answersWithList(values) ? documents : documents[0];
		if (!this.#put(msg, field, answer)) throw refusedField(field, 'The operation is done; only its answer has no place');
		report(this.#node, () => {
			this.#show(documents, values);
		});
	}

	/** Throws `invalid_settings` where an answer could not be put there, and leaves the message as it is. */
	#refuseOutputField(msg: NodeMessage, field: string): void {
		const now: unknown = attempt((): unknown => this.#RED.util.getMessageProperty(msg, field), undefined);
		if (!this.#put(msg, field, now ?? null)) throw refusedField(field, 'Nothing was done');
		if (now === undefined) this.#put(msg, field, undefined);
	}

	#put(msg: NodeMessage, field: string, value: unknown): boolean {
		return attempt(() => this.#RED.util.setMessageProperty(msg, field, value, true), false);
	}

	#show(documents: Documents, values: CreditBalanceValues): void {
		const [text, isFine = true] = saidOf(documents, values);
		this.#status.show({ fill: isFine ? 'green' : 'yellow', shape: 'dot', text });
	}
}

/** What the status says of an answer, and whether all is as it should be. */
function saidOf(documents: Documents, values: CreditBalanceValues): readonly [text: string, isFine?: boolean] {
	const { operation } = values;
	const [document = {}] = documents;
	const { available, blocked, granted } = document;
	if (operation === 'freeze' || operation === 'thaw') return document['frozen'] === null ? ['thawed'] : ['frozen', false];
	if (operation === 'usage') return [`${String(documents.length)} ${documents.length === 1 ? 'row' : 'rows'} of usage`];
	if (answersWithList(values)) return [`${operationLabel(operation).toLowerCase()}: ${String(documents.length)}`];
	if (granted === false) return [`not given: ${String(document['reason']).replaceAll('_', ' ')}`, false];
	if (typeof blocked === 'string') return [`nothing can be spent: ${blocked.replaceAll('_', ' ')}`, false];
	if (typeof available !== 'string') return [`${operationLabel(operation).toLowerCase()}: done`];
	const isAhead = document['clockAhead'] !== undefined;
	return [`${readableCredits(available)} credits left${isAhead ? ' (clock is behind)' : ''}`, !isAhead];
}

function refusedField(field: string, what: string): CreditError {
	const why = `Put Answer In is ${JSON.stringify(field)}, and a part of it is no object in this message`;
	return new CreditError('invalid_settings', `${why}. ${what}. Choose another property.`);
}
