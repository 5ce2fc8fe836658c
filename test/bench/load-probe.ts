/**
 * Loaded before Node-RED: says on a line of its own what each loading of our files took, in milliseconds and in bytes of resident memory.
 * What our files load in turn is part of theirs.
 */
import Module from 'node:module';
import { PROBE_MARK } from './load-probe-mark';

type Load = (request: string, parent: unknown, isMain: boolean) => unknown;

const OURS = /(^|[\\/])(llm-credits-[\w-]+\.js|(action|balance|switch)-node|provider-handle)$/;

const loader = Module as unknown as Record<'_load', Load>;
const load = loader._load;
let isWithin = false;

loader._load = function (...args: Parameters<Load>): unknown {
	if (isWithin || !OURS.test(args[0])) return load.apply(this, args);
	isWithin = true;
	const before = { ms: performance.now(), rss: process.memoryUsage.rss() };
	try {
		return load.apply(this, args);
	} finally {
		isWithin = false;
		const taken = { ms: performance.now() - before.ms, rss: process.memoryUsage.rss() - before.rss };
		process.stdout.write(`${PROBE_MARK}${JSON.stringify(taken)}\n`);
	}
};
