/**
 * Owns the two sides of a call: an LLM Action with the real ledger, provider and prices, and the bare SDK sending the same request
 * to the same endpoint, which is a process of its own. Refuses any address but loopback.
 */
import OpenAI from 'openai';
import { join } from 'node:path';
import { EngineMemory } from '../../lib/engine/learned/engine-memory';
import { LedgerAccount } from '../../lib/engine/account/ledger-account';
import { LlmAction, type ActionItem, type ProviderHandle } from '../../lib/engine/llm-action';
import { GroupCommit } from '../../lib/ledger/group-commit';
import { openMemoryLedger } from '../../lib/ledger/memory/store';
import { openSqliteLedger } from '../../lib/ledger/sqlite/store';
import { PROVIDER_PARAMS } from '../../lib/params/connection';
import { LLM_ACTION_PARAMS } from '../../lib/params/llm-action/llm-action';
import { readParams, readShared } from '../../lib/params/read';
import { createProvider } from '../../lib/runtime/provider-handle';
import { jitter, monotonicMs, pause, systemClock } from '../../lib/runtime/system';
import { start, until, type Running } from '../support/machine/child';
import { credits } from '../support/ledger/ledger-commands';
import { cleanEnvironment, outputRoot } from '../support/machine/repository';
import { newLedgerPath } from '../support/ledger/sqlite-ledger';

const MODEL = 'gpt-4.1-mini';
const INSTRUCTIONS = 'You write short, warm messages in the language of the reader. Keep to what you were told about the person.';
const ATTRIBUTES = [
	{ name: 'subject', type: 'text', description: 'At most 45 characters', details: '', fallback: 'News for you' },
	{ name: 'message', type: 'text', description: 'Two sentences', details: '', fallback: 'Hello' },
];

/** An endpoint that answers after `delayMs`, in its own process. */
export interface Endpoint {
	readonly url: string;
	stop(): Promise<unknown>;
}

/** Starts an endpoint and resolves once it listens. */
export async function startEndpoint(delayMs: number): Promise<Endpoint> {
	const script = JSON.stringify({ default: { kind: 'answer', delayMs } });
	const args = [join(outputRoot(), 'test', 'support', 'provider', 'fake-openai.js'), '--script', script];
	const server: Running = start(process.execPath, args, { env: cleanEnvironment() });
	const firstLine = (): Promise<string | null> => Promise.resolve(/^\{.*\}\n/.exec(server.output())?.[0] ?? null);
	const line = await until(firstLine, { timeoutMs: 10_000, everyMs: 20, describe: () => server.output() });
	return { url: (JSON.parse(line) as { url: string }).url, stop: () => server.stop() };
}

/** Makes calls that are paid from a ledger. */
export interface MeteredSide {
	readonly path: string;
	/** One call. Throws unless the model answered. */
	readonly call: (index: number) => Promise<void>;
	close(): Promise<void>;
}

/** An LLM Action with the usual settings over a new ledger, in a file unless it is to be in memory. */
export async function meteredSide(
	source: { readonly url: string } | { readonly handle: ProviderHandle },
	{ isInMemory = false, ...settings }: Readonly<Record<string, unknown>> & { readonly isInMemory?: boolean } = {},
): Promise<MeteredSide> {
	const timing = { clock: systemClock, monotonicMs, pause, jitter };
	const path = newLedgerPath();
	const store = isInMemory ? openMemoryLedger(timing) : await openSqliteLedger({ path, ...timing });
	const ledger = new LedgerAccount({ accountId: 'default', store, commits: new GroupCommit(store), timing });
	await ledger.open({ timeZone: 'UTC' });
	await ledger.grant({ credits: credits(100_000_000), category: 'purchased', expiry: null, key: 'first' });
	const handle = 'handle' in source ? source.handle : providerAt(source.url);
	const values = readShared(LLM_ACTION_PARAMS, { prompt: 'x', attributes: ATTRIBUTES, concurrency: 256, ...settings });
	const action = new LlmAction({
		values,
		openLedger: () => Promise.resolve(ledger),
		provider: () => handle,
		labels: { flow: 'Welcome', node: 'Write', purpose: 'live' },
		executionId: 'run-1',
		nodeKey: 'bench',
		timing,
		memory: new EngineMemory(timing.monotonicMs),
		newId: () => 'bench',
	});
	return {
		path,
		call: async (index) => {
			const { route, llmCredits } = await action.runOne(itemOf(index));
			if (route !== 'result') throw new Error(`Call ${String(index)} took its fallback: ${llmCredits.reason}, ${llmCredits.message ?? ''}`);
		},
		close: () => store.close(),
	};
}

/** One call with the bare SDK, its answer parsed; `headers` are for a gateway in between. */
export function bareSide(url: string, headers: Readonly<Record<string, string>> = {}): (index: number) => Promise<void> {
	const client = new OpenAI({ baseURL: url, apiKey: 'sk-bench', maxRetries: 0, defaultHeaders: headers });
	const fields = ATTRIBUTES.map(({ name, description }) => [name, { type: 'string', description }]);
	const schema = {
		type: 'object',
		properties: Object.fromEntries(fields) as unknown,
		required: ATTRIBUTES.map(({ name }) => name),
		additionalProperties: false,
	};
	return async (index) => {
		const answer = await client.chat.completions.create({
			model: MODEL,
			messages: [
				{ role: 'system', content: INSTRUCTIONS },
				{ role: 'user', content: promptOf(index) },
			],
			max_completion_tokens: 1000,
			response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } },
		});
		const read = JSON.parse(answer.choices[0]?.message.content ?? '') as { subject?: unknown };
		if (typeof read.subject !== 'string') throw new Error(`The endpoint did not answer call ${String(index)}.`);
	};
}

function providerAt(url: string): ProviderHandle {
	const values = readParams(PROVIDER_PARAMS, { service: 'custom', baseUrl: url, apiKey: 'sk-bench', prices: `${MODEL}, 0.40, 1.60` });
	return createProvider(values);
}

function itemOf(index: number): ActionItem {
	return {
		key: `run-1:node-1:0:${String(index)}`,
		read: () => ({
			model: MODEL,
			systemPrompt: INSTRUCTIONS,
			prompt: promptOf(index),
			campaign: 'spring-2026',
			segment: 'returning',
			workspace: '',
			person: `customer-${String(index)}`,
			tag: '',
			execution: '',
			answerLanguage: '',
			idempotencyKey: '',
		}),
	};
}

function promptOf(index: number): string {
	return `Write to customer ${String(index)}, who bought running shoes in March and has not been back since. Mention the new trail collection.`;
}
