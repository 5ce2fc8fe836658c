/**
 * Owns the translation of every failure of a call into a {@link ProviderFault}: why, whether it may have been billed, whether and when
 * to try again, and a sentence for people. Refuses to pass on a server's words unchecked.
 */
import type { UsageReading } from '../../core/usage/usage';
import type { AdaptableField } from './chat-body';
import type { Exchange } from '../transport/http-transport';
import type { ProviderFault, ProviderFaultCode } from '../provider';
import { clipMessage, quoteServer, redact } from '../transport/redact';
import { retryAfterMs } from '../transport/retry-after';

/** What the messages are made with. */
export interface FaultContext {
	/** The endpoint's name for people. */
	readonly name: string;
	readonly providerId: string;
	readonly model: string;
	readonly timeoutMs: number;
	readonly secrets: readonly string[];
	readonly prompts: readonly string[];
}

/** A refusal as the server put it, from an error status or from an error object in the body of a 200. */
export interface ServerRefusal {
	readonly status: number;
	readonly code: string;
	readonly type: string;
	readonly param: string;
	readonly message: string;
	readonly headers: Headers;
}

type FaultFinding = Pick<ProviderFault, 'code' | 'billed' | 'isRetryable'> & { readonly words: string; readonly isQuoting?: boolean };

const MISSING: UsageReading = { kind: 'missing' };

const CONTEXT_TOO_LONG =
	/context[_ ](length|window)|maximum context|prompt is too long|too many (input )?tokens|input (is )?too long|exceeds? (the )?(model'?s? )?(max|context|token)/i;
const CONTENT_REFUSED = /content[_ ](filter|policy|management)|responsible ?ai|safety (system|filter|polic)|moderation|flagged/i;
const QUOTA =
	/insufficient[_ ](quota|balance|funds|credit)|exceeded your current quota|billing|out of credits|payment|quota[_ ]exceeded|credit balance|spend(ing)? limit/i;
const MODEL_UNKNOWN =
	/model_not_found|deploymentnotfound|unknown[_ ]model|invalid[_ ]model|(model|deployment)\b.{0,120}\b(not (be )?(found|exist)|does(n't| not) exist|not available|no longer|unknown|pull)|no (such )?model/i;
const NO_STRUCTURE = /response[_ ]format|json[_ ]schema|json_object|json mode|structured[_ ]output|guided[_ ](json|decoding)|grammar/i;

/** The fault of a refusal with an HTTP status. */
export function faultOfRefusal(refusal: ServerRefusal, context: FaultContext): ProviderFault {
	const found = findingOf(refusal, context);
	const quote = found.isQuoting ? quoteServer(refusal.message, context) : '';
	const isWaiting = found.code === 'rate_limited' || found.code === 'server_error';
	return {
		code: found.code,
		billed: found.billed,
		isRetryable: found.isRetryable,
		retryAfterMs: isWaiting ? retryAfterMs(refusal.headers) : null,
		status: refusal.status,
		message: finish(quote === '' ? found.words : `${found.words} It said: ${quote}`, context),
		usage: MISSING,
	};
}

/** The fault of a call that ended without an answer: the time limit, the caller's abort, or the connection. */
export function faultOfBreak(reason: 'timeout' | 'cancelled' | null, exchange: Exchange, context: FaultContext): ProviderFault {
	const { words, ...found } = breakFinding(reason, exchange, context);
	return { ...found, retryAfterMs: null, status: exchange.status, message: finish(words, context), usage: MISSING };
}

function breakFinding(
	reason: 'timeout' | 'cancelled' | null,
	{ wasSent, wasTooLarge, status, failure }: Exchange,
	context: FaultContext,
): FaultFinding {
	const billed = wasSent ? 'unknown' : 'no';
	const { name, timeoutMs } = context;
	if (reason === 'timeout') {
		const where = status === null ? 'gave no answer' : 'began to answer but did not finish';
		const seconds = timeoutMs / 1_000; // ratio: time, for people
		return {
			code: 'timeout',
			billed,
			isRetryable: true,
			words: `${name} ${where} within ${seconds} s. Raise the timeout, or use a quicker model.`,
		};
	}
	if (reason === 'cancelled')
		return { code: 'cancelled', billed, isRetryable: false, words: `The call to ${name} was cancelled before its answer arrived.` };
	if (wasTooLarge) {
		const words = `${name} sent more than 10 MB, which was cut off. Check that the base URL is that of a model's API.`;
		return { code: 'garbage', billed: 'yes', isRetryable: false, words };
	}
	if (wasSent) {
		const why = failure?.code === undefined ? '' : ` (${failure.code})`;
		const words = `The connection to ${name} broke after the request had been sent${why}. Whether it was charged is not known.`;
		return { code: 'connection_lost', billed, isRetryable: true, words };
	}
	return { code: 'connection_refused', billed, isRetryable: !isTlsError(failure), words: connectionAdvice(failure, context) };
}

/** The fault of an answer with a good status that is no chat completion. The work was done, so it counts as billed. */
export function faultOfGarbage(
	what: string,
	{ status, usage, context }: { readonly status: number | null; readonly usage: UsageReading; readonly context: FaultContext },
): ProviderFault {
	const message = finish(`${context.name} answered with ${what}. Check that the base URL is that of an OpenAI-compatible API.`, context);
	return { code: 'garbage', billed: 'yes', isRetryable: true, retryAfterMs: null, status, message, usage };
}

/** The fault of an answer that the provider's filter withheld; its tokens were produced and billed. */
export function faultOfFilteredAnswer(usage: UsageReading, context: FaultContext): ProviderFault {
	const message = finish(
		`The content filter of ${context.name} withheld the answer. Rephrase the prompt, or choose another model.`,
		context,
	);
	return { code: 'content_refused', billed: 'yes', isRetryable: false, retryAfterMs: null, status: 200, message, usage };
}

/** The fault of a request that could not even be written. */
export function faultOfUnsendable(error: unknown, context: FaultContext): ProviderFault {
	const why = error instanceof Error ? error.message : String(error);
	const quote = quoteServer(why, context);
	const message = finish(
		`The request to ${context.name} could not be made${quote === '' ? '' : `: ${quote}`}. Check the base URL and the headers.`,
		context,
	);
	return { code: 'bad_request', billed: 'no', isRetryable: false, retryAfterMs: null, status: null, message, usage: MISSING };
}

/** Which field of the body a 400 or 422 complains of, when that field can be sent differently. */
export function refusedField({ status, param, code, message }: ServerRefusal): AdaptableField | null {
	if (status !== 400 && status !== 422) return null;
	const said = `${param} ${code} ${message}`;
	if (/response_format|context_length/.test(`${param} ${code}`)) return null;
	const fields: readonly AdaptableField[] = ['max_completion_tokens', 'max_tokens', 'temperature', 'reasoning_effort'];
	const named = fields.find((field) => param === field);
	// "Unsupported parameter: 'max_tokens' … Use 'max_completion_tokens' instead": the one that is named first is the refused one.
	const first = fields.filter((field) => message.includes(field)).sort((a, b) => message.indexOf(a) - message.indexOf(b))[0];
	const isUnsupported =
		/unsupported|not support|unrecognized|unknown|unexpected|extra (fields|inputs)|not permitted|not allowed|only the default/i.test(said);
	return isUnsupported ? (named ?? first ?? null) : null;
}

function findingOf(refusal: ServerRefusal, context: FaultContext): FaultFinding {
	const { name, model } = context;
	const said = `${refusal.code} ${refusal.type} ${refusal.message}`;
	switch (refusal.status) {
		case 401:
			return fixed('unauthorised', `${name} refused the API key (401). Check the key, and that it belongs to this address.`);
		case 402:
			return fixed('quota_exhausted', `${name} asks for payment (402): its balance is used up. Top it up there.`);
		case 403:
			if (QUOTA.test(said)) return fixed('quota_exhausted', `The quota at ${name} is used up (403). Top it up there.`);
			return fixed('unauthorised', `${name} does not allow this (403). Check that the key may use ${quoted(model)}.`);
		case 404:
			if (MODEL_UNKNOWN.test(said))
				return fixed('model_not_found', `${name} does not have the model ${quoted(model)} (404). Choose one from its list.`);
			return fixed('bad_request', `${name} has nothing at this address (404). Check the base URL; most end in /v1.`);
		case 408:
			return { code: 'timeout', billed: 'unknown', isRetryable: true, words: `${name} gave up waiting (408). Try again later.` };
		case 413:
			return fixed('context_too_long', `The prompt is too long for ${name} (413). Shorten it.`);
		case 429:
			return QUOTA.test(said)
				? fixed('quota_exhausted', `The quota at ${name} is used up (429); waiting does not help. Top it up or raise its limit there.`)
				: {
						code: 'rate_limited',
						billed: 'no',
						isRetryable: true,
						words: `${name} is limiting the rate of calls (429). Lower the concurrency, or try again later.`,
					};
		default:
			return refusal.status >= 500 ? serverError(refusal.status, name) : badRequest(refusal, said, context);
	}
}

function serverError(status: number, name: string): FaultFinding {
	// A gateway that gave up on its upstream cannot say whether the upstream finished the work.
	const billed = status === 502 || status === 504 || status === 524 ? 'unknown' : 'no';
	return {
		code: 'server_error',
		billed,
		isRetryable: true,
		words: `${name} has a fault of its own (${status}). Try again later.`,
		isQuoting: true,
	};
}

function badRequest({ status, param }: ServerRefusal, said: string, { name, model, providerId }: FaultContext): FaultFinding {
	if (CONTEXT_TOO_LONG.test(said))
		return fixed(
			'context_too_long',
			`The prompt and the answer do not fit the context of ${quoted(model)} (${status}). Shorten the prompt, or lower the output limit.`,
		);
	if (CONTENT_REFUSED.test(said)) {
		// Azure states that a filtered prompt may be charged.
		return {
			...fixed('content_refused', `The content filter of ${name} refused the prompt (${status}). Rephrase it, or choose another model.`),
			billed: providerId === 'azure' ? 'unknown' : 'no',
		};
	}
	if (param.startsWith('response_format') || NO_STRUCTURE.test(said)) {
		return fixed(
			'unsupported_output',
			`${name} does not support this structured output for ${quoted(model)} (${status}). Use a weaker output mode.`,
		);
	}
	if (MODEL_UNKNOWN.test(said))
		return fixed('model_not_found', `${name} does not have the model ${quoted(model)} (${status}). Choose one from its list.`);
	if (QUOTA.test(said)) return fixed('quota_exhausted', `The quota at ${name} is used up (${status}). Top it up there.`);
	if (status >= 300 && status < 400)
		return fixed('bad_request', `${name} redirects elsewhere (${status}). Use the address it redirects to as base URL.`);
	return { ...fixed('bad_request', `${name} refused the request (${status}).`), isQuoting: true };
}

function fixed(code: ProviderFaultCode, words: string): FaultFinding {
	return { code, billed: 'no', isRetryable: false, words };
}

function connectionAdvice(failure: NodeJS.ErrnoException | null, { name }: FaultContext): string {
	const code = failure?.code ?? '';
	const shown = code === '' ? '' : ` (${code})`;
	if (code === 'EPROXY')
		return `${name} could not be reached through the proxy. ${failure?.message ?? ''} Check the proxy's address and credentials.`;
	if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
		return `The host of ${name} could not be found${shown}. Check the base URL and the network.`;
	if (isTlsError(failure))
		return `No secure connection to ${name}${shown}. Check https or http in the base URL, and the server's certificate.`;
	return `${name} could not be reached${shown}. Check the base URL, and that the server is running.`;
}

function isTlsError(failure: NodeJS.ErrnoException | null): boolean {
	const code = failure?.code ?? '';
	return /CERT|^ERR_(TLS|SSL)|^EPROTO$|SELF_SIGNED|UNABLE_TO_/.test(code);
}

function quoted(model: string): string {
	return JSON.stringify(model.length > 80 ? `${model.slice(0, 79)}…` : model);
}

function finish(words: string, { secrets }: FaultContext): string {
	return clipMessage(redact(words, secrets));
}
