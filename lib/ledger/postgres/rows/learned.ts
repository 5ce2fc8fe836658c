/** What is learned of models on a PostgreSQL server: its statements and rows. Nothing here waits for the account's lock. */
import { earlier, type Instant } from '../../../core/values/time';
import { readLearnedFact } from '../../beside-rows';
import type { LearnedFact, LearnedStore } from '../../learned-store';
import { AccountNumbers } from './account-numbers';
import type { BesideWriter, Insist } from './answers';
import type { ServerClock } from '../connection/server-clock';
import { upsertRows, type Table } from './row-statements';

const LEARNED: Table<LearnedFact> = {
	name: 'learned',
	columns: [
		['endpoint', 'text', ({ endpoint }) => endpoint],
		['model', 'text', ({ model }) => model],
		['name', 'text', ({ name }) => name],
		['value', 'text', ({ value }) => value],
		['until_ms', 'bigint', ({ untilMs }) => untilMs],
	],
};
const KEYS = 3;

/** The facts in one schema. */
export class PostgresLearned implements LearnedStore {
	readonly #in: string;
	readonly #insist: Insist;
	readonly #writer: BesideWriter;
	readonly #accounts: AccountNumbers;
	readonly #clock: ServerClock;

	constructor(schema: string, { insist, writer, clock }: { insist: Insist; writer: BesideWriter; clock: ServerClock }) {
		this.#in = `"${schema}".`;
		this.#insist = insist;
		this.#writer = writer;
		this.#clock = clock;
		this.#accounts = new AccountNumbers(this.#in);
	}

	async find(accountId: string, endpoint: string, atMs: Instant): Promise<readonly LearnedFact[]> {
		const account = `(SELECT id FROM ${this.#in}accounts WHERE public_id = $1)`;
		const text = `SELECT endpoint, model, name, value, until_ms FROM ${this.#in}learned WHERE account = ${account} AND endpoint = $2 AND until_ms > $3`;
		const rows = await this.#insist(async (session) => (await session.run({ text, values: [accountId, endpoint, atMs] }))[0] ?? []);
		return rows.map(readLearnedFact);
	}

	async keep(accountId: string, facts: readonly LearnedFact[]): Promise<void> {
		await this.#writer.writeBeside([LEARNED.name], async (session) => {
			const account = await this.#accounts.of(session, accountId);
			// In one order, so that two processes that write the same rows wait for each other and not in a circle.
			const rows = [...facts].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
			const statement = account === null ? null : upsertRows(this.#in, account, LEARNED, { rows, keys: KEYS, isAdded: false });
			return statement ? [statement] : [];
		});
	}

	/** A host whose clock is ahead must not remove what others keep. */
	async purge(atMs: Instant): Promise<number> {
		const untilMs = earlier(atMs, await this.#insist((session) => this.#clock.ask(session)));
		const remove = { text: `DELETE FROM ${this.#in}learned WHERE until_ms <= $1 RETURNING name`, values: [untilMs] };
		const [purged = []] = await this.#writer.writeBeside([LEARNED.name], [remove]);
		return purged.length;
	}
}
