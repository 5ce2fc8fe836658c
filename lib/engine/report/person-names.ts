/** Puts the names of persons in the place of pseudonyms, where people read what the journal holds (ledger rule 48). Changes nothing. */
import { shownPerson } from '../../core/nouns/person';
import type { Hold } from '../../core/nouns/records';
import type { Floor } from '../../core/nouns/settings';
import type { LedgerStore } from '../../ledger/store';

/** What is needed of a ledger to show names. */
export type NamesOf = Pick<LedgerStore, 'names'>;

/** The holds with persons as they are shown. */
export async function withNames(store: NamesOf, accountId: string, holds: readonly Hold[]): Promise<readonly Hold[]> {
	const persons = await store.names.find(
		accountId,
		holds.flatMap(({ person }) => person ?? []),
	);
	return holds.map((hold) => (hold.person === null ? hold : { ...hold, person: shownPerson(hold.person, persons) }));
}

/** The floors with persons as they are shown. */
export async function floorsWithNames(store: NamesOf, accountId: string, floors: readonly Floor[]): Promise<readonly Floor[]> {
	const exempt = floors.flatMap((floor) => (floor.label === 'person' ? floor.exempt : []));
	if (exempt.length === 0) return floors;
	const persons = await store.names.find(accountId, exempt);
	return floors.map((floor) =>
		floor.label === 'person' ? { ...floor, exempt: floor.exempt.map((value) => shownPerson(value, persons)) } : floor,
	);
}
