/** The names on a PostgreSQL server, for showing them. A role may have been refused the right to see them. */
import type { Person } from '../../../core/nouns/person';
import { amountIn } from '../../columns';
import type { NameStore } from '../../ports/name-store';
import { isForbidden } from '../connection/faults';
import type { Insist } from './answers';
import { PostgresPersons, readPersons } from './persons';

/** The names in one schema. */
export class PostgresNames implements NameStore {
	readonly #in: string;
	readonly #persons: PostgresPersons;
	readonly #insist: Insist;

	constructor(schema: string, insist: Insist) {
		this.#in = `"${schema}".`;
		this.#persons = new PostgresPersons(this.#in);
		this.#insist = insist;
	}

	async find(accountId: string, held: readonly string[]): Promise<readonly Person[] | null> {
		if (held.length === 0) return [];
		try {
			return await this.#insist(async (session) => {
				const [accounts] = await session.run({ text: `SELECT id FROM ${this.#in}accounts WHERE public_id = $1`, values: [accountId] });
				const account = accounts?.[0];
				return account ? readPersons((await session.run(this.#persons.find(amountIn(account, 'id'), held)))[0]) : [];
			});
		} catch (error) {
			if (isForbidden(error)) return null;
			throw error;
		}
	}
}
