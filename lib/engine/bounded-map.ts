/** Owns a map that forgets: what was set longest ago goes when there is too much. For what a long-lived process learns on the way. */

const MOST = 1000;

/** At most 1,000 values by text. */
export class BoundedMap<V> {
	readonly #values = new Map<string, V>();

	get(key: string): V | undefined {
		return this.#values.get(key);
	}

	set(key: string, value: V): void {
		this.#values.delete(key);
		this.#values.set(key, value);
		if (this.#values.size <= MOST) return;
		const [oldest] = this.#values.keys();
		if (oldest !== undefined) this.#values.delete(oldest);
	}
}
