/** Owns what the engine remembers between runs of one process: how large calls are, and how each server is asked for a form. */
import { NOTHING_LEARNED, type Learned } from '../core/estimate';
import type { StructuredMode } from '../providers/provider';

/** What earlier calls taught, kept across runs of one process. Bounded; the oldest is forgotten. */
export class EngineMemory {
	readonly #learned = new Map<string, Learned>();
	readonly #modes = new Map<string, StructuredMode>();

	learned(id: string): Learned {
		return this.#learned.get(id) ?? NOTHING_LEARNED;
	}

	setLearned(id: string, learned: Learned): void {
		setBounded(this.#learned, id, learned);
	}

	/** The strictest way of asking for a form that this endpoint and model are not known to refuse. */
	mode(id: string): StructuredMode {
		return this.#modes.get(id) ?? 'json_schema';
	}

	setMode(id: string, mode: StructuredMode): void {
		setBounded(this.#modes, id, mode);
	}
}

const MAX_REMEMBERED = 1000;

function setBounded<V>(map: Map<string, V>, key: string, value: V): void {
	map.delete(key);
	map.set(key, value);
	const [oldest] = map.keys();
	if (map.size > MAX_REMEMBERED && oldest !== undefined) map.delete(oldest);
}
