/**
 * Tells a refusal of how large the output limit is from one of its name, and finds the most that the endpoint takes in its words. A limit that
 * is too large is lowered and never left out: without one an answer may cost more than was set aside. Pure; each pattern is linear.
 */

const LIMIT_NAMES = /max[_ ]?(completion|output|new|generated)?[_ ]?tokens/i;
const TOO_LARGE =
	/too (large|high|big|long)|at most|exceed|less than|greater than|maximum (value|allowed)|<=|\d\s?>\s?\d|between|out of range|\brange\b|should be \[|larger than|no more than|up to \d/i;
/** Words for a name that is not known. */
const UNKNOWN_NAME =
	/unsupported|not support|unrecogni[sz]ed|unknown|unexpected|extra|not permitted|not allowed|not accept|does(n't| not) take|deprecated|removed|instead|invalid (field|parameter|argument|name|key)|no such/i;
/** What our own sentence says before the words of the server. */
const QUOTED = 'It said:';
/** A number that stands by itself, with or without commas. */
const NUMBER = /(?<![\w.-])(?:\d{1,3}(?:,\d{3}){1,2}|\d{3,9})(?![\w-]|\.\d)/g;
/** A smaller number is no limit of any model, and these are statuses. */
const LEAST_TOKENS = 256;
const STATUSES: ReadonlySet<number> = new Set([400, 413, 422, 429, 500]);
const MAX_NUMBERS = 50;

/** For people, as a concession has it: what is sent, what may be refused of it, what the endpoint gets instead, and what is said about that. */
export const LOWERED_LIMIT = {
	sent: 'the Output Limit of the node, in either field',
	refused: 'its size',
	instead:
		'the most that the refusal names; where it names none, the call fails, because without a limit it may cost more than was set aside',
	hint: 'takes an Output Limit of at most so many tokens, so it gets that',
} as const;

/** What people are told, behind the name of the model. */
export function loweredHint(mostTokens: number): string {
	return LOWERED_LIMIT.hint.replace('so many', String(mostTokens));
}

/** True where the words name an output limit. */
export function namesLimit(words: string): boolean {
	return LIMIT_NAMES.test(words);
}

/** True where it is not the name of the limit that is refused, as far as the words say. */
export function isLimitTooLarge(words: string): boolean {
	return TOO_LARGE.test(words) || !UNKNOWN_NAME.test(words);
}

/**
 * The most output tokens that a refusal of a limit of `limitTokens` names: the largest number below it. `null` where it names none, or is
 * not about the size of the limit.
 */
export function mostOutputIn(words: string, limitTokens: number): number | null {
	const at = words.indexOf(QUOTED);
	const said = at === -1 ? words : words.slice(at + QUOTED.length);
	if (!namesLimit(said) || !isLimitTooLarge(said)) return null;
	let most: number | null = null;
	let looked = 0;
	for (const { 0: digits, index } of said.matchAll(NUMBER)) {
		looked += 1;
		if (looked > MAX_NUMBERS) break;
		const isExcluded = /^\W{0,3}\(?exclusive/i.test(said.slice(index + digits.length, index + digits.length + 20));
		const tokens = Number(digits.replaceAll(',', '')) - (isExcluded ? 1 : 0);
		if (tokens < LEAST_TOKENS || tokens >= limitTokens || STATUSES.has(tokens)) continue;
		most = Math.max(most ?? 0, tokens);
	}
	return most;
}

const CONTEXT = /(?:maximum )?context (?:length|size|window)(?: is| of)? (\d{1,9})/i;
const INPUT = /\b(\d{1,9})(?: tokens)? in (?:the )?(?:messages|prompt|input)|\b(\d{1,9}) (?:input|prompt) tokens/i;
/** No message is shorter. */
const LEAST_ROOM_TOKENS = 64;

/** The output tokens for which there is room beside the prompt, where a refusal says how large both are; `null` where it does not, or there is none. */
export function roomBeside(words: string, limitTokens: number): number | null {
	const at = words.indexOf(QUOTED);
	const said = at === -1 ? words : words.slice(at);
	const [context, input] = [CONTEXT.exec(said), INPUT.exec(said)];
	const inputTokens = input?.[1] ?? input?.[2];
	if (context?.[1] === undefined || inputTokens === undefined) return null;
	const tokens = Number(context[1]) - Number(inputTokens);
	return tokens >= LEAST_ROOM_TOKENS && tokens < limitTokens ? tokens : null;
}
