/**
 * Owns telling every entry of a journal as a line that tests compare: what was held, charged, given back and refused, by which hold, and
 * whatever else was written. Refuses to leave an entry out.
 */
import type { Alert } from '../../../lib/core/nouns/alert';
import type { Entry, EntryBody } from '../../../lib/core/nouns/records';
import type { Slice } from '../../../lib/core/nouns/movement';
import { formatCredits, sumMicro } from '../../../lib/core/values/money';

type Closing = Extract<EntryBody, { kind: 'settled' | 'released' | 'hold_expired' }>;

/** The entries as lines. Holds are named by the order in which they were made: `h1 reserved 1 m`, `h1 settled 1`. */
export function linesInFull(entries: readonly Entry[]): string[] {
	const names = new Map(entries.filter(({ body }) => body.kind === 'reserved').map(({ seq }, index) => [seq, `h${String(index + 1)}`]));
	const nameOf = (seq: number): string => names.get(seq) ?? `an earlier hold`;
	return entries.map(({ seq, body, labels }) => {
		switch (body.kind) {
			case 'price_recorded':
				return `price of ${body.price.model}`;
			case 'reserved':
				return `${nameOf(seq)} reserved ${formatCredits(body.amountMicro)} ${labels?.model ?? ''}`;
			case 'refused':
				return `refused ${body.reason}, ${body.amountMicro === null ? 'no amount' : formatCredits(body.amountMicro)}${body.limit === null ? '' : ` by ${body.limit}`}`;
			case 'settled':
			case 'released':
			case 'hold_expired':
				return `${nameOf(body.holdSeq)} ${closingOf(body)}`;
			case 'alerted':
				return `alert ${alertOf(body.alert)}`;
			default:
				return body.kind;
		}
	});
}

/** How a hold ended, with what went where. */
function closingOf(body: Closing): string {
	const moved = (what: string, slices: readonly Slice[]): string =>
		slices.length === 0 ? '' : `, ${what} ${formatCredits(sumMicro(slices.map(({ amountMicro }) => amountMicro)))}`;
	const back = moved('back', body.restored) + moved('forfeited', body.forfeited);
	if (body.kind !== 'settled') return `${body.kind === 'released' ? 'released' : 'unconfirmed'}${moved('charged', body.charged)}${back}`;
	const missing = body.overdraftMicro === 0n ? '' : `, overdraft ${formatCredits(body.overdraftMicro)}`;
	const how = `${body.measure === 'estimated' ? ' by estimate' : ''}${body.isLate ? ' late' : ''}`;
	return `settled ${formatCredits(body.actualMicro)}${how}${moved('drawn', body.drawn)}${missing}${back}`;
}

function alertOf(alert: Alert): string {
	return alert.type === 'low' ? `low at ${String(alert.percent)} %` : alert.type;
}
