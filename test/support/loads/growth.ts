/** How the time of some work grows with what it is given: processor time, on a machine where other programs take turns. */

const TRIES = 2;
const ROUNDS = 5;

/** What is four times as long may take four times as long; a square takes sixteen times as long. Noise of a busy machine lies between. */
export const MAX_GROWTH = 9;

/** Processor time in milliseconds, the least of a few tries: other programs do not count. */
export function costMs(work: () => unknown, tries: number): number {
	let least = Infinity;
	for (let attempt = 0; attempt < tries; attempt += 1) {
		const before = process.cpuUsage();
		work();
		const { user, system } = process.cpuUsage(before);
		least = Math.min(least, (user + system) / 1000);
	}
	return least;
}

/** By how much the time grows for what is four times as much. `workOn` makes work of that size. */
export function fourfoldGrowth(workOn: (size: number) => () => unknown, size: number): number {
	// A pause of the engine or of the machine looks like growth once; a square grows each time.
	let least = Infinity;
	for (let round = 0; round < ROUNDS && least > MAX_GROWTH; round += 1)
		least = Math.min(least, costMs(workOn(4 * size), TRIES) / Math.max(1, costMs(workOn(size), TRIES)));
	return least;
}
