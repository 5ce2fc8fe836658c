/** Owns chance that can be repeated: the same seed gives the same numbers on every machine. */

/** Numbers from 0 (inclusive) to 1, spread evenly; mulberry32 of Tommy Ettinger, 32 bits of state. */
export function chanceOf(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

/** The time to the next of events that come `perSecond` times a second on average and know nothing of each other, in milliseconds. */
export function untilNextMs(chance: () => number, perSecond: number): number {
	return (-Math.log(1 - chance()) * 1000) / perSecond;
}
