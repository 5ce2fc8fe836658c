/** Owns finding the number of an account for what is written beside the journal. Numbers never change, so each is asked for once. */
import { amountIn } from '../../columns';
import type { Session } from '../connection/connection';

/** The numbers of the accounts of one schema; `schema` ends in the dot that goes before a table's name. */
export class AccountNumbers {
	readonly #schema: string;
	readonly #known = new Map<string, bigint>();

	constructor(schema: string) {
		this.#schema = schema;
	}

	/** The number, or `null` when there is no such account yet. */
	async of(session: Session, accountId: string): Promise<bigint | null> {
		const known = this.#known.get(accountId);
		if (known !== undefined) return known;
		const [[row] = []] = await session.run({ text: `SELECT id FROM ${this.#schema}accounts WHERE public_id = $1`, values: [accountId] });
		if (!row) return null;
		const id = amountIn(row, 'id');
		this.#known.set(accountId, id);
		return id;
	}
}
