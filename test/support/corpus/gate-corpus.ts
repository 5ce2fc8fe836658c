/**
 * Owns the answers that the gates are held against: good ones, and bad ones in each named way, in twelve languages. Every answer is
 * judged with all gates of its world on, so a gate that cries wolf shows at once.
 */
import type { Gate } from '../../../lib/core/gates/finding';
import type { AnswerRule } from '../../../lib/core/gates/rules';
import { ASIAN_AND_ARABIC_WORLDS } from './gate-corpus-asian-and-arabic';
import { EUROPEAN_WORLDS } from './gate-corpus-european';

/**
 * What is known of an answer beforehand: `good`, the names of the gates that must find something (and no other may), or `undecided`
 * with the gate that cannot decide and lets it pass.
 */
export type Known = string;

/** One answer: what is known, its text (two texts: subject and body), and for an undecided one why. */
export type Labelled = readonly [known: Known, text: string | readonly [subject: string, body: string], why?: string];

/** A campaign: what the item holds, what was asked, which facts and rules hold, and what came back. */
export interface World {
	readonly language: string;
	readonly item: Readonly<Record<string, unknown>>;
	readonly prompt: string;
	readonly facts: readonly string[];
	readonly rules: readonly AnswerRule[];
	readonly answers: readonly Labelled[];
}

/** The gates after the call that the corpus labels. */
export const LABELLED_GATES = [
	'length',
	'required_phrases',
	'banned_phrases',
	'placeholders',
	'language',
	'facts',
	'invented',
] as const satisfies readonly Gate[];

export const GATE_CORPUS: readonly World[] = [...EUROPEAN_WORLDS, ...ASIAN_AND_ARABIC_WORLDS];
