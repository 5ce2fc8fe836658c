/** Takes ten campaigns in a real host, eight with their ledger in a file on a small disk and two on a server, each by a seed that repeats it. */
import { expect } from 'chai';
import { givenSeed } from '../../machine/proof-rounds';
import type { SmallDisk } from '../../machine/small-disk';
import type { PostgresServer } from '../../postgres/postgres-server';
import { complaintsOf } from '../judge';
import { startLyingServer } from './lying-server';
import { FileOnDisk, OnServer } from './real-faults';
import { RealRun, type RealHost } from './real-run';

export const RUNS = 10;
const RUNS_IN_FILES = 8;
const SEED = givenSeed();

/** A host that is there for one run. */
export type Hosting = (
	campaign: { readonly ledger: string; readonly provider: string },
	use: (host: RealHost) => Promise<void>,
) => Promise<void>;

/** The title of a run, with the seed that its chances come from. */
export function titleOf(number: number): string {
	const where = number < RUNS_IN_FILES ? 'in a file' : 'on a server';
	return `run ${String(number)}, with its ledger ${where}, by LLM_CREDITS_SEED=${String(SEED)}`;
}

/** Throws where a promise was broken. */
export async function expectRunKept(
	number: number,
	{ disk, server, hosting }: { disk: SmallDisk; server: PostgresServer; hosting: Hosting },
): Promise<void> {
	const seed = SEED + number;
	const ground = number < RUNS_IN_FILES ? new FileOnDisk(disk, number) : OnServer.on(server, number);
	const provider = await startLyingServer(seed);
	try {
		const run = new RealRun({
			seed,
			place: ground.place,
			provider,
			faults: ground.faults,
			backUp: () => ground.backUp(),
			heal: () => ground.heal(),
		});
		await run.prepare();
		await hosting({ ledger: ground.place, provider: provider.server.url }, (host) => run.run(host));
		const ending = await run.end();
		const met = ground.faults.map(({ name }) => name).join(', ');
		expect(complaintsOf(ending).join('\n'), met).to.equal('');
		process.stdout.write(
			`      ${met}: ${String(ending.calls.length)} calls, ${String(ending.departures.length)} times somebody left, ${String(Number(ending.ledger.chargedMicro) / 1e6)} credits charged\n`,
		);
	} finally {
		await provider.server.close();
	}
}
