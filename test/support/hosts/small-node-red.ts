/**
 * Stands in for Node-RED: our modules register their types with it, nodes are made of their entries in a flow, and messages are sent in. Only
 * the few methods that our nodes call are there. What the real Node-RED does is shown in it (test/e2e/node-red).
 */
import { EventEmitter } from 'node:events';
import type { NodeAPI } from 'node-red';
import { CONNECTIONS, NODES } from '../../../nodes/node-red/node/node-types';
import { later } from '../../../lib/runtime/system';

type Config = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };
type Make = (this: EventEmitter, config: Config) => void;
type Message = Record<string, unknown>;

const LONGEST_MS = 20_000;

/** How a message left. */
export interface Left {
	/** The number of the output, or `null` where nothing was sent. */
	readonly output: number | null;
	readonly msg: Message;
	/** What failed the message. */
	readonly problem: unknown;
}

/** One flow with its nodes. */
export class SmallNodeRed {
	readonly #types = new Map<string, Make>();
	readonly #made = new Map<string, EventEmitter>();
	/** What our modules are given. */
	readonly api: NodeAPI;

	/** Has all our types; `userDir` is the folder in which this Node-RED keeps its data. */
	constructor(userDir: string) {
		this.api = this.#apiFor(userDir);
		for (const { type } of [...NODES, ...CONNECTIONS]) {
			// eslint-disable-next-line @typescript-eslint/no-require-imports -- as Node-RED loads a node's module
			const wire = require(`../../../nodes/node-red/${type}/${type}`) as (api: unknown) => void;
			wire(this.api);
		}
	}

	#apiFor(userDir: string): NodeAPI {
		return {
			log: { warn: () => undefined, error: () => undefined },
			settings: { userDir },
			httpAdmin: { get: () => undefined, post: () => undefined, use: () => undefined },
			auth: { needsPermission: () => () => undefined },
			nodes: {
				registerType: (type: string, make: Make) => void this.#types.set(type, make),
				createNode: (node: EventEmitter, { id, type }: Config) => void Object.assign(node, { id, type, z: 'flow' }),
				eachNode: () => undefined,
				getNode: (id: string) => this.#made.get(id) ?? null,
			},
			util: {
				getSetting: () => undefined,
				evaluateNodeProperty: (name: string, _type: string, _node: unknown, msg: Message, done: (error: null, value: unknown) => void) => {
					done(null, msg[name]);
				},
				setMessageProperty: (msg: Message, name: string, value: unknown) => {
					msg[name] = value;
					return true;
				},
			},
		} as unknown as NodeAPI;
	}

	/** Makes a node of its entry in the flow, and the secrets that Node-RED keeps apart. */
	make(config: Config, credentials: Readonly<Record<string, string>> = {}): EventEmitter {
		const node = Object.assign(new EventEmitter(), {
			status: () => undefined,
			warn: () => undefined,
			error: () => undefined,
			log: () => undefined,
			credentials,
		});
		this.#made.set(config.id, node);
		this.#types.get(config.type)?.call(node, config);
		return node;
	}

	/** One message through a node; resolves when the node is done with it. */
	async send(node: EventEmitter, msg: Message): Promise<Left> {
		const sent: unknown[] = [];
		const problem = await new Promise<unknown>((resolve, reject) => {
			const alarm = later(LONGEST_MS, () => reject(new Error('The message did not leave.')));
			const send = (outputs: unknown): void => {
				sent.push(...(Array.isArray(outputs) ? outputs : [outputs]));
			};
			node.emit('input', msg, send, (why?: unknown) => {
				alarm.cancel();
				resolve(why);
			});
		});
		return { output: sent.length === 0 ? null : outputIn(sent), msg, problem };
	}

	/** Stops all nodes, as Node-RED does. */
	async stop(): Promise<void> {
		for (const node of this.#made.values())
			if (node.listenerCount('close') > 0) await new Promise<void>((resolve) => void node.emit('close', true, resolve));
	}
}

function outputIn(sent: readonly unknown[]): number {
	return sent.findIndex((each) => each !== null);
}
