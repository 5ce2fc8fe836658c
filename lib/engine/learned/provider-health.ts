/**
 * Owns what this process knows of the health of each model of each provider: shared by all items, so that one outage is not learnt by
 * each of them anew. Refuses to call anything; who calls asks before and reports after.
 */
import { LRUCache } from 'lru-cache';
import { CLOSED_CIRCUIT, failed, probed, stateOf, unprobed, type Circuit } from '../../core/calls/circuit';
import { NO_PACE, paced, usualMs, type Pace } from '../../core/calls/pace';

/** Of each kind, in a process that lives long: a host has fewer endpoints and models. */
const MOST_REMEMBERED = 1000;

/** What a call said about the provider. `askedPauseMs`: it asked to be left alone for so long. */
export type Health = { readonly kind: 'well' | 'unknown' } | { readonly kind: 'ill'; readonly askedPauseMs: number | null };

/** The leave to make one call; it must be reported on, once. */
export interface Admission {
	report(health: Health): void;
}

/** Circuits and paces by model. Instants are monotonic milliseconds. */
export class ProviderHealth {
	readonly #circuits = new LRUCache<string, Circuit>({ max: MOST_REMEMBERED });
	readonly #paces = new LRUCache<string, Pace>({ max: MOST_REMEMBERED });
	readonly #waiting = new Set<() => void>();
	readonly #nowMs: () => number;

	constructor(monotonicMs: () => number) {
		this.#nowMs = monotonicMs;
	}

	/** True while calls are of no use. */
	isPaused(id: string): boolean {
		return stateOf(this.#circuit(id), { nowMs: this.#nowMs() }) === 'open';
	}

	/** The leave to call, or `null` while the model is left alone. While it is, one call at a time may try. */
	admit(id: string): Admission | null {
		const state = stateOf(this.#circuit(id), { nowMs: this.#nowMs() });
		if (state === 'open') return null;
		const isProbe = state === 'half_open';
		if (isProbe) this.#circuits.set(id, probed(this.#circuit(id)));
		return {
			report: (health) => {
				this.#circuits.set(id, this.#after(this.#circuit(id), health, isProbe));
				if (isProbe || health.kind === 'well') this.#wake();
			},
		};
	}

	/** Milliseconds for which the failures have lasted; 0 while all is well. */
	illForMs(id: string): number {
		const { openedAtMs } = this.#circuit(id);
		return openedAtMs === null ? 0 : this.#nowMs() - openedAtMs;
	}

	/** Milliseconds until one call may try again. */
	retryInMs(id: string): number {
		return Math.max(0, this.#circuit(id).retryAtMs - this.#nowMs());
	}

	/** Calls `wake` when a model may have come back; returns how to stop that. */
	onChange(wake: () => void): () => void {
		this.#waiting.add(wake);
		return () => void this.#waiting.delete(wake);
	}

	/** Remembers how long a call took. */
	took(id: string, tookMs: number): void {
		this.#paces.set(id, paced(this.#paces.get(id) ?? NO_PACE, { atMs: this.#nowMs(), tookMs }));
	}

	/** How long a call usually takes lately, or 0 while that is not known. */
	usualMs(id: string): number {
		return usualMs(this.#paces.get(id) ?? NO_PACE, { nowMs: this.#nowMs() });
	}

	#circuit(id: string): Circuit {
		return this.#circuits.get(id) ?? CLOSED_CIRCUIT;
	}

	#after(circuit: Circuit, health: Health, isProbe: boolean): Circuit {
		switch (health.kind) {
			case 'well':
				return CLOSED_CIRCUIT;
			case 'unknown':
				return isProbe ? unprobed(circuit) : circuit;
			case 'ill':
				return failed(circuit, { nowMs: this.#nowMs(), isProbe, askedPauseMs: health.askedPauseMs });
			default:
				return health satisfies never;
		}
	}

	#wake(): void {
		for (const wake of [...this.#waiting]) wake();
	}
}
