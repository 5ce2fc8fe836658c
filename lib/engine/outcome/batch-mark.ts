/**
 * Owns how an item and its line in a batch find each other again: what an item carries while it waits, and what a line is called. Refuses
 * whatever was not made here: a line of somebody else, or an item that waits for nothing.
 */
import { namesOf } from '../../core/values/named';
import { isObject } from '../../core/values/foreign';
import { canonicalJson, sha256 } from '../../core/values/idempotency';
import type { StructuredMode } from '../../providers/provider';

/** The batch of an item. */
export interface BatchMark {
	/** Our name for what was handed in together; on the hold it is the label `batch`. */
	readonly submission: string;
	/** The provider's id; `null` while nobody confirmed it. */
	readonly id: string | null;
	/** What was asked, as a short hash: an item may be put together otherwise by the time it comes back. */
	readonly request: string;
}

/** An item that waits for its line. */
export interface PendingItem extends BatchMark {
	readonly holdSeq: number;
}

/** A line's own part of its name. */
export interface LineName {
	readonly holdSeq: number;
	readonly mode: StructuredMode;
	readonly submission: string;
}

const REQUEST_LENGTH = 16;
const LETTERS = { json_schema: 's', json_object: 'o', prompt: 'p', text: 't' } as const satisfies Record<StructuredMode, string>;
const LINE_NAME = /^h(\d{1,15})-([sopt])-(.+)$/;
const HOLD_ID = /^h(\d{1,15})$/;

/** What an item that comes in waits for; `null` for one that is to be asked for. */
export function pendingOf(data: Readonly<Record<string, unknown>> | undefined): PendingItem | null {
	const mark = fieldsOf(data?.['llmCredits']);
	const batch = fieldsOf(mark['batch']);
	const [, seq] = HOLD_ID.exec(textOf(mark['holdId'])) ?? [];
	const submission = textOf(batch['submission']);
	if (mark['reason'] !== 'batch_pending' || seq === undefined || submission === '') return null;
	return { submission, id: textOf(batch['id']) || null, request: textOf(batch['request']), holdSeq: Number(seq) };
}

/** The short hash of what an item asks, with the texts of the account. */
export function requestOf({
	texts,
	reserve,
}: {
	readonly texts: readonly string[];
	readonly reserve: { readonly fingerprint: string };
}): string {
	return sha256(canonicalJson([reserve.fingerprint, texts])).slice(0, REQUEST_LENGTH);
}

/** The `custom_id` of a line, at most 64 characters. */
export function nameOfLine({ holdSeq, mode, submission }: LineName): string {
	return `h${String(holdSeq)}-${LETTERS[mode]}-${submission}`;
}

/** The inverse of {@link nameOfLine}; `null` for a name that was not made by it. */
export function readLineName(name: string): LineName | null {
	const [, seq, letter, submission] = LINE_NAME.exec(name) ?? [];
	const mode = namesOf(LETTERS).find((each) => LETTERS[each] === letter);
	if (seq === undefined || submission === undefined || !mode) return null;
	return { holdSeq: Number(seq), mode, submission };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
	return isObject(value) ? value : {};
}

function textOf(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
