/** The persons of one account in memory, by name and by pseudonym. */
import type { PeopleChanges, Person } from '../../core/nouns/person';

/** Lives and dies with its ledger. */
export class MemoryPersons {
	#key: string;
	readonly #byName = new Map<string, Person>();
	readonly #byPseudonym = new Map<string, Person>();

	constructor(key: string) {
		this.#key = key;
	}

	get key(): string {
		return this.#key;
	}

	pseudonymOf(name: string): string | undefined {
		return this.#byName.get(name)?.pseudonym;
	}

	/** Those with one of these names or pseudonyms. */
	find(held: readonly string[]): Person[] {
		return [...new Set(held)].flatMap((one) => [this.#byName.get(one) ?? [], this.#byPseudonym.get(one) ?? []].flat());
	}

	/** Writes what was decided; returns the pseudonyms of those who are forgotten. */
	apply({ key, added, forgotten }: PeopleChanges): { readonly forgotten: ReadonlySet<string> } {
		this.#key = key ?? this.#key;
		for (const { name, pseudonym } of forgotten) {
			this.#byName.delete(name);
			this.#byPseudonym.delete(pseudonym);
		}
		for (const person of added) {
			this.#byName.set(person.name, person);
			this.#byPseudonym.set(person.pseudonym, person);
		}
		return { forgotten: new Set(forgotten.map(({ pseudonym }) => pseudonym)) };
	}
}
