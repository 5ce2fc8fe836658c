/** Owns the proof of the transport by itself: what it writes, and what it leaves behind when a request has ended. */
import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { newExchange, recordingFetch, type Recording } from '../../../lib/providers/transport/http-transport';
import { startFakeOpenAi, type Behaviour, type FakeOpenAi } from '../../support/provider/fake-openai';

const BODY = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Grüße, 你好, 👋 und \ud800 allein' }] });

describe('transport', () => {
	let fake: FakeOpenAi;
	const start = async (behaviour: Behaviour): Promise<void> => {
		fake = await startFakeOpenAi({ choose: () => behaviour });
	};
	afterEach(async () => fake.close());

	/** Sends a chat; resolves with the status, or with `null` where none came. */
	async function send(init: RequestInit & Partial<Recording>, headers: Record<string, string> = {}): Promise<number | null> {
		const exchange = newExchange();
		const request = { method: 'POST', body: BODY, exchange, ...init };
		const sent = recordingFetch({ headers, proxyUrl: null })(`${fake.url}/chat/completions`, request);
		await sent.catch(() => null);
		return exchange.status;
	}

	it('writes every letter of a body, whatever letters its headers have', async () => {
		await start({ kind: 'answer' });
		await send({}, { 'x-team': 'plain' });
		await send({}, { 'x-team': 'Müller' });
		expect(fake.requests.map(({ headers }) => headers['x-team'])).to.deep.equal(['plain', 'Müller']);
		for (const { body } of fake.requests) expect(body).to.deep.equal(JSON.parse(BODY));
	});

	it('sends each request to its own address with its own type, however they alternate', async () => {
		await start({ kind: 'answer' });
		const other = await startFakeOpenAi();
		const fetchOne = recordingFetch({ headers: {}, proxyUrl: null });
		const form = new FormData();
		form.append('purpose', 'batch');
		for (const [{ url }, body] of [[fake, BODY] as const, [other, BODY] as const, [fake, form] as const, [fake, BODY] as const])
			await fetchOne(`${url}/chat/completions`, { method: 'POST', body });
		await other.close();
		const seen = (server: FakeOpenAi): unknown =>
			server.requests.map(({ headers }) => [headers.host, headers['content-type']?.split(';')[0]]);
		const host = new URL(fake.url).host;
		expect(seen(fake)).to.deep.equal([
			[host, 'application/json'],
			[host, 'multipart/form-data'],
			[host, 'application/json'],
		]);
		expect(seen(other)).to.deep.equal([[new URL(other.url).host, 'application/json']]);
	});

	const ENDS: readonly (readonly [string, Behaviour, number | null])[] = [
		['an answer', { kind: 'answer' }, 200],
		['a refusal', { kind: 'status', code: 429, body: { error: { message: 'Slow down.' } } }, 429],
		['a lost connection', { kind: 'drop', when: 'beforeHeaders' }, null],
		['an answer that breaks off', { kind: 'drop', when: 'afterHeaders' }, 200],
		['an answer that is too large', { kind: 'huge', bytes: 200_000 }, 200],
	];
	for (const [name, behaviour, status] of ENDS)
		it(`after ${name} nothing waits for the request to be called off`, async () => {
			await start(behaviour);
			const { signal } = new AbortController();
			expect(await send({ signal, maxBodyBytes: 100_000 })).to.equal(status);
			await until(() => getEventListeners(signal, 'abort').length === 0);
		});

	for (const [name, behaviour] of [
		['before any answer', { kind: 'hang' }],
		['within the answer', { kind: 'hangBody' }],
	] as const)
		it(`a request that is called off ${name} ends at once, with its connection`, async () => {
			await start(behaviour);
			const controller = new AbortController();
			const ended = send({ signal: controller.signal });
			await until(() => fake.stats().inFlight === 1);
			controller.abort();
			await ended;
			await until(() => fake.stats().aborted === 1);
			expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
		});
});

async function until(isDone: () => boolean): Promise<void> {
	const deadlineMs = performance.now() + 5_000;
	while (!isDone()) {
		if (performance.now() > deadlineMs) throw new Error('It did not happen within 5 s.');
		await new Promise((resolve) => setImmediate(resolve));
	}
}
