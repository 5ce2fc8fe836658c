/**
 * Owns how long a server asked to wait. Refuses to read a clock: a date is taken relative to the answer's own Date header,
 * which is also right when this machine's clock is not.
 */

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MAX_WAIT_MS = 86_400_000;

/** Milliseconds to wait, rounded up, at most a day; `null` when the headers say nothing that can be read. */
export function retryAfterMs(headers: Headers): number | null {
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
	const waitMs = Date.parse(text) - Date.parse(sentAt ?? '');
	return Number.isNaN(waitMs) ? null : Math.max(0, waitMs);
}

/** OpenAI names the limits' resets as durations ("1s", "6m0s", "20ms"); only limits with nothing remaining count. */
function longestReset(headers: Headers): number | null {
	const waits = ['requests', 'tokens'].flatMap((limit) => {
		const isUsedUp = Number(headers.get(`x-ratelimit-remaining-${limit}`) ?? '0') <= 0;
		const waitMs = duration(headers.get(`x-ratelimit-reset-${limit}`));
		return isUsedUp && waitMs !== null ? [waitMs] : [];
	});
	return waits.length === 0 ? null : Math.max(...waits);
}

function duration(text: string | null): number | null {
	if (text === null || !/^(\d{1,9}(\.\d{1,6})?(ms|[smhd]))+$/.test(text)) return null;
	let total = 0;
	for (const [, amount = '0', unit = ''] of text.matchAll(/(\d{1,9}(?:\.\d{1,6})?)(ms|[smhd])/g)) total += Number(amount) * (UNIT_MS[unit] ?? 0);
	return total;
}

function bounded(waitMs: number | null): number | null {
	return waitMs === null ? null : Math.min(MAX_WAIT_MS, Math.ceil(waitMs));
}
