/**
 * Owns connections: one keep-alive agent per proxy, and the CONNECT tunnel for https through an http or https proxy.
 * Refuses to read the environment; which proxy to use is told by the caller.
 */
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';

/** Idle connections close before a server's usual five seconds, so that no request is written to one that is just being closed. */
const IDLE_MS = 4_000;
const CONNECT_TIMEOUT_MS = 20_000;

/** Where a request is sent: the agent, and for plain http through a proxy the proxy's own address. */
export interface Route {
	readonly agent: http.Agent;
	/** Set when the request goes to the proxy itself, in absolute form. */
	readonly via: { readonly proxy: URL; readonly headers: Readonly<Record<string, string>> } | null;
}

const agents = new Map<string, http.Agent>();

/** The route to a URL, through `proxyUrl` when given. Agents are shared by the process, so connections outlive one execution. */
export function routeTo(target: URL, proxyUrl: string | null): Route {
	const isSecure = target.protocol === 'https:';
	if (proxyUrl === null) return { agent: agentFor(isSecure ? 'https' : 'http', () => directAgent(isSecure)), via: null };
	const proxy = new URL(proxyUrl);
	if (isSecure) return { agent: agentFor(`tunnel ${proxyUrl}`, () => new TunnelAgent(proxy)), via: null };
	const agent = agentFor(`via ${proxy.protocol}`, () => directAgent(proxy.protocol === 'https:'));
	return { agent, via: { proxy, headers: proxyHeaders(proxy) } };
}

function agentFor(key: string, make: () => http.Agent): http.Agent {
	const agent = agents.get(key) ?? make();
	agents.set(key, agent);
	return agent;
}

function directAgent(isSecure: boolean): http.Agent {
	const options = { keepAlive: true, timeout: IDLE_MS };
	return isSecure ? new https.Agent(options) : new http.Agent(options);
}

type Created = (error: Error | null, socket: Duplex) => void;

/** An https agent whose connections are tunnels through a proxy. */
class TunnelAgent extends https.Agent {
	readonly #proxy: URL;

	constructor(proxy: URL) {
		super({ keepAlive: true, timeout: IDLE_MS });
		this.#proxy = proxy;
	}

	override createConnection(options: https.RequestOptions, callback?: Created): undefined {
		connectThrough(this.#proxy, options).then(
			(socket) => callback?.(null, socket),
			// Node never looks at the socket of a failure, though its types ask for one.
			(error: unknown) => (callback as ((failure: Error) => void) | undefined)?.(error as Error),
		);
	}
}

async function connectThrough(proxy: URL, options: https.RequestOptions): Promise<Duplex> {
	const host = options.host ?? '';
	const authority = `${host.includes(':') ? `[${host}]` : host}:${String(options.port ?? 443)}`;
	const socket = await openTunnel(proxy, authority);
	return new Promise((resolve, reject) => {
		// An IP address is no server name; certificates are checked against `host` all the same.
		const servername = isIP(host) ? '' : host;
		const secure = tls.connect({ socket: socket, host, servername, ALPNProtocols: ['http/1.1'] });
		socket.on('error', (error) => secure.destroy(error));
		secure.once('error', reject);
		secure.once('secureConnect', () => {
			secure.off('error', reject);
			resolve(secure);
		});
	});
}

function openTunnel(proxy: URL, authority: string): Promise<Duplex> {
	return new Promise((resolve, reject) => {
		const connect = (proxy.protocol === 'https:' ? https : http).request({
			method: 'CONNECT',
			host: bareHost(proxy),
			port: portOf(proxy),
			path: authority,
			headers: { host: authority, ...proxyHeaders(proxy) },
			agent: false,
			timeout: CONNECT_TIMEOUT_MS,
		});
		connect.once('connect', (response, socket) => {
			if (response.statusCode === 200) return resolve(socket);
			socket.destroy();
			return reject(proxyError(`it answered ${String(response.statusCode)} to CONNECT`));
		});
		connect.once('timeout', () => connect.destroy(proxyError('it did not answer in time')));
		connect.on('error', (error: NodeJS.ErrnoException) =>
			reject(error.code === 'EPROXY' ? error : proxyError(error.code ?? error.message)),
		);
		connect.end();
	});
}

/** The host of a URL without the brackets of an IPv6 address. */
export function bareHost(url: URL): string {
	return url.hostname.replace(/^\[|\]$/g, '');
}

/** The port of a URL, its protocol's own when none is written. */
export function portOf(url: URL): number {
	return Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
}

function proxyError(why: string): Error {
	return Object.assign(new Error(`The proxy could not be used: ${why}.`), { code: 'EPROXY' });
}

function proxyHeaders(proxy: URL): Readonly<Record<string, string>> {
	return proxy.username === '' ? {} : { 'proxy-authorization': basicCredentials(proxy) };
}

/** The value of an Authorization header for the user and password of a URL. */
export function basicCredentials({ username, password }: Pick<URL, 'username' | 'password'>): string {
	return `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
}
