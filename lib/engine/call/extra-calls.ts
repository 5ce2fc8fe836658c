/**
 * Owns the calls of an item beside those of its rung: a repair of its answer, and a judge's verdict on it. Each is reserved and settled
 * by itself, under the limits of the item, with a key of its own. Refuses to decide what comes of them.
 */
import { isLedgerFault } from '../../core/values/errors';
import { JUDGE_OUTPUT_TOKENS, judgeMessages } from '../../core/gates/judge';
import type { AnswerText } from '../../core/gates/finding';
import type { Reason } from '../../params/fallback-switch';
import { OWN_PROVIDER } from '../plan/action-sources';
import { withAccountTexts } from '../plan/account-prompt';
import type { ItemContext } from '../plan/action-types';
import { planCall, requestText, reservableCalls, type CallPlan } from '../plan/call-plan';
import { refusalMessage } from '../outcome/fault-reasons';
import type { PlannedItem } from './planned-item';
import { callAlternatives, type Rung } from '../plan/ladder-plan';
import { OutputContract } from '../answer/output-contract';
import { continueMessages, inputSize } from '../plan/prompt';
import { RungRun, type Answer } from './rung-run';

export type ExtraEnd =
	| { readonly kind: 'answered'; readonly answer: Answer }
	/** `isAnswered`: it was asked, and what it said is of no use. */
	| { readonly kind: 'nothing'; readonly isAnswered: boolean; readonly message: string };

/** The reasons of a model that answered in a way that cannot be used. */
const USELESS: ReadonlySet<Reason> = new Set<Reason>(['content_refused', 'empty_answer', 'invalid_output']);

/** What a judge answers. */
const JUDGE_CONTRACT = new OutputContract([
	{ name: 'score', type: 'number', description: 'A whole number from 0, not at all, to 100, entirely', details: '', fallback: '' },
	{ name: 'why', type: 'text', description: 'One short sentence: what costs points', details: '', fallback: '' },
]);

/** An item for its judge, whose answers have a form of their own. */
export function judgedItem(item: PlannedItem): PlannedItem {
	return item.with({ context: { ...item.context, contract: JUDGE_CONTRACT } });
}

/**
 * The call that asks a judge about an answer, for the item of {@link judgedItem}. Its criteria may refer to texts of the account; what
 * is judged may not. Throws `invalid_settings` for a reference to a text that is not there.
 */
export function judgeCall(
	{ context, profile }: PlannedItem,
	{ model, criteria, texts }: { model: string; criteria: string; texts: readonly AnswerText[] },
): CallPlan {
	const { system, user } = judgeMessages(criteria, texts);
	const text = requestText(context, { ...withAccountTexts({ systemPrompt: system, prompt: '' }, profile.texts), prompt: user });
	const settings = { model, maxOutputTokens: JUDGE_OUTPUT_TOKENS, temperature: null, reasoningEffort: null };
	const planned = planCall(context, { text, settings, provider: OWN_PROVIDER, pass: null, before: null });
	const call = { ...planned, pass: 'judge' as const, memoryId: `${planned.memoryId}|judge` };
	return { ...call, reservable: () => reservableCalls(context, call) };
}

/** The call that gives a model its answer back with what is wrong with it: asked as the last pass of the rung was. */
export function repairCall(
	context: ItemContext,
	{ calls }: Rung,
	{ answer, instructions }: { answer: string; instructions: string },
): CallPlan {
	const [draft] = calls;
	const last = calls.at(-1);
	if (!draft || !last) throw new TypeError('A rung has at least one call');
	const { outputLimitTokens } = last.size;
	const added = continueMessages([], { answer, instructions });
	const own = inputSize(added, { schemaText: '', known: context.known });
	const size = {
		inputTokens: draft.size.inputTokens + own.inputTokens,
		inputBytes: draft.size.inputBytes + own.inputBytes,
		outputLimitTokens,
	};
	const call = { ...last, pass: 'repair' as const, size, memoryId: `${last.memoryId}|repair` };
	return {
		...call,
		reservable: () => reservableCalls(context, call),
		request: (asking) => ({
			...last.request({ ...asking, previous: answer }),
			messages: [...draft.request({ ...asking, previous: null }).messages, ...added],
		}),
	};
}

/**
 * Reserves, asks and settles one call more. Waits for credits as the item does; never throws for want of them, nor where the ledger is away
 * by then: an answer is there already.
 */
export async function extraCall(item: PlannedItem, { rung, call, key }: { rung: Rung; call: CallPlan; key: string }): Promise<ExtraEnd> {
	const { plan, ledger, time, state } = item;
	if (call.problem) return { kind: 'nothing', isAnswered: false, message: call.problem.message };
	const alone: Rung = { ...rung, calls: [call] };
	const input = { ...plan.reserve, key, alternatives: () => callAlternatives(rung, call), ...item.waiting() };
	await item.takeTurn(call);
	const outcome = await ledger.reserve(input).catch((error: unknown) => {
		if (!isLedgerFault(error)) throw error;
		return error;
	});
	if (outcome instanceof Error) return { kind: 'nothing', isAnswered: false, message: outcome.message };
	if (outcome.kind === 'refused') return { kind: 'nothing', isAnswered: false, message: refusalMessage(outcome, [call]) };
	const { hold, taken } = outcome;
	if (taken && time.stopsWaiting.aborted) {
		await item.giveBack(hold);
		return { kind: 'nothing', isAnswered: false, message: 'There was no time left.' };
	}
	const before = state.sums;
	const end = await new RungRun(item, { rung: alone, reserved: { key, holds: [hold], taken }, draftAttempts: 0 }).run();
	state.endPass({ pass: call.pass, model: call.model, state: end.kind === 'answered' ? 'answered' : 'failed' }, before);
	switch (end.kind) {
		case 'answered':
			return end;
		case 'paused':
			return { kind: 'nothing', isAnswered: false, message: 'The model is left alone for a while, because it failed again and again.' };
		case 'failed':
			return { kind: 'nothing', isAnswered: USELESS.has(end.reason), message: end.message };
		default:
			return end satisfies never;
	}
}
