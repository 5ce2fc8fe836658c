/**
 * Owns reading what a batch interface says: a batch, a list of them, the lines of a file. Refuses to guess: a state that nobody knows may
 * still bring answers, so it counts as running; a line that cannot be read is left out.
 */
import { isRecord } from '../../core/values/foreign';
import { parseForeignJson } from '../../core/values/foreign-json';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Endpoint } from '../transport/endpoint';
import { newExchange } from '../transport/http-transport';
import type { BatchResult, BatchState, BatchStatus, ChatOutcome } from '../provider';
import { quoteServer, withoutSecrets } from '../transport/redact';
import { refusalOf } from './server-refusal';
import { contextOf, outcomeOf } from './wire';

/** Lines read at a stretch; others have their turn in between. */
const LINES_AT_ONCE = 500;
const BATCH_TIMEOUT_MS = 0;

/** Under this name the metadata of a batch says what was handed in. */
export const SUBMISSION = 'llm_credits_submission';

/** A batch; `null` for anything else. `secrets` are kept out of its words. */
export function readBatch(body: unknown, secrets: readonly string[]): BatchState | null {
	if (!isRecord(body) || typeof body['id'] !== 'string' || typeof body['status'] !== 'string') return null;
	const metadata = isRecord(body['metadata']) ? body['metadata'] : {};
	const counts = isRecord(body['request_counts']) ? body['request_counts'] : {};
	const done = [counts['completed'], counts['failed']].map(countOf);
	return {
		id: body['id'],
		status: statusOf(body['status']),
		submission: filled(metadata[SUBMISSION]),
		inputFileId: filled(body['input_file_id']),
		createdAtMs: (countOf(body['created_at']) ?? 0) * 1000,
		// Answers first: where a line is in both files, its answer counts.
		fileIds: [body['output_file_id'], body['error_file_id']].flatMap((id) => filled(id) ?? []),
		doneLines: done.every((count) => count === null) ? null : done.reduce<number>((sum, count) => sum + (count ?? 0), 0),
		totalLines: countOf(counts['total']),
		detail: detailOf(body['errors'], secrets),
	};
}

/** The batches of one page, and what to ask for the next with; `null` for anything else. */
export function listOf(
	body: unknown,
	secrets: readonly string[],
): { readonly batches: readonly BatchState[]; readonly next: string | null } | null {
	const data = isRecord(body) ? body['data'] : null;
	if (!Array.isArray(data)) return null;
	const batches = data.flatMap((entry) => readBatch(entry, secrets) ?? []);
	const last = batches.at(-1)?.id ?? null;
	return { batches, next: isRecord(body) && body['has_more'] === true ? last : null };
}

/** The lines of a file. */
export async function readLines(text: string, endpoint: Endpoint): Promise<BatchResult[]> {
	const results: BatchResult[] = [];
	let read = 0;
	for (let start = 0; start < text.length;) {
		const end = text.indexOf('\n', start);
		const line = text.slice(start, end === -1 ? text.length : end).trim();
		start = end === -1 ? text.length : end + 1;
		const result = line === '' ? null : resultOf(withoutSecrets(parsed(line), endpoint.secrets), endpoint);
		if (result) results.push(result);
		read += 1;
		if (read % LINES_AT_ONCE === 0) await nextTurn();
	}
	return results;
}

function resultOf(line: unknown, endpoint: Endpoint): BatchResult | null {
	if (!isRecord(line)) return null;
	const customId = filled(line['custom_id']);
	if (customId === null) return null;
	const response = isRecord(line['response']) ? line['response'] : null;
	const status = response === null ? null : countOf(response['status_code']);
	const isAnswer = status !== null && status >= 200 && status < 300;
	return {
		customId,
		isAnswer,
		read: (about) => {
			const context = contextOf(endpoint, { ...about, timeoutMs: BATCH_TIMEOUT_MS });
			const code = isRecord(line['error']) ? filled(line['error']['code']) : null;
			if (code === 'batch_expired') return 'expired';
			if (code === 'batch_cancelled') return 'cancelled';
			const at = { context, latencyMs: 0 };
			if (isAnswer) return outcomeOf({ kind: 'body', body: response?.['body'], exchange: { ...newExchange(), status } }, at);
			const said = response?.['body'];
			const body = isRecord(said) && Object.keys(said).length > 0 ? said : { error: line['error'] };
			return free(outcomeOf({ kind: 'refused', refusal: refusalOf({ status: status ?? 500, body, headers: new Headers() }) }, at));
		},
	};
}

/** A line that failed is not charged by any provider that has batches. */
function free(outcome: ChatOutcome): ChatOutcome {
	return outcome.kind === 'failed' ? { ...outcome, fault: { ...outcome.fault, billed: 'no', isRetryable: false } } : outcome;
}

function statusOf(word: string): BatchStatus {
	switch (word) {
		case 'completed':
		case 'failed':
		case 'expired':
		case 'cancelled':
			return word;
		default:
			return 'running';
	}
}

/** What is wrong with a batch as a whole: the first of its errors. */
function detailOf(errors: unknown, secrets: readonly string[]): string | null {
	const data = isRecord(errors) ? errors['data'] : null;
	const first: unknown = Array.isArray(data) ? data[0] : null;
	const message = isRecord(first) ? filled(first['message']) : null;
	return message === null ? null : quoteServer(message, { secrets, prompts: [] });
}

function parsed(line: string): unknown {
	try {
		return parseForeignJson(line);
	} catch {
		return null;
	}
}

function countOf(value: unknown): number | null {
	return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function filled(value: unknown): string | null {
	return typeof value === 'string' && value !== '' ? value : null;
}
