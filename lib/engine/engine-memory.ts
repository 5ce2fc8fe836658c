/**
 * Owns what the engine remembers between runs of one process: how large calls are, how each server is asked for a form, and how
 * each model is doing.
 */
import { NOTHING_LEARNED, type Learned } from '../core/estimate';
import type { StructuredMode } from '../providers/provider';
import { BoundedMap } from './bounded-map';
import { ProviderHealth } from './provider-health';

/** What earlier calls taught, kept across runs of one process. Bounded; the oldest is forgotten. */
export class EngineMemory {
	readonly health: ProviderHealth;
	readonly #learned = new BoundedMap<Learned>();
	readonly #modes = new BoundedMap<StructuredMode>();

	/** `monotonicMs` measures how long calls take and models fail. */
	constructor(monotonicMs: () => number) {
		this.health = new ProviderHealth(monotonicMs);
	}

	learned(id: string): Learned {
		return this.#learned.get(id) ?? NOTHING_LEARNED;
	}

	setLearned(id: string, learned: Learned): void {
		this.#learned.set(id, learned);
	}

	/** The strictest way of asking for a form that this endpoint and model are not known to refuse. */
	mode(id: string): StructuredMode {
		return this.#modes.get(id) ?? 'json_schema';
	}

	setMode(id: string, mode: StructuredMode): void {
		this.#modes.set(id, mode);
	}
}
