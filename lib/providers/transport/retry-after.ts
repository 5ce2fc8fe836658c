/**
 * Reads how long a server asks to wait: headers, then the body, then its words as a hint. No clock is read: a date is taken relative to
 * the answer's own Date header, which is also right when this machine's clock is not.
 */

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MAX_WAIT_MS = 86_400_000;
/** Numbers above these are instants (epoch seconds, epoch milliseconds), not spans. */
const EPOCH_SECONDS = 1_000_000_000;
const EPOCH_MS = 1_000_000_000_000;

/** How long to wait. */
export interface RetryWait {
	/** Milliseconds, rounded up, at most a day; `null`: nothing is said. */
	readonly ms: number | null;
	/** It stands in a header or a field, not only in words: waiting helps. */
	readonly isSignal: boolean;
}

/** The wait that a refusal asks for. */
export function waitIn({
	headers,
	bodyDelayMs,
	words,
}: {
	readonly headers: Headers;
	readonly bodyDelayMs: number | null;
	readonly words: string;
}): RetryWait {
	const signalMs = retryAfterMs(headers) ?? bounded(bodyDelayMs);
	return signalMs === null ? { ms: bounded(hintMs(words)), isSignal: false } : { ms: signalMs, isSignal: true };
}

/** Milliseconds to wait, rounded up, at most a day; `null` when the headers say nothing that can be read. */
function retryAfterMs(headers: Headers): number | null {
	return (
		bounded(milliseconds(headers.get('retry-after-ms'))) ??
		bounded(secondsOrDate(headers.get('retry-after'), headers.get('date'))) ??
		bounded(longestReset(headers))
	);
}

function milliseconds(text: string | null): number | null {
	return text !== null && /^\d{1,12}(\.\d+)?$/.test(text.trim()) ? Number(text) : null;
}

function secondsOrDate(text: string | null, sentAt: string | null): number | null {
	if (text === null) return null;
	if (/^\d{1,9}(\.\d+)?$/.test(text.trim())) return Number(text) * 1_000;
	return durationMs(text.trim()) ?? sinceMs(text, sentAt);
}

function sinceMs(text: string, sentAt: string | null): number | null {
	const waitMs = Date.parse(text) - Date.parse(sentAt ?? '');
	return Number.isNaN(waitMs) ? null : Math.max(0, waitMs);
}

/** The longest of the limits with nothing remaining. Their resets are spans ("6m0s", "20ms", "12"), instants, or dates. */
function longestReset(headers: Headers): number | null {
	const sentAt = headers.get('date');
	const waits: number[] = [];
	for (const [name, value] of headers) {
		if (!name.includes('ratelimit') || !name.includes('reset')) continue;
		const isUsedUp = Number(headers.get(name.replace(/reset(-after)?/, 'remaining')) ?? '0') <= 0;
		const waitMs = isUsedUp ? resetMs(value.trim(), sentAt) : null;
		if (waitMs !== null) waits.push(waitMs);
	}
	return waits.length === 0 ? null : Math.max(...waits);
}

/** Milliseconds until a limit is renewed: a span, an instant, or a date; `null` for what cannot be read. */
export function resetMs(text: string, sentAt: string | null): number | null {
	if (!/^\d{1,13}(\.\d{1,9})?$/.test(text)) return durationMs(text) ?? sinceMs(text, sentAt);
	const count = Number(text);
	if (count < EPOCH_SECONDS) return count * 1_000;
	const waitMs = (count < EPOCH_MS ? count * 1_000 : count) - Date.parse(sentAt ?? '');
	return Number.isNaN(waitMs) ? null : Math.max(0, waitMs);
}

/** OpenAI names spans as "1s", "6m0s", "20ms". */
function durationMs(text: string): number | null {
	if (text.length > 60 || !/^(\d{1,9}(\.\d{1,9})?(ms|[smhd]))+$/.test(text)) return null;
	let total = 0;
	for (const [, amount = '0', unit = ''] of text.matchAll(/(\d{1,9}(?:\.\d{1,6})?)(ms|[smhd])/g))
		total += Number(amount) * (UNIT_MS[unit] ?? 0);
	return total;
}

/** "Please try again in 1m2.5s", "retry after 20 seconds", "wait 500 milliseconds". */
function hintMs(words: string): number | null {
	const said = /(?:again|retry|retrying|wait)\s{1,3}(?:in|after|for|at least)?\s{0,3}((?:\d{1,6}(?:\.\d{1,9})?(?:ms|[smhd])){1,4})\b/i.exec(
		words,
	)?.[1];
	if (said !== undefined) return durationMs(said.toLowerCase());
	const [, amount, unit] =
		/(?:again|retry|retrying|wait)\s{1,3}(?:in|after|for|at least)?\s{0,3}(\d{1,6}(?:\.\d{1,9})?)\s?(milliseconds?|seconds?|secs?|minutes?|mins?|hours?)\b/i.exec(
			words,
		) ?? [];
	if (amount === undefined || unit === undefined) return null;
	const short = /^mil/i.test(unit) ? 'ms' : unit.charAt(0).toLowerCase();
	return Number(amount) * (UNIT_MS[short] ?? 0);
}

function bounded(waitMs: number | null): number | null {
	return waitMs === null ? null : Math.min(MAX_WAIT_MS, Math.ceil(waitMs));
}
