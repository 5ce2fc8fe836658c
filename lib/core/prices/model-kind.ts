/**
 * Owns what a model's name tells about its way of answering: at once, or after thinking, which is billed as output on top of the
 * answer. Price lists do not say it. Refuses to guess about names of no known family.
 */

/** `reasoning` models think before they answer unless they are told not to; `quick` ones answer at once. */
export type ModelKind = 'quick' | 'reasoning';

/** Variants that answer at once, whatever their family does. */
const SAYS_QUICK = /non-reasoning|no-?think|(^|[-/])gpt-[\d.]+-chat|instruct|-lite/;

/** Variants that think, and families that do unless told otherwise. */
const SAYS_REASONING =
	/reason|think|deep-research|deepseek-(r\d|v[4-9])|(^|[-/])r1\b|qwq|magistral|gpt-oss|(^|\/)o[134](-|$)|gpt-([5-9]|\d\d)|grok-(3-mini|[4-9]|code)|gemini-(2\.5|[3-9])|qwen-?3(\.\d)?[-:]\d+b|glm-(4\.[5-9]|[5-9]|z1)|kimi-k(2\.[5-9]|[3-9])|minimax-m\d|nemotron-(3|nano|ultra|super)|step-3/;

const KNOWN_FAMILY =
	/gpt|claude|gemini|gemma|llama|mi[sx]tral|ministral|codestral|devstral|pixtral|command|aya|nova|sonar|grok|qwen|deepseek|phi|glm|kimi|moonshot|minimax|hermes|granite|jamba|solar|yi-/;

/** The kind of a model by its name, compared without case; `null` for a name of no known family. */
export function kindOfModel(model: string): ModelKind | null {
	const name = model.toLowerCase();
	if (SAYS_QUICK.test(name)) return 'quick';
	if (SAYS_REASONING.test(name)) return 'reasoning';
	return KNOWN_FAMILY.test(name) ? 'quick' : null;
}
