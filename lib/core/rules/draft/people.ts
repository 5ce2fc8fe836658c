/**
 * The persons of an account while a batch is decided (ledger rule 48): which pseudonym stands for a name, and forgetting. A new pseudonym is
 * made of the name with the account's key. Whenever somebody is forgotten, the key is replaced by one that it cannot be found from, so
 * that nobody can make the pseudonym of the name again. Those who are known keep theirs: they are written down.
 */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { pseudonymOf, type KeptOfPerson, type PeopleChanges, type PeopleSnapshot, type Person } from '../../nouns/person';
import { sha256 } from '../../values/idempotency';
import type { Command, PlainCommand, ReserveCommand } from '../../nouns/commands';
import type { Hold } from '../../nouns/records';

/** What limits look at: who a call is for, as budgets of today and older ones name it. */
export interface KnownBy {
	/** The name behind a pseudonym, or `null`. */
	nameOf(pseudonym: string): string | null;
	/** The name under which budgets that are older than pseudonyms have counted this person; `null`: they have not. */
	plainOf(pseudonym: string): string | null;
}

/** Nobody is known. */
export const NOBODY: KnownBy = { nameOf: () => null, plainOf: () => null };

/** The persons of one batch. */
export class People implements KnownBy {
	readonly #keyBefore: string;
	#key: string;
	readonly #byName = new Map<string, Person>();
	readonly #byPseudonym = new Map<string, Person>();
	/** Made, but not written into an entry yet. */
	readonly #unused = new Map<string, Person>();
	readonly #added = new Map<string, Person>();
	readonly #forgotten: Person[] = [];
	readonly #kept: PeopleSnapshot['kept'];

	constructor({ key, persons, kept }: PeopleSnapshot) {
		this.#keyBefore = key;
		this.#key = key;
		this.#kept = kept;
		for (const person of persons) this.#learn(person);
	}

	/** The pseudonym of a name, a new one where it is not known. */
	pseudonymOf(given: string): string {
		const name = storable(given);
		const known = this.#byName.get(name);
		if (known) return known.pseudonym;
		const pseudonym = pseudonymOf(createHmac('sha256', keyObjectOf(this.#key)).update(name).digest());
		const person = { pseudonym, name, isInPlain: false };
		this.#learn(person);
		this.#unused.set(pseudonym, person);
		return pseudonym;
	}

	nameOf(pseudonym: string): string | null {
		return this.#byPseudonym.get(pseudonym)?.name ?? null;
	}

	plainOf(pseudonym: string): string | null {
		const person = this.#byPseudonym.get(pseudonym);
		return person?.isInPlain === true ? person.name : null;
	}

	/** False when whoever this hold is for was forgotten since it was made. */
	isKnown({ person }: Pick<Hold, 'person'>): boolean {
		return person === null || this.#byPseudonym.has(person) || this.#byName.get(person)?.isInPlain === true;
	}

	/** A pseudonym was written into an entry: its name is to be kept. */
	note(pseudonym: string): void {
		const person = this.#unused.get(pseudonym);
		if (!person) return;
		this.#unused.delete(pseudonym);
		this.#added.set(pseudonym, person);
	}

	/** The command with pseudonyms in place of names. What the command's own checks refuse stays as it is. */
	hide(command: PlainCommand): PlainCommand {
		const hidden = (name: string): string => (isName(name) ? this.pseudonymOf(name) : name);
		if (command.kind === 'reserve') return this.hideIn(command);
		if (command.kind === 'set_budget' && command.budget.scope === 'person' && command.budget.value !== null)
			return { ...command, budget: { ...command.budget, value: hidden(command.budget.value) } };
		if (command.kind === 'set_floor' && command.floor.label === 'person')
			return { ...command, floor: { ...command.floor, exempt: command.floor.exempt.map(hidden) } };
		return command;
	}

	/** The same for a reservation. */
	hideIn(command: ReserveCommand): ReserveCommand {
		return command.person ? { ...command, person: this.pseudonymOf(command.person) } : command;
	}

	/** Forgets a person and what its pseudonym was made with; `null` when there is none of that name. `salt`: random, hexadecimal. */
	forget(given: string, salt: string): (KeptOfPerson & { readonly person: Person }) | null {
		const name = storable(given);
		const person = this.#byName.get(name);
		if (!person || this.#unused.has(person.pseudonym)) return null;
		this.#unlearn(person);
		if (!this.#added.delete(person.pseudonym)) this.#forgotten.push(person);
		this.#key = sha256(`${this.#key}\n${salt}`);
		// What no entry holds yet is made anew with the new key, as it would be in a batch of its own.
		for (const unused of this.#unused.values()) this.#unlearn(unused);
		this.#unused.clear();
		return { person, ...(this.#kept.get(name) ?? { results: 0, answers: 0, plainEntries: 0 }) };
	}

	/** What is to be written. `isNew`: the account is, so its key is too. */
	changes(isNew: boolean): PeopleChanges {
		return {
			key: isNew || this.#key !== this.#keyBefore ? this.#key : null,
			added: [...this.#added.values()],
			forgotten: this.#forgotten,
		};
	}

	#unlearn({ name, pseudonym }: Person): void {
		this.#byName.delete(name);
		this.#byPseudonym.delete(pseudonym);
	}

	#learn(person: Person): void {
		this.#byName.set(person.name, person);
		this.#byPseudonym.set(person.pseudonym, person);
	}
}

const MAX_KEY_OBJECTS = 64;
const keyObjects = new LRUCache<string, KeyObject>({ max: MAX_KEY_OBJECTS });

/** The account's key as Node wants it. Making the object, or giving bytes in its place, takes five times as long as the pseudonym itself. */
function keyObjectOf(key: string): KeyObject {
	const known = keyObjects.get(key);
	if (known) return known;
	const made = createSecretKey(key, 'hex');
	keyObjects.set(key, made);
	return made;
}

const LONGEST_NAME = 200;

function isName(name: string): boolean {
	return name !== '' && name.length <= LONGEST_NAME;
}

/** A text as every store gives it back: half a character, which no store keeps, is U+FFFD. */
function storable(name: string): string {
	return name.toWellFormed();
}

/** The names in commands, as stores keep them. */
export function namesIn(commands: readonly Command[]): string[] {
	const names = commands.flatMap((given) => {
		const command: PlainCommand = given.kind === 'as_admin' ? given.command : given;
		if (command.kind === 'reserve') return command.person ?? [];
		if (command.kind === 'set_budget') return command.budget.scope === 'person' ? (command.budget.value ?? []) : [];
		if (command.kind === 'set_floor') return command.floor.label === 'person' ? command.floor.exempt : [];
		return command.kind === 'forget_person' ? command.person : [];
	});
	return [...new Set(names)].map(storable);
}

/** The names of those who are to be forgotten. */
export function forgottenIn(commands: readonly Command[]): string[] {
	const plain = commands.map((given): PlainCommand => (given.kind === 'as_admin' ? given.command : given));
	return plain.flatMap((command) => (command.kind === 'forget_person' ? storable(command.person) : []));
}

/** Who the holds are for that these commands keep a result of: whether that person is still known decides whether it may be kept. */
export function keptFor(commands: readonly Command[], holdOf: (seq: number) => Pick<Hold, 'person'> | undefined): string[] {
	return commands.flatMap((command) =>
		command.kind === 'settle' && command.result !== null ? (holdOf(command.holdSeq)?.person ?? []) : [],
	);
}
