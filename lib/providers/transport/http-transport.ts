/**
 * Makes one HTTP request with its whole answer, over Node's own http. It stands in for `fetch` in the SDK because it has to tell whether the
 * request had left when it failed (was it billed?), must not end a slow model's answer after five minutes, goes through proxies, and cuts
 * off what is too large. Redirects are not followed: a key is never carried to another address.
 */
import { asError, isObject, propertyOf } from '../../core/values/foreign';
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { readText } from './answer-body';
import { agentFor, bareHost, CALLED_OFF, portOf, ProxyWatch } from './routes';

/** Answers above this are cut off: no model writes 10 MB. */
const MAX_BODY_BYTES = 10_000_000;
/** Answers before the answer, such as 103: more are a storm. */
const MAX_INTERIM_ANSWERS = 50;

/** What became of one request; filled in while it runs, so that it can be asked after any failure. */
export interface Exchange {
	/** The connection stood and the request was written: the provider may have done the work. */
	wasSent: boolean;
	/** Status of the answer once its head has arrived. */
	status: number | null;
	/** The headers of a good answer, by their names in small letters. */
	received: Readonly<Record<string, unknown>>;
	/** The headers and the text of a refusal, which tell how long to wait and why. */
	headers: Headers;
	text: string;
	/** The answer exceeded {@link MAX_BODY_BYTES}. */
	wasTooLarge: boolean;
	/** The proxy that it goes through, for people: host and port. */
	proxy: string | null;
	/** The proxy let the request through to the server; one that is not asked for a tunnel does so without a word. */
	isThroughProxy: boolean;
	/** The transport's own error, which the SDK does not always keep. */
	failure: Error | null;
}

export interface TransportOptions {
	/** Headers that are sent besides content type, accept and length; nothing else leaves this process. */
	readonly headers: Readonly<Record<string, string>>;
	readonly proxyUrl: string | null;
}

/** A record for a request that has not started. */
export function newExchange(): Exchange {
	return {
		wasSent: false,
		status: null,
		received: {},
		headers: NO_HEADERS,
		text: '',
		wasTooLarge: false,
		proxy: null,
		isThroughProxy: false,
		failure: null,
	};
}

/** What tells the transport where to record a request; the SDK passes it on unread. */
export interface Recording {
	readonly exchange: Exchange;
	/** Longest answer that is read; absent: {@link MAX_BODY_BYTES}. */
	readonly maxBodyBytes?: number;
}

/**
 * A function with the shape of `fetch`, recording each request into the {@link Recording} that comes with it. It resolves when the whole
 * body is there. The SDK's own headers are dropped, since it adds OPENAI_CUSTOM_HEADERS from the environment and a description of this machine.
 */
export function recordingFetch(options: TransportOptions): typeof fetch {
	const wayTo = rememberingWays(options);
	return async (input, init) => {
		const { exchange, maxBodyBytes = MAX_BODY_BYTES } = isRecording(init) ? init : { exchange: newExchange() };
		try {
			const sent = await bodyOf(init?.body ?? null);
			const { method = 'GET', signal = null } = init ?? {};
			return await exchangeOnce({ way: wayTo(urlOf(input), sent?.type ?? ''), method, signal, exchange, maxBodyBytes, sent });
		} catch (error) {
			exchange.failure ??= asError(error);
			throw error;
		}
	};
}

/** What came through the SDK, and was made by {@link newExchange}. */
function isRecording(init: object | undefined): init is Recording {
	return isObject(propertyOf(init, 'exchange'));
}

function urlOf(input: Parameters<typeof fetch>[0]): string {
	return typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
}

interface OneRequest {
	readonly way: Way;
	readonly method: string;
	readonly signal: AbortSignal | null;
	readonly exchange: Exchange;
	readonly maxBodyBytes: number;
	readonly sent: SentBody | null;
}

/** What is the same for all requests to a URL with one type of body. */
interface Way {
	readonly isSecure: boolean;
	readonly proxy: string | null;
	readonly address: Required<Pick<http.RequestOptions, 'agent' | 'protocol' | 'host' | 'port' | 'path'>>;
	/** Names and values in turn, without the length of the body: Node writes them as they are, unless a proxy's agent adds its own. */
	readonly headers: readonly string[];
	/** Whether they are written in ASCII alone. */
	readonly isAscii: boolean;
}

/** Remembers the last way: nearly all requests of an endpoint go to one URL. */
function rememberingWays(options: TransportOptions): (url: string, bodyType: string) => Way {
	let last: { readonly url: string; readonly bodyType: string; readonly way: Way } | null = null;
	return (url, bodyType) => {
		if (last?.url !== url || last.bodyType !== bodyType) last = { url, bodyType, way: newWay(new URL(url), bodyType, options) };
		return last.way;
	};
}

function newWay(url: URL, bodyType: string, { headers, proxyUrl }: TransportOptions): Way {
	const sent = {
		host: url.host,
		accept: 'application/json',
		'accept-encoding': 'identity',
		...(bodyType === '' ? {} : { 'content-type': bodyType }),
		...headers,
	};
	const inTurn = Object.entries(sent).flat();
	const { protocol } = url;
	return {
		isSecure: protocol === 'https:',
		proxy: proxyUrl === null ? null : new URL(proxyUrl).host,
		address: { agent: agentFor(url, proxyUrl), protocol, host: bareHost(url), port: portOf(url), path: url.pathname + url.search },
		headers: inTurn,
		isAscii: inTurn.every((text) => /^[\t\x20-\x7e]*$/.test(text)),
	};
}

interface SentBody {
	readonly type: string;
	readonly content: string | Buffer;
}

/** JSON, or a form with a file, as it goes over the wire. */
async function bodyOf(body: RequestInit['body'] | null): Promise<SentBody | null> {
	if (typeof body === 'string') return { type: 'application/json', content: body };
	if (!(body instanceof FormData)) return null;
	const packed = new Response(body);
	return { type: packed.headers.get('content-type') ?? 'multipart/form-data', content: Buffer.from(await packed.arrayBuffer()) };
}

function exchangeOnce({ way, method, signal, exchange, maxBodyBytes, sent }: OneRequest): Promise<Response> {
	const request = (way.isSecure ? https : http).request({ ...way.address, method, headers: headersFor(way, sent) });
	exchange.proxy = way.proxy;
	return new Promise((resolve, reject) => {
		const end = (why: Error): void => {
			reject(why);
			request.destroy(why);
			request.emit(CALLED_OFF);
		};
		// Node's own option for a signal also watches for every way in which a stream may end.
		const abort = (): void => end(new Error('The request was called off.'));
		const onThrough = (): void => {
			exchange.isThroughProxy = true;
		};
		const proxy = way.proxy === null ? null : new ProxyWatch(request, { refuse: end, onThrough });
		noteWhenSent(request, exchange);
		// Stays for good: a second error without a listener would end the process.
		request.on('error', (error) => reject(proxy?.named(error) ?? error));
		request.once('close', () => {
			signal?.removeEventListener('abort', abort);
			// Whatever closes a request has answered it by now, or never will.
			if (exchange.status === null || exchange.status < 200) reject(closed());
		});
		endInterimAnswers(request, { exchange, end });
		request.once('response', (response) => {
			exchange.status = response.statusCode ?? null;
			const onTooLarge = (): void => {
				exchange.wasTooLarge = true;
			};
			readText(response, { onTooLarge, maxBodyBytes }).then((text) => resolve(toResponse(response, { text, exchange })), reject);
		});
		if (signal?.aborted) return abort();
		signal?.addEventListener('abort', abort, { once: true });
		// A text goes out in one piece with its headers, and in their encoding: that of both is the same only for ASCII.
		request.end(way.isAscii || typeof sent?.content !== 'string' ? sent?.content : Buffer.from(sent.content));
	});
}

/** A proxy's agent adds headers of its own, which it can only where they are no list. */
function headersFor({ headers, proxy }: Way, sent: SentBody | null): readonly string[] | Record<string, string> {
	const all = sent ? [...headers, 'content-length', String(Buffer.byteLength(sent.content))] : headers;
	if (proxy === null) return all;
	return Object.fromEntries(all.flatMap((name, at) => (at % 2 === 0 ? [[name, all[at + 1] ?? '']] : [])));
}

/** Node waits after 1xx, and leaves a connection that switches protocols to nobody. */
function endInterimAnswers(
	request: http.ClientRequest,
	{ exchange, end }: { readonly exchange: Exchange; readonly end: (why: Error) => void },
): void {
	let interim = 0;
	request.on('information', () => {
		interim += 1;
		if (interim > MAX_INTERIM_ANSWERS) end(Object.assign(new Error('The answer never began.'), { code: 'ECONNRESET' }));
	});
	request.once('upgrade', (response, socket) => {
		exchange.status = response.statusCode ?? null;
		socket.destroy();
		end(closed());
	});
}

function closed(): Error {
	return Object.assign(new Error('The connection was closed before an answer.'), { code: 'ECONNRESET' });
}

/** The request is written as soon as its connection is ready, TLS included. */
function noteWhenSent(request: http.ClientRequest, exchange: Exchange): void {
	request.once('socket', (socket) => {
		const sent = (): void => {
			exchange.wasSent = true;
		};
		if (propertyOf(socket, 'encrypted') === true && (socket.connecting || isHandshaking(socket))) socket.once('secureConnect', sent);
		else if (socket.connecting) socket.once('connect', sent);
		else sent();
	});
}

/** Node tells it, and its types do not say so. */
function isHandshaking(socket: Socket): boolean {
	return propertyOf(socket, 'secureConnecting') === true;
}

/** All that the SDK asks of an answer that is there as a whole. Node's own `Response` would put it through streams once more. */
function toResponse(
	{ statusCode: status = 0, headers: received }: http.IncomingMessage,
	{ text, exchange }: { readonly text: string; readonly exchange: Exchange },
): Response {
	const ok = status >= 200 && status < 300;
	if (ok) exchange.received = received;
	else {
		// They tell how long to wait and why; those of a good answer would only be written into a log that is off.
		exchange.headers = toHeaders(received);
		exchange.text = text;
	}
	const answer: Pick<Response, 'status' | 'ok' | 'headers' | 'body' | 'text'> = {
		status,
		ok,
		headers: exchange.headers,
		body: null,
		text: () => Promise.resolve(ok ? text : ''),
	};
	return answer as Response;
}

const NO_HEADERS = new Headers();

function toHeaders(received: http.IncomingHttpHeaders): Headers {
	const headers = new Headers();
	for (const [name, value] of Object.entries(received)) {
		if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
	}
	return headers;
}
