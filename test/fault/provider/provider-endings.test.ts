/** Proves that every call ends by itself at its time limit, whatever the other side does, and that its connection ends with it. */
import { expect } from 'chai';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { faultOfBreak } from '../../../lib/providers/openai/fault-mapping';
import { createOpenAiCompatible } from '../../../lib/providers/openai/openai-compatible';
import { overTheWire } from '../../../lib/providers/openai/wire';
import type { ChatOutcome, ChatRequest } from '../../../lib/providers/provider';
import { watchCall } from '../../../lib/providers/transport/call-watch';
import { checkedEndpoint } from '../../../lib/providers/transport/endpoint';
import { newExchange } from '../../../lib/providers/transport/http-transport';
import { later, monotonicMs } from '../../../lib/runtime/system';
import { until } from '../../support/machine/child';

const LIMIT_MS = 400;
const REQUEST: ChatRequest = {
	model: 'm',
	messages: [{ role: 'user', content: 'Hi' }],
	structured: 'text',
	schema: null,
	maxOutputTokens: null,
	temperature: null,
	reasoningEffort: null,
	timeoutMs: LIMIT_MS,
	signal: null,
};
const OPTIONS = { name: 'The server', apiKey: '', providerId: 'unknown', timeoutMs: 2_000, timing: { later, monotonicMs } };
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';

/** What a server does with a connection once a request came; writes go on until it is closed. */
type Conduct = (socket: net.Socket, drip: (text: string) => void) => void;

async function ask(conduct: Conduct): Promise<{ readonly outcome: ChatOutcome; readonly tookMs: number }> {
	const sockets = new Set<net.Socket>();
	const server = net.createServer({ allowHalfOpen: true }, (socket) => {
		sockets.add(socket);
		const drips: NodeJS.Timeout[] = [];
		socket.on('error', () => undefined);
		// The client has gone: so does the server.
		socket.once('end', () => socket.destroy());
		socket.once('close', () => {
			for (const timer of drips) clearInterval(timer);
			sockets.delete(socket);
		});
		socket.once('data', () => conduct(socket, (text) => drips.push(setInterval(() => socket.write(text), 5))));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1`;
	const startMs = monotonicMs();
	const outcome = await createOpenAiCompatible({ ...OPTIONS, baseUrl }).chat(REQUEST);
	const tookMs = monotonicMs() - startMs;
	for (const socket of sockets) socket.resume();
	await until(() => Promise.resolve(sockets.size === 0 ? true : null), {
		timeoutMs: 5_000,
		everyMs: 10,
		describe: () => 'a connection is still open',
	});
	await new Promise<void>((resolve) => server.close(() => resolve()));
	return { outcome, tookMs };
}

describe('a call ends by itself', () => {
	// Loading the SDK takes longer than these calls may.
	before(async () => ask((socket) => socket.destroy()));

	const CONDUCTS: Readonly<Record<string, Conduct>> = {
		'101 without an upgrade': (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
		'101 with an upgrade': (socket) =>
			socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
		'200 that upgrades': (socket) => socket.write('HTTP/1.1 200 OK\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n'),
		'a storm of 103': (_, drip) => drip('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(20)),
		'100 for ever': (_, drip) => drip('HTTP/1.1 100 Continue\r\n\r\n'),
		'a head that drips': (socket, drip) => {
			socket.write(HEAD);
			drip('x-a: b\r\n');
		},
		'a body that never ends': (socket, drip) => {
			socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`);
			drip('1\r\n \r\n');
		},
		'a body without an end, said to be long': (socket) => socket.write(`${HEAD}content-length: 1000\r\n\r\n{`),
		'a side that is closed and nothing more': (socket) => socket.end(),
		'a half answer and a closed side': (socket) => socket.end(`${HEAD}content-length: 1000\r\n\r\n{`),
		'no word': () => undefined,
		'what is no HTTP': (socket) => socket.write('SSH-2.0-OpenSSH\r\n'),
	};
	for (const [name, conduct] of Object.entries(CONDUCTS)) {
		it(name, async () => {
			const { outcome, tookMs } = await ask(conduct);
			expect(outcome.kind === 'failed' && outcome.fault.billed).to.equal('unknown');
			expect(outcome.kind === 'failed' && outcome.fault.code).to.be.oneOf(['timeout', 'connection_lost']);
			expect(tookMs).to.be.lessThan(LIMIT_MS + 1_500);
		});
	}

	it('101 is named', async () => {
		const { outcome } = await ask(CONDUCTS['101 with an upgrade']!);
		expect(outcome.kind === 'failed' && outcome.fault.message)
			.to.include('answered 101')
			.and.include('switches protocols');
	});

	it('although the transport never does: at the time limit, and when it is cancelled', async () => {
		const endpoint = checkedEndpoint({ ...OPTIONS, baseUrl: 'http://127.0.0.1:1/v1' });
		const never = { asResponse: () => new Promise<Response>(() => undefined) };
		for (const code of ['timeout', 'cancelled'] as const) {
			const controller = new AbortController();
			const watch = watchCall({ timeoutMs: code === 'timeout' ? 20 : 60_000, signal: controller.signal }, OPTIONS.timing);
			const context = { name: 'The server', providerId: 'x', model: 'm', timeoutMs: 20, secrets: [], prompts: [] };
			const asked = overTheWire({ endpoint, watch, context }, () => never);
			if (code === 'cancelled') controller.abort();
			const result = await asked;
			watch.stop();
			expect(result.kind === 'failed' && result.fault.code).to.equal(code);
		}
	});

	it('a time limit before anything was sent is free, and after it nobody knows', () => {
		const context = { name: 'The server', providerId: 'x', model: 'm', timeoutMs: 20, secrets: [], prompts: [] };
		for (const reason of ['timeout', 'cancelled'] as const) {
			expect(faultOfBreak(reason, newExchange(), context).billed).to.equal('no');
			expect(faultOfBreak(reason, { ...newExchange(), wasSent: true }, context).billed).to.equal('unknown');
		}
	});
});
