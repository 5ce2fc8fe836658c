/**
 * Owns `npm run bench`: measures each row against its peer in the same run and tells the results. Recorded, not gating: a figure
 * that was missed is told as such and the command succeeds.
 *
 *   npm run bench -- [--only name]… [--json FILE] [--profile]
 *   npm run bench -- --scale 10m [--ledger FILE] [--json FILE]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CALL_BENCHES } from './calls';
import { FOOTPRINT_BENCHES } from './footprint';
import { callsOf, largeBench } from './large';
import type { Bench, Measured } from './measure';
import { PAIRS_BENCH } from './pairs';
import { POSTGRES_BENCH } from './postgres';
import { profileCalls } from './profile';
import { machineText, rowOf, tableOf } from './report';
import { SCALE_BENCHES } from './scale';
import { WRITERS_BENCH } from './writers';

const BENCHES: readonly Bench[] = [PAIRS_BENCH, ...CALL_BENCHES, WRITERS_BENCH, POSTGRES_BENCH, ...SCALE_BENCHES, ...FOOTPRINT_BENCHES];

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			only: { type: 'string', multiple: true },
			json: { type: 'string' },
			profile: { type: 'boolean' },
			scale: { type: 'string' },
			ledger: { type: 'string' },
		},
	});
	process.stdout.write(`${machineText()}\n`);
	if (values.profile) {
		process.stdout.write(await profileCalls());
		return;
	}
	const isLarge = values.scale !== undefined;
	const benches = isLarge ? [largeBench({ calls: callsOf(values.scale ?? ''), ledger: values.ledger ?? null })] : BENCHES;
	const isWanted = wanted(values.only ?? [], benches);
	const results: Measured[] = [];
	for (const bench of benches) {
		if (!bench.names.some(isWanted)) continue;
		process.stderr.write(`${bench.names.filter(isWanted).join(', ')} …\n`);
		results.push(...(await measured(bench)).filter(({ name }) => isWanted(name)));
	}
	process.stdout.write(`${tableOf(results)}\n`);
	if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results.map(rowOf), null, '\t')}\n`);
}

/** A row that cannot be measured does not take the others with it; the command fails in the end. */
async function measured(bench: Bench): Promise<readonly Measured[]> {
	try {
		return await bench.run();
	} catch (error) {
		process.stderr.write(`${textOf(error)}\n`);
		process.exitCode = 1;
		return [];
	}
}

function textOf(error: unknown): string {
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Whole names, or the beginnings of names up to a dot. Throws for one that no row has. */
function wanted(only: readonly string[], benches: readonly Bench[]): (name: string) => boolean {
	const names = benches.flatMap((bench) => bench.names);
	const matches = (name: string, given: string): boolean => name === given || name.startsWith(`${given}.`);
	const unknown = only.find((given) => !names.some((name) => matches(name, given)));
	if (unknown !== undefined) throw new Error(`There is no row named "${unknown}". There are: ${names.join(', ')}.`);
	return (name) => only.length === 0 || only.some((given) => matches(name, given));
}

main().then(
	() => process.exit(),
	(error: unknown) => {
		process.stderr.write(`${textOf(error)}\n`);
		process.exit(1);
	},
);
