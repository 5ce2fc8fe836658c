/**
 * Measures Calls at a Time = Automatic against the best fixed number, with the real engine in simulated time: an LLM Action over a ledger in
 * memory, and an endpoint that behaves as told. Which fixed number is best is found by simulating all of them.
 */
import type { ChatOutcome } from '../../lib/providers/provider';
import { simulateCampaign } from '../support/provider/simulated-campaign';
import {
	failingEndpoint,
	limitedEndpoint,
	steadyEndpoint,
	strainedEndpoint,
	type Served,
	type SimulatedEndpoint,
} from '../support/provider/simulated-endpoint';
import { answer, fault, ScriptedProvider } from '../support/provider/scripted-provider';
import { items, makeAction, makeWorld } from '../support/scenarios/action-world';
import type { Bench, Measured } from './measure';

const FIXED = [1, 2, 4, 8, 16, 32, 64, 128] as const;
const SEEDS: readonly number[] = [1];
const SPREAD = 0.2;

interface Condition {
	readonly name: string;
	readonly calls: number;
	readonly make: (seed: number) => SimulatedEndpoint;
	readonly words: string;
}

const steady = (seed: number): SimulatedEndpoint => steadyEndpoint({ latencyMs: 200, width: SPREAD, seed });

const CONDITIONS: readonly Condition[] = [
	{ name: 'steady', calls: 3000, make: steady, words: '200 ms, whatever is asked' },
	{
		name: 'limited',
		calls: 1000,
		make: (seed) =>
			limitedEndpoint(steady(seed), { kind: 'window', calls: 20, windowMs: 1000 }, { retryAfter: true, headers: false, refusalMs: 20 }),
		words: '200 ms, 20 calls a second, 429 with Retry-After beyond',
	},
	{
		name: 'strained',
		calls: 3000,
		make: (seed) => strainedEndpoint({ latencyMs: 200, width: SPREAD, seed, measure: 16, strain: 'thrashing' }),
		words: '200 ms, twice that at 16 calls at a time, rising by the square',
	},
	{
		name: 'failing',
		calls: 3000,
		make: (seed) => failingEndpoint(steady(seed), { fromMs: 2000, untilMs: 12_000, kind: 'failed' }),
		words: '200 ms, failing from the 2nd to the 12th second',
	},
];

/** A row for each condition. */
export const AUTOMATIC_BENCHES: readonly Bench[] = CONDITIONS.map((condition) => ({
	names: [nameOf(condition)],
	run: async () => [await automaticBesideBest(condition)],
}));

function nameOf({ name }: Condition): string {
	return `campaign.auto.vs-best.${name}`;
}

async function automaticBesideBest(condition: Condition): Promise<Measured> {
	const { calls, make, words } = condition;
	const [ours, peer, best]: [number[], number[], number[]] = [[], [], []];
	let [refused, sent] = [0, 0];
	for (const seed of SEEDS) {
		const number = bestOf(condition, seed);
		const automatic = await campaign(make(seed), { calls, concurrency: null });
		const fixed = await campaign(make(seed), { calls, concurrency: number });
		ours.push(automatic.perSecond);
		peer.push(fixed.perSecond);
		best.push(number);
		refused += automatic.refused;
		sent += automatic.sent;
	}
	const share = ((refused * 100) / sent).toFixed(2);
	const note = `${String(calls)} calls, ${words}; times spread by ${String(SPREAD)}; seed ${SEEDS.join(', ')} in simulated time; the best of ${FIXED.join(', ')} is ${[...new Set(best)].join(' or ')}; ${share} % of the calls were refused by 429`;
	return { name: nameOf(condition), unit: 'calls/s', ours, peer, reach: { atLeast: 0.9 }, note };
}

function bestOf({ calls, make }: Condition, seed: number): number {
	const took = FIXED.map((count) => ({ count, tookMs: simulateCampaign(make(seed), { workers: [count], calls }).tookMs }));
	const bestMs = Math.min(...took.map(({ tookMs }) => tookMs));
	// A higher number that gains nothing has items refused until they have no attempt left.
	return took.find(({ tookMs }) => tookMs <= bestMs * 1.01)?.count ?? FIXED[0];
}

interface CampaignRun {
	readonly perSecond: number;
	readonly sent: number;
	readonly refused: number;
}

/** One campaign through the engine. Throws when an item takes its fallback. */
async function campaign(
	endpoint: SimulatedEndpoint,
	{ calls, concurrency }: { calls: number; concurrency: number | null },
): Promise<CampaignRun> {
	const world = await makeWorld('100000');
	const { time } = world;
	const startMs = time.nowMs;
	let refused = 0;
	const provider: ScriptedProvider = new ScriptedProvider(async () => {
		const served = endpoint.arrived(time.nowMs - startMs, provider.open);
		if (served.kind === 'limited') refused += 1;
		await time.pause(served.afterMs);
		return outcomeOf(served);
	});
	const settings = { concurrency, maxAttempts: 10, waitForProviderSeconds: 900 };
	const results = await makeAction(world, provider, settings).run(items(calls));
	const lost = results.find(({ route }) => route !== 'result');
	if (lost) throw new Error(`An item took its fallback: ${lost.llmCredits.reason}, ${lost.llmCredits.message ?? ''}`);
	return { perSecond: (calls * 1000) / (time.nowMs - startMs), sent: provider.requests.length, refused };
}

function outcomeOf({ kind, retryAfterMs }: Served): ChatOutcome {
	switch (kind) {
		case 'answered':
			return answer('{"message":"Hello"}');
		case 'limited':
			return fault('rate_limited', { isRetryable: true, status: 429, retryAfterMs });
		case 'overloaded':
			return fault('server_error', { isRetryable: true, status: 503, retryAfterMs });
		case 'failed':
			return fault('server_error', { isRetryable: true, status: 500 });
		default:
			return kind satisfies never;
	}
}
