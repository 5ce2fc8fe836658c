/** Owns the passes of an answer: their kinds, and what a model is told in each when the user says nothing else. */
import type { LlmActionValues } from './action-types';

/** A pass that the user set. */
type UserPass = LlmActionValues['passes'][number]['kind'];

/** The first call of a rung is the draft, then come the passes of the user; a repair and a judge follow where they are needed. */
export type PassKind = 'draft' | UserPass | 'repair' | 'judge';

const USUAL = {
	refine:
		'Now improve your answer. Keep every fact, name and number, add none, and stay in the same language. Make it sound natural and written for this one person, and cut what says nothing. Give the whole improved answer in the same form.',
	validate:
		'Now check your answer against the request above: every instruction is followed, every fact, name and number is as it was given, nothing is made up, no placeholder is left, and the language is right. Give the whole answer in the same form, with what is wrong mended and everything else unchanged.',
} as const satisfies Record<UserPass, string>;

/** What a pass after the draft is told. */
export function instructionsOf({ kind, instructions }: LlmActionValues['passes'][number]): string {
	return instructions.trim() === '' ? USUAL[kind] : `${instructions.trim()}\n\nGive the whole answer again, in the same form.`;
}
