/** Takes many campaigns at a mixed endpoint, each by a seed of its own, which repeats it, and tells what they met. */
import { expect } from 'chai';
import { givenSeed } from '../machine/proof-rounds';
import { brokenBy } from './mixed-judge';
import { runMixed, type OpenLedger } from './mixed-campaign';

interface Runs {
	/** How many, unless `LLM_CREDITS_RUNS` says otherwise. */
	readonly usual: number;
	/** Calls at a time; `null`: automatic. */
	readonly concurrency: number | null;
	readonly openLedger: OpenLedger;
}

/** Throws at the first campaign that broke an invariant, with its name and the seed that repeats it. Prints, and returns, which rows were met. */
export async function expectInvariantsHold(name: string, { usual, concurrency, openLedger }: Runs): Promise<ReadonlySet<string>> {
	const asked = process.env['LLM_CREDITS_RUNS'];
	// A soak asks for thousands of lives, of which a campaign is worth many.
	const runs = asked === undefined ? usual : Math.max(1, Number(asked) > 1000 ? 100 : Number(asked));
	const first = givenSeed();
	const rows = new Set<string>();
	let [items, answered, requests] = [0, 0, 0];
	const startMs = performance.now();
	for (let seed = first; seed < first + runs; seed += 1) {
		const repeat = `LLM_CREDITS_SEED=${String(seed)} LLM_CREDITS_RUNS=1 repeats it`;
		const ending = await runMixed({ seed, concurrency, openLedger }).catch((cause: unknown) => {
			throw new Error(`A campaign on ${name} could not go on; ${repeat}`, { cause });
		});
		expect(brokenBy(ending), `a campaign on ${name}; ${repeat}`).to.deep.equal([]);
		for (const { row } of ending.requests) rows.add(row);
		items += ending.results.length;
		answered += ending.results.filter(({ route }) => route === 'result').length;
		requests += ending.requests.length;
	}
	const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
	process.stdout.write(
		`      ${name}: ${String(runs)} campaigns from seed ${String(first)} in ${seconds} s, ${String(items)} items, ${String(answered)} answered, ${String(requests)} requests by ${String(rows.size)} rows\n`,
	);
	return rows;
}
