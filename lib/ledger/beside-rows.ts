/**
 * How what lies beside the journal is read from rows: texts of an account, cached answers, counts of checks, what was learned of models, persons.
 * Throws `ledger_corrupt` for what cannot be read.
 */
import type { AnswerGroup, AnswerSaving, CachedAnswer } from './answer-store';
import type { CheckCount } from './check-store';
import { amountIn, bytesIn, numberIn, textIn, truthIn, type Row } from './columns';
import type { Person } from '../core/nouns/person';
import type { LearnedFact } from './learned-store';

/** Reads texts by name from rows of `account_texts`. */
export function readTexts(rows: readonly Row[]): Map<string, string> {
	return new Map(rows.map((row) => [textIn(row, 'name'), textIn(row, 'text')]));
}

/** Reads a cached answer from a row of `cached_answers`. */
export function readAnswer(row: Row): CachedAnswer {
	return {
		key: bytesIn(row, 'key').toString('hex'),
		campaign: textIn(row, 'campaign'),
		node: textIn(row, 'node'),
		text: textIn(row, 'text'),
		storedAtMs: numberIn(row, 'stored_at_ms'),
		keptUntilMs: numberIn(row, 'kept_until_ms'),
		costMicro: amountIn(row, 'cost_micro'),
	};
}

/** Reads what is kept for one campaign and node: rows of `cached_answers`, added up. */
export function readAnswerGroup(row: Row): AnswerGroup {
	return {
		campaign: textIn(row, 'campaign'),
		node: textIn(row, 'node'),
		answers: numberIn(row, 'answers'),
		bytes: numberIn(row, 'bytes'),
		oldestAtMs: numberIn(row, 'oldest_at_ms'),
		newestAtMs: numberIn(row, 'newest_at_ms'),
	};
}

/** Reads what was saved on one day from a row of `answer_savings`. */
export function readAnswerSaving(row: Row): AnswerSaving {
	return {
		day: textIn(row, 'day'),
		campaign: textIn(row, 'campaign'),
		calls: numberIn(row, 'calls'),
		savedMicro: amountIn(row, 'saved_micro'),
	};
}

/** Reads how many items a check found something in, from a row of `check_days`. */
export function readCheckCount(row: Row): CheckCount {
	return {
		day: textIn(row, 'day'),
		campaign: textIn(row, 'campaign'),
		segment: textIn(row, 'segment'),
		gate: textIn(row, 'gate'),
		outcome: textIn(row, 'outcome'),
		items: numberIn(row, 'items'),
	};
}

/** Reads what was learned of a model from a row of `learned`. */
export function readLearnedFact(row: Row): LearnedFact {
	return {
		endpoint: textIn(row, 'endpoint'),
		model: textIn(row, 'model'),
		name: textIn(row, 'name'),
		value: textIn(row, 'value'),
		untilMs: numberIn(row, 'until_ms'),
	};
}

/** Reads a person from a row of `persons`. */
export function readPerson(row: Row): Person {
	return { pseudonym: textIn(row, 'pseudonym'), name: textIn(row, 'name'), isInPlain: truthIn(row, 'is_in_plain') };
}
