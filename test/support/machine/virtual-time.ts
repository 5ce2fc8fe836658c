/**
 * Owns time that passes only while nobody works: a pause ends when everything else has come to rest, the earliest first. So a test of
 * hours takes milliseconds, and what happens at the same time is told apart as it would be.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Timing } from '../../../lib/engine/waiting/timing';

/** Turns of the event loop without news after which everything is taken to rest. */
const TURNS_AT_REST = 8;

interface Sleeper {
	readonly atMs: number;
	readonly wake: () => void;
}

export class VirtualTime {
	nowMs: number;
	/** The pauses that were asked for, in order. */
	readonly pauses: number[] = [];
	/** Something else that has to come to rest before time passes. */
	atRest: () => Promise<void> = () => Promise.resolve();
	readonly #sleepers = new Set<Sleeper>();
	#isPassing = false;

	constructor(startMs: number) {
		this.nowMs = startMs;
	}

	/** For the engine. */
	get timing(): Timing {
		const clock = (): number => this.nowMs;
		return { clock, monotonicMs: clock, jitter: () => 0.5, pause: (delayMs, signal) => this.pause(delayMs, signal) };
	}

	pause(delayMs: number, signal: AbortSignal | null = null): Promise<void> {
		this.pauses.push(delayMs);
		return new Promise((resolve) => {
			const sleeper: Sleeper = {
				atMs: this.nowMs + Math.ceil(delayMs),
				wake: () => {
					this.#sleepers.delete(sleeper);
					signal?.removeEventListener('abort', sleeper.wake);
					resolve();
				},
			};
			if (signal?.aborted) {
				resolve();
				return;
			}
			signal?.addEventListener('abort', sleeper.wake, { once: true });
			this.#sleepers.add(sleeper);
			if (!this.#isPassing) void this.#pass();
		});
	}

	async #pass(): Promise<void> {
		this.#isPassing = true;
		while (this.#sleepers.size > 0) {
			for (let turn = 0; turn < TURNS_AT_REST; turn += 1) {
				await nextTurn();
				await this.atRest();
			}
			let first: Sleeper | null = null;
			for (const sleeper of this.#sleepers) if (first === null || sleeper.atMs < first.atMs) first = sleeper;
			if (!first) break;
			this.nowMs = Math.max(this.nowMs, first.atMs);
			first.wake();
		}
		this.#isPassing = false;
	}
}
