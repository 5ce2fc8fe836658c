/**
 * Owns what the engine remembers between runs of one process: how large calls are, how each server is asked for a form, and how
 * each model is doing.
 */
import { NOTHING_LEARNED, type Learned } from '../../core/prices/estimate';
import type { StructuredMode } from '../../providers/provider';
import { BoundedMap } from './bounded-map';
import { ProviderHealth } from './provider-health';

/** What earlier calls taught, kept across runs of one process. Bounded; the oldest is forgotten. */
export class EngineMemory {
	readonly health: ProviderHealth;
	readonly #monotonicMs: () => number;
	readonly #learned: BoundedMap<Learned>;
	readonly #modes: BoundedMap<StructuredMode>;

	/** `monotonicMs` measures how long calls take and models fail. What was learned before is shared where it is given. */
	constructor(monotonicMs: () => number, { learned = new BoundedMap<Learned>(), modes = new BoundedMap<StructuredMode>() } = {}) {
		this.#monotonicMs = monotonicMs;
		this.health = new ProviderHealth(monotonicMs);
		this.#learned = learned;
		this.#modes = modes;
	}

	/** For a call that was made long ago: it teaches how large calls are, and nothing about how the model is doing now. */
	ofThePast(): EngineMemory {
		return new EngineMemory(this.#monotonicMs, { learned: this.#learned, modes: this.#modes });
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
