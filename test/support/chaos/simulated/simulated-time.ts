/**
 * Time of a simulated run: it passes while nothing else goes on, a process can be stopped in it, and the clock on the wall can be set.
 * What waits inside an adapter is not waited for: it passes at once, so that a deadline of ten seconds takes none.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Timing } from '../../../../lib/engine/waiting/timing';
import { VirtualTime } from '../../machine/virtual-time';
import type { Chance } from '../../machine/proof-rounds';

const START_MS = 1_790_000_000_000;
const FINE = 1_000_000;

export class SimulatedTime {
	readonly #virtual = new VirtualTime(START_MS);
	readonly #underWay = new Set<Promise<unknown>>();
	readonly #chance: Chance;
	#adapterMs = 0;
	/** How far the clock on the wall is ahead. */
	aheadMs = 0;

	constructor(chance: Chance) {
		this.#chance = chance;
		this.#virtual.atRest = () => this.#atRest();
	}

	/** Since the start; goes forward only. */
	get nowMs(): number {
		return this.#virtual.nowMs;
	}

	readonly wallMs = (): number => this.#virtual.nowMs + this.aheadMs;

	readonly pause = (delayMs: number, signal: AbortSignal | null = null): Promise<void> => this.#virtual.pause(delayMs, signal);

	readonly jitter = (): number => this.#chance.below(FINE) / FINE;

	/** For the engine. */
	get timing(): Timing {
		return { clock: this.wallMs, monotonicMs: () => this.nowMs, jitter: this.jitter, pause: this.pause };
	}

	/** For adapters. */
	readonly adapters = {
		clock: this.wallMs,
		jitter: this.jitter,
		monotonicMs: (): number => this.#adapterMs,
		pause: async (delayMs: number): Promise<void> => {
			this.#adapterMs += delayMs;
			await nextTurn();
		},
	};

	/** Everything stands still so long, and goes on late. */
	stand(forMs: number): void {
		this.#virtual.nowMs += forMs;
	}

	/** No time passes before this has ended. */
	track<T>(work: Promise<T>): Promise<T> {
		const ended = work.then(
			() => undefined,
			() => undefined,
		);
		this.#underWay.add(ended);
		void ended.then(() => this.#underWay.delete(ended));
		return work;
	}

	async #atRest(): Promise<void> {
		while (this.#underWay.size > 0) await Promise.race(this.#underWay);
	}
}
