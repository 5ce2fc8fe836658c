/**
 * Owns the compact forms inside an entry's text: slices, movements, usage, counters and refunds. What is absent is left out.
 * Refuses nothing; what cannot be read throws and is named by the journal.
 */
import type { CounterRef } from '../nouns/records';
import type { CallFacts, CallSource } from '../nouns/call-facts';
import type { Movement, RefundedBody, Slice } from '../nouns/movement';
import { USAGE_FIELDS, usageOf, type Usage } from '../usage/usage-fields';
import { canonicalJson } from '../values/idempotency';

/** A parsed text. */
export type Compact = Readonly<Record<string, unknown>>;

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
	return String(text)
		.split(',')
		.map((part) => {
			const colon = part.indexOf(':');
			return { grantSeq: Number(part.slice(0, colon)), amountMicro: BigInt(part.slice(colon + 1)) };
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
	if (!Array.isArray(counts)) return null;
	return usageOf((_field, place) => Number((counts as unknown[])[place] ?? 0));
}

/** `[budget, period, value]` for each counter; absent for none. */
export function encodeCounters(counters: readonly CounterRef[]): unknown {
	return counters.length === 0 ? undefined : counters.map(({ budgetSeq, period, value }) => [budgetSeq, period, value]);
}

/** The inverse of {@link encodeCounters}. */
export function decodeCounters(compact: unknown): CounterRef[] {
	if (compact === undefined) return [];
	return (compact as [number, string, string][]).map(([budgetSeq, period, value]) => ({ budgetSeq, period, value }));
}

/** A text that may be absent. */
export function optionalText(value: unknown): string | null {
	return (value as string | undefined) ?? null;
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
		holdSeq: Number(compact['h']),
		closedAtMs: Number(compact['t']),
		actualMicro: amount(compact['a']),
		overdraftMicro: amount(compact['o']),
		isLate: compact['l'] === 1,
		measure: compact['e'] === 1 ? 'estimated' : 'reported',
		isImplausible: compact['i'] === 1,
		amountMicro: amount(compact['x']),
		refundedMicro: amount(compact['r']),
		repaidMicro: amount(compact['p']),
		renewedMicro: amount(compact['n']),
		...decodeMovement(compact),
	};
}

/** Where a charge came from, by its place. Append only: the places are in people's files. */
const SOURCES = ['call', 'batch', 'metered', 'bill'] as const satisfies readonly CallSource[];

/** What is known of a call under one letter each; what is usual is left out. */
export function encodeFacts(facts: CallFacts): Compact {
	const { latencyMs, attempts, source, reportedMicro, listMicro, isImplausible, resultHash } = facts;
	return {
		t: latencyMs ?? undefined,
		n: attempts === 1 ? undefined : attempts,
		s: source === 'call' ? undefined : SOURCES.indexOf(source),
		r: reportedMicro === null ? undefined : String(reportedMicro),
		p: listMicro === null ? undefined : String(listMicro),
		i: isImplausible ? 1 : undefined,
		k: resultHash ?? undefined,
	};
}

/** The inverse of {@link encodeFacts}. */
export function decodeFacts(compact: Compact): CallFacts {
	return {
		latencyMs: compact['t'] === undefined ? null : Number(compact['t']),
		attempts: Number(compact['n'] ?? 1),
		source: SOURCES[Number(compact['s'] ?? 0)] ?? 'call',
		reportedMicro: compact['r'] === undefined ? null : amount(compact['r']),
		listMicro: compact['p'] === undefined ? null : amount(compact['p']),
		isImplausible: compact['i'] === 1,
		resultHash: optionalText(compact['k']),
	};
}

/** An amount written as decimal text, in micro-credits. */
export function amount(value: unknown): bigint {
	return BigInt(value as string);
}
