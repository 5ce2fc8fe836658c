/**
 * How long the way of one message is: the source files and functions that it enters, from Node-RED's input handler to the last commit and
 * back, as V8 counts them. Node-RED itself is stood in for by the few methods that our nodes call. Run: node dist/test/bench/entered.js
 */
import { EventEmitter } from 'node:events';
import { Session, type Profiler } from 'node:inspector';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROVIDER_PARAMS } from '../../lib/params/connection';
import { LLM_ACTION_PARAMS } from '../../lib/params/llm-action/llm-action';
import { later } from '../../lib/runtime/system';
import { outputRoot } from '../support/machine/repository';
import { newLedgerPath } from '../support/ledger/sqlite-ledger';
import { startEndpoint } from './call-world';

type Config = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };
type Make = (this: EventEmitter, config: Config) => void;

/** What one message entered. */
export interface Entered {
	readonly files: ReadonlySet<string>;
	readonly functions: number;
}

const TYPES = ['ledger', 'provider', 'action'];
const WARM_UP = 5;
const LONGEST_MS = 20_000;

/** Stands in for Node-RED: types are registered, nodes made of their configs, and values read from messages. */
class StandIn {
	readonly #types = new Map<string, Make>();
	readonly #made = new Map<string, EventEmitter>();
	readonly api = {
		log: { warn: () => undefined, error: () => undefined },
		settings: { userDir: newLedgerPath().replace(/[^/\\]+$/, '') },
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
			evaluateNodeProperty: (
				name: string,
				_type: string,
				_node: unknown,
				msg: Record<string, unknown>,
				done: (e: null, v: unknown) => void,
			) => {
				done(null, msg[name]);
			},
			setMessageProperty: (msg: Record<string, unknown>, name: string, value: unknown) => {
				msg[name] = value;
				return true;
			},
		},
	};

	make(config: Config): EventEmitter {
		const node = Object.assign(new EventEmitter(), {
			status: () => undefined,
			warn: () => undefined,
			error: () => undefined,
			credentials: {},
		});
		this.#made.set(config.id, node);
		this.#types.get(config.type)?.call(node, config);
		return node;
	}
}

/** One message through the node; resolves when it is done, and throws unless a model answered. */
async function send(node: EventEmitter, name: string): Promise<void> {
	const msg: Record<string, unknown> = { _msgid: name, payload: { name } };
	await new Promise<void>((resolve, reject) => {
		const alarm = later(LONGEST_MS, () => reject(new Error('The message did not leave.')));
		node.emit(
			'input',
			msg,
			() => undefined,
			(problem?: unknown) => {
				alarm.cancel();
				if (problem === undefined) resolve();
				else reject(problem instanceof Error ? problem : new Error('The node failed.'));
			},
		);
	});
	const { source, message } = msg['llmCredits'] as { source: string; message: string | null };
	if (source !== 'model') throw new Error(`The message left as ${source}: ${message ?? ''}`);
}

/** Measures one message after some others: what is done once for all is not counted. */
export async function entered(): Promise<Entered> {
	const endpoint = await startEndpoint(0);
	const session = new Session();
	session.connect();
	const post = (method: string, params: object = {}): Promise<unknown> =>
		new Promise((resolve, reject) => {
			session.post(method, params, (error, result) => {
				if (error) reject(error);
				else resolve(result);
			});
		});
	const red = new StandIn();
	for (const name of TYPES) {
		// eslint-disable-next-line @typescript-eslint/no-require-imports -- as Node-RED loads a node's module
		const wire = require(`../../nodes/node-red/llm-credits-${name}/llm-credits-${name}`) as (api: unknown) => void;
		wire(red.api);
	}
	const defaults = (params: readonly { readonly name: string; readonly default: unknown }[]): object =>
		Object.fromEntries(params.map((param) => [param.name, param.default]));
	red.make({ id: 'l', type: 'llm-credits-ledger', path: newLedgerPath(), account: 'default', timeZone: 'UTC' });
	red.make({
		...defaults(PROVIDER_PARAMS),
		id: 'p',
		type: 'llm-credits-provider',
		service: 'custom',
		baseUrl: endpoint.url,
		pricing: 'free',
	});
	const node = red.make({
		...defaults(LLM_ACTION_PARAMS),
		id: 'a',
		type: 'llm-credits-action',
		ledger: 'l',
		provider: 'p',
		model: 'gpt-4.1-mini',
		prompt: 'Write to {{payload.name}}.',
		attributes: [{ name: 'message', type: 'text', description: '', details: '', fallback: 'Hello' }],
	});
	try {
		for (let index = 0; index < WARM_UP; index += 1) await send(node, `warm ${String(index)}`);
		await post('Profiler.enable');
		await post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
		await send(node, 'measured');
		return countOf((await post('Profiler.takePreciseCoverage')) as Profiler.TakePreciseCoverageReturnType);
	} finally {
		await new Promise<void>((resolve) => void node.emit('close', true, resolve));
		session.disconnect();
		await endpoint.stop();
	}
}

function countOf({ result }: Profiler.TakePreciseCoverageReturnType): Entered {
	const files = new Set<string>();
	let functions = 0;
	for (const { url, functions: all } of result) {
		const path = url.startsWith('file:') ? relative(outputRoot(), fileURLToPath(url)) : relative(outputRoot(), url);
		if (!/^(lib|nodes)[/\\]/.test(path)) continue;
		const ran = all.filter(
			({ ranges, functionName }) => (ranges[0]?.count ?? 0) > 0 && !(functionName === '' && ranges[0]?.startOffset === 0),
		);
		if (ran.length > 0) files.add(path);
		functions += ran.length;
	}
	return { files, functions };
}

if (require.main === module) {
	void entered().then(({ files, functions }) => {
		if (process.argv.includes('--list')) for (const file of [...files].sort()) console.log(join('dist', file));
		console.log(`One message enters ${String(files.size)} files and ${String(functions)} functions.`);
	});
}
