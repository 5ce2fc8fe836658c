/**
 * Owns what a measurement is: samples of ours and of the peer taken in turns, their medians and spread, and the ratio between them.
 * Refuses to compare medians of different minutes: a ratio is taken within each round, so that a busy machine slows both sides.
 */

/** What a figure should reach; `null` where it is only recorded. */
export type Reach = { readonly atLeast: number } | { readonly atMost: number } | null;

/** One row as it was measured: the n-th samples of both sides belong to one round. */
export interface Measured {
	readonly name: string;
	readonly unit: string;
	readonly ours: readonly number[];
	/** `null`: the row has no peer, and its own figure is held to the reach. */
	readonly peer: readonly number[] | null;
	readonly reach: Reach;
	readonly note: string;
}

/** Rows that are measured together. */
export interface Bench {
	readonly names: readonly string[];
	run(): Promise<readonly Measured[]>;
}

/** The median and the two ends of some samples. */
export interface Spread {
	readonly median: number;
	readonly lowest: number;
	readonly highest: number;
}

/** One side of a round: what it gives is a figure in the row's unit. */
export type Sample = () => Promise<number>;

/** Median, lowest and highest. Throws when there is nothing to summarise. */
export function spreadOf(samples: readonly number[]): Spread {
	const sorted = [...samples].sort((a, b) => a - b);
	const [lowest, highest] = [sorted[0], sorted.at(-1)];
	if (lowest === undefined || highest === undefined) throw new Error('There are no samples.');
	const middle = sorted.length >> 1;
	const upper = sorted[middle] ?? highest;
	return { median: sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2, lowest, highest };
}

/** Ours over the peer, round by round; `null` without a peer. */
export function ratiosOf({ ours, peer }: Measured): Spread | null {
	return peer === null ? null : spreadOf(ours.map((figure, round) => figure / (peer[round] ?? Number.NaN)));
}

/** True when the median is within the reach, `null` when there is none. */
export function isReached(measured: Measured): boolean | null {
	const { reach } = measured;
	const { median } = ratiosOf(measured) ?? spreadOf(measured.ours);
	if (reach === null) return null;
	return 'atLeast' in reach ? median >= reach.atLeast : median <= reach.atMost;
}

/** Takes turns: each round samples both sides, the one first that was second before. */
export async function inTurns(
	rounds: number,
	sides: { readonly ours: Sample; readonly peer: Sample },
): Promise<{ ours: number[]; peer: number[] }> {
	const taken = { ours: [] as number[], peer: [] as number[] };
	for (let round = 0; round < rounds; round += 1) {
		const order = round % 2 === 0 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const);
		for (const side of order) taken[side].push(await sides[side]());
	}
	return taken;
}

/** How long something takes, in milliseconds. */
export async function timed(work: () => Promise<void> | void): Promise<number> {
	const startMs = performance.now();
	await work();
	return performance.now() - startMs;
}

/** Runs `count` tasks, `concurrency` of them side by side; each gets its number. */
export async function sideBySide(count: number, concurrency: number, task: (index: number) => Promise<void>): Promise<void> {
	let next = 0;
	const lane = async (): Promise<void> => {
		while (next < count) {
			next += 1;
			await task(next - 1);
		}
	};
	await Promise.all(Array.from({ length: concurrency }, lane));
}
