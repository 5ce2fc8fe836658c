/** Reads a whole answer for its bill: the counts of its usage, and what the provider says beside them. */
import { readSaid, type AnswerHeaders } from './provider-said';
import { readUsage, type UsageReading } from './usage';

/** The usage of a whole answer, with what it and its headers say of its bill. Never throws. */
export function readAnswerUsage(body: Readonly<Record<string, unknown>>, headers: AnswerHeaders): UsageReading {
	const reading = readUsage(body['usage'] ?? body['usageMetadata']);
	const said = readSaid(body, headers);
	return said ? { ...reading, said } : reading;
}
