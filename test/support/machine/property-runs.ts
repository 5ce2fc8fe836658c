/**
 * Owns how often random tests run, and by which seed: `LLM_CREDITS_RUNS` and `LLM_CREDITS_SEED`. A long run tells its seed at the start
 * and its rate on the way; a short one tells the seed when it fails. The same seed takes the same steps again.
 */
import * as fc from 'fast-check';

const TELL_EVERY_MS = 30_000;

/**
 * Runs the property as often as asked for by the environment, else `usual` times. One run may take several lives side by side (`lanes`);
 * then lives are counted, not runs. Where a run is a whole campaign, it counts for `worth` lives of a long run.
 */
export async function holds<T>(name: string, usual: number, property: fc.IAsyncProperty<T>, { lanes = 1, worth = 1 } = {}): Promise<void> {
	const asked = process.env['LLM_CREDITS_RUNS'];
	const numRuns = Math.ceil((asked === undefined ? usual : Number(asked) / worth) / lanes);
	const seed = Number(process.env['LLM_CREDITS_SEED'] ?? Date.now() % 2_147_483_647);
	const tell = (what: string): void => {
		if (asked !== undefined) console.log(`      ${name}: ${what}`);
	};
	const startMs = performance.now();
	let toldMs = startMs;
	let runs = 0;
	const rate = (nowMs: number): string =>
		`${String(runs * lanes)} of ${String(numRuns * lanes)} lives, ${((runs * lanes * 1000) / (nowMs - startMs)).toFixed(1)} a second`;
	const countRun = (): void => {
		const nowMs = performance.now();
		if (nowMs - toldMs > TELL_EVERY_MS) {
			toldMs = nowMs;
			tell(rate(nowMs));
		}
		runs += 1;
	};
	tell(`LLM_CREDITS_SEED=${String(seed)}`);
	await fc.assert(property, { numRuns, seed, plugins: [fc.beforeEach(countRun)] });
	tell(rate(performance.now()));
}
