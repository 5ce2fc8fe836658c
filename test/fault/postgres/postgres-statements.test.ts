/** Statements that travel to a PostgreSQL server in one packet: values of every kind, failures in the middle, and what a connection remembers. */
import { expect } from 'chai';
import type { Pool } from 'pg';
import { readAddress } from '../../../lib/ledger/postgres/connection/address';
import { openPool, withSession, type Session } from '../../../lib/ledger/postgres/connection/connection';
import { updateRows, type NumberedTable } from '../../../lib/ledger/postgres/rows/row-statements';
import { arrayOf, type Value, type ValueType } from '../../../lib/ledger/postgres/connection/wire-values';
import { newLedgerUrl } from '../../support/postgres/postgres';

const ODD = 'a\0b\uE000c, "d" \\ {e} é 漢 ☕';

describe('statements in one packet', () => {
	let pool: Pool;

	before(async () => {
		pool = openPool({ address: readAddress(await newLedgerUrl()), poolSize: 1, timeoutMs: 10_000 });
	});

	after(() => pool.end());

	const onOne = <T>(work: (session: Session) => Promise<T>): Promise<T> => withSession(pool, work);

	const LISTS: readonly (readonly [type: ValueType, values: readonly Value[], readBack?: readonly unknown[]])[] = [
		['bigint', [0, -1, 7n, Number.MAX_SAFE_INTEGER, 9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n, null]],
		['smallint', [0, -32_768, 32_767, null]],
		['text', ['', 'plain', ODD, null]],
		['bytea', ['', '00ff', Buffer.from('\\x'), null], ['', '00ff', '5c78', null]],
	];
	for (const [type, values, readBack] of LISTS) {
		it(`bring a list of ${type} there and back as it was`, async () => {
			const shown = type === 'bytea' ? `encode(v, 'hex')` : 'v';
			const text = `SELECT ${shown} AS v FROM unnest($1::${type}[]) AS v`;
			const [rows = [], none] = await onOne((session) =>
				session.run({ text, values: [arrayOf(type, values)] }, { text, values: [arrayOf(type, [])] }),
			);
			const expected = readBack ?? values.map((value) => (typeof value === 'number' ? BigInt(value) : value));
			expect(rows.map(({ v }) => v)).to.deep.equal(expected);
			expect(none).to.deep.equal([]);
		});
	}

	it('take no number that is not whole, or too large for its type', () => {
		for (const value of [1.5, Number.NaN, 2n ** 63n]) expect(() => arrayOf('bigint', [value])).to.throw(RangeError);
		expect(() => arrayOf('smallint', [32_768])).to.throw(RangeError);
	});

	it('bring single values there and back', async () => {
		const text = 'SELECT $1::bigint AS number, $2::text AS odd, $3::bytea AS bytes, $4::text AS none, $5::bigint > 1 AS is_more';
		const [rows] = await onOne((session) => session.run({ text, values: [2n ** 62n, ODD, Buffer.from([0, 255]), null, 2] }));
		expect(rows).to.deep.equal([{ number: 2n ** 62n, odd: ODD, bytes: Buffer.from([0, 255]), none: null, is_more: true }]);
	});

	it('end with the first that fails, and the connection goes on with all of them', async () => {
		const divide = { name: 'divide', text: 'SELECT 12 / $1::int AS share' };
		const double = { name: 'double', text: 'SELECT 2 * $1::int AS twice' };
		const next = { name: 'next', text: `SELECT nextval('counter') AS number` };
		await onOne(async (session) => {
			await session.run({ text: 'CREATE TEMPORARY SEQUENCE counter' });
			for (let round = 0; round < 3; round += 1) {
				const failed = await session.run({ ...double, values: [1] }, { ...divide, values: [0] }, next).then(
					() => null,
					(error: unknown) => error,
				);
				expect(failed).to.have.property('code', '22012');
				const rows = await session.run({ ...double, values: [4] }, { ...divide, values: [3] }, { text: 'SELECT' });
				expect(rows).to.deep.equal([[{ twice: 8n }], [{ share: 4n }], [{}]]);
			}
			expect(await session.run(next)).to.deep.equal([[{ number: 1n }]]);
		});
	});

	it('are prepared anew when another text comes under the same name', async () => {
		await onOne(async (session) => {
			for (const [text, row] of [
				['SELECT 1 AS one', { one: 1n }],
				['SELECT 2 AS two, 3 AS three', { two: 2n, three: 3n }],
			] as const) {
				expect(await session.run({ name: 'changing', text })).to.deep.equal([[row]]);
				expect(await session.run({ name: 'changing', text })).to.deep.equal([[row]]);
			}
		});
	});

	it('replace rows by their numbers, in whatever order they are given, and no others', async () => {
		interface Thing {
			readonly seq: number;
			readonly note: string | null;
		}
		const table: NumberedTable<Thing> = {
			name: 'things',
			columns: [
				['seq', 'bigint', ({ seq }) => seq],
				['note', 'text', ({ note }) => note],
			],
		};
		const rows = await onOne(async (session) => {
			await session.run(
				{ text: 'CREATE TEMPORARY TABLE things (account bigint, seq bigint, note text, PRIMARY KEY (account, seq))' },
				{ text: `INSERT INTO things SELECT a, s * 10, 'old' FROM generate_series(1, 2) a, generate_series(1, 5) s` },
			);
			const given: Thing[] = [
				{ seq: 40, note: 'forty' },
				{ seq: 15, note: 'nobody' },
				{ seq: 10, note: null },
				{ seq: 30, note: 'thirty' },
			];
			const statement = updateRows('', 1n, table, given);
			return session.run(...(statement ? [statement] : []), { text: 'SELECT account, seq, note FROM things ORDER BY account, seq' });
		});
		const notes = (account: bigint): unknown[] => (rows[1] ?? []).filter((row) => row['account'] === account).map(({ note }) => note);
		expect(notes(1n)).to.deep.equal([null, 'old', 'thirty', 'forty', 'old']);
		expect(notes(2n)).to.deep.equal(['old', 'old', 'old', 'old', 'old']);
		expect(updateRows('', 1n, table, [])).to.equal(null);
	});
});
