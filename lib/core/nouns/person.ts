/**
 * Persons as a ledger knows them: a name, and the pseudonym that stands for it in the journal (ledger rule 48). Who has the journal alone
 * has no names. Types, and how a person is shown.
 */

/** A person whose name the ledger knows. */
export interface Person {
	/** What entries and budget counters hold in place of the name. */
	readonly pseudonym: string;
	readonly name: string;
	/** True where entries hold the name itself, because they are older than pseudonyms. */
	readonly isInPlain: boolean;
}

/** What there is of a person beside the journal, and in it. */
export interface KeptOfPerson {
	/** Results of calls that are kept for retries. */
	readonly results: number;
	/** Answers to the person's requests that are kept for identical ones. */
	readonly answers: number;
	/** Entries that hold the name itself. They are older than pseudonyms, and their hashes cover it. */
	readonly plainEntries: number;
}

/** What a decision needs to know of persons. */
export interface PeopleSnapshot {
	/** Hexadecimal; pseudonyms of new persons are made with it. */
	readonly key: string;
	/** Those that the batch names, as far as they are known. */
	readonly persons: readonly Person[];
	/** By name, of those that are to be forgotten. */
	readonly kept: ReadonlyMap<string, KeptOfPerson>;
}

/** What a decision changes of persons. */
export interface PeopleChanges {
	/** The new key, hexadecimal; `null`: it is as it was. */
	readonly key: string | null;
	readonly added: readonly Person[];
	/** To be removed, with what is kept of answers to their requests. */
	readonly forgotten: readonly Person[];
}

/** Nobody is known. */
export const NO_PEOPLE: PeopleSnapshot = { key: '', persons: [], kept: new Map() };

/** No name that a flow gives begins so, as far as anybody has seen; one that does is a name all the same, and gets a pseudonym. */
const MARK = '~';
const PSEUDONYM = /^~[\w-]{16}$/;
const SHOWN_CHARACTERS = 8;

/** The pseudonym that is made of so many random or hashed bytes. */
export function pseudonymOf(bytes: Buffer): string {
	return `${MARK}${bytes.subarray(0, 12).toString('base64url')}`;
}

/** The name behind what an entry or a counter holds; `null` where nobody knows it any more. */
export function nameOf(held: string, persons: readonly Person[]): string | null {
	return namesByHeld(persons).get(held) ?? null;
}

/** A report asks for as many names as there are persons in it. */
const known = new WeakMap<readonly Person[], ReadonlyMap<string, string>>();

function namesByHeld(persons: readonly Person[]): ReadonlyMap<string, string> {
	const before = known.get(persons);
	if (before) return before;
	const names = new Map<string, string>();
	for (const { pseudonym, name, isInPlain } of persons)
		for (const held of isInPlain ? [pseudonym, name] : [pseudonym]) if (!names.has(held)) names.set(held, name);
	known.set(persons, names);
	return names;
}

/**
 * How a person is shown: by name, or as forgotten. `persons` `null`: whoever asks may not see names. A name in an old entry is no longer
 * shown once its person was forgotten.
 */
export function shownPerson(held: string, persons: readonly Person[] | null): string {
	const isPseudonym = PSEUDONYM.test(held);
	const sign = held.slice(MARK.length, MARK.length + SHOWN_CHARACTERS);
	if (persons === null) return isPseudonym ? `person-${sign}` : held;
	return nameOf(held, persons) ?? (isPseudonym ? `forgotten-${sign}` : 'forgotten');
}
