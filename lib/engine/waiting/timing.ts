/** Owns the shape of time as the engine is given it. The engine never reads a clock or sets a timer by itself. */
export interface Timing {
	/** Epoch milliseconds UTC. */
	readonly clock: () => number;
	/** Monotonic milliseconds, for spans. */
	readonly monotonicMs: () => number;
	/** Resolves after the delay, or earlier when the signal is aborted; never rejects. */
	readonly pause: (delayMs: number, signal?: AbortSignal | null) => Promise<void>;
	/** A number in [0, 1) that spreads retries. */
	readonly jitter: () => number;
}
