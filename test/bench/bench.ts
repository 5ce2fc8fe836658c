/**
 * Owns `npm run bench`: the rows that need no n8n, each beside its peer in the same run.
 *
 *   npm run bench -- [--only name]… [--json FILE] [--docs]
 *   npm run bench -- --scale 10m [--ledger FILE] [--person-budget] [--json FILE] [--docs]
 *   npm run bench -- --memory 1m [--json FILE] [--docs]
 *   npm run bench -- --profile
 */
import { parseArgs } from 'node:util';
import { AUTOMATIC_BENCHES } from './automatic';
import { CALL_BENCHES } from './calls';
import { FOOTPRINT_BENCHES } from './footprint';
import { callsOf, largeBench } from './large';
import type { Bench } from './measure';
import { memoryBench } from './memory';
import { NODE_RED_BENCH } from './node-red';
import { PAIRS_BENCH } from './pairs';
import { POSTGRES_BENCH } from './postgres';
import { BATCHES_BENCH } from './postgres-batches';
import { profileCalls } from './profile';
import { RUN_OPTIONS, runBenches, runCommand } from './run-benches';
import { SCALE_BENCHES } from './scale';
import { WRITERS_BENCH } from './writers';

const BENCHES: readonly Bench[] = [
	PAIRS_BENCH,
	...CALL_BENCHES,
	...AUTOMATIC_BENCHES,
	NODE_RED_BENCH,
	WRITERS_BENCH,
	POSTGRES_BENCH,
	BATCHES_BENCH,
	...SCALE_BENCHES,
	...FOOTPRINT_BENCHES,
];

runCommand(async () => {
	const { values } = parseArgs({
		options: {
			...RUN_OPTIONS,
			profile: { type: 'boolean' },
			memory: { type: 'string' },
			scale: { type: 'string' },
			ledger: { type: 'string' },
			'person-budget': { type: 'boolean' },
		},
	});
	const { profile = false, memory, scale, ledger = null, 'person-budget': hasPersonBudget = false, ...run } = values;
	if (profile) process.stdout.write(await profileCalls());
	else if (memory !== undefined) await runBenches([memoryBench(callsOf(memory))], run);
	else await runBenches(scale === undefined ? BENCHES : [largeBench({ calls: callsOf(scale), ledger, hasPersonBudget })], run);
});
