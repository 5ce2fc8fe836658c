/**
 * The port to the names of persons, which lie beside the journal: entries hold pseudonyms (ledger rule 48). They are written and removed
 * by decisions alone; this is for showing them.
 */
import type { Person } from '../../core/nouns/person';

export interface NameStore {
	/** Who is meant by what entries and counters hold, as far as it is known; `null`: this user may not see names. */
	find(accountId: string, held: readonly string[]): Promise<readonly Person[] | null>;
}
