/**
 * Owns the wire: one HTTP request with its whole answer, over Node's own http. It stands in for `fetch` in the SDK because it has to
 * tell whether the request had left when it failed (was it billed?), must not end a slow model's answer after five minutes, goes
 * through proxies, and cuts off what is too large. Refuses redirects: a key is never carried to another address.
 */
import http from 'node:http';
import https from 'node:https';
import type { TLSSocket } from 'node:tls';
import { bareHost, portOf, routeTo } from './proxy-agent';

/** Answers above this are cut off: no model writes 10 MB. */
const MAX_BODY_BYTES = 10_000_000;
/** Drops a byte order mark, which some servers write. */
const UTF_8 = new TextDecoder();

/** What became of one request; filled in while it runs, so that it can be asked after any failure. */
export interface Exchange {
	/** The connection stood and the request was written: the provider may have done the work. */
	wasSent: boolean;
	/** Status of the answer once its head has arrived. */
	status: number | null;
	/** What the answer says it is, such as `application/json`; empty where it does not say. */
	contentType: string;
	/** The answer exceeded {@link MAX_BODY_BYTES}. */
	wasTooLarge: boolean;
	/** The transport's own error, which the SDK does not always keep. */
	failure: NodeJS.ErrnoException | null;
}

export interface TransportOptions {
	/** Headers that are sent besides content type, accept and length; nothing else leaves this process. */
	readonly headers: Readonly<Record<string, string>>;
	readonly proxyUrl: string | null;
}

/** A record for a request that has not started. */
export function newExchange(): Exchange {
	return { wasSent: false, status: null, contentType: '', wasTooLarge: false, failure: null };
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
		const { exchange = newExchange(), maxBodyBytes = MAX_BODY_BYTES } = (init ?? {}) as Partial<Recording>;
		try {
			const sent = await bodyOf(init?.body ?? null);
			const { method = 'GET', signal = null } = init ?? {};
			return await exchangeOnce({ way: wayTo(urlOf(input), sent?.type ?? ''), method, signal, exchange, maxBodyBytes, sent });
		} catch (error) {
			exchange.failure ??= error as NodeJS.ErrnoException;
			throw error;
		}
	};
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
	readonly address: Required<Pick<http.RequestOptions, 'agent' | 'host' | 'port' | 'path'>>;
	/** Names and values in turn, without the length of the body: Node writes them as they are. */
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
	const { agent, via } = routeTo(url, proxyUrl);
	const target = via?.proxy ?? url;
	const sent = {
		host: url.host,
		accept: 'application/json',
		'accept-encoding': 'identity',
		...(bodyType === '' ? {} : { 'content-type': bodyType }),
		...via?.headers,
		...headers,
	};
	const inTurn = Object.entries(sent).flat();
	return {
		isSecure: target.protocol === 'https:',
		address: { agent, host: bareHost(target), port: portOf(target), path: via ? url.href : url.pathname + url.search },
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
	const headers = sent ? [...way.headers, 'content-length', String(Buffer.byteLength(sent.content))] : way.headers;
	return new Promise((resolve, reject) => {
		const request = (way.isSecure ? https : http).request({ ...way.address, method, headers });
		// Node's own option for a signal also watches for every way in which a stream may end.
		const abort = (): void => {
			const why = new Error('The request was called off.');
			reject(why);
			request.destroy(why);
		};
		const done = (): void => signal?.removeEventListener('abort', abort);
		noteWhenSent(request, exchange);
		// Stays for good: a second error without a listener would end the process.
		request.on('error', reject);
		request.once('close', done);
		request.once('response', (response) => {
			exchange.status = response.statusCode ?? null;
			exchange.contentType = response.headers['content-type'] ?? '';
			readBody(response, { exchange, maxBodyBytes }).then((text) => resolve(toResponse(response, text)), reject);
		});
		if (signal?.aborted) return abort();
		signal?.addEventListener('abort', abort, { once: true });
		// A text goes out in one piece with its headers, and in their encoding: that of both is the same only for ASCII.
		request.end(way.isAscii || typeof sent?.content !== 'string' ? sent?.content : Buffer.from(sent.content));
	});
}

/** The request is written as soon as its connection is ready, TLS included. */
function noteWhenSent(request: http.ClientRequest, exchange: Exchange): void {
	request.once('socket', (socket) => {
		const sent = (): void => {
			exchange.wasSent = true;
		};
		if ((socket as Partial<TLSSocket>).encrypted === true && (socket.connecting || isHandshaking(socket as TLSSocket)))
			socket.once('secureConnect', sent);
		else if (socket.connecting) socket.once('connect', sent);
		else sent();
	});
}

function isHandshaking(socket: TLSSocket): boolean {
	return (socket as TLSSocket & { readonly secureConnecting?: boolean }).secureConnecting === true;
}

function readBody(
	response: http.IncomingMessage,
	{ exchange, maxBodyBytes }: Pick<OneRequest, 'exchange' | 'maxBodyBytes'>,
): Promise<string> {
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		let size = 0;
		response.on('data', (chunk: Buffer) => {
			size += chunk.length;
			chunks.push(chunk);
			if (size <= maxBodyBytes) return;
			exchange.wasTooLarge = true;
			response.destroy();
			reject(new Error(`The answer is larger than ${maxBodyBytes} bytes.`));
		});
		response.once('end', () => {
			resolve(UTF_8.decode(Buffer.concat(chunks)));
		});
		// Stays for good, like that of the request.
		response.on('error', reject);
		response.once('close', () => {
			if (!response.complete) reject(Object.assign(new Error('The connection was closed within the answer.'), { code: 'ECONNRESET' }));
		});
	});
}

/** All that the SDK asks of an answer that is there as a whole. Node's own `Response` would put it through streams once more. */
function toResponse({ statusCode: status = 0, headers: received }: http.IncomingMessage, text: string): Response {
	const ok = status >= 200 && status < 300;
	const answer: Pick<Response, 'status' | 'ok' | 'headers' | 'body' | 'text'> = {
		status,
		ok,
		// Those of a refusal tell how long to wait; those of a good answer would only be written into a log that is off.
		headers: ok ? NO_HEADERS : toHeaders(received),
		body: null,
		text: () => Promise.resolve(text),
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
