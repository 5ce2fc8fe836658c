/**
 * How a stored JSON text becomes a value: by a schema with defaults, so that a field which is younger than the text has its usual value,
 * and a wrong one is named. Only for what is read rarely, or kept once it was read; what comes with every call is checked by hand.
 */
import { restoreHint } from './restore-hint';
import { z } from 'zod';
import { CreditError } from './errors';

/** An amount in micro-credits, written as decimal text. */
export const storedMicro = z
	.string()
	.regex(/^-?\d{1,40}$/, 'is no amount in micro-credits')
	.transform((text) => BigInt(text));

/** Reads a text; `what` names it for people. Throws `ledger_corrupt` with the place in it that is wrong. */
export function decodeStored<S extends z.ZodType>(schema: S, text: string, what: string): z.output<S> {
	try {
		return schema.parse(JSON.parse(text));
	} catch (cause) {
		throw new CreditError('ledger_corrupt', `The ledger cannot be read: ${what} ${placeOf(cause)}. To go on: ${restoreHint()}.`, { cause });
	}
}

function placeOf(error: unknown): string {
	const [issue] = error instanceof z.ZodError ? error.issues : [];
	if (issue === undefined) return 'cannot be read';
	const place = issue.path.map(String).join('.');
	return `cannot be read${place === '' ? '' : ` at ${place}`} (${issue.message})`;
}
