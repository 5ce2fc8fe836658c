/**
 * Makes nodes of Node-RED without a Node-RED, on real ledgers and providers, so that what a host does with them can fail in every way: its
 * log, its status, its ways on.
 */
import { createRequire } from 'node:module';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { propertyOf } from '../../../lib/core/values/foreign';
import { LEDGER, LEDGER_PARAMS, PROVIDER, PROVIDER_PARAMS } from '../../../lib/params/connection';
import { readParams } from '../../../lib/params/read';
import { createProvider } from '../../../lib/runtime/provider-handle';
import { ONE_CREDIT_PRICES } from '../hosts/node-red-flow';

/** What a host can do to a node that only reports. */
export const REPORTS = ['status', 'log', 'warn', 'error', 'done'] as const;
export type Report = (typeof REPORTS)[number];

export interface FakeHostOptions {
	/** Path of the ledger. */
	readonly ledger: string;
	/** Base URL of the provider. */
	readonly provider: string;
	readonly userDir: string;
	/** What throws. */
	readonly throwing?: readonly (Report | 'send')[];
	/** How often `send` works before it throws. */
	readonly sends?: number;
}

export interface FakeHost {
	readonly RED: NodeAPI;
	readonly node: Node;
	/** What was sent, by output. */
	readonly sent: readonly { readonly output: number; readonly msg: NodeMessage }[];
	/** What `done` was given; null where it was done. */
	readonly done: readonly (Error | null)[];
	readonly lines: readonly string[];
	/** Texts of the node's status. */
	readonly statuses: readonly string[];
	readonly way: { readonly send: (msg: NodeMessage | (NodeMessage | null)[]) => void; readonly done: (error?: Error) => void };
}

const util = createRequire(require.resolve('node-red'))('@node-red/util') as { readonly util: NodeAPI['util'] };

/** A host with one node, whose config refers to `ledger` and `provider`. */
export function fakeHost({ ledger, provider, userDir, throwing = [], sends = 0 }: FakeHostOptions): FakeHost {
	const sent: { output: number; msg: NodeMessage }[] = [];
	const done: (Error | null)[] = [];
	const lines: string[] = [];
	const statuses: string[] = [];
	const say = (report: Report) => (line: unknown) => {
		if (throwing.includes(report)) throw new Error(`${report} is broken`);
		if (typeof line === 'string') lines.push(line);
		const text = propertyOf(line, 'text');
		if (typeof text === 'string') statuses.push(text);
	};
	const node = {
		id: 'node',
		type: 'llm-credits-action',
		z: 'tab',
		name: 'Write',
		wires: [['next'], ['next']],
		_flow: { getNode: () => ({}), getSetting: () => undefined },
		context: () => ({
			flow: {
				get: () => {
					throw new Error('the store is broken');
				},
			},
		}),
		status: say('status'),
		log: say('log'),
		warn: say('warn'),
		error: say('error'),
	};
	const configs = new Map<string, object>([
		[
			'ledger',
			{
				...node,
				id: 'ledger',
				type: LEDGER.type,
				settings: () => readParams(LEDGER_PARAMS, { path: ledger, account: 'default', timeZone: 'UTC' }),
			},
		],
		[
			'provider',
			{
				...node,
				id: 'provider',
				type: PROVIDER.type,
				config: {},
				handle: () =>
					createProvider(readParams(PROVIDER_PARAMS, { service: 'custom', baseUrl: provider, pricing: 'own', prices: ONE_CREDIT_PRICES })),
			},
		],
	]);
	const RED = {
		settings: { userDir },
		nodes: { getNode: (id: string) => configs.get(id) ?? null, eachNode: () => undefined },
		util: util.util,
	};
	const send = (given: NodeMessage | (NodeMessage | null)[]): void => {
		if (throwing.includes('send') && sent.length >= sends) throw new Error('send is broken');
		const outputs = Array.isArray(given) ? given : [given];
		outputs.forEach((msg, output) => {
			if (msg) sent.push({ output, msg });
		});
	};
	const end = (error?: Error): void => {
		done.push(error ?? null);
		if (throwing.includes('done')) throw new Error('done is broken');
	};
	return { RED: RED as unknown as NodeAPI, node: node as unknown as Node, sent, done, lines, statuses, way: { send, done: end } };
}
