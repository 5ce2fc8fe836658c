/** Takes many simulated campaigns, each by a seed of its own, which repeats it, and tells what they met. */
import { expect } from 'chai';
import { IS_PROOF, givenSeed } from '../../machine/proof-rounds';
import { complaintsOf } from '../judge';
import { SimulatedRun, type MakeGround } from './simulated-run';

/** How many runs: few in `npm test`, 1,000 in `npm run test:proof`, what `LLM_CREDITS_RUNS` says where it is given. */
function runsOf(usual: number): number {
	const asked = process.env['LLM_CREDITS_RUNS'];
	if (asked === undefined) return IS_PROOF ? 1000 : usual;
	return Math.max(1, Math.min(Number(asked), 1000));
}

/** Throws at the first run that broke a promise, with the seed that repeats it. Prints what was met. */
export async function expectPromisesKept(name: string, { usual, makeGround }: { usual: number; makeGround: MakeGround }): Promise<void> {
	const [first, runs] = [givenSeed(), runsOf(usual)];
	const struck = new Map<string, number>();
	let [deaths, calls, exact] = [0, 0, 0];
	const startMs = performance.now();
	for (let seed = first; seed < first + runs; seed += 1) {
		const repeat = `LLM_CREDITS_SEED=${String(seed)} LLM_CREDITS_RUNS=1 repeats it`;
		const simulated = await new SimulatedRun(seed).run(makeGround).catch((cause: unknown) => {
			throw new Error(`A simulated campaign on ${name} could not go on; ${repeat}`, { cause });
		});
		const complaints = complaintsOf(simulated.ending);
		expect(complaints, `a campaign on ${name} with ${simulated.struck.join(', ')}; ${repeat}`).to.deep.equal([]);
		for (const fault of simulated.struck) struck.set(fault, (struck.get(fault) ?? 0) + 1);
		deaths += simulated.deaths;
		calls += simulated.ending.calls.length;
		if (simulated.ending.isExact) exact += 1;
	}
	const met = [...struck].sort(([a], [b]) => a.localeCompare(b)).map(([fault, times]) => `${fault} ${String(times)}`);
	process.stdout.write(
		`      ${name}: ${String(runs)} campaigns from seed ${String(first)} in ${((performance.now() - startMs) / 1000).toFixed(1)} s, ${String(calls)} calls, ${String(deaths)} deaths, ${String(exact)} to the micro-credit\n      ${met.join(', ')}\n`,
	);
}
