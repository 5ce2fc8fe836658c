/**
 * Makes the call that does otherwise what failed in the one before: the form in words, the mistake shown, or more room. It is reserved by
 * itself, so its size is what it really is.
 */
import type { Manner } from '../../core/calls/manner';
import { mostRoomTokens } from '../../core/calls/second-try';
import { reservableCalls, type CallPlan } from '../plan/call-plan';
import type { ItemContext } from '../plan/action-types';
import { addedInstructions, continueMessages, inputSize } from '../plan/prompt';
import type { Again } from './answer-use';

/** A wrong answer is shown up to this length, in UTF-16 units. */
const MAX_SHOWN = 20_000;

/** The next call after an answer that cannot be used. */
export function changedCall(context: ItemContext, call: CallPlan, again: Again): CallPlan {
	switch (again.change) {
		case 'words':
			return { ...call, request: (asking) => call.request({ ...asking, manner: { ...asking.manner, form: 'prompt' } }) };
		case 'mend':
			return mendingCall(context, call, again);
		case 'room':
			return roomierCall(context, call, again);
		default:
			return again.change satisfies never;
	}
}

/** Nothing is reserved where no more room can be had: then it has no way to be made. */
function roomierCall(context: ItemContext, call: CallPlan, { outputLimitTokens: failedTokens }: Again): CallPlan {
	// A limit that was lowered because credits are few has the usual room first.
	const outputLimitTokens = failedTokens < call.size.outputLimitTokens ? call.size.outputLimitTokens : roomOf(call);
	const roomier = { ...call, size: { ...call.size, outputLimitTokens } };
	return {
		...roomier,
		reservable: () =>
			reservableCalls(context, roomier)
				.filter((each) => each.outputLimitTokens > failedTokens)
				// All that the room may cost is set aside: such an answer is known to be long.
				.map(({ mostMicro, ...each }) => ({ ...each, amountMicro: mostMicro ?? each.amountMicro })),
	};
}

/** The output limit that a call is asked with, and the highest that it may get once an answer was cut off: its endpoint may take less. */
export function limitsOf(
	{ plan, outputLimitTokens }: { readonly plan: Parameters<typeof roomOf>[0]; readonly outputLimitTokens: number },
	{ mostTokens }: Pick<Manner, 'mostTokens'>,
): { readonly outputLimitTokens: number; readonly roomTokens: number } {
	const most = (tokens: number): number => Math.min(tokens, mostTokens ?? tokens);
	return { outputLimitTokens: most(outputLimitTokens), roomTokens: most(roomOf(plan)) };
}

/** The highest output limit that a call may get once an answer was cut off, in tokens. */
function roomOf({ settings, price, size }: Pick<CallPlan, 'settings' | 'price' | 'size'>): number {
	const contextTokens = price?.contextTokens ?? null;
	return mostRoomTokens(settings.maxOutputTokens, contextTokens === null ? null : contextTokens - size.inputTokens);
}

function mendingCall(context: ItemContext, call: CallPlan, { said, detail }: Again): CallPlan {
	const instructions = mendingWords(detail, context.contract.inWords);
	const shown = said.trim().slice(0, MAX_SHOWN);
	const added = shown === '' ? [{ role: 'user' as const, content: instructions }] : continueMessages([], { answer: shown, instructions });
	const own = inputSize(added, { schemaText: '', known: context.known });
	const size = { ...call.size, inputTokens: call.size.inputTokens + own.inputTokens, inputBytes: call.size.inputBytes + own.inputBytes };
	const mending = { ...call, size };
	return {
		...mending,
		reservable: () => reservableCalls(context, mending),
		request: (asking) => {
			const request = call.request(asking);
			const messages = shown === '' ? addedInstructions(request.messages, instructions) : [...request.messages, ...added];
			return { ...request, messages };
		},
	};
}

function mendingWords(detail: string, form: string): string {
	return `Your answer could not be used. ${detail}\nGive the whole answer again, and mend this.\n${form}`;
}
