/**
 * Counts the messages that a stop of the flow cuts off: Node-RED takes the nodes behind one away before it asks that one to close, and what
 * is sent then reaches nobody. They are named in one line of the log, so that nobody is lost without a word.
 */
import type { Node, NodeMessage } from 'node-red';
import { isList, propertyOf } from '../../../lib/core/values/foreign';
import { shownText } from '../../../lib/core/values/shown-text';
import { pause } from '../../../lib/runtime/system';
import { attempt, report } from './report';

/** Of the line, and of one name in it. */
const MAX_NAMES_CHARACTERS = 4_000;
const MAX_NAME_CHARACTERS = 80;
/** A key that is computed from a context store may take long. */
const NAMES_WITHIN_MS = 1_000;

/** A message between coming and leaving. */
export interface Inside {
	readonly msg: NodeMessage;
}

/** A flow, in which Node-RED looks for the nodes that a message is sent to. */
interface Flow {
	getNode(id: string): unknown;
}

/** The messages of one node. */
export class StoppedMessages {
	readonly #node: Node;
	readonly #inside = new Set<Inside>();
	readonly #cutOff: Inside[] = [];
	#paid = 0;
	/** How many were inside when the node was asked to close; `null` before. */
	#atStop: number | null = null;

	constructor(node: Node) {
		this.#node = node;
	}

	/** A message came in. */
	entered(msg: NodeMessage): Inside {
		const inside = { msg };
		this.#inside.add(inside);
		return inside;
	}

	/** The node was asked to close. */
	stop(): void {
		this.#atStop = this.#inside.size;
	}

	/** The message leaves by this output, or did not get so far. False when nobody is there to take it: then it must not be sent. */
	leaves(inside: Inside, { output, isPaid }: { readonly output: number; readonly isPaid: boolean }): boolean {
		this.#inside.delete(inside);
		if (this.#atStop === null || this.#isTaken(output)) return true;
		this.#cutOff.push(inside);
		if (isPaid) this.#paid += 1;
		return false;
	}

	/** The message failed, which its Catch nodes are told. */
	failed(inside: Inside): void {
		this.#inside.delete(inside);
	}

	/** Says what was cut off, those included that have not ended; `nameOf` gives a message's own key, or an empty text. Never rejects. */
	async report(nameOf: (msg: NodeMessage) => Promise<string>): Promise<void> {
		const lost = [...this.#cutOff, ...this.#inside];
		if (lost.length === 0) return;
		const names = await this.#namesOf(lost, nameOf);
		const paid =
			this.#paid === 0 ? 'None of them was paid for' : `${String(this.#paid)} of them ${this.#paid === 1 ? 'was' : 'were'} paid for`;
		const line = `${String(lost.length)} of ${String(this.#atStop ?? lost.length)} messages could not leave, because the flow was stopped and the nodes behind this one are gone. ${paid}. Send them in again; with idempotency keys of their own none is paid twice. They are: ${names}`;
		report(this.#node, () => {
			this.#node.warn(line);
		});
	}

	/** An output without wires leads nowhere at any time, so nobody misses what leaves by it. */
	#isTaken(output: number): boolean {
		// A node has both beyond its types.
		const [wires, flow] = [propertyOf(this.#node, 'wires'), propertyOf(this.#node, '_flow')];
		const wired = isList(wires) && isList(wires[output]) ? wires[output] : [];
		return wired.length === 0 || !isFlow(flow) || attempt(() => wired.some((id) => Boolean(flow.getNode(String(id)))), true);
	}

	async #namesOf(lost: readonly Inside[], nameOf: (msg: NodeMessage) => Promise<string>): Promise<string> {
		const named: string[] = [];
		const isOver = { yes: false };
		const deadline = pause(NAMES_WITHIN_MS).then(() => {
			isOver.yes = true;
			return '';
		});
		let characters = 0;
		for (const { msg } of lost) {
			const key = isOver.yes ? '' : await Promise.race([nameOf(msg).catch(() => ''), deadline]);
			const name = shownText(key.trim() === '' ? (msg._msgid ?? 'a message without an id') : key.trim()).slice(0, MAX_NAME_CHARACTERS);
			characters += name.length + 2;
			if (characters > MAX_NAMES_CHARACTERS) break;
			named.push(name);
		}
		const more = lost.length - named.length;
		return `${named.join(', ')}${more > 0 ? `, and ${String(more)} more` : ''}.`;
	}
}

function isFlow(value: unknown): value is Flow {
	return typeof propertyOf(value, 'getNode') === 'function';
}
