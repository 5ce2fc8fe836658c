/** Tries at the admin keys of a ledger on a PostgreSQL server: a column beside the schema's version, changed under that row's lock. */
import type { KeyTries } from '../../../core/rules/key-tries';
import { CLOCK, type ServerClock } from '../connection/server-clock';
import type { Instant } from '../../../core/values/time';
import { decodeTries, encodeTries, type TriesAfter, type TryStore } from '../../ports/try-store';
import { beginWrite, COMMIT, ROLLBACK } from '../connection/connection';
import { MARK_TABLE } from '../connection/migrations';
import type { Insist } from './answers';

/** The tries at one schema. */
export class PostgresTries implements TryStore {
	readonly #table: string;
	readonly #insist: Insist;
	readonly #clock: ServerClock;

	constructor(schema: string, insist: Insist, clock: ServerClock) {
		this.#table = `"${schema}".${MARK_TABLE}`;
		this.#insist = insist;
		this.#clock = clock;
	}

	async change<T>(work: (tries: KeyTries, atMs: Instant) => TriesAfter<T>): Promise<T> {
		return this.#insist(async (session, timeoutMs) => {
			const [, , rows, clockRows] = await session.run(
				...beginWrite(timeoutMs),
				{ text: `SELECT tries FROM ${this.#table} FOR UPDATE` },
				CLOCK,
			);
			const kept = rows?.[0]?.['tries'];
			const before = decodeTries(typeof kept === 'string' ? kept : null);
			const { tries, result } = work(before, this.#clock.read(clockRows));
			const put = { text: `UPDATE ${this.#table} SET tries = $1`, values: [encodeTries(tries)] };
			await session.run(...(tries === before ? [ROLLBACK] : [put, COMMIT]));
			return result;
		});
	}
}
