/**
 * Owns what a call of a campaign usually costs, and whether today's calls cost more: exact sums, whole divisions, a bounded list.
 * It is a running statistic and no balance: it is not part of the proof, and an alert that it causes carries its figures.
 */
import { ceilDivide, floorDivide, type Micro } from '../values/money';

/** What the calls of one campaign have cost. */
export interface CostAverage {
	/** `''`: calls without a campaign. */
	readonly campaign: string;
	/** Calendar day in the account's zone that `calls` and `costMicro` are of. */
	readonly day: string;
	readonly calls: number;
	readonly costMicro: Micro;
	/** Earlier days on which the campaign ran; each weighs three quarters of the one after it. */
	readonly usualCalls: number;
	readonly usualMicro: Micro;
}

/** Campaigns that are remembered; the one that was called longest ago makes room. */
const MAX_CAMPAIGNS = 16;
/** Fewer calls than this, today or usually, tell nothing. */
const MIN_CALLS = 20;

/** The list after one more call, that campaign last. */
export function withCall(
	averages: readonly CostAverage[],
	{ campaign, day, costMicro }: { campaign: string; day: string; costMicro: Micro },
): CostAverage[] {
	const known = averages.find((average) => average.campaign === campaign);
	const before = known?.day === day ? known : nextDay(known, { campaign, day });
	const others = averages.filter((average) => average.campaign !== campaign);
	return [...others.slice(-(MAX_CAMPAIGNS - 1)), { ...before, calls: before.calls + 1, costMicro: before.costMicro + costMicro }];
}

/** Whether today's average is more than `percent` above the usual one. Few calls tell nothing. */
export function compareCost({ calls, costMicro, usualCalls, usualMicro }: CostAverage, percent: number): 'above' | 'below' | 'unknown' {
	if (calls < MIN_CALLS || usualCalls < MIN_CALLS) return 'unknown';
	return costMicro * BigInt(usualCalls) * 100n > usualMicro * BigInt(calls) * BigInt(100 + percent) ? 'above' : 'below';
}

/** Today's and the usual cost of one call, rounded up to a micro-credit. Both must have calls. */
export function averageCosts({ calls, costMicro, usualCalls, usualMicro }: CostAverage): { averageMicro: Micro; usualMicro: Micro } {
	return { averageMicro: ceilDivide(costMicro, BigInt(calls)), usualMicro: ceilDivide(usualMicro, BigInt(usualCalls)) };
}

function nextDay(known: CostAverage | undefined, { campaign, day }: { campaign: string; day: string }): CostAverage {
	const past = known ?? { usualCalls: 0, usualMicro: 0n, calls: 0, costMicro: 0n };
	return {
		campaign,
		day,
		calls: 0,
		costMicro: 0n,
		usualCalls: Number(threeQuarters(BigInt(past.usualCalls))) + past.calls,
		usualMicro: threeQuarters(past.usualMicro) + past.costMicro,
	};
}

function threeQuarters(amount: bigint): bigint {
	return floorDivide(amount * 3n, 4n);
}
