/**
 * Owns how entries and holds are read from rows. A hold is only a mark in its row: what was reserved and how it closed is in the entries
 * that made it and closed it. Refuses what it cannot read as `ledger_corrupt`.
 */
import { CreditError } from '../core/values/errors';
import { closedHold, reservedHold } from '../core/journal/hold-states';
import { decodeEntry, decodeLabels, ENTRY_KINDS } from '../core/journal/journal';
import type { Entry, Hold } from '../core/nouns/records';
import type { Labels } from '../core/nouns/labels';
import type { HoldMark } from '../core/proof/verify-holds';
import { HOLD_STATES } from '../core/nouns/words';
import { corrupt, optionalNumber, word } from './words';

/** A row of `entries` with its labels as text and its hashes in hexadecimal; SQLite writes a hash that is not there as ''. */
export interface EntryRow {
	readonly seq: bigint | number;
	readonly at_ms: bigint | number;
	readonly kind: bigint | number;
	readonly key_hash: string | null;
	readonly request_hash: string | null;
	readonly labels: string | null;
	readonly person: string | null;
	readonly body: string;
	readonly hash: string;
}

/** A row of `holds`: where its story stands. The story itself is in the entries that made it and closed it. */
export interface HoldRow {
	readonly seq: bigint | number;
	readonly state: bigint | number;
	readonly timeout_at_ms: bigint | number;
	readonly closed_seq: bigint | number | null;
}

/** Reads entries of the journal. Labels repeat from entry to entry, so each text is parsed once. */
export function readEntries(rows: readonly EntryRow[]): Entry[] {
	const known = new Map<string, Labels>();
	const labelsOf = (text: string): Labels => {
		const labels = known.get(text) ?? decodeLabels(text);
		known.set(text, labels);
		return labels;
	};
	return rows.map((row) => ({
		seq: Number(row.seq),
		atMs: Number(row.at_ms),
		keyHash: row.key_hash === '' ? null : row.key_hash,
		requestHash: row.request_hash === '' ? null : row.request_hash,
		labels: row.labels === null ? null : labelsOf(row.labels),
		person: row.person,
		...readBody(row),
		labelsText: row.labels ?? '',
		bodyText: row.body,
		hash: row.hash,
	}));
}

function readBody({ seq, kind, body }: EntryRow): Pick<Entry, 'body' | 'actor'> {
	try {
		return decodeEntry(word(ENTRY_KINDS, kind, 'entry kind'), body);
	} catch (cause) {
		throw new CreditError(
			'ledger_corrupt',
			`Entry ${String(seq)} of the journal cannot be read. Restore the ledger from a backup, and run "llm-credits verify" on it.`,
			{ cause },
		);
	}
}

/** Reads where a hold's story stands. */
export function readHoldMark(row: HoldRow): HoldMark {
	return {
		seq: Number(row.seq),
		state: word(HOLD_STATES, row.state, 'hold state'),
		timeoutAtMs: Number(row.timeout_at_ms),
		closedSeq: optionalNumber(row.closed_seq),
	};
}

/** Reads a hold from its row, the entry that made it and, unless it is open, the entry that closed it last. */
export function readHold(row: HoldRow, reserved: Entry | null, closing: Entry | null): Hold {
	const state = word(HOLD_STATES, row.state, 'hold state');
	if (reserved?.body.kind !== 'reserved') throw corrupt(`hold h${String(row.seq)} has no entry that reserved it`);
	const hold = { ...reservedHold(reserved, reserved.body), timeoutAtMs: Number(row.timeout_at_ms) };
	if (row.closed_seq === null && state === 'open') return hold;
	const body = closing?.body;
	if (!closing || !body || !('charged' in body) || body.holdSeq !== hold.seq)
		throw corrupt(`hold h${String(row.seq)} has no entry that closed it`);
	return { ...closedHold(hold, closing, body), state };
}
