/** Owns counts of checks on a PostgreSQL server: their statements and rows. Nothing here waits for the account's lock. */
import { readCheckCount } from '../../beside-rows';
import type { CheckCount, CheckQuery, CheckStore } from '../../check-store';
import { AccountNumbers } from './account-numbers';
import type { BesideWriter, Insist } from './answers';
import { upsertRows, type Table } from './row-statements';

const CHECKS: Table<CheckCount> = {
	name: 'check_days',
	columns: [
		['day', 'text', ({ day }) => day],
		['campaign', 'text', ({ campaign }) => campaign],
		['segment', 'text', ({ segment }) => segment],
		['gate', 'text', ({ gate }) => gate],
		['outcome', 'text', ({ outcome }) => outcome],
		['items', 'bigint', ({ items }) => items],
	],
};
const KEYS = 5;

/** The counts in one schema. */
export class PostgresChecks implements CheckStore {
	readonly #in: string;
	readonly #insist: Insist;
	readonly #writer: BesideWriter;
	readonly #accounts: AccountNumbers;

	constructor(schema: string, insist: Insist, writer: BesideWriter) {
		this.#in = `"${schema}".`;
		this.#insist = insist;
		this.#writer = writer;
		this.#accounts = new AccountNumbers(this.#in);
	}

	async add(accountId: string, counts: readonly CheckCount[]): Promise<void> {
		await this.#writer.writeBeside([CHECKS.name], async (session) => {
			const account = await this.#accounts.of(session, accountId);
			// In one order, so that two processes that write the same rows wait for each other and not in a circle.
			const rows = [...counts].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
			const statement = account === null ? null : upsertRows(this.#in, account, CHECKS, { rows, keys: KEYS, isAdded: true });
			return statement ? [statement] : [];
		});
	}

	async counts(accountId: string, { fromDay, untilDay }: CheckQuery): Promise<readonly CheckCount[]> {
		const account = `(SELECT id FROM ${this.#in}accounts WHERE public_id = $1)`;
		const text = `SELECT day, campaign, segment, gate, outcome, items FROM ${this.#in}check_days WHERE account = ${account} AND ($2::text IS NULL OR day >= $2) AND ($3::text IS NULL OR day <= $3)`;
		const rows = await this.#insist(async (session) => (await session.run({ text, values: [accountId, fromDay, untilDay] }))[0] ?? []);
		return rows.map(readCheckCount);
	}
}
