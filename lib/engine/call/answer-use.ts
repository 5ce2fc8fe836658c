/**
 * Says of what use an answer is that was paid: its values, or why there are none, where the item goes then, and what the next attempt does
 * otherwise. Half an answer is none, in whatever way it was asked for.
 */
import { nextTry } from '../../core/calls/retry';
import type { Manner } from '../../core/calls/manner';
import { changeAfter, type Change, type Failure } from '../../core/calls/second-try';
import type { Usage } from '../../core/usage/usage-fields';
import type { Reason } from '../../params/fallback-switch';
import type { ChatAnswer } from '../../providers/provider';
import type { OutputContract, Reading } from '../answer/output-contract';
import { beforeBlanks, goesInCircles } from '../answer/runaway';
import type { Kept } from '../outcome/kept-result';

/** What the next attempt needs to know of this one. */
export interface Again {
	readonly change: Change;
	/** The answer that cannot be used; empty where it is not known any more. */
	readonly said: string;
	/** What is wrong with it, as a sentence. */
	readonly detail: string;
	readonly outputLimitTokens: number;
}

/** What came of a paid answer. */
export interface Use {
	readonly kept: Kept;
	/** `null` for values, and where the item does not come back to this model. */
	readonly again: Again | null;
	/** The form was asked for in a field of its own, and what came is not even JSON. */
	readonly isFormIgnored: boolean;
	/** It came in the form that was asked for in a field of its own. */
	readonly isFormKept: boolean;
	/** The limit ended it before the answer itself was under way: the model thought for as long. */
	readonly isThoughtAway: boolean;
}

export interface AskedWith {
	readonly contract: OutputContract;
	readonly manner: Manner;
	/** The form is not fixed by the settings. */
	readonly mayAskInWords: boolean;
	/** The model has kept to the form before. */
	readonly isObedient: boolean;
	readonly outputLimitTokens: number;
	readonly hasMoreRoom: boolean;
	/** Before this answer. */
	readonly paidFailures: number;
	readonly progress: { readonly attempt: number; readonly maxAttempts: number };
}

/** Half of the room and more for thinking is what ended an answer, not its length. */
const THOUGHT_PER_CENT = 50;

/** What an answer is good for. */
export function useOf(answer: ChatAnswer, asked: AskedWith): Use {
	const { manner, contract } = asked;
	const usage = answer.usage.kind === 'reported' ? answer.usage.usage : null;
	const base = { isFormIgnored: false, isFormKept: false, isThoughtAway: false };
	if (answer.refusal !== null || answer.finishReason === 'content_filter') {
		const kept: Kept = {
			kind: 'unusable',
			reason: 'content_refused',
			message: 'The model refused to answer this prompt.',
			next: 'leave',
			usage,
		};
		return { ...base, kept, again: null };
	}
	const isInField = manner.form !== 'prompt';
	const allowsPlainText = !isInField || (asked.mayAskInWords && !asked.isObedient);
	const reading = readingOf(answer, { contract, allowsPlainText });
	if (reading?.kind === 'values') {
		const isFormIgnored = isInField && reading.isPlain === true;
		return {
			...base,
			isFormIgnored,
			isFormKept: isInField && !isFormIgnored,
			kept: { kind: 'values', values: reading.values, usage },
			again: null,
		};
	}
	const trouble = troubleOf(reading, { text: answer.text, limitTokens: asked.outputLimitTokens });
	return {
		...base,
		...unusable(trouble, { answer, asked, usage }),
		isFormIgnored: isInField && trouble.failure === 'no_json' && !asked.isObedient,
		isThoughtAway: trouble.failure === 'limit_reached' && hasThought(answer.text, usage),
	};
}

/** `null`: the limit ended it before it was whole. One that is whole may have blanks behind it up to the limit. */
function readingOf(
	answer: ChatAnswer,
	{ contract, allowsPlainText }: { readonly contract: OutputContract; readonly allowsPlainText: boolean },
): Reading | null {
	if (answer.finishReason !== 'length') return withoutOpenThought(contract.read(answer.text, { allowsPlainText }), answer);
	const whole = beforeBlanks(answer.text);
	const reading = whole === null ? null : contract.read(whole, { allowsPlainText: false });
	return reading?.kind === 'values' ? reading : null;
}

/** Plain words within which thinking begins and does not end: where the answer ends nobody knows. In JSON its marks end by themselves. */
function withoutOpenThought(reading: Reading, { thinking }: ChatAnswer): Reading {
	return reading.kind === 'values' && reading.isPlain === true && thinking === 'unclosed' ? { kind: 'cut_off' } : reading;
}

interface Trouble {
	readonly failure: Failure;
	readonly reason: Reason;
	readonly message: string;
}

function troubleOf(
	reading: Exclude<Reading, { kind: 'values' }> | null,
	{ text, limitTokens }: { readonly text: string; readonly limitTokens: number },
): Trouble {
	if (reading === null && goesInCircles(text)) {
		const message = `The model repeated itself until the output limit of ${String(limitTokens)} tokens.`;
		return { failure: 'broken_off', reason: 'answer_cut_off', message };
	}
	if (reading === null) {
		const message = `The answer was cut off at the output limit of ${String(limitTokens)} tokens; raise the Output Limit.`;
		return { failure: 'limit_reached', reason: 'answer_cut_off', message };
	}
	switch (reading.kind) {
		case 'empty':
			return { failure: 'empty', reason: 'empty_answer', message: 'The model gave an empty answer.' };
		case 'cut_off':
			return { failure: 'broken_off', reason: 'answer_cut_off', message: 'The answer ends too early.' };
		case 'invalid':
			return { failure: reading.isForm ? 'no_json' : 'unfit', reason: 'invalid_output', message: reading.detail };
		default:
			return reading satisfies never;
	}
}

function unusable(
	{ failure, reason, message }: Trouble,
	{ answer, asked, usage }: { answer: ChatAnswer; asked: AskedWith; usage: Usage | null },
): Pick<Use, 'kept' | 'again'> {
	const { manner, mayAskInWords, hasMoreRoom, outputLimitTokens, progress } = asked;
	const change = changeAfter(failure, { form: manner.form, mayAskInWords, hasMoreRoom });
	const paidFailures = asked.paidFailures + 1;
	const next = nextTry({ kind: 'unusable', isRefusal: false, canDiffer: change !== null, paidFailures }, progress);
	const kept: Kept = { kind: 'unusable', reason, message, next, usage, ...(change ? { change } : {}) };
	return { kept, again: next === 'again' && change ? { change, said: answer.text, detail: message, outputLimitTokens } : null };
}

function hasThought(text: string, usage: Usage | null): boolean {
	if (text.trim() === '') return true;
	return usage !== null && usage.reasoningTokens * 100 >= usage.outputTokens * THOUGHT_PER_CENT;
}
