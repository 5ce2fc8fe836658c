/** Writes and reads what processes tell one another about the calls to one model. Pure. */
import { z } from 'zod';
import { parseForeignJson } from '../values/foreign-json';
import { MOST_CALLS } from './call-limit';

/** What one process tells. */
export interface ToldCalls {
	/** Calls that it lets be under way. */
	readonly calls: number;
	/** Calls a second that all may send together; `null`: no limit was met. */
	readonly perSecond: number | null;
	/** Since when that is known, in epoch milliseconds of the ledger. */
	readonly learnedAtMs: number;
	/** Calls a second that it sends. */
	readonly sentPerSecond: number;
}

const TOLD = z.object({
	calls: z.number().min(1).max(MOST_CALLS),
	perSecond: z.number().min(0).max(1e6).nullable(),
	learnedAtMs: z.number().min(0),
	sentPerSecond: z.number().min(0).max(1e6),
});

/** The note of a process. */
export function encodeCallNote({ calls, perSecond, learnedAtMs, sentPerSecond }: ToldCalls): string {
	const rounded = perSecond === null ? null : Number(perSecond.toPrecision(4));
	return JSON.stringify({ calls, perSecond: rounded, learnedAtMs, sentPerSecond });
}

/** Reads a note; `null` for what is none. */
export function decodeCallNote(text: string): ToldCalls | null {
	const read = TOLD.safeParse(parsed(text));
	return read.success ? read.data : null;
}

function parsed(text: string): unknown {
	try {
		return parseForeignJson(text);
	} catch {
		return null;
	}
}
