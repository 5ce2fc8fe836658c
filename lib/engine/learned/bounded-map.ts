/** Owns a map that forgets: what was set longest ago goes when there is too much. For what a long-lived process learns on the way. */

const MOST = 1000;

/** At most 1,000 values by text. */
export class BoundedMap<V> {
	readonly #values = new Map<string, V>();
	#newest: string | null = null;

	get(key: string): V | undefined {
		return this.#values.get(key);
	}

	set(key: string, value: V): void {
		// Most calls are for the same few keys; taking one out that is in its place already would only make holes.
		if (key !== this.#newest) this.#values.delete(key);
		this.#newest = key;
		this.#values.set(key, value);
		if (this.#values.size <= MOST) return;
		const [oldest] = this.#values.keys();
		if (oldest !== undefined) this.#values.delete(oldest);
	}
}
