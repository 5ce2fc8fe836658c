/**
 * Says by which connections a request goes: one keep-alive agent per proxy, shared by the process. The environment is not read; which
 * proxy to use is told by the caller.
 */
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';

/** Idle connections close before a server's usual five seconds, so that no request is written to one that is just being closed. */
const KEEPING = { keepAlive: true, timeout: 4_000 };

/** Told by a request that is called off: it closes only once it has a connection, which a silent proxy never gives it. */
export const CALLED_OFF = 'calledOff';

const agents = new Map<string, http.Agent>();

/** The agent for a URL, through `proxyUrl` when given. Agents outlive one execution, and so do their connections. */
export function agentFor({ protocol }: Pick<URL, 'protocol'>, proxyUrl: string | null): http.Agent {
	const key = `${protocol} ${proxyUrl ?? ''}`;
	const agent = agents.get(key) ?? newAgent(protocol === 'https:', proxyUrl);
	agents.set(key, agent);
	return agent;
}

function newAgent(isSecure: boolean, proxyUrl: string | null): http.Agent {
	if (proxyUrl === null) return isSecure ? new https.Agent(KEEPING) : new http.Agent(KEEPING);
	return isSecure ? new TunnelAgent(proxyUrl, KEEPING) : new HttpProxyAgent(proxyUrl, KEEPING);
}

/** A tunnel whose connection to the proxy ends with its request, also while the proxy says nothing. */
class TunnelAgent extends HttpsProxyAgent<string> {
	override connect(...[request, options]: Parameters<HttpsProxyAgent<string>['connect']>): Promise<Socket> {
		const controller = new AbortController();
		const giveUp = (): void => controller.abort();
		request.once(CALLED_OFF, giveUp);
		// Once the tunnel stands, its connection may be used again.
		request.once('proxyConnect', () => request.off(CALLED_OFF, giveUp));
		this.connectOpts = { ...this.connectOpts, signal: controller.signal };
		return super.connect(request, options);
	}
}

/** Whoever is told what a proxy that was asked for a tunnel says. */
interface ProxyAnswers {
	/** It answers that it will not. */
	readonly refuse: (error: Error) => void;
	readonly onThrough: () => void;
}

/** Tells apart what a proxy does to a request from what the server behind it does. */
export class ProxyWatch {
	#isThrough = false;
	readonly #told: ProxyAnswers;

	constructor(request: http.ClientRequest, told: ProxyAnswers) {
		this.#told = told;
		request.once('proxyConnect', (answer: { readonly statusCode?: number }) => this.#through(answer.statusCode));
	}

	/** The error with the proxy named, when it came before the proxy let the request through. */
	named(error: NodeJS.ErrnoException): Error {
		return this.#isThrough || error.code === 'EPROXY' ? error : proxyError(error.code ?? error.message);
	}

	/** A plain request has no answer to look at here: it goes to the proxy itself. */
	#through(statusCode: number | undefined): void {
		if (statusCode !== undefined && statusCode !== 200) {
			this.#told.refuse(proxyError(`it answered ${String(statusCode)} to CONNECT`));
			return;
		}
		this.#isThrough = true;
		this.#told.onThrough();
	}
}

function proxyError(why: string): Error {
	return Object.assign(new Error(`The proxy could not be used: ${why}.`), { code: 'EPROXY' });
}

/** The host of a URL without the brackets of an IPv6 address. */
export function bareHost(url: URL): string {
	return url.hostname.replace(/^\[|\]$/g, '');
}

/** The port of a URL, its protocol's own when none is written. */
export function portOf(url: URL): number {
	return Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
}
