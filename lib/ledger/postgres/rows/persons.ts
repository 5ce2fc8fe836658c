/** The persons on a PostgreSQL server: names beside the journal, and what goes when one is forgotten. Makes statements; runs a few. */
import type { KeptOfPerson, PeopleChanges, Person } from '../../../core/nouns/person';
import { readPerson } from '../../beside-rows';
import { numberIn, type Row } from '../../columns';
import type { Session } from '../connection/connection';
import type { Statement } from '../connection/packet';
import { arrayOf } from '../connection/wire-values';
import { insertRows, type Table } from './row-statements';

const PERSONS: Table<Person> = {
	name: 'persons',
	columns: [
		['pseudonym', 'text', ({ pseudonym }) => pseudonym],
		['name', 'text', ({ name }) => name],
		['is_in_plain', 'smallint', ({ isInPlain }) => (isInPlain ? 1 : 0)],
	],
};

/** Reads and writes the persons of one schema. */
export class PostgresPersons {
	readonly #in: string;

	/** `schema` ends in the dot that goes before a table's name. */
	constructor(schema: string) {
		this.#in = schema;
	}

	/** Those with one of these names or pseudonyms; the rows are for {@link readPersons}. */
	find(id: bigint, held: readonly string[]): Statement {
		const find = `SELECT pseudonym, name, is_in_plain FROM ${this.#in}persons WHERE account = $1 AND`;
		const text = `${find} name = ANY ($2::text[]) UNION ${find} pseudonym = ANY ($2::text[])`;
		return { name: 'persons', text, values: [id, arrayOf('text', [...new Set(held)])] };
	}

	/** What is kept of those who are to be forgotten, by name. */
	async kept(session: Session, id: bigint, names: readonly string[]): Promise<Map<string, KeptOfPerson>> {
		const kept = new Map<string, KeptOfPerson>();
		if (names.length === 0) return kept;
		const [rows] = await session.run(this.find(id, names));
		for (const { pseudonym, name, isInPlain } of readPersons(rows)) {
			const values = [id, pseudonym, isInPlain ? name : null];
			const [counts] = await session.run({
				text: `SELECT (SELECT count(*) FROM ${this.#results()}) AS results,
					(SELECT count(*) FROM ${this.#in}cached_answers WHERE account = $1 AND person = $2) AS answers,
					(SELECT count(*) FROM ${this.#in}entries WHERE account = $1 AND person = $3) AS plain`,
				values,
			});
			const row = counts?.[0] ?? {};
			kept.set(name, { results: numberIn(row, 'results'), answers: numberIn(row, 'answers'), plainEntries: numberIn(row, 'plain') });
		}
		return kept;
	}

	/** What was decided about the persons of an account that is there; its key is written with the account. Answers go with their person. */
	changes(id: bigint, { added, forgotten }: PeopleChanges): Statement[] {
		const removals = forgotten.flatMap(({ pseudonym, name, isInPlain }): Statement[] => [
			{
				text: `DELETE FROM ${this.#in}kept_results WHERE account = $1 AND hold_seq IN (SELECT k.hold_seq FROM ${this.#results()})`,
				values: [id, pseudonym, isInPlain ? name : null],
			},
			{ text: `DELETE FROM ${this.#in}persons WHERE account = $1 AND pseudonym = $2`, values: [id, pseudonym] },
		]);
		const insert = insertRows(this.#in, id, PERSONS, added);
		return insert ? [...removals, insert] : removals;
	}

	/** Kept results of a person: $1 is the account, $2 the pseudonym, $3 the name where old entries hold it. */
	#results(): string {
		return `${this.#in}kept_results k JOIN ${this.#in}entries e ON e.account = k.account AND e.seq = k.hold_seq WHERE k.account = $1 AND e.person IN ($2, $3)`;
	}
}

/** Persons of rows. */
export function readPersons(rows: readonly Row[] = []): Person[] {
	return rows.map(readPerson);
}
