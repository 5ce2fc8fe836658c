/** Takes a model's thinking out of its text. Linear in the text; what is no thinking stays letter by letter. */
import type { ThinkingPlace } from '../provider';

/** How servers mark it: tags as most models write them, and the marks that show when a server does not know its model's template. */
const MARKS: readonly (readonly [open: string, close: string])[] = [
	['<think>', '</think>'],
	['<thinking>', '</thinking>'],
	['<thought>', '</thought>'],
	['<thoughts>', '</thoughts>'],
	['<reasoning>', '</reasoning>'],
	['<reflection>', '</reflection>'],
	['<scratchpad>', '</scratchpad>'],
	['<seed:think>', '</seed:think>'],
	['<|thinking|>', '</|thinking|>'],
	['<|begin_of_thought|>', '<|end_of_thought|>'],
	['<|start_thinking|>', '<|end_thinking|>'],
	['<|channel|>analysis<|message|>', '<|end|>'],
	['[think]', '[/think]'],
	['[thinking]', '[/thinking]'],
	['[reasoning]', '[/reasoning]'],
	['◁think▷', '◁/think▷'],
];
/** What stands around the answer itself where the marks of a template show. */
const AROUND_ANSWER =
	/<\|start\|>assistant|<\|channel\|>final<\|message\|>|<\|(?:return|end)\|>$|<\|begin_of_solution\|>|<\|end_of_solution\|>$/g;

/** A text without thinking, and whether there was some. */
export interface Thoughtless {
	readonly text: string;
	/** `null`: nothing was found, and the text is as it came. */
	readonly place: Extract<ThinkingPlace, 'tags' | 'unclosed'> | null;
}

/**
 * The text without what stands between marks of thinking. A closing mark alone ends thinking that began in the prompt. An opening mark
 * alone at the beginning leaves nothing; further on it is left in the text, because it may be the answer's own, and is told.
 */
export function withoutThinking(text: string): Thoughtless {
	if (!/[<[◁]/.test(text)) return { text, place: null };
	let rest = text;
	let place: Thoughtless['place'] = null;
	for (const mark of MARKS) {
		const taken = withoutMark(rest, mark);
		rest = taken.text;
		if (taken.place === 'unclosed' || place === null) place = taken.place ?? place;
	}
	return place === null ? { text, place } : { text: rest.replace(AROUND_ANSWER, '').trim(), place };
}

function withoutMark(text: string, [open, close]: readonly [string, string]): Thoughtless {
	// Only letters of ASCII change their case in the marks, so that places in both texts are the same.
	const folded = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
	const firstOpen = folded.indexOf(open);
	const firstClose = folded.indexOf(close);
	if (firstOpen === -1 && firstClose === -1) return { text, place: null };
	if (firstClose === -1) return unclosed(text, firstOpen);
	// The beginning stood in the prompt: all up to the last end before the next beginning is thinking.
	const startsWithin = firstOpen === -1 || firstClose < firstOpen;
	let at = 0;
	if (startsWithin) at = folded.lastIndexOf(close, firstOpen === -1 ? folded.length : firstOpen) + close.length;
	const kept: string[] = [];
	for (;;) {
		const start = folded.indexOf(open, at);
		const end = start === -1 ? -1 : folded.indexOf(close, start);
		if (end === -1) {
			const tail = text.slice(at);
			const left = start === -1 ? { text: tail, place: null } : unclosed(tail, start - at);
			return { text: kept.join('') + left.text, place: left.place ?? 'tags' };
		}
		kept.push(text.slice(at, start));
		at = end + close.length;
	}
}

function unclosed(text: string, openAt: number): Thoughtless {
	return { text: text.slice(0, openAt).trim() === '' ? '' : text, place: 'unclosed' };
}
