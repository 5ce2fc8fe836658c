/** Owns looking into metered calls: which functions take the processor's time, and how many bytes a call allocates, beside a bare call. */
import { Session } from 'node:inspector/promises';
import { relative } from 'node:path';
import type { HeapProfiler, Profiler } from 'node:inspector';
import { outputRoot } from '../support/machine/repository';
import { bareSide, meteredSide, startEndpoint } from './call-world';
import { sideBySide } from './measure';

const CALLS = 4000;
const CONCURRENCY = 64;
const SHOWN = 30;
const SAMPLE_EVERY_BYTES = 8192;

type Side = (index: number) => Promise<void>;

/** Profiles calls at a concurrency of 64 and says what it saw, for people. */
export async function profileCalls(): Promise<string> {
	const endpoint = await startEndpoint(0);
	const metered = await meteredSide(endpoint);
	const bare = bareSide(endpoint.url);
	let next = 0;
	const run = async (side: Side): Promise<void> => {
		const first = next;
		next += CALLS;
		await sideBySide(CALLS, CONCURRENCY, (index) => side(first + index));
	};
	await run(metered.call);
	await run(bare);
	const lines = [`CPU of ${String(CALLS)} metered calls, ${String(CONCURRENCY)} at a time: self time by function and by module`];
	lines.push(...selfTimes(await cpuProfile(() => run(metered.call))));
	lines.push(`Allocated per metered call: ${String(await allocatedBytes(() => run(metered.call)))} bytes`);
	lines.push(`Allocated per bare call: ${String(await allocatedBytes(() => run(bare)))} bytes`);
	await metered.close();
	await endpoint.stop();
	return `${lines.join('\n')}\n`;
}

async function cpuProfile(work: () => Promise<void>): Promise<Profiler.Profile> {
	const session = new Session();
	session.connect();
	await session.post('Profiler.enable');
	await session.post('Profiler.setSamplingInterval', { interval: 200 });
	await session.post('Profiler.start');
	await work();
	const { profile } = await session.post('Profiler.stop');
	session.disconnect();
	return profile;
}

async function allocatedBytes(work: () => Promise<void>): Promise<number> {
	const session = new Session();
	session.connect();
	const collected = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true };
	await session.post('HeapProfiler.startSampling', { samplingInterval: SAMPLE_EVERY_BYTES, ...collected });
	await work();
	const { profile } = await session.post('HeapProfiler.stopSampling');
	session.disconnect();
	return Math.round(bytesBelow(profile.head) / CALLS);
}

function bytesBelow({ selfSize, children }: HeapProfiler.SamplingHeapProfileNode): number {
	return children.reduce((sum, child) => sum + bytesBelow(child), selfSize);
}

function selfTimes({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): string[] {
	const byId = new Map(nodes.map((node) => [node.id, node]));
	const functions = new Map<string, number>();
	const modules = new Map<string, number>();
	let totalUs = 0;
	for (const [index, id] of samples.entries()) {
		const { functionName = '', url = '', lineNumber = 0 } = byId.get(id)?.callFrame ?? {};
		if (functionName === '(idle)') continue;
		const deltaUs = timeDeltas[index] ?? 0;
		const place = placeOf(url);
		totalUs += deltaUs;
		add(functions, `${functionName || '(anonymous)'} ${place}:${String(lineNumber + 1)}`, deltaUs);
		add(modules, place === '' ? functionName : place, deltaUs);
	}
	const top = (times: ReadonlyMap<string, number>): string[] =>
		[...times]
			.sort(([, a], [, b]) => b - a)
			.slice(0, SHOWN)
			.map(([name, us]) => `  ${((100 * us) / totalUs).toFixed(1).padStart(5)} %  ${name}`);
	return [`  ${(totalUs / 1000 / CALLS).toFixed(3)} ms of this process per call`, ...top(functions), '', ...top(modules)];
}

function add(times: Map<string, number>, name: string, us: number): void {
	times.set(name, (times.get(name) ?? 0) + us);
}

/** Short: within the build, the name of a package, or the part of Node. */
function placeOf(url: string): string {
	const path = url.replace(/^file:\/\//, '');
	return /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? (path.startsWith('/') ? relative(outputRoot(), path) : path);
}
