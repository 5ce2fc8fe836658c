/**
 * Owns a real HTTP server on loopback that speaks OpenAI's chat completions (and plainly its responses) and misbehaves on request. Used inside a test, and as a
 * process of its own by tests of real hosts: `node dist/test/support/provider/fake-openai.js --port 0 --script '{"sequence":[…]}'` prints
 * `{"url":"http://127.0.0.1:…/v1"}` and counts at GET /__stats. It refuses any address but 127.0.0.1.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerFor, responseFor } from './fake-answer';
import { FakeBatches } from './fake-batches';

/** What the server does with one chat request. `usage: null` leaves usage out; any other value is sent as it is. */
export type Behaviour =
	| {
			readonly kind: 'answer';
			readonly text?: string;
			readonly object?: unknown;
			readonly usage?: unknown;
			readonly delayMs?: number;
			/** It is not sent before this resolves; only for a server inside the test. */
			readonly held?: Promise<unknown>;
			readonly finishReason?: string;
			readonly model?: string;
			/** The whole message, in place of one made of text or object. */
			readonly message?: unknown;
			/** Fields beside the choices, such as the tier of service. */
			readonly beside?: Readonly<Record<string, unknown>>;
	  }
	| {
			readonly kind: 'status';
			readonly code: number;
			readonly body?: unknown;
			readonly headers?: Readonly<Record<string, string>>;
			readonly delayMs?: number;
	  }
	/** Reads the request and never answers. */
	| { readonly kind: 'hang' }
	/** Sends the head of a 200 and the first bytes of a body, then nothing. */
	| { readonly kind: 'hangBody' }
	/** Destroys the connection, before the head of an answer or in the middle of its body. */
	| { readonly kind: 'drop'; readonly when: 'beforeHeaders' | 'afterHeaders' }
	/** A 200 whose body is not JSON. */
	| { readonly kind: 'garbage'; readonly text?: string; readonly contentType?: string }
	/** An answer with empty content. */
	| { readonly kind: 'empty' }
	/** An answer whose JSON breaks the schema that was asked for. */
	| { readonly kind: 'invalid' }
	/** A 200 of this many bytes. */
	| { readonly kind: 'huge'; readonly bytes: number }
	/** Another behaviour, once this resolves; only for a server inside the test. */
	| { readonly kind: 'later'; readonly until: Promise<unknown>; readonly then: Behaviour }
	/** These letters onto the connection, and `drip` again and again for as long as it is open. */
	| { readonly kind: 'raw'; readonly text: string; readonly drip?: string };

/** One recorded request. */
export interface Recorded {
	readonly method: string;
	readonly path: string;
	readonly headers: http.IncomingHttpHeaders;
	/** The parsed JSON; the text itself when it is none; `null` without a body. */
	readonly body: unknown;
	/** The port of its client. */
	readonly fromPort: number;
}

/** Chooses the behaviour for the n-th chat request, counted from 1. */
export type Chooser = (request: Recorded, n: number) => Behaviour;

/** Behaviours as data: the first whose `contains` is found in the body, then the n-th of `sequence`, then `default`. */
export interface Script {
	readonly match?: readonly { readonly contains: string; readonly behaviour: Behaviour }[];
	readonly sequence?: readonly Behaviour[];
	readonly default?: Behaviour;
	readonly models?: readonly string[];
}

export interface Stats {
	readonly requests: number;
	readonly inFlight: number;
	readonly maxInFlight: number;
	/** Requests whose client went away before the answer was complete. */
	readonly aborted: number;
}

export interface FakeOpenAi {
	/** Base URL, ending in /v1. */
	readonly url: string;
	/** Chat requests in order of arrival. */
	readonly requests: readonly Recorded[];
	readonly stats: () => Stats;
	/** What was handed in as batches, for the test to answer. */
	readonly batches: FakeBatches;
	/** Chooses otherwise from now on. */
	readonly say: (choose: Chooser) => void;
	readonly close: () => Promise<void>;
}

export interface FakeOptions {
	readonly choose?: Chooser;
	readonly models?: readonly string[];
	/** 0 picks a free one. */
	readonly port?: number;
}

/** The usage of an answer that names none: exact costs can be computed from it. */
export const DEFAULT_USAGE = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };

const DRIP_MS = 20;

/** Starts a server on 127.0.0.1 and resolves once it listens. */
export async function startFakeOpenAi({
	choose = (): Behaviour => ({ kind: 'answer' }),
	models = ['gpt-4o-mini', 'gpt-4.1-mini'],
	port = 0,
}: FakeOptions = {}): Promise<FakeOpenAi> {
	const state = new ServerState(choose, models);
	const server = http.createServer((request, response) => {
		void serve(request, response, state);
	});
	await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
	const address = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${address.port}/v1`,
		requests: state.requests,
		stats: () => state.stats(),
		batches: state.batches,
		say: (next) => {
			state.choose = next;
		},
		close: () => {
			server.closeAllConnections();
			return new Promise((resolve) => server.close(() => resolve()));
		},
	};
}

/** The chooser of a script; 1-based like every chooser. */
export function chooserOf({ match = [], sequence = [], default: usual = { kind: 'answer' } }: Script): Chooser {
	return ({ body }, n) => {
		const text = JSON.stringify(body);
		return match.find(({ contains }) => text.includes(contains))?.behaviour ?? sequence[n - 1] ?? usual;
	};
}

class ServerState {
	readonly requests: Recorded[] = [];
	readonly batches = new FakeBatches();
	choose: Chooser;
	models: readonly string[];
	#inFlight = 0;
	#maxInFlight = 0;
	#aborted = 0;

	constructor(choose: Chooser, models: readonly string[]) {
		this.choose = choose;
		this.models = models;
	}

	stats(): Stats {
		return { requests: this.requests.length, inFlight: this.#inFlight, maxInFlight: this.#maxInFlight, aborted: this.#aborted };
	}

	/** Records a chat request and follows it until its response is finished or its client has gone. */
	begin(recorded: Recorded, response: http.ServerResponse): Behaviour {
		this.requests.push(recorded);
		this.#inFlight += 1;
		this.#maxInFlight = Math.max(this.#maxInFlight, this.#inFlight);
		response.once('close', () => {
			this.#inFlight -= 1;
			if (!response.writableFinished) this.#aborted += 1;
		});
		return this.choose(recorded, this.requests.length);
	}
}

async function serve(request: http.IncomingMessage, response: http.ServerResponse, state: ServerState): Promise<void> {
	const recorded = await record(request);
	const path = recorded.path.split('?')[0] ?? '';
	if (path === '/__stats') {
		sendJson(response, 200, state.stats());
		return;
	}
	if (path === '/__requests') {
		sendJson(response, 200, state.requests);
		return;
	}
	if (path === '/__script') {
		const script = recorded.body as Script;
		state.choose = chooserOf(script);
		state.models = script.models ?? state.models;
		sendJson(response, 200, {});
		return;
	}
	if (path.endsWith('/models')) {
		sendJson(response, 200, { object: 'list', data: state.models.map((id) => ({ id, object: 'model' })) });
		return;
	}
	if (state.batches.answer(recorded, response)) return;
	if (!path.endsWith('/chat/completions') && !path.endsWith('/responses')) {
		sendJson(response, 404, { error: { message: `Nothing at ${path}`, type: 'invalid_request_error' } });
		return;
	}
	behave(state.begin(recorded, response), { recorded, response, n: state.requests.length });
}

async function record(request: http.IncomingMessage): Promise<Recorded> {
	const chunks: Buffer[] = [];
	for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
	const text = Buffer.concat(chunks).toString();
	const { method = '', url: path = '', headers, socket } = request;
	return { method, path, headers, body: text === '' ? null : parsed(text), fromPort: socket.remotePort ?? 0 };
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch (error) {
		if (error instanceof SyntaxError) return text;
		throw error;
	}
}

interface Turn {
	readonly recorded: Recorded;
	readonly response: http.ServerResponse;
	readonly n: number;
}

function behave(behaviour: Behaviour, { recorded, response, n }: Turn): void {
	const { kind } = behaviour;
	switch (kind) {
		case 'answer':
			if (behaviour.held) {
				const { held, ...sent } = behaviour;
				void held.then(() => {
					behave(sent, { recorded, response, n });
				});
				return;
			}
			return after(behaviour.delayMs, response, () => sendJson(response, 200, saidTo(recorded, { behaviour, n })));
		case 'empty':
			return behave({ kind: 'answer', text: '' }, { recorded, response, n });
		case 'invalid':
			return behave({ kind: 'answer', object: { unexpected: [n] } }, { recorded, response, n });
		case 'status':
			return after(behaviour.delayMs, response, () => sendStatus(response, behaviour));
		case 'garbage':
			response.writeHead(200, { 'content-type': behaviour.contentType ?? 'application/json' });
			response.end(behaviour.text ?? '<html>Sign in to the hotel network</html>');
			return;
		case 'huge':
			response.writeHead(200, { 'content-type': 'application/json' });
			response.end(Buffer.alloc(behaviour.bytes, 'x'));
			return;
		case 'hang':
			return;
		case 'later':
			void behaviour.until.then(() => behave(behaviour.then, { recorded, response, n }));
			return;
		case 'raw':
			return writeRaw(response, behaviour);
		case 'hangBody':
			response.writeHead(200, { 'content-type': 'application/json' });
			response.write('{"id":"chatcmpl-1",');
			return;
		case 'drop':
			return drop(response, behaviour.when);
		default:
			return kind satisfies never;
	}
}

function saidTo(
	{ path, body }: Recorded,
	said: { readonly behaviour: Extract<Behaviour, { kind: 'answer' }>; readonly n: number },
): object {
	return path.endsWith('/responses') ? responseFor(body, said) : answerFor(body, { ...said, usage: DEFAULT_USAGE });
}

function drop(response: http.ServerResponse, when: 'beforeHeaders' | 'afterHeaders'): void {
	if (when === 'beforeHeaders') {
		response.destroy();
		return;
	}
	response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
	response.write('{"id":', () => response.destroy());
}

function writeRaw({ socket }: http.ServerResponse, { text, drip }: Extract<Behaviour, { kind: 'raw' }>): void {
	socket?.write(text);
	if (!socket || drip === undefined) return;
	const timer = setInterval(() => socket.write(drip), DRIP_MS);
	socket.once('close', () => clearInterval(timer));
}

function after(delayMs: number | undefined, response: http.ServerResponse, send: () => void): void {
	if (!delayMs) return send();
	const timer = setTimeout(send, delayMs);
	response.once('close', () => clearTimeout(timer));
}

function sendStatus(response: http.ServerResponse, { code, body, headers }: Extract<Behaviour, { kind: 'status' }>): void {
	const text = typeof body === 'string' ? body : JSON.stringify(body ?? { error: { message: `Status ${code}` } });
	response.writeHead(code, { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json', ...headers });
	response.end(text);
}

function sendJson(response: http.ServerResponse, code: number, body: unknown): void {
	response.writeHead(code, { 'content-type': 'application/json', 'x-request-id': 'req_fake' });
	response.end(JSON.stringify(body));
}

async function main(): Promise<void> {
	const option = (name: string): string | undefined => {
		const at = process.argv.indexOf(name);
		return at === -1 ? undefined : process.argv[at + 1];
	};
	const script = JSON.parse(option('--script') ?? '{}') as Script;
	const fake = await startFakeOpenAi({
		choose: chooserOf(script),
		port: Number(option('--port') ?? '0'),
		...(script.models ? { models: script.models } : {}),
	});
	process.stdout.write(`${JSON.stringify({ url: fake.url })}\n`);
	for (const signal of ['SIGTERM', 'SIGINT'] as const) {
		process.once(signal, () => {
			void fake.close().then(() => process.exit(0));
		});
	}
}

if (require.main === module) void main();
