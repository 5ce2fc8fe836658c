/**
 * Translates every failure of a call into a {@link ProviderFault}: why, whether it may have been billed, whether and when to try again, and
 * a sentence for people. The server's own words stand in it, without secrets and without the prompt.
 */
import { codeOf } from '../../core/values/foreign';
import type { UsageReading } from '../../core/usage/usage';
import type { Exchange } from '../transport/http-transport';
import type { ProviderFault, RefusedField } from '../provider';
import { clipMessage, quoteServer, redact } from '../transport/redact';
import { findingOf, type RefusalFinding } from './refusal-finding';
import type { ServerRefusal } from './server-refusal';

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

type FaultFinding = Pick<ProviderFault, 'code' | 'billed' | 'isRetryable'> & { readonly words: string };

const MISSING: UsageReading = { kind: 'missing' };

/** The fault of a refusal with an HTTP status. `refused`: what of the request it complains of, where that is known. */
export function faultOfRefusal(refusal: ServerRefusal, context: FaultContext, refused: RefusedField | null = null): ProviderFault {
	const found = findingOf(refusal, context);
	const isForm = found.code === 'unsupported_output' || (refused?.field === 'response_format' && isOfTheRequest(found));
	const { cause, code, isRetryable } = isForm ? UNSUPPORTED : found;
	const quote = quoteServer(refusal.message, context);
	const words = wordsOf(cause, refusal.status, context);
	const isOfRequest = isForm || code === 'bad_request';
	return {
		code,
		billed: found.billed,
		isRetryable,
		retryAfterMs: found.retryAfterMs,
		status: refusal.status,
		message: finish(quote === '' ? words : `${words} It said: ${quote}`, context),
		usage: refusal.usage ?? MISSING,
		refusedField:
			isForm && refused?.field !== 'response_format' ? { field: 'response_format', within: null } : isOfRequest ? refused : null,
	};
}

const UNSUPPORTED = { cause: 'unsupported_output', code: 'unsupported_output', isRetryable: false } as const;

/** A form that could not be compiled is a fault of its own to some servers. */
function isOfTheRequest({ code }: RefusalFinding): boolean {
	return code === 'bad_request' || code === 'server_error';
}

/** What happened, and advice where the cause is known. */
function wordsOf(cause: RefusalFinding['cause'], status: number, { name, model }: FaultContext): string {
	const known = quoted(model);
	const at = `(${String(status)})`;
	switch (cause) {
		case 'unauthorised':
			return status === 403
				? `${name} does not allow this ${at}. Check that the key may use ${known}.`
				: `${name} refused the API key ${at}. Check the key, and that it belongs to this address.`;
		case 'quota_exhausted':
			return status === 402
				? `${name} asks for payment ${at}: its balance is used up. Top it up there.`
				: `The quota at ${name} is used up ${at}; waiting does not help. Top it up or raise its limit there.`;
		case 'rate_limited':
			return `${name} is limiting the rate of calls ${at}. Lower the concurrency, or try again later.`;
		case 'model_not_found':
			return `${name} does not have the model ${known} for this request ${at}. Choose one from its list.`;
		case 'address':
			return `${name} has nothing at this address ${at}. Check the base URL; most end in /v1.`;
		case 'redirect':
			return `${name} redirects elsewhere ${at}. Use the address it redirects to as base URL.`;
		case 'context_too_long':
			return `The prompt and the answer do not fit the context of ${known} ${at}. Shorten the prompt, or lower the output limit.`;
		case 'content_refused':
			return `The content filter of ${name} refused the prompt ${at}. Rephrase it, or choose another model.`;
		case 'unsupported_output':
			return `${name} does not support this structured output for ${known} ${at}. Use a weaker output mode.`;
		case 'timeout':
			return `${name} gave up waiting ${at}. Try again later.`;
		case 'overloaded':
			return `${name} is overloaded ${at}. Try again later.`;
		case 'server_error':
			return `${name} has a fault of its own ${at}. Try again later.`;
		case 'bad_request':
		case 'connection_refused':
		case 'connection_lost':
		case 'garbage':
		case 'cancelled':
			return `${name} refused the request ${at}.`;
		default:
			return cause satisfies never;
	}
}

/** The fault of a call that ended without an answer: the time limit, the caller's abort, or the connection. */
export function faultOfBreak(reason: 'timeout' | 'cancelled' | null, exchange: Exchange, context: FaultContext): ProviderFault {
	const { words, ...found } = breakFinding(reason, exchange, context);
	return { ...found, retryAfterMs: null, status: exchange.status, message: finish(words, context), usage: MISSING };
}

function breakFinding(reason: 'timeout' | 'cancelled' | null, exchange: Exchange, context: FaultContext): FaultFinding {
	const { wasSent, wasTooLarge, status, failure } = exchange;
	const billed = wasSent ? 'unknown' : 'no';
	const { name } = context;
	if (reason === 'timeout') return { code: 'timeout', billed, isRetryable: true, words: timeoutWords(exchange, context) };
	if (reason === 'cancelled')
		return { code: 'cancelled', billed, isRetryable: false, words: `The call to ${name} was cancelled before its answer arrived.` };
	if (wasTooLarge) {
		const words = `${name} sent more than 10 MB, which was cut off. Check that the base URL is that of a model's API.`;
		return { code: 'garbage', billed: 'yes', isRetryable: false, words };
	}
	if (wasSent) {
		const code = codeOf(failure);
		const why = code === '' ? '' : ` (${code})`;
		if (status !== null && status < 200) {
			const words = `${name} answered ${String(status)} instead of an answer${status === 101 ? ', which switches protocols' : ''}. Check the base URL and what stands between.`;
			return { code: 'connection_lost', billed, isRetryable: true, words };
		}
		const words = `The connection to ${name} broke after the request had been sent${why}. Whether it was charged is not known.`;
		return { code: 'connection_lost', billed, isRetryable: true, words };
	}
	return { code: 'connection_refused', billed, isRetryable: !isTlsError(failure), words: connectionAdvice(exchange, context) };
}

/** Who was silent: a proxy that was asked for a tunnel, or the server, perhaps behind a proxy. */
function timeoutWords({ wasSent, status, proxy, isThroughProxy }: Exchange, { name, timeoutMs }: FaultContext): string {
	const within = `within ${timeoutMs / 1_000} s`; // ratio: time, for people
	if (proxy !== null && !wasSent && !isThroughProxy)
		return `The proxy ${proxy} let no request through to ${name} ${within}. Check the proxy's address, and that it is running.`;
	const where = status === null ? 'gave no answer' : 'began to answer but did not finish';
	const through = proxy === null ? '' : ` through the proxy ${proxy}`;
	return `${name} ${where} ${within}${through}. Raise the timeout, or use a quicker model.`;
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

/** The fault of an answer that the server itself says it could not finish. */
export function faultOfBrokenAnswer(usage: UsageReading, context: FaultContext): ProviderFault {
	const message = finish(`${context.name} broke off within the answer. Try again later.`, context);
	const billed = usage.kind === 'reported' ? 'yes' : 'unknown';
	return { code: 'server_error', billed, isRetryable: true, retryAfterMs: null, status: 200, message, usage };
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

function connectionAdvice({ failure, proxy }: Exchange, { name }: FaultContext): string {
	const code = codeOf(failure);
	const shown = code === '' ? '' : ` (${code})`;
	if (code === 'EPROXY')
		return `${name} could not be reached through the proxy${proxy === null ? '' : ` ${proxy}`}. ${failure?.message ?? ''} Check the proxy's address and credentials.`;
	if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
		return `The host of ${name} could not be found${shown}. Check the base URL and the network.`;
	if (isTlsError(failure))
		return `No secure connection to ${name}${shown}. Check https or http in the base URL, and the server's certificate.${isSelfSigned(code) ? SELF_SIGNED : ''}`;
	return `${name} could not be reached${shown}. Check the base URL, and that the server is running.`;
}

const SELF_SIGNED = ' A certificate of your own is trusted by NODE_EXTRA_CA_CERTS.';

function isSelfSigned(code: string): boolean {
	return /SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/.test(code);
}

function isTlsError(failure: Error | null): boolean {
	const code = codeOf(failure);
	return /CERT|^ERR_(TLS|SSL)|^EPROTO$|SELF_SIGNED|UNABLE_TO_/.test(code);
}

function quoted(model: string): string {
	return JSON.stringify(model.length > 80 ? `${model.slice(0, 79)}…` : model);
}

function finish(words: string, { secrets }: FaultContext): string {
	return clipMessage(redact(words, secrets));
}
