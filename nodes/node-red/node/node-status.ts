/**
 * Owns the one way a node shows how it is, and the one way it fails. Refuses to flood the editor: between two shown states lies
 * a quarter of a second, and the last one is always shown. A status that cannot be shown costs no message.
 */
import type { Node, NodeStatus as Shown } from 'node-red';
import { CreditError, isCreditError } from '../../../lib/core/values/errors';
import { grouped } from '../../../lib/core/values/readable';
import { shownText } from '../../../lib/core/values/shown-text';
import { later } from '../../../lib/runtime/system';
import { report } from './report';

const PAUSE_MS = 250;
const MAX_LENGTH = 60;

export type Done = (error?: Error) => void;

export class NodeStatus {
	readonly #node: Node;
	#waiting: Shown | null = null;
	#pause: { cancel(): void } | null = null;
	#isClosed = false;

	constructor(node: Node) {
		this.#node = node;
		// Status nodes hear nothing while the flow is being made.
		this.#rest(0);
	}

	/** Shows a state now, or as soon as the pause is over, unless a newer one comes. Never throws. */
	show(shown: Shown): void {
		if (this.#isClosed) return;
		if (this.#pause !== null) {
			this.#waiting = shown;
			return;
		}
		this.#rest(PAUSE_MS);
		report(this.#node, () => {
			this.#node.status({ ...shown, ...(shown.text === undefined ? {} : { text: shownText(shown.text) }) });
		});
	}

	/** Red, with the first sentence of what is wrong. */
	showProblem(problem: unknown): void {
		this.show({ fill: 'red', shape: 'ring', text: shortened(messageOf(problem)) });
	}

	/** Fails a message: red status, and the error with its code reaches the Catch nodes. Never throws. */
	fail(problem: unknown, done: Done): void {
		this.showProblem(problem);
		report(this.#node, () => {
			done(shownError(problem));
		});
	}

	/** Shows nothing any more. */
	close(): void {
		this.#isClosed = true;
		this.#pause?.cancel();
	}

	#rest(pauseMs: number): void {
		this.#pause = later(pauseMs, () => {
			this.#pause = null;
			const next = this.#waiting;
			this.#waiting = null;
			if (next !== null) this.show(next);
		});
	}
}

/** Credits as people read them: whole, with thousands apart; the fraction only below ten. */
export function readableCredits(decimal: string): string {
	const [whole = '0', fraction] = decimal.split('.');
	return grouped(fraction !== undefined && whole.replace('-', '').length === 1 ? `${whole}.${fraction.slice(0, 2)}` : whole);
}

/** With a message that is safe in a log: it may repeat what a provider or a message said. */
function shownError(problem: unknown): Error {
	const [message, shown] = [messageOf(problem), shownText(messageOf(problem))];
	if (problem instanceof Error && message === shown) return problem;
	return isCreditError(problem) ? new CreditError(problem.code, shown, { cause: problem.cause }) : new Error(shown);
}

function messageOf(problem: unknown): string {
	return isCreditError(problem) || problem instanceof Error ? problem.message : String(problem);
}

function shortened(message: string): string {
	const sentence = /^.*?[.!?](?=\s|$)/s.exec(message)?.[0].replace(/\.$/, '') ?? message;
	return sentence.length <= MAX_LENGTH ? sentence : `${sentence.slice(0, MAX_LENGTH - 1)}…`;
}
