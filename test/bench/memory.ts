/**
 * Owns showing that a process which makes calls for a long time does not grow: a million metered calls in this process, the heap (after a
 * full collection) and the resident memory told at even steps. The answers come from this process too, so that a day's work takes minutes.
 * It runs only when it is asked for: npm run bench -- --memory 1m
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Provider } from '../../lib/providers/provider';
import { answer, PRICE } from '../support/provider/scripted-provider';
import { meteredSide } from './call-world';
import { sideBySide, timed, type Bench, type Measured, type Reach } from './measure';

const STEPS = 20;
const CONCURRENCY = 64;
const MEGABYTE = 1e6;
const ANSWER = JSON.stringify({
	subject: 'New trails are waiting for you',
	message: 'The trail collection is here. Shall we put a pair aside?',
});

/** Keeps nothing of what it was asked. */
const FORGETFUL: Provider = {
	name: 'in-process',
	chat: () => Promise.resolve(answer(ANSWER)),
	listModels: () => Promise.resolve([]),
};

/** The rows of a long run: the second half beside the first, so that 1 is flat. */
export function memoryBench(calls: number): Bench {
	const size = calls % 1_000_000 === 0 ? `${String(calls / 1_000_000)}m` : `${String(calls / 1000)}k`;
	const [heap, rss] = [`memory.${size}.heap-mb`, `memory.${size}.rss-mb`];
	return { names: [heap, rss], run: () => longRun(calls, { heap, rss }) };
}

async function longRun(calls: number, names: { readonly heap: string; readonly rss: string }): Promise<Measured[]> {
	const metered = await meteredSide({ handle: { provider: FORGETFUL, service: 'in-process', priceOf: () => PRICE } });
	const collect = collector();
	const heapMb: number[] = [];
	const rssMb: number[] = [];
	const inStep = Math.floor(calls / STEPS);
	for (let step = 0; step < STEPS; step += 1) {
		const tookMs = await timed(() => sideBySide(inStep, CONCURRENCY, (index) => metered.call(step * inStep + index)));
		collect();
		const { heapUsed, rss } = process.memoryUsage();
		heapMb.push(heapUsed / MEGABYTE);
		rssMb.push(rss / MEGABYTE);
		const done = ((step + 1) * inStep).toLocaleString('en').padStart(11);
		const rate = ((inStep * 1000) / tookMs).toFixed(0);
		process.stderr.write(
			`${done} calls: heap ${(heapUsed / MEGABYTE).toFixed(1)} MB, resident ${(rss / MEGABYTE).toFixed(0)} MB, ${rate} calls/s\n`,
		);
	}
	await metered.close();
	const note = `${(STEPS * inStep).toLocaleString('en')} metered calls, each of another person, in one process with the answers given in it; looked at ${String(STEPS)} times after a full collection: the second half over the first`;
	const row = (name: string, samples: readonly number[], reach: Reach): Measured => {
		return { name, unit: 'MB', ours: samples.slice(STEPS / 2), peer: samples.slice(0, STEPS / 2), reach, note };
	};
	// Resident memory has the page cache of the file in it, which fills up, and what the allocator keeps.
	return [row(names.heap, heapMb, { atMost: 1.05 }), row(names.rss, rssMb, null)];
}

/** A full collection of garbage, which Node gives only to those who ask. */
function collector(): () => void {
	setFlagsFromString('--expose-gc');
	return runInNewContext('gc') as () => void;
}
