/** The whole corpus of left-overs by kind: what must pass the check that is on by itself, and what it must stop. */
import { BROKEN_MARKUP } from './broken-markup';
import { BROKEN_PLACEHOLDERS } from './broken-placeholders';
import { BROKEN_TALK } from './broken-talk';
import { BROKEN_THINKING } from './broken-thinking';
import { GOOD_EUROPEAN } from './good-european';
import { GOOD_FURTHER } from './good-further';
import { GOOD_NEAR } from './good-near';
import type { Sample } from './sample';
import { SECOND_ROUND } from './second-round';

export const GOOD: readonly Sample[] = [...GOOD_EUROPEAN, ...GOOD_FURTHER, ...GOOD_NEAR, ...SECOND_ROUND.good];

export const BROKEN = {
	placeholders: [...BROKEN_PLACEHOLDERS, ...SECOND_ROUND.placeholders],
	talk: [...BROKEN_TALK, ...SECOND_ROUND.talk],
	thinking: [...BROKEN_THINKING, ...SECOND_ROUND.thinking],
	markup: [...BROKEN_MARKUP, ...SECOND_ROUND.markup],
} as const satisfies Record<string, readonly Sample[]>;
