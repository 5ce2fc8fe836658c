/**
 * Owns how what lies beside the journal is read from columns: texts of an account, cached answers, counts of checks. Refuses nothing: what it reads is
 * checked by whoever uses it.
 */
import type { AnswerGroup, AnswerSaving, CachedAnswer } from './answer-store';
import type { CheckCount } from './check-store';
import type { LearnedFact } from './learned-store';

/** A row of `account_texts`. */
export interface TextRow {
	readonly name: string;
	readonly text: string;
}

/** A row of `cached_answers`. */
export interface AnswerRow {
	readonly key: Buffer;
	readonly campaign: string;
	readonly node: string;
	readonly text: string;
	readonly stored_at_ms: bigint;
	readonly kept_until_ms: bigint;
	readonly cost_micro: bigint;
}

/** Rows of `cached_answers` with the same labels, added up. */
export interface AnswerGroupRow {
	readonly campaign: string;
	readonly node: string;
	readonly answers: bigint;
	readonly bytes: bigint;
	readonly oldest_at_ms: bigint;
	readonly newest_at_ms: bigint;
}

/** A row of `answer_savings`. */
export interface AnswerSavingRow {
	readonly day: string;
	readonly campaign: string;
	readonly calls: bigint;
	readonly saved_micro: bigint;
}

/** A row of `check_days`. */
export interface CheckCountRow extends Omit<CheckCount, 'items'> {
	readonly items: bigint;
}

/** Reads texts by name. */
export function readTexts(rows: readonly TextRow[]): Map<string, string> {
	return new Map(rows.map(({ name, text }) => [name, text]));
}

/** Reads a cached answer. */
export function readAnswer(row: AnswerRow): CachedAnswer {
	return {
		key: row.key.toString('hex'),
		campaign: row.campaign,
		node: row.node,
		text: row.text,
		storedAtMs: Number(row.stored_at_ms),
		keptUntilMs: Number(row.kept_until_ms),
		costMicro: row.cost_micro,
	};
}

/** Reads what is kept for one campaign and node. */
export function readAnswerGroup(row: AnswerGroupRow): AnswerGroup {
	return {
		campaign: row.campaign,
		node: row.node,
		answers: Number(row.answers),
		bytes: Number(row.bytes),
		oldestAtMs: Number(row.oldest_at_ms),
		newestAtMs: Number(row.newest_at_ms),
	};
}

/** Reads what was saved on one day. */
export function readAnswerSaving(row: AnswerSavingRow): AnswerSaving {
	return { day: row.day, campaign: row.campaign, calls: Number(row.calls), savedMicro: row.saved_micro };
}

/** Reads how many items a check found something in. */
export function readCheckCount({ day, campaign, segment, gate, outcome, items }: CheckCountRow): CheckCount {
	return { day, campaign, segment, gate, outcome, items: Number(items) };
}

/** A row of `learned`. */
export interface LearnedRow extends Omit<LearnedFact, 'untilMs'> {
	readonly until_ms: bigint;
}

/** Reads what was learned of a model. */
export function readLearnedFact({ endpoint, model, name, value, until_ms }: LearnedRow): LearnedFact {
	return { endpoint, model, name, value, untilMs: Number(until_ms) };
}
