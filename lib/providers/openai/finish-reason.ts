/** Reads why an answer ended: every server's spelling becomes one vocabulary. */
import type { FinishReason } from '../provider';

/** The first that fits counts. Letters alone, in lower case: `MAX_TOKENS`, `max-tokens` and `maxTokens` are one spelling. */
const SPELLINGS: readonly (readonly [FinishReason, RegExp])[] = [
	// A call that could not be written is called a filter by one server.
	['tool_calls', /functioncallfilter|malformedfunction/],
	[
		'content_filter',
		/filter|safety|recitation|blocked|blocklist|prohibited|spii|guardrail|toxic|sensitive|moderat|policy|violation|refus|inspection|harm/,
	],
	['tool_calls', /tool|function/],
	['length', /length|maxtoken|maxoutput|maxcompletion|tokenlimit|maxnew|limit|context|truncat|incomplete|cutoff/],
	['error', /error|fail|abort|cancel|resource|overload|exception|timeout|unavailable/],
	['stop', /stop|endturn|eos|complete|finish|^end$|normal|^done$|success/],
];
/** No server's word for it is longer; what is, was meant for people. */
const MAX_CHARACTERS = 200;

/** The reason in our vocabulary; `null` where there is none. A word that nobody knows is `other`. */
export function finishReasonOf(said: unknown): FinishReason | null {
	// Nearly every answer ends so.
	if (said === 'stop') return said;
	if (typeof said !== 'string' || said.trim() === '') return null;
	const letters = said
		.slice(0, MAX_CHARACTERS)
		.toLowerCase()
		.replace(/[^a-z]/g, '');
	return SPELLINGS.find(([, pattern]) => pattern.test(letters))?.[0] ?? 'other';
}
