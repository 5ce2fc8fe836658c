/**
 * Opens what a server says when it refuses: error objects, lists of them, errors inside a choice, in a string, in a gateway's wrapping.
 * Never throws; what is no error is `null`.
 */
import { isRecord } from '../../core/values/foreign';
import { parseForeignJson } from '../../core/values/foreign-json';
import type { UsageReading } from '../../core/usage/usage';

type Fields = Readonly<Record<string, unknown>>;

/** What an error object says, each part '' where it says nothing. */
export interface OpenedError {
	/** Words of programs in the order of their weight, such as `rate_limit_exceeded`, `RESOURCE_EXHAUSTED`, `invalid_request_error`. */
	readonly signals: readonly string[];
	/** The field complained of, as the server names it. */
	readonly param: string;
	/** For people. */
	readonly message: string;
	/** The status that the error itself states; `null`: none. */
	readonly status: number | null;
	/** How long to wait, in milliseconds, where the error itself says so. */
	readonly retryDelayMs: number | null;
}

/** A refusal as the server put it, from an error status or from an error in the body of a 200. */
export interface ServerRefusal extends OpenedError {
	readonly status: number;
	readonly headers: Headers;
	/** The refusal has the form of an API's error: it is the provider's own, not a page of something between. */
	readonly isOwn: boolean;
	/** It names an error as APIs of models do. A mere message may be of a gateway that gave up while the model goes on. */
	readonly isNamed: boolean;
	/** The usage that came with it. */
	readonly usage?: UsageReading;
}

const NOTHING: OpenedError = { signals: [], param: '', message: '', status: null, retryDelayMs: null };
const DEEPEST = 8;
/** Longer words are for no reader, and an error in words longer than this is not opened. */
const MAX_CHARACTERS = 20_000;
const MESSAGE_NAMES = ['message', 'msg', 'error_msg', 'status_msg', 'faultstring', 'error_description', 'description', 'title', 'reason'];
const SIGNAL_NAMES = ['code', 'error_code', 'errorcode', 'errorCode', 'reason', 'type', 'status', 'error_type'];

/** The error in a body; `null` where there is none. */
export function errorIn(body: unknown, depth = DEEPEST): OpenedError | null {
	if (depth === 0) return null;
	if (typeof body === 'string') return errorInText(body, depth);
	if (Array.isArray(body)) return firstOf(body.slice(0, 20), (entry) => errorIn(entry, depth - 1));
	if (!isRecord(body)) return null;
	const choice: unknown = Array.isArray(body['choices']) ? body['choices'][0] : null;
	const inner = [
		body['error'],
		isRecord(choice) ? choice['error'] : null,
		body['errors'],
		body['detail'],
		body['fault'],
		body['base_resp'],
		// Some put a whole error where its words are expected.
		...MESSAGE_NAMES.map((name) => (isRecord(body[name]) || Array.isArray(body[name]) ? body[name] : null)),
	];
	const opened = firstOf(inner.filter(isFilled), (entry) => errorIn(entry, depth - 1));
	const own = fieldsOf(body, depth);
	if (opened === null) return own;
	return own === null ? opened : merged(opened, { ...own, message: '' });
}

/** The refusal that a body and its status are. */
export function refusalOf({
	status,
	body,
	headers,
}: {
	readonly status: number;
	readonly body: unknown;
	readonly headers: Headers;
}): ServerRefusal {
	const isText = typeof body === 'string' && !/^\s*[[{"]/.test(body.slice(0, 200));
	const opened = errorIn(body) ?? NOTHING;
	return {
		...opened,
		message: isText ? plainWords(body) : opened.message,
		status,
		headers,
		isOwn: !isText && body !== '' && body !== null,
		isNamed: !isText && (opened.signals.some((word) => /[a-z]/i.test(word)) || hasErrorField(body)),
	};
}

/** What stands under one of these names was put there by a program that speaks of its own errors. */
function hasErrorField(body: unknown): boolean {
	if (Array.isArray(body)) return body.slice(0, 20).some(hasErrorField);
	return isRecord(body) && ['error', 'errors', 'detail'].some((name) => isFilled(body[name]));
}

function errorInText(text: string, depth: number): OpenedError | null {
	const trimmed = text.length > MAX_CHARACTERS ? '' : text.trim();
	const start = trimmed.search(/[[{]/);
	// "400 {…}" and the like: words in front of the error of somebody further behind.
	if (start !== -1 && start < 200 && /[\]}]$/.test(trimmed)) {
		const opened = errorIn(parsed(trimmed.slice(start)), depth - 1);
		if (opened && opened.message !== '') return opened;
	}
	return text.trim() === '' ? null : { ...NOTHING, message: text.slice(0, MAX_CHARACTERS) };
}

/** What the object itself says; `null` where it says nothing of an error. */
function fieldsOf(body: Fields, depth: number): OpenedError | null {
	// A good answer has a `code` of 0 in some servers.
	const signals = SIGNAL_NAMES.map((name) => wordOf(body[name])).filter((word) => word !== '' && word !== '0');
	const said = MESSAGE_NAMES.map((name) => wordOf(body[name])).find((word) => word !== '') ?? '';
	const location = Array.isArray(body['loc']) ? body['loc'].map(String).join('.') : '';
	const hasDetails = Array.isArray(body['details']) && body['details'].length > 0;
	if (said === '' && signals.length === 0 && !hasDetails) return null;
	if (said === '' && !hasDetails && !signals.some((word) => /[a-z]/i.test(word))) return null;
	const own: OpenedError = {
		signals,
		param: wordOf(body['param']) || location,
		message: said.slice(0, MAX_CHARACTERS),
		status: statusIn(body),
		retryDelayMs: delayIn(body),
	};
	return withDetails(own, body, depth);
}

/** Details say more than the error around them: Google's list of infos, the raw error of the provider behind a gateway. */
function withDetails(own: OpenedError, body: Fields, depth: number): OpenedError {
	const metadata = isRecord(body['metadata']) ? body['metadata'] : {};
	const raw = isFilled(metadata['raw']) ? errorIn(metadata['raw'], depth - 1) : null;
	const innerText = /[[{]/.test(own.message) ? errorInText(own.message, depth - 1) : null;
	const inner = raw ?? (innerText?.message === own.message ? null : innerText);
	const details = Array.isArray(body['details']) ? body['details'].filter(isRecord).slice(0, 20) : [];
	const violations = details.flatMap((detail) =>
		Array.isArray(detail['fieldViolations']) ? detail['fieldViolations'].filter(isRecord) : [],
	);
	const known: OpenedError = {
		...own,
		signals: [...details.map((detail) => wordOf(detail['reason'])).filter((word) => word !== ''), ...own.signals],
		param: own.param || wordOf(violations[0]?.['field']),
		retryDelayMs: own.retryDelayMs ?? firstOf(details, delayIn),
	};
	return inner === null ? known : merged({ ...inner, message: inner.message || own.message }, known);
}

/** The first, filled up from the second. */
function merged(first: OpenedError, second: OpenedError): OpenedError {
	return {
		signals: [...first.signals, ...second.signals],
		param: first.param || second.param,
		message: first.message || second.message,
		status: first.status ?? second.status,
		retryDelayMs: first.retryDelayMs ?? second.retryDelayMs,
	};
}

function statusIn(body: Fields): number | null {
	for (const name of ['code', 'status', 'status_code', 'statusCode', 'http_status']) {
		const status = Number(wordOf(body[name]) || Number.NaN);
		if (Number.isInteger(status) && status >= 400 && status < 600) return status;
	}
	return null;
}

/** Google writes "34.07s" or seconds and nanos; others a number of seconds, or of milliseconds where the name says so. */
function delayIn(body: Fields): number | null {
	const delay = body['retryDelay'] ?? body['retry_delay'];
	const text = wordOf(delay);
	const seconds = /^(\d{1,9}(?:\.\d{1,9})?)s?$/.exec(text)?.[1];
	if (seconds !== undefined) return Math.ceil(Number(seconds) * 1_000);
	if (isRecord(delay)) return Math.ceil(countOf(delay['seconds']) * 1_000 + countOf(delay['nanos']) * 1e-6);
	const waitMs = countOf(body['retry_after_ms']) || countOf(body['retry_after'] ?? body['retryAfter']) * 1_000;
	return waitMs > 0 ? Math.ceil(waitMs) : null;
}

function countOf(value: unknown): number {
	const count = Number(wordOf(value) || Number.NaN);
	return count >= 0 && count <= 1e12 ? count : 0;
}

/** A page says in its title, or in its first words, what it is. */
function plainWords(text: string): string {
	const head = text.slice(0, MAX_CHARACTERS);
	if (!/^\s*<(!doctype|html|head|body|\?xml)/i.test(head)) return head;
	return /<title>([^<]{0,200})/i.exec(head)?.[1] ?? '';
}

function parsed(text: string): unknown {
	try {
		return parseForeignJson(text);
	} catch {
		return null;
	}
}

function wordOf(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function firstOf<T, R>(values: readonly T[], read: (value: T) => R | null): R | null {
	for (const value of values) {
		const found = read(value);
		if (found !== null) return found;
	}
	return null;
}

function isFilled(value: unknown): boolean {
	return value !== null && value !== undefined && value !== '' && value !== false && !(isRecord(value) && Object.keys(value).length === 0);
}
