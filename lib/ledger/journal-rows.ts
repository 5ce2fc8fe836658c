/**
 * Owns how entries and holds are read from rows. A hold is only a mark in its row: what was reserved and how it closed is in the entries
 * that made it and closed it. Refuses what it cannot read as `ledger_corrupt`.
 */
import { restoreHint } from '../core/values/restore-hint';
import { CreditError } from '../core/values/errors';
import { closedHold, reservedHold } from '../core/journal/hold-states';
import { decodeEntry, decodeLabels, ENTRY_KINDS } from '../core/journal/journal';
import type { Entry, Hold } from '../core/nouns/records';
import type { Labels } from '../core/nouns/labels';
import type { HoldMark } from '../core/proof/verify-holds';
import { HOLD_STATES } from '../core/nouns/words';
import { numberIn, optional, textIn, type Row } from './columns';
import { corrupt, word } from './words';

/** Reads entries from rows of `entries` with their labels as text and their hashes in hexadecimal. Labels repeat from entry to entry, so each text is parsed once. */
export function readEntries(rows: readonly Row[]): Entry[] {
	const known = new Map<string, Labels>();
	const labelsOf = (text: string): Labels => {
		const labels = known.get(text) ?? decodeLabels(text);
		known.set(text, labels);
		return labels;
	};
	return rows.map((row) => {
		const labelsText = optional(textIn, row, 'labels');
		const bodyText = textIn(row, 'body');
		return {
			seq: numberIn(row, 'seq'),
			atMs: numberIn(row, 'at_ms'),
			keyHash: optionalHash(row, 'key_hash'),
			requestHash: optionalHash(row, 'request_hash'),
			labels: labelsText === null ? null : labelsOf(labelsText),
			person: optional(textIn, row, 'person'),
			...readBody(row, bodyText),
			labelsText: labelsText ?? '',
			bodyText,
			hash: textIn(row, 'hash'),
		};
	});
}

/** Reads one entry; `null` where there is no row. */
export function readEntry(row: Row | undefined): Entry | null {
	return row === undefined ? null : (readEntries([row])[0] ?? null);
}

/** SQLite writes a hash that is not there as an empty text. */
function optionalHash(row: Row, column: string): string | null {
	const hash = optional(textIn, row, column);
	return hash === '' ? null : hash;
}

function readBody(row: Row, bodyText: string): Pick<Entry, 'body' | 'actor'> {
	try {
		return decodeEntry(word(ENTRY_KINDS, numberIn(row, 'kind'), 'entry kind'), bodyText);
	} catch (cause) {
		throw new CreditError('ledger_corrupt', `Entry ${String(row['seq'])} of the journal cannot be read. To go on: ${restoreHint()}.`, {
			cause,
		});
	}
}

/** Reads where a hold's story stands from a row of `holds`. The story itself is in the entries that made it and closed it. */
export function readHoldMark(row: Row): HoldMark {
	return {
		seq: numberIn(row, 'seq'),
		state: word(HOLD_STATES, numberIn(row, 'state'), 'hold state'),
		timeoutAtMs: numberIn(row, 'timeout_at_ms'),
		closedSeq: optional(numberIn, row, 'closed_seq'),
	};
}

/** A hold of its mark, the entry that made it and, unless it is open, the entry that closed it last. Throws `ledger_corrupt` where one is missing. */
export function holdOf({ seq, state, timeoutAtMs, closedSeq }: HoldMark, reserved: Entry | null, closing: Entry | null): Hold {
	if (reserved?.body.kind !== 'reserved') throw corrupt(`hold h${String(seq)} has no entry that reserved it`);
	const hold = { ...reservedHold(reserved, reserved.body), timeoutAtMs };
	if (closedSeq === null && state === 'open') return hold;
	const body = closing?.body;
	if (!closing || !body || !('charged' in body) || body.holdSeq !== hold.seq)
		throw corrupt(`hold h${String(seq)} has no entry that closed it`);
	return { ...closedHold(hold, closing, body), state };
}
