/**
 * Owns the compact forms inside an entry's text: slices, movements, usage, counters and refunds. What is absent is left out.
 * Refuses nothing; what cannot be read throws and is named by the journal.
 */
import { isList, isRecord } from '../values/foreign';
import type { CounterRef } from '../nouns/records';
import type { CallFacts, CallSource } from '../nouns/call-facts';
import type { Movement, RefundedBody, Slice } from '../nouns/movement';
import { USAGE_FIELDS, usageOf, type Usage } from '../usage/usage-fields';
import { canonicalJson } from '../values/idempotency';

/** A parsed text. */
export type Compact = Readonly<Record<string, unknown>>;

/** A parsed text whose parts have names. Throws for anything else. */
export function compactOf(parsed: unknown): Compact {
	if (isRecord(parsed)) return parsed;
	throw new Error('it is no record');
}

/** A whole number that must be there. Throws for anything else. */
export function count(value: unknown): number {
	if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
	throw new Error(`${String(value)} is no whole number`);
}

/** Something that is said by 1, or by nothing. Throws for anything else. */
export function flag(value: unknown): boolean {
	if (value === undefined || value === 1) return value === 1;
	throw new Error(`${String(value)} is neither 1 nor absent`);
}

/** An instant or a duration. Throws for anything else. */
export function finite(value: unknown): number {
	if (typeof value === 'number' && Number.isFinite(value)) return value;
	throw new Error(`${String(value)} is no number`);
}

/** Slices as a `grant:amount` list; absent for none. */
export function encodeSlices(slices: readonly Slice[]): string | undefined {
	if (slices.length === 0) return undefined;
	let text = '';
	for (const { grantSeq, amountMicro } of slices) text += `${text === '' ? '' : ','}${String(grantSeq)}:${String(amountMicro)}`;
	return text;
}

/** Reads a `grant:amount` list; absent is empty. */
export function decodeSlices(text: unknown): Slice[] {
	if (text === undefined) return [];
	if (typeof text !== 'string') throw new Error(`${String(text)} is no list of slices`);
	return text.split(',').map((part) => {
		const colon = part.indexOf(':');
		if (colon < 1) throw new Error(`${part} is no slice`);
		return { grantSeq: count(Number(part.slice(0, colon))), amountMicro: BigInt(part.slice(colon + 1)) };
	});
}

/** The four lists of a movement under one letter each. */
export function encodeMovement(movement: Movement): Compact {
	return {
		c: encodeSlices(movement.charged),
		d: encodeSlices(movement.drawn),
		b: encodeSlices(movement.restored),
		f: encodeSlices(movement.forfeited),
	};
}

/** The inverse of {@link encodeMovement}. */
export function decodeMovement(compact: Compact): Movement {
	return {
		charged: decodeSlices(compact['c']),
		drawn: decodeSlices(compact['d']),
		restored: decodeSlices(compact['b']),
		forfeited: decodeSlices(compact['f']),
	};
}

/** Counts in a fixed order with trailing zeros cut. */
export function encodeUsage(usage: Usage): number[] {
	const counts = USAGE_FIELDS.map((field) => usage[field]);
	while (counts.length > 2 && counts.at(-1) === 0) counts.pop();
	return counts;
}

/** The inverse of {@link encodeUsage}, field by field in its order; `null` when nothing was reported. */
export function decodeUsage(counts: unknown): Usage | null {
	if (counts === undefined) return null;
	if (!isList(counts)) throw new Error('its usage is no list');
	return usageOf((_field, place) => count(counts[place] ?? 0));
}

/** `[budget, period, value]` for each counter; absent for none. */
export function encodeCounters(counters: readonly CounterRef[]): unknown {
	return counters.length === 0 ? undefined : counters.map(({ budgetSeq, period, value }) => [budgetSeq, period, value]);
}

/** The inverse of {@link encodeCounters}. */
export function decodeCounters(compact: unknown): CounterRef[] {
	if (compact === undefined) return [];
	if (!Array.isArray(compact)) throw new Error('it has no list of counters');
	return compact.map((row: unknown) => {
		const [budgetSeq, period, value] = isList(row) ? row : [];
		if (typeof period !== 'string' || typeof value !== 'string') throw new Error('it has a counter without a period or a value');
		return { budgetSeq: count(budgetSeq), period, value };
	});
}

/** A text that may be absent. */
export function optionalText(value: unknown): string | null {
	if (value === undefined || value === null) return null;
	if (typeof value !== 'string') throw new Error(`${String(value)} is no text`);
	return value;
}

/** A refund as canonical text. */
export function encodeRefund(body: RefundedBody): string {
	const { holdSeq, closedAtMs, actualMicro, overdraftMicro, isLate, amountMicro, refundedMicro, repaidMicro, renewedMicro } = body;
	const flags = { l: isLate ? 1 : undefined, e: body.measure === 'estimated' ? 1 : undefined, i: body.isImplausible ? 1 : undefined };
	const rest = { h: holdSeq, t: closedAtMs, ...flags, ...encodeMovement(body) };
	return canonicalJson({ ...rest, a: actualMicro, o: overdraftMicro, x: amountMicro, r: refundedMicro, p: repaidMicro, n: renewedMicro });
}

/** The inverse of {@link encodeRefund}. */
export function decodeRefund(compact: Compact): RefundedBody {
	return {
		kind: 'refunded',
		holdSeq: count(compact['h']),
		closedAtMs: finite(compact['t']),
		actualMicro: amount(compact['a']),
		overdraftMicro: amount(compact['o']),
		isLate: flag(compact['l']),
		measure: flag(compact['e']) ? 'estimated' : 'reported',
		isImplausible: flag(compact['i']),
		amountMicro: amount(compact['x']),
		refundedMicro: amount(compact['r']),
		repaidMicro: amount(compact['p']),
		renewedMicro: amount(compact['n']),
		...decodeMovement(compact),
	};
}

/** Where a charge came from, by its place. Append only: the places are in people's files. */
const SOURCES = ['call', 'batch', 'metered', 'bill'] as const satisfies readonly CallSource[];

/** A call that costs what the list says. */
const WHOLE_PERCENT = 100;

/** What is known of a call under one letter each; what is usual is left out. */
export function encodeFacts(facts: CallFacts): Compact {
	const { latencyMs, attempts, source, reportedMicro, listMicro, ratePercent, isImplausible, resultHash } = facts;
	return {
		t: latencyMs ?? undefined,
		n: attempts === 1 ? undefined : attempts,
		s: source === 'call' ? undefined : SOURCES.indexOf(source),
		r: reportedMicro === null ? undefined : String(reportedMicro),
		p: listMicro === null ? undefined : String(listMicro),
		v: ratePercent === WHOLE_PERCENT ? undefined : ratePercent,
		i: isImplausible ? 1 : undefined,
		k: resultHash ?? undefined,
	};
}

/** The inverse of {@link encodeFacts}. */
export function decodeFacts(compact: Compact): CallFacts {
	return {
		latencyMs: compact['t'] === undefined ? null : finite(compact['t']),
		attempts: count(compact['n'] ?? 1),
		source: SOURCES[count(compact['s'] ?? 0)] ?? 'call',
		reportedMicro: compact['r'] === undefined ? null : amount(compact['r']),
		listMicro: compact['p'] === undefined ? null : amount(compact['p']),
		ratePercent: count(compact['v'] ?? WHOLE_PERCENT),
		isImplausible: flag(compact['i']),
		resultHash: optionalText(compact['k']),
	};
}

/** An amount written as decimal text, in micro-credits. */
export function amount(value: unknown): bigint {
	if (typeof value !== 'string') throw new Error(`${String(value)} is no amount`);
	return BigInt(value);
}
