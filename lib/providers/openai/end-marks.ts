/**
 * Takes the marks off the ends of an answer by which a model's template ends or begins a turn: servers that do not know the template leave them
 * in the text. Linear in the text; marks within it stay, for the checks to find.
 */

/** In lower case. */
const ENDS: readonly string[] = [
	'<|im_end|>',
	'<|eot_id|>',
	'<|eom_id|>',
	'<|end|>',
	'<|return|>',
	'<|endoftext|>',
	'<|end_of_text|>',
	'<|end_of_turn|>',
	'<|end_of_turn_token|>',
	'<end_of_turn>',
	'<eos>',
	'</s>',
	'<｜end▁of▁sentence｜>',
];
const BEGINNINGS: readonly string[] = [
	'<|begin_of_text|>',
	'<|im_start|>assistant',
	'<|start_header_id|>assistant<|end_header_id|>',
	'<bos>',
];
/** No server leaves more in a row. */
const MOST = 4;
const LONGEST = 60;

/** The text without such marks at its ends; as it is where there are none. */
export function withoutEndMarks(text: string): string {
	let rest = text;
	for (let round = 0; round < MOST; round += 1) {
		const trimmed = rest.trimEnd();
		const end = trimmed.slice(-LONGEST).toLowerCase();
		const mark = ENDS.find((each) => end.endsWith(each));
		// A line through a word is written with the same letters.
		if (mark === undefined || (mark === '</s>' && /<s>/i.test(trimmed))) break;
		rest = trimmed.slice(0, -mark.length);
	}
	const start = rest.trimStart();
	const beginning = start.slice(0, LONGEST).toLowerCase();
	const mark = BEGINNINGS.find((each) => beginning.startsWith(each));
	return mark === undefined ? rest : start.slice(mark.length).trimStart();
}
