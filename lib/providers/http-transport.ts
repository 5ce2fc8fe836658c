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
export const MAX_BODY_BYTES = 10_000_000;
/** Drops a byte order mark, which some servers write. */
const UTF_8 = new TextDecoder();

/** What became of one request; filled in while it runs, so that it can be asked after any failure. */
export interface Exchange {
	/** The connection stood and the request was written: the provider may have done the work. */
	wasSent: boolean;
	/** Status of the answer once its head has arrived. */
	status: number | null;
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
	return { wasSent: false, status: null, wasTooLarge: false, failure: null };
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
export function recordingFetch({ headers, proxyUrl }: TransportOptions): typeof fetch {
	return async (input, init) => {
		const { exchange = newExchange(), maxBodyBytes = MAX_BODY_BYTES } = (init ?? {}) as Partial<Recording>;
		try {
			const sent = await bodyOf(init?.body ?? null);
			return await exchangeOnce({ url: new URL(urlOf(input)), init: init ?? {}, headers, proxyUrl, exchange, maxBodyBytes, sent });
		} catch (error) {
			exchange.failure ??= error as NodeJS.ErrnoException;
			throw error;
		}
	};
}

function urlOf(input: Parameters<typeof fetch>[0]): string {
	return typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
}

interface OneRequest extends TransportOptions {
	readonly url: URL;
	readonly init: RequestInit;
	readonly exchange: Exchange;
	readonly maxBodyBytes: number;
	readonly sent: SentBody | null;
}

interface SentBody {
	readonly type: string;
	readonly bytes: Buffer;
}

/** JSON, or a form with a file, as it goes over the wire. */
async function bodyOf(body: RequestInit['body'] | null): Promise<SentBody | null> {
	if (typeof body === 'string') return { type: 'application/json', bytes: Buffer.from(body) };
	if (!(body instanceof FormData)) return null;
	const packed = new Response(body);
	return { type: packed.headers.get('content-type') ?? 'multipart/form-data', bytes: Buffer.from(await packed.arrayBuffer()) };
}

function exchangeOnce({ url, init, headers, proxyUrl, exchange, maxBodyBytes, sent }: OneRequest): Promise<Response> {
	const { agent, via } = routeTo(url, proxyUrl);
	const target = via?.proxy ?? url;
	const request = (target.protocol === 'https:' ? https : http).request({
		agent,
		method: init.method ?? 'GET',
		host: bareHost(target),
		port: portOf(target),
		path: via ? url.href : url.pathname + url.search,
		headers: {
			host: url.host,
			accept: 'application/json',
			'accept-encoding': 'identity',
			...(sent ? { 'content-type': sent.type, 'content-length': String(sent.bytes.length) } : {}),
			...via?.headers,
			...headers,
		},
		...(init.signal ? { signal: init.signal } : {}),
	});
	noteWhenSent(request, exchange);
	return new Promise((resolve, reject) => {
		// Stays for good: a second error without a listener would end the process.
		request.on('error', reject);
		request.once('response', (response) => {
			exchange.status = response.statusCode ?? null;
			readBody(response, { exchange, maxBodyBytes }).then((text) => resolve(toResponse(response, text, url)), reject);
		});
		request.end(sent?.bytes);
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
function toResponse({ statusCode: status = 0, headers: received }: http.IncomingMessage, text: string, url: URL): Response {
	const headers = new Headers();
	for (const [name, value] of Object.entries(received)) {
		if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
	}
	const answer: Pick<Response, 'status' | 'ok' | 'url' | 'headers' | 'body' | 'text' | 'json'> = {
		status,
		ok: status >= 200 && status < 300,
		url: url.href,
		headers,
		body: null,
		text: () => Promise.resolve(text),
		json: () => Promise.resolve(text).then(JSON.parse),
	};
	return answer as Response;
}
