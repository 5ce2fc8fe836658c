/** Says things to people, in the log or in the status: what only tells them can never cost a message, nor end the process. */
import type { Node } from 'node-red';
import { shownText } from '../../../lib/core/values/shown-text';

/** Runs what only tells people. A fault in it is a line in the log, where that takes one. Never throws. */
export function report(node: Node, tell: () => void): void {
	try {
		tell();
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		attempt(() => node.log(`LLM Credits could not report: ${shownText(why)}`), undefined);
	}
}

/** What `ask` gives, or `ifUnknown` where it throws. */
export function attempt<T>(ask: () => T, ifUnknown: T): T {
	try {
		return ask();
	} catch {
		return ifUnknown;
	}
}
