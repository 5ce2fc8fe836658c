/**
 * Owns the simulated model: a small server on this machine that speaks the OpenAI chat interface, so that the campaign runs without a
 * key and without cost. It says in every answer that it is a simulation. Token counts are those of a real tokenizer over what was
 * really sent and answered. Refuses streaming, and any address but loopback.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { decode, encode } from 'gpt-tokenizer';
import { Chance, seedOf } from './chance';
import { simulateAnswer } from './simulated-answer';

/** A running simulator; `baseUrl` ends in /v1. */
export interface Simulator {
	readonly baseUrl: string;
	close(): Promise<void>;
}

interface ChatBody {
	readonly model?: unknown;
	readonly messages?: unknown;
	readonly stream?: unknown;
	readonly max_tokens?: unknown;
	readonly max_completion_tokens?: unknown;
	readonly response_format?: { readonly type?: unknown; readonly json_schema?: { readonly schema?: Record<string, unknown> } };
}

const NOTE = 'Simulated by LLM Credits on this machine. No model was asked and nobody was charged.';
/** What the chat format adds to a conversation, and to each of its messages. */
const TOKENS_PER_CHAT = 3;
const TOKENS_PER_MESSAGE = 4;
const FASTEST_MS = 30;
const SPREAD_MS = 90;
const MAX_BODY_BYTES = 10_000_000;

/** Starts the simulator on a free loopback port. */
export async function startSimulator(): Promise<Simulator> {
	const server = createServer((request, response) => {
		answer(request, response).catch((error: unknown) => {
			if (!response.headersSent) send(response, 500, failure(String(error)));
		});
	});
	await new Promise<void>((listening, failed) => {
		server.once('error', failed).listen(0, '127.0.0.1', listening);
	});
	const { port } = server.address() as AddressInfo;
	return {
		baseUrl: `http://127.0.0.1:${String(port)}/v1`,
		close: () =>
			new Promise((closed) => {
				server.close(() => closed());
				server.closeAllConnections();
			}),
	};
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
	const path = new URL(request.url ?? '/', 'http://localhost').pathname;
	if (request.method === 'GET' && path === '/v1/models') {
		const data = ['gpt-4.1', 'gpt-4.1-mini', 'gpt-4.1-nano', 'gpt-4o-mini'].map((id) => ({ id, object: 'model', owned_by: 'simulated' }));
		send(response, 200, { object: 'list', data });
		return;
	}
	if (request.method !== 'POST' || path !== '/v1/chat/completions') {
		send(response, 404, failure(`The simulator has no ${request.method ?? ''} ${path}.`));
		return;
	}
	const body = JSON.parse(await readBody(request)) as ChatBody;
	const problem = problemOf(body);
	if (problem !== null) {
		send(response, 400, failure(problem));
		return;
	}
	const completion = complete(body);
	await pause(FASTEST_MS + new Chance(seedOf(completion.id)).below(SPREAD_MS));
	send(response, 200, completion);
}

async function readBody(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		bytes += chunk.length;
		if (bytes > MAX_BODY_BYTES) throw new Error('The request is too large for the simulator.');
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}

function problemOf({ model, messages, stream }: ChatBody): string | null {
	if (typeof model !== 'string' || model === '') return 'model is missing.';
	if (!Array.isArray(messages) || messages.length === 0) return 'messages is empty.';
	return stream === true ? 'The simulator does not stream.' : null;
}

/** The completion for a valid body, with usage counted on the texts themselves. */
function complete(body: ChatBody) {
	const messages = body.messages as readonly { readonly role?: unknown; readonly content?: unknown }[];
	const texts = messages.map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content ?? '')));
	const schema = body.response_format?.json_schema?.schema ?? null;
	const wanted =
		schema ?? (body.response_format?.type === 'json_object' ? { type: 'object', properties: { message: { type: 'string' } } } : null);
	const prompt = texts.at(-1) ?? '';
	const { content, tokens, isCut } = cut(simulateAnswer({ prompt, schema: wanted }), limitOf(body));
	const promptTokens =
		texts.reduce((sum, text) => sum + tokensOf(text) + TOKENS_PER_MESSAGE, TOKENS_PER_CHAT) +
		(schema ? tokensOf(JSON.stringify(schema)) : 0);
	return {
		id: `chatcmpl-simulated-${seedOf(texts.join('\n')).toString(16)}`,
		object: 'chat.completion',
		created: Math.floor(Date.now() / 1000),
		model: body.model as string,
		simulated: true,
		note: NOTE,
		system_fingerprint: 'simulated',
		choices: [{ index: 0, message: { role: 'assistant', content, refusal: null }, finish_reason: isCut ? 'length' : 'stop' }],
		usage: {
			prompt_tokens: promptTokens,
			completion_tokens: tokens,
			total_tokens: promptTokens + tokens,
			prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
			completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
		},
	};
}

/** A text that looks like a control token is text all the same. */
function tokenise(text: string): number[] {
	return encode(text, { disallowedSpecial: new Set() });
}

function tokensOf(text: string): number {
	return tokenise(text).length;
}

function limitOf({ max_completion_tokens: completion, max_tokens: older }: ChatBody): number {
	const limit = completion ?? older;
	return typeof limit === 'number' && limit > 0 ? limit : Number.POSITIVE_INFINITY;
}

/** Ends the answer at the limit of tokens, as a provider does. */
function cut(text: string, limit: number): { content: string; tokens: number; isCut: boolean } {
	const tokens = tokenise(text);
	if (tokens.length <= limit) return { content: text, tokens: tokens.length, isCut: false };
	return { content: decode(tokens.slice(0, limit)), tokens: limit, isCut: true };
}

function failure(message: string) {
	return { error: { message, type: 'invalid_request_error', code: null }, simulated: true };
}

function send(response: ServerResponse, status: number, body: unknown): void {
	response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'x-simulated': 'true' });
	response.end(JSON.stringify(body));
}
