/**
 * How long the way of one message is: the source files and functions that it enters, from Node-RED's input handler to the last commit and
 * back, as V8 counts them. Node-RED itself is stood in for by the few methods that our nodes call. Run: node dist/test/bench/entered.js
 */
import type { EventEmitter } from 'node:events';
import { Session, type Profiler } from 'node:inspector';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROVIDER_PARAMS } from '../../lib/params/connection';
import { LLM_ACTION_PARAMS } from '../../lib/params/llm-action/llm-action';
import { outputRoot } from '../support/machine/repository';
import { newLedgerPath } from '../support/ledger/sqlite-ledger';
import { SmallNodeRed } from '../support/hosts/small-node-red';
import { temporaryFolder } from '../support/machine/temporary-folder';
import { startEndpoint } from './call-world';

/** What one message entered. */
export interface Entered {
	readonly files: ReadonlySet<string>;
	readonly functions: number;
}

const WARM_UP = 5;

/** One message through the node. Throws unless a model answered. */
async function send(red: SmallNodeRed, node: EventEmitter, name: string): Promise<void> {
	const { msg, problem } = await red.send(node, { _msgid: name, payload: { name } });
	if (problem !== undefined) throw problem instanceof Error ? problem : new Error('The node failed.');
	const { source, message } = msg['llmCredits'] as { source: string; message: string | null };
	if (source !== 'model') throw new Error(`The message left as ${source}: ${message ?? ''}`);
}

/** Measures one message after some others: what is done once for all is not counted. */
async function entered(): Promise<Entered> {
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
	const red = new SmallNodeRed(temporaryFolder());
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
		for (let index = 0; index < WARM_UP; index += 1) await send(red, node, `warm ${String(index)}`);
		await post('Profiler.enable');
		await post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
		await send(red, node, 'measured');
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
