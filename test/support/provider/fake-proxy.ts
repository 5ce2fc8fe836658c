/** Owns a real HTTP proxy on loopback: absolute-form requests, CONNECT tunnels, optional credentials; it records what passed. */
import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface FakeProxy {
	readonly url: string;
	/** "GET http://…" or "CONNECT host:port", in order. */
	readonly passed: readonly string[];
	/** The Proxy-Authorization of each. */
	readonly credentials: readonly (string | undefined)[];
	readonly close: () => Promise<void>;
}

/** Starts a proxy. `tunnelTo` overrides where CONNECT leads, so that names which do not resolve can be tested. */
export async function startFakeProxy({
	tunnelTo,
	refuseWith,
}: { readonly tunnelTo?: number; readonly refuseWith?: number } = {}): Promise<FakeProxy> {
	const passed: string[] = [];
	const credentials: (string | undefined)[] = [];
	const sockets = new Set<Duplex>();
	const server = http.createServer((request, response) => {
		passed.push(`${request.method ?? ''} ${request.url ?? ''}`);
		credentials.push(request.headers['proxy-authorization']);
		const { 'proxy-authorization': own, ...headers } = request.headers;
		const forward = http.request(request.url ?? '', { method: request.method ?? 'GET', headers, agent: false }, (answer) => {
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(response);
		});
		forward.once('error', () => response.destroy());
		request.pipe(forward);
	});
	server.on('connect', (request: http.IncomingMessage, client: Duplex) => {
		passed.push(`CONNECT ${request.url ?? ''}`);
		credentials.push(request.headers['proxy-authorization']);
		if (refuseWith !== undefined) {
			client.end(`HTTP/1.1 ${refuseWith} Refused\r\n\r\n`);
			return;
		}
		const upstream = net.connect(tunnelTo ?? Number(new URL(`http://${request.url ?? ''}`).port), '127.0.0.1', () => {
			client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
			client.pipe(upstream).pipe(client);
		});
		for (const socket of [client, upstream]) {
			sockets.add(socket);
			socket.once('error', () => socket.destroy());
		}
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		passed,
		credentials,
		close: () => {
			for (const socket of sockets) socket.destroy();
			server.closeAllConnections();
			return new Promise((resolve) => server.close(() => resolve()));
		},
	};
}
