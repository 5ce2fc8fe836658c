/** Owns the proof of how a provider is reached: proxies, TLS, settings that cannot work, the list of models, the connection test. */
import { spawn } from 'node:child_process';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import tls from 'node:tls';
import { expect } from 'chai';
import { CreditError } from '../../../lib/core/values/errors';
import { testConnection } from '../../../lib/providers/openai/connection-test';
import type { EndpointOptions } from '../../../lib/providers/transport/endpoint';
import { faultOfBreak } from '../../../lib/providers/openai/fault-mapping';
import { newExchange } from '../../../lib/providers/transport/http-transport';
import { createOpenAiCompatible } from '../../../lib/providers/openai/openai-compatible';
import type { ChatOutcome, ChatRequest, ProviderFault } from '../../../lib/providers/provider';
import { later, monotonicMs } from '../../../lib/runtime/system';
import { startFakeOpenAi } from '../../support/provider/fake-openai';
import type { Behaviour, FakeOpenAi, Stats } from '../../support/provider/fake-openai';
import { startFakeProxy } from '../../support/provider/fake-proxy';
import type { FakeProxy } from '../../support/provider/fake-proxy';
import { until } from '../../support/machine/child';
import { LOOPBACK_CERTIFICATE, LOOPBACK_KEY } from '../../support/machine/loopback-certificate';

const REQUEST: ChatRequest = {
	model: 'gpt-4o-mini',
	messages: [{ role: 'user', content: 'Hello' }],
	structured: 'text',
	schema: null,
	maxOutputTokens: null,
	temperature: null,
	reasoningEffort: null,
	timeoutMs: 5_000,
	signal: null,
};

function endpoint(options: Partial<EndpointOptions>): EndpointOptions {
	return {
		name: 'The model server',
		baseUrl: 'http://127.0.0.1:1/v1',
		apiKey: 'test-key-4f1c9a77e2',
		providerId: 'openai',
		timeoutMs: 2_000,
		timing: { later, monotonicMs },
		...options,
	};
}

function chat(options: Partial<EndpointOptions>): Promise<ChatOutcome> {
	return createOpenAiCompatible(endpoint(options)).chat(REQUEST);
}

describe('provider through a proxy', () => {
	let proxy: FakeProxy;
	afterEach(async () => proxy.close());

	it('http: the request goes to the proxy in absolute form, with its credentials', async () => {
		const fake = await startFakeOpenAi();
		proxy = await startFakeProxy();
		const outcome = await chat({ baseUrl: fake.url, proxyUrl: proxy.url.replace('//', '//user:p%40ss@') });
		await fake.close();
		expect(outcome.kind).to.equal('answered');
		expect(proxy.passed).to.deep.equal([`POST ${fake.url}/chat/completions`]);
		expect(proxy.credentials).to.deep.equal([`Basic ${Buffer.from('user:p@ss').toString('base64')}`]);
		expect(fake.requests[0]?.headers).to.not.have.property('proxy-authorization');
	});

	it('https: the request goes through a CONNECT tunnel, checked against the certificate of the host', async () => {
		const server = await startTlsServer();
		proxy = await startFakeProxy({ tunnelTo: server.port });
		const trusted = await trusting(LOOPBACK_CERTIFICATE, async () => {
			const one = createOpenAiCompatible(endpoint({ baseUrl: 'https://models.test/v1', proxyUrl: proxy.url }));
			return [await one.chat(REQUEST), await one.chat(REQUEST)];
		});
		const otherName = await trusting(LOOPBACK_CERTIFICATE, () => chat({ baseUrl: 'https://other.test/v1', proxyUrl: proxy.url }));
		const untrusted = await chat({ baseUrl: 'https://untrusted.test/v1', proxyUrl: proxy.url });
		await server.close();
		expect(trusted.map(({ kind }) => kind)).to.deep.equal(['answered', 'answered']);
		expect(proxy.passed).to.deep.equal(['CONNECT models.test:443', 'CONNECT other.test:443', 'CONNECT untrusted.test:443']);
		for (const outcome of [otherName, untrusted]) {
			expect(outcome.kind === 'failed' && outcome.fault).to.include({ code: 'connection_refused', billed: 'no', isRetryable: false });
			expect(outcome.kind === 'failed' && outcome.fault.message).to.include('certificate');
		}
	});

	it('a proxy that refuses is named, and nothing was billed', async () => {
		proxy = await startFakeProxy({ refuseWith: 407 });
		const outcome = await chat({ baseUrl: 'https://models.test/v1', proxyUrl: proxy.url.replace('//', '//user:geheimnis@') });
		expect(outcome.kind === 'failed' && outcome.fault).to.include({ code: 'connection_refused', billed: 'no' });
		expect(outcome.kind === 'failed' && outcome.fault.message)
			.to.match(/through the proxy.*answered 407/)
			.and.not.match(/geheimnis/);
	});
});

describe('provider through a proxy that is not well', () => {
	it('one that is not there is named, for http and for https', async () => {
		for (const baseUrl of ['https://models.test/v1', 'http://models.test/v1']) {
			const outcome = await chat({ baseUrl, proxyUrl: 'http://127.0.0.1:1' });
			expect(outcome.kind === 'failed' && outcome.fault, baseUrl).to.include({ code: 'connection_refused', billed: 'no' });
			expect(outcome.kind === 'failed' && outcome.fault.message).to.match(/through the proxy 127\.0\.0\.1:1\. .*ECONNREFUSED/);
		}
	});

	it('one that never answers is left at the time limit, with its connection', async () => {
		const sockets = new Set<net.Socket>();
		const silent = net.createServer((socket) => {
			sockets.add(socket);
			socket.resume();
			socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
		});
		await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
		const host = `127.0.0.1:${String((silent.address() as AddressInfo).port)}`;
		const asked = async (baseUrl: string): Promise<ProviderFault | null> => {
			const one = createOpenAiCompatible(endpoint({ baseUrl, proxyUrl: `http://user:geheimnis@${host}` }));
			const outcome = await one.chat({ ...REQUEST, timeoutMs: 200 });
			return outcome.kind === 'failed' ? outcome.fault : null;
		};
		const tunnelled = await asked('https://models.test/v1');
		expect(tunnelled).to.include({ code: 'timeout', billed: 'no' });
		expect(tunnelled?.message).to.match(new RegExp(`^The proxy ${host} let no request through to .* within 0\\.2 s\\.`));
		const plain = await asked('http://models.test/v1');
		expect(plain).to.include({ code: 'timeout', billed: 'unknown' });
		expect(plain?.message).to.include(`gave no answer within 0.2 s through the proxy ${host}.`);
		expect(`${String(tunnelled?.message)} ${String(plain?.message)}`).to.not.include('geheimnis');
		await until(() => Promise.resolve(sockets.size === 0 ? true : null), { timeoutMs: 5_000, everyMs: 10, describe: () => 'still open' });
		await new Promise<void>((resolve) => silent.close(() => resolve()));
	});

	it('neither its password nor its base64 reaches a message when it echoes them', async () => {
		const password = 'geheimnis-4711';
		const basic = Buffer.from(`user:${password}`).toString('base64');
		const fake = await startFakeOpenAi({
			choose: () => ({ kind: 'status', code: 400, body: { error: { message: `proxy saw ${basic} and ${encodeURIComponent(password)}` } } }),
		});
		const proxy = await startFakeProxy();
		const outcome = await chat({ baseUrl: fake.url, proxyUrl: proxy.url.replace('//', `//user:${password}@`) });
		await Promise.all([fake.close(), proxy.close()]);
		const message = outcome.kind === 'failed' ? outcome.fault.message : '';
		expect(message).to.match(/proxy saw .*\[hidden\]/);
		expect(message).to.not.match(/geheim|ZWhlaW1u|Z2VoZWlt|dlaGVpb/);
	});
});

describe('provider over TLS', () => {
	it('answers when the certificate is trusted, and is refused when it is not', async () => {
		const server = await startTlsServer();
		const baseUrl = `https://localhost:${server.port}/v1`;
		const untrusted = await chat({ baseUrl });
		const trusted = await trusting(LOOPBACK_CERTIFICATE, () => chat({ baseUrl }));
		await server.close();
		expect(untrusted.kind === 'failed' && untrusted.fault).to.include({ code: 'connection_refused', billed: 'no', isRetryable: false });
		expect(trusted.kind).to.equal('answered');
	});
});

describe('provider through a tunnel that breaks', () => {
	it('after the request was sent: lost, perhaps billed', async () => {
		const server = await startTlsServer({ isDropping: true });
		const proxy = await startFakeProxy({ tunnelTo: server.port });
		const outcome = await trusting(LOOPBACK_CERTIFICATE, () => chat({ baseUrl: 'https://models.test:8443/v1', proxyUrl: proxy.url }));
		await Promise.all([server.close(), proxy.close()]);
		expect(outcome.kind === 'failed' && outcome.fault).to.include({ code: 'connection_lost', billed: 'unknown' });
		expect(proxy.passed).to.deep.equal(['CONNECT models.test:8443']);
	});
});

describe('a host that has no address', () => {
	for (const code of ['ENOTFOUND', 'EAI_AGAIN']) {
		it(`${code}: refused, not billed, with advice`, () => {
			const exchange = { ...newExchange(), failure: Object.assign(new Error(code), { code }) };
			const fault = faultOfBreak(null, exchange, {
				name: 'The model server',
				providerId: 'openai',
				model: 'm',
				timeoutMs: 1_000,
				secrets: [],
				prompts: [],
			});
			expect(fault).to.include({ code: 'connection_refused', billed: 'no', isRetryable: true });
			expect(fault.message).to.equal(`The host of The model server could not be found (${code}). Check the base URL and the network.`);
		});
	}
});

describe('provider settings that cannot work', () => {
	for (const [options, message] of [
		[{ baseUrl: '' }, /^The base URL is "", which is not a URL\. Write it in full/],
		[{ baseUrl: 'api.openai.com/v1' }, /which is not a URL/],
		[{ baseUrl: 'http://u:100%@h/v1' }, /^The base URL is "http:\/\/\[hidden\]@h\/v1"; its user or password has a % that begins no escape/],
		[{ proxyUrl: 'http://u:100%@h' }, /^The proxy is .*Write such a % as %25/],
		[{ baseUrl: 'ftp://x/v1' }, /must begin with http/],
		[{ apiKey: 'test-key\nsecond line' }, /^The API key contains a line break/],
		[{ headers: { 'X Y': '1' } }, /^A header is named "x y"/],
		[{ headers: { 'Content-Length': '5' } }, /^The header content-length is worked out for each request\. Remove it\.$/],
		[{ headers: { 'x-y': 'a\r\nb' } }, /^The header x-y contains a line break/],
		[{ baseUrl: 'http://u:100%@h/v1' }, /^The base URL is .* % that begins no escape.*%25/],
		[{ baseUrl: 'http://50%ff:secret@h/v1' }, /^The base URL is .* % that begins no escape/],
		[{ proxyUrl: 'http://u:secret%zz@proxy:3128' }, /^The proxy is .* % that begins no escape/],
		[{ proxyUrl: 'user:secret@proxy:3128' }, /^The proxy is .*must begin with http|^The proxy is .*not a URL/],
	] as const) {
		it(JSON.stringify(options), () => {
			expect(() => createOpenAiCompatible(endpoint(options)))
				.to.throw(CreditError, message)
				.with.property('code', 'provider_misconfigured');
			expect(() => createOpenAiCompatible(endpoint(options))).not.to.throw(/secret|test-key/);
		});
	}

	it('user and password in the base URL are sent as Basic, unless there is a key', async () => {
		const fake = await startFakeOpenAi();
		const baseUrl = fake.url.replace('//', '//anna:p%40ss@');
		await chat({ baseUrl, apiKey: '' });
		await chat({ baseUrl });
		await fake.close();
		expect(fake.requests.map(({ headers }) => headers.authorization)).to.deep.equal([
			`Basic ${Buffer.from('anna:p@ss').toString('base64')}`,
			'Bearer test-key-4f1c9a77e2',
		]);
	});

	it('a key with blanks around it is taken without them', async () => {
		const fake = await startFakeOpenAi();
		await chat({ baseUrl: `${fake.url}/`, apiKey: ' test-key-4f1c9a77e2\n' });
		await fake.close();
		expect(fake.requests[0]).to.deep.include({ path: '/v1/chat/completions' });
		expect(fake.requests[0]?.headers.authorization).to.equal('Bearer test-key-4f1c9a77e2');
	});
});

describe('list of models and connection test', () => {
	let fake: FakeOpenAi;
	afterEach(async () => fake.close());

	it('lists the models, sorted', async () => {
		fake = await startFakeOpenAi({ models: ['b', 'a', 'b'] });
		expect(await createOpenAiCompatible(endpoint({ baseUrl: fake.url })).listModels()).to.deep.equal(['a', 'b']);
	});

	it('throws with a message for people when it cannot', async () => {
		fake = await startFakeOpenAi();
		const wrong: unknown = await createOpenAiCompatible(endpoint({}))
			.listModels()
			.catch((failure: unknown) => failure);
		expect(wrong).to.be.instanceOf(CreditError).with.property('code', 'provider_misconfigured');
	});

	it('a server without a list is found by its chat, and an address without chat is not taken for one', async () => {
		fake = await startFakeOpenAi();
		const listless = await startLoopback((request, response) => {
			const isChat = request.url?.endsWith('/chat/completions') ?? false;
			response.writeHead(isChat ? 422 : 404, { 'content-type': 'application/json' });
			response.end(isChat ? '{"detail":[{"loc":["body","messages"],"msg":"too short","type":"too_short"}]}' : '{"detail":"Not Found"}');
		});
		const website = await startLoopback((_, response) => {
			response.writeHead(404, { 'content-type': 'text/html' });
			response.end('<html><title>Not here</title></html>');
		});
		const locked = await startLoopback((request, response) => {
			response.writeHead(request.method === 'POST' ? 401 : 404, { 'content-type': 'application/json' });
			response.end('{"error":{"message":"who are you"}}');
		});
		const reports = await Promise.all(
			[listless, website, locked].map(({ port }) => testConnection(endpoint({ baseUrl: `http://127.0.0.1:${String(port)}/v1` }))),
		);
		await Promise.all([listless, website, locked].map(({ close }) => close()));
		expect(reports.map(({ isOk }) => isOk)).to.deep.equal([true, false, false]);
		expect(reports[0]?.message).to.equal('The model server works, but lists no models to choose from.');
		expect(reports[1]?.message).to.match(/nothing at this address \(404\).*Check the base URL/);
		expect(reports[2]?.message).to.match(/refused the API key.*It said: who are you/);
	});

	it('reports a good connection, a missing model, and a server that is not there', async () => {
		fake = await startFakeOpenAi({ models: ['gpt-4o-mini'] });
		const options = endpoint({ baseUrl: fake.url });
		expect(await testConnection(options)).to.deep.equal({
			isOk: true,
			message: 'The model server answers and offers 1 model.',
			models: ['gpt-4o-mini'],
		});
		expect(await testConnection(options, { model: 'gpt-9' })).to.include({
			isOk: false,
			message: 'The model server answers and takes the key, but has no model "gpt-9". Choose one from its list.',
		});
		expect((await testConnection(endpoint({}))).message).to.match(/could not be reached \(\w+\)\. Check the base URL/);
		expect((await testConnection(endpoint({ baseUrl: 'nonsense' }))).message).to.match(/not a URL/);
		expect(fake.requests.length).to.equal(0);
	});
});

describe('the fake server as a process of its own', () => {
	it('prints its URL, plays its script, counts, and ends when told to', async () => {
		const script = { sequence: [{ kind: 'status', code: 500 }], match: [{ contains: 'Bilal', behaviour: { kind: 'garbage' } }] };
		const child = spawn(
			process.execPath,
			[join(__dirname, '..', '..', 'support', 'provider', 'fake-openai.js'), '--port', '0', '--script', JSON.stringify(script)],
			{ stdio: ['ignore', 'pipe', 'inherit'] },
		);
		const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
		const [line] = await Promise.race([
			readLine(child.stdout),
			ended.then(() => Promise.reject(new Error('The fake server ended at once.'))),
		]);
		const { url } = JSON.parse(line ?? '{}') as { url: string };
		const one = createOpenAiCompatible(endpoint({ baseUrl: url }));
		const outcomes = [
			await one.chat(REQUEST),
			await one.chat(REQUEST),
			await one.chat({ ...REQUEST, messages: [{ role: 'user', content: 'Bilal' }] }),
		];
		const stats = (await (await fetch(new URL('/__stats', url))).json()) as Stats;
		child.kill('SIGTERM');
		expect(outcomes.map((outcome) => (outcome.kind === 'failed' ? outcome.fault.code : outcome.kind))).to.deep.equal([
			'server_error',
			'answered',
			'garbage',
		]);
		expect(stats).to.include({ requests: 3, inFlight: 0, maxInFlight: 1 });
		expect(await ended).to.equal(0);
	});

	it('counts what is in flight at once', async () => {
		const fake = await startFakeOpenAi({ choose: (): Behaviour => ({ kind: 'answer', delayMs: 60 }) });
		const one = createOpenAiCompatible(endpoint({ baseUrl: fake.url }));
		await Promise.all(Array.from({ length: 5 }, () => one.chat(REQUEST)));
		await fake.close();
		expect(fake.stats()).to.deep.equal({ requests: 5, inFlight: 0, maxInFlight: 5, aborted: 0 });
	});
});

function readLine(stream: NodeJS.ReadableStream): Promise<readonly string[]> {
	return new Promise((resolve) => createInterface({ input: stream }).once('line', (line) => resolve([line])));
}

/** Runs with one more certificate trusted by this process. */
async function trusting<T>(certificate: string, run: () => Promise<T>): Promise<T> {
	const before = tls.getCACertificates('default');
	tls.setDefaultCACertificates([...before, certificate]);
	try {
		return await run();
	} finally {
		tls.setDefaultCACertificates(before);
	}
}

async function startLoopback(answer: http.RequestListener): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
	const server = http.createServer((request, response) => {
		request.resume().once('end', () => answer(request, response));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		port: (server.address() as AddressInfo).port,
		close: () => {
			server.closeAllConnections();
			return new Promise((resolve) => server.close(() => resolve()));
		},
	};
}

async function startTlsServer({ isDropping = false } = {}): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
	const server = https.createServer({ key: LOOPBACK_KEY, cert: LOOPBACK_CERTIFICATE }, (request, response) => {
		request.resume();
		if (isDropping) {
			request.once('end', () => response.destroy());
			return;
		}
		response.setHeader('content-type', 'application/json');
		response.end('{"choices":[{"message":{"content":"over TLS"}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}');
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		port: (server.address() as AddressInfo).port,
		close: () => {
			server.closeAllConnections();
			return new Promise((resolve) => server.close(() => resolve()));
		},
	};
}
