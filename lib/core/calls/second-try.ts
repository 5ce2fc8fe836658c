/**
 * Says what the next attempt does otherwise after an answer that was paid and cannot be used, so that the same failure is not bought
 * twice. Pure.
 */
import type { Form } from './manner';

/** Why a paid answer cannot be used. */
export type Failure =
	/** Not even JSON: the form was not understood, or not looked at. */
	| 'no_json'
	/** JSON, in another form than was asked for, or broken. */
	| 'unfit'
	| 'empty'
	/** The limit ended it. */
	| 'limit_reached'
	/** It ends too early, and nothing says why. */
	| 'broken_off';

/** `words`: the form is asked for in words. `mend`: the model is shown its mistake. `room`: the limit is higher. */
export const CHANGES = ['words', 'mend', 'room'] as const;
export type Change = (typeof CHANGES)[number];

/** An answer that the limit ended gets so many times the room once more. */
const ROOM_TIMES = 4;

/** The change that may help; `null`: none does. `mayAskInWords`: the form is not fixed by the settings. */
export function changeAfter(
	failure: Failure,
	{ form, mayAskInWords, hasMoreRoom }: { form: Form; mayAskInWords: boolean; hasMoreRoom: boolean },
): Change | null {
	const words = mayAskInWords && form !== 'prompt';
	switch (failure) {
		case 'no_json':
		case 'empty':
		case 'broken_off':
			return words ? 'words' : 'mend';
		case 'unfit':
			return 'mend';
		case 'limit_reached':
			return hasMoreRoom ? 'room' : null;
		default:
			return failure satisfies never;
	}
}

/** The highest output limit that a call with this limit in its settings may get, in tokens. */
export function mostRoomTokens(limitTokens: number, contextTokens: number | null): number {
	const room = limitTokens * ROOM_TIMES;
	return contextTokens === null ? room : Math.max(limitTokens, Math.min(room, contextTokens));
}
