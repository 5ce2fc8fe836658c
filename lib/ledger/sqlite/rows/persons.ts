/** The persons in a ledger file: names beside the journal, and what goes when one is forgotten. Runs inside the transaction of its caller. */
import type { Database, Statement } from 'better-sqlite3';
import type { Command } from '../../../core/nouns/commands';
import type { KeptOfPerson, PeopleChanges, PeopleSnapshot, Person } from '../../../core/nouns/person';
import type { Hold } from '../../../core/nouns/records';
import type { SnapshotNeeds } from '../../../core/nouns/snapshot';
import { keptFor } from '../../../core/rules/draft/people';
import { readPerson } from '../../beside-rows';
import { numberIn, textIn, type Row } from '../../columns';

/** Kept results of a person: its values are the account, the pseudonym, and the name where old entries hold it. */
const RESULTS = `SELECT k.hold_seq FROM kept_results k JOIN entries e ON e.account = k.account AND e.seq = k.hold_seq
	WHERE k.account = ? AND (e.person = ? OR e.person = ?)`;

/** Reads and writes the persons of one file. */
export class SqlitePersons {
	readonly #byName: Statement<[bigint, string], Row>;
	readonly #byPseudonym: Statement<[bigint, string], Row>;
	readonly #countResults: Statement<[bigint, string, string | null], Row>;
	readonly #countAnswers: Statement<[bigint, string], Row>;
	readonly #countPlain: Statement<[bigint, string], Row>;
	readonly #newKey: Statement<[], Row>;
	readonly #add: Statement<[bigint, string, string, number]>;
	readonly #removeResults: Statement<[bigint, bigint, string, string | null]>;
	readonly #removeAnswers: Statement<[bigint, string]>;
	readonly #remove: Statement<[bigint, string]>;
	readonly #putKey: Statement<[string, bigint]>;

	constructor(db: Database) {
		const find = 'SELECT pseudonym, name, is_in_plain FROM persons WHERE account = ? AND';
		this.#byName = db.prepare(`${find} name = ?`);
		this.#byPseudonym = db.prepare(`${find} pseudonym = ?`);
		this.#countResults = db.prepare(`SELECT count(*) AS found FROM (${RESULTS})`);
		this.#countAnswers = db.prepare('SELECT count(*) AS found FROM cached_answers WHERE account = ? AND person = ?');
		this.#countPlain = db.prepare('SELECT count(*) AS found FROM entries WHERE account = ? AND person = ?');
		this.#newKey = db.prepare('SELECT lower(hex(randomblob(32))) AS made');
		this.#add = db.prepare('INSERT INTO persons VALUES (?, ?, ?, ?)');
		this.#removeResults = db.prepare(`DELETE FROM kept_results WHERE account = ? AND hold_seq IN (${RESULTS})`);
		this.#removeAnswers = db.prepare('DELETE FROM cached_answers WHERE account = ? AND person = ?');
		this.#remove = db.prepare('DELETE FROM persons WHERE account = ? AND pseudonym = ?');
		this.#putKey = db.prepare('UPDATE accounts SET person_key = unhex(?) WHERE id = ?');
	}

	/** What `decide` needs to know; `holds` are those of the batch. */
	snapshot(
		{ id, personKey }: { readonly id: bigint; readonly personKey: string },
		commands: readonly Command[],
		{ needs, holds }: { needs: SnapshotNeeds; holds: readonly Hold[] },
	): PeopleSnapshot {
		const ofResults = keptFor(commands, (seq) => holds.find((hold) => hold.seq === seq));
		const kept = this.find(id, needs.forgotten).map((person) => [person.name, this.#keptOf(id, person)] as const);
		const named = needs.names.flatMap((name) => this.#byName.all(id, name)).map(readPerson);
		return { key: personKey, persons: [...named, ...this.#heldBy(id, ofResults)], kept: new Map(kept) };
	}

	/** Those with one of these names or pseudonyms. */
	find(id: bigint, held: readonly string[]): Person[] {
		const rows = [...new Set(held)].flatMap((one) => [this.#byName.get(id, one) ?? [], this.#byPseudonym.get(id, one) ?? []].flat());
		return rows.map(readPerson);
	}

	/** Those whom holds are for: nearly always by a pseudonym. */
	#heldBy(id: bigint, held: readonly string[]): Person[] {
		return held.flatMap((one) => [this.#byPseudonym.get(id, one) ?? this.#byName.get(id, one) ?? []].flat()).map(readPerson);
	}

	/** A random key for a new account, hexadecimal. */
	newKey(): string {
		return textIn(this.#newKey.get() ?? {}, 'made');
	}

	/** The pseudonym of a person who is known. */
	pseudonymOf(id: bigint, name: string): string | undefined {
		const row = this.#byName.get(id, name.toWellFormed());
		return row && textIn(row, 'pseudonym');
	}

	/** Writes what was decided about the persons of an account that is there. */
	write(id: bigint, { key, added, forgotten }: PeopleChanges): void {
		for (const { pseudonym, name, isInPlain } of forgotten) {
			this.#removeResults.run(id, id, pseudonym, isInPlain ? name : null);
			this.#removeAnswers.run(id, pseudonym);
			this.#remove.run(id, pseudonym);
		}
		for (const { pseudonym, name, isInPlain } of added) this.#add.run(id, pseudonym, name, isInPlain ? 1 : 0);
		if (key !== null) this.#putKey.run(key, id);
	}

	#keptOf(id: bigint, { pseudonym, name, isInPlain }: Person): KeptOfPerson {
		return {
			results: found(this.#countResults.get(id, pseudonym, isInPlain ? name : null)),
			answers: found(this.#countAnswers.get(id, pseudonym)),
			plainEntries: isInPlain ? found(this.#countPlain.get(id, name)) : 0,
		};
	}
}

function found(row: Row | undefined): number {
	return numberIn(row ?? {}, 'found');
}
