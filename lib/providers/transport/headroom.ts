/** Reads how many more requests a server says that it takes, in any of the spellings of rate-limit headers. Tokens are not counted here. */
import type { Headroom } from '../../core/calls/call-rate';
import { resetMs } from './retry-after';

/** Headers by their names in small letters. */
export type NamedHeaders = Readonly<Record<string, unknown>>;

/** What remains, the least where several limits are told; `null` where nothing is said of requests. */
export function headroomIn(headers: NamedHeaders): Headroom | null {
	let least: Headroom | null = null;
	for (const name in headers) {
		if (!name.includes('remaining') || !name.includes('limit') || name.includes('token')) continue;
		const remaining = countOf(headers[name]);
		if (remaining === null || (least !== null && least.remaining <= remaining)) continue;
		least = { remaining, resetMs: resetOf(name, headers) };
	}
	return least;
}

function resetOf(name: string, headers: NamedHeaders): number | null {
	const told = headers[name.replace('remaining', 'reset')] ?? headers[name.replace('remaining', 'reset-after')];
	if (typeof told !== 'string') return null;
	const sentAt = headers['date'];
	return resetMs(told.trim(), typeof sentAt === 'string' ? sentAt : null);
}

function countOf(value: unknown): number | null {
	return typeof value === 'string' && /^\d{1,9}$/.test(value.trim()) ? Number(value) : null;
}
