/**
 * Owns running rows for the commands `npm run bench` and `npm run bench:n8n` and telling their results: on the terminal, as JSON and in
 * docs/benchmarks.md. Recorded, not gating: a figure that was missed is told as such and the command succeeds.
 */
import { writeFileSync } from 'node:fs';
import { thisMoment, writeDocument } from './document';
import type { Bench, Measured } from './measure';
import { machineText, rowOf, tableOf } from './report';

/** Options that both commands take. */
export const RUN_OPTIONS = {
	only: { type: 'string', multiple: true },
	json: { type: 'string' },
	docs: { type: 'boolean' },
} as const;

export interface RunValues {
	/** Names of rows, or their beginnings up to a dot; all when left out. */
	readonly only?: readonly string[];
	/** The file for [{name, ours, peer, ratio, unit, note}]. */
	readonly json?: string;
	/** Whether to write the rows into docs/benchmarks.md. */
	readonly docs?: boolean;
}

/** Runs what is wanted of these. A row that cannot be measured does not take the others with it; the command fails in the end. */
export async function runBenches(benches: readonly Bench[], { only = [], json, docs = false }: RunValues): Promise<void> {
	const isWanted = wanted(only, benches);
	const moment = thisMoment();
	process.stdout.write(`${machineText()}\n`);
	const results: Measured[] = [];
	for (const bench of benches) {
		if (!bench.names.some(isWanted)) continue;
		process.stderr.write(`${bench.names.filter(isWanted).join(', ')} …\n`);
		results.push(...(await measured(bench)).filter(({ name }) => isWanted(name)));
	}
	process.stdout.write(`${tableOf(results)}\n`);
	if (json !== undefined) writeFileSync(json, `${JSON.stringify(results.map(rowOf), null, '\t')}\n`);
	if (docs) await writeDocument(results, moment);
}

/** Runs a command to its end and ends the process with it, whatever its programs left open. */
export function runCommand(main: () => Promise<void>): void {
	main().then(
		() => process.exit(),
		(error: unknown) => {
			process.stderr.write(`${textOf(error)}\n`);
			process.exit(1);
		},
	);
}

async function measured(bench: Bench): Promise<readonly Measured[]> {
	try {
		return await bench.run();
	} catch (error) {
		process.stderr.write(`${textOf(error)}\n`);
		process.exitCode = 1;
		return [];
	}
}

/** What was asked for cannot be done; where in the program that was found is of no use to anybody. */
class WrongUse extends Error {}

function textOf(error: unknown): string {
	if (error instanceof WrongUse) return `Error: ${error.message}`;
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Throws for a name that no row has. */
function wanted(only: readonly string[], benches: readonly Bench[]): (name: string) => boolean {
	const names = benches.flatMap((bench) => bench.names);
	const matches = (name: string, given: string): boolean => name === given || name.startsWith(`${given}.`);
	const unknown = only.find((given) => !names.some((name) => matches(name, given)));
	if (unknown !== undefined) throw new WrongUse(`There is no row named "${unknown}". There are: ${names.join(', ')}.`);
	return (name) => only.length === 0 || only.some((given) => matches(name, given));
}
