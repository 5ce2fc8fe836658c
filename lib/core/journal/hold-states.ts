/**
 * Owns what a hold is after the entries that made and closed it. Stores that keep a hold as its entries read it back with this.
 */
import type { Entry, EntryBody, Hold } from '../nouns/records';

type Of<K extends EntryBody['kind']> = Extract<EntryBody, { kind: K }>;
/** Bodies of entries that close a hold. */
export type ClosingBody = Of<'settled' | 'released' | 'hold_expired' | 'refunded'>;

/** The hold that a `reserved` entry makes. */
export function reservedHold(entry: Entry, body: Of<'reserved'>): Hold {
	return {
		seq: entry.seq,
		state: 'open',
		reservedAtMs: entry.atMs,
		timeoutAtMs: body.timeoutAtMs,
		amountMicro: body.amountMicro,
		reachMicro: body.reachMicro,
		slices: body.slices,
		labels: entry.labels ?? {},
		person: entry.person,
		priceVersion: body.priceVersion,
		closedAtMs: null,
		actualMicro: null,
		overdraftMicro: 0n,
		isLate: false,
		refundedMicro: 0n,
		counters: body.counters,
		shadow: body.shadow,
		rung: body.rung,
		pass: body.pass,
		steppedDown: body.steppedDown,
		expectedMicro: body.expectedMicro,
		measure: null,
		isImplausible: false,
	};
}

/** The hold after an entry that closes it, or that settles it late. */
export function closedHold(hold: Hold, entry: Entry, body: ClosingBody): Hold {
	const closed = { ...hold, slices: [...body.charged, ...body.drawn], closedAtMs: entry.atMs };
	switch (body.kind) {
		case 'settled':
			return {
				...closed,
				state: 'settled',
				actualMicro: body.actualMicro,
				overdraftMicro: body.overdraftMicro,
				isLate: body.isLate,
				measure: body.measure,
				isImplausible: body.facts.isImplausible,
			};
		case 'released':
			return { ...closed, state: 'released' };
		case 'hold_expired':
			return { ...closed, state: 'expired' };
		case 'refunded': {
			const { closedAtMs, actualMicro, overdraftMicro, isLate, refundedMicro, measure, isImplausible } = body;
			return { ...closed, state: 'settled', closedAtMs, actualMicro, overdraftMicro, isLate, refundedMicro, measure, isImplausible };
		}
		default:
			return body satisfies never;
	}
}
