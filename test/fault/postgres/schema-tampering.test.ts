/** Somebody changes the schema of a ledger on a server, or rows behind its back: the proof finds it and names it, also where it may not compare. */
import { expect } from 'chai';
import { verifyLedger, type Verification } from '../../../lib/engine/moving/verify-ledger';
import { grant, openAccount, reserve } from '../../support/ledger/ledger-commands';
import { newLedgerUrl, openPostgresTestLedger } from '../../support/postgres/postgres';
import { runSql } from '../../support/postgres/postgres-server';

const clock = Date.now;

/** What is done in the ledger's schema, and a violation it must lead to, with a word of its text. */
const TAMPERINGS: readonly (readonly [what: string, sql: string, code: string, word: string])[] = [
	['a deleted account row', 'DELETE FROM accounts', 'rows_stray', 'entries'],
	['a renamed account', `UPDATE accounts SET public_id = 'acmee'`, 'account_renamed', 'acmee'],
	[
		'a dropped unique index',
		'DROP INDEX entries_key',
		'schema_differs',
		'index CREATE UNIQUE INDEX ON entries USING btree (account, key_hash)',
	],
	[
		'an index that is unique no more',
		'DROP INDEX entries_key; CREATE INDEX entries_key ON entries (account, key_hash) WHERE key_hash IS NOT NULL',
		'schema_differs',
		'index CREATE INDEX ON entries USING btree (account, key_hash)',
	],
	[
		'a planted trigger',
		`CREATE FUNCTION gift() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER gift BEFORE INSERT ON holds FOR EACH ROW EXECUTE FUNCTION gift()`,
		'schema_differs',
		'trigger holds.gift is not',
	],
	['a planted rule', 'CREATE RULE gift AS ON UPDATE TO holds DO INSTEAD NOTHING', 'schema_differs', 'rule holds.gift is not'],
	['a check that is gone', 'ALTER TABLE grant_balances DROP CONSTRAINT grant_balances_check', 'schema_differs', 'is missing'],
	['a column more', 'ALTER TABLE holds ADD COLUMN gift text', 'schema_differs', 'column holds.gift is not'],
	[
		'a column of another type',
		'ALTER TABLE entries ALTER COLUMN person TYPE varchar(9)',
		'schema_differs',
		'column entries.person is otherwise',
	],
	['alerts that are no JSON', `UPDATE accounts SET alerts = 'none'`, 'unreadable', 'the alerts of an account'],
	['averages that are no list', `UPDATE accounts SET averages = '{}'`, 'unreadable', 'the averages of an account'],
];

async function proofAfter(sql: string | null): Promise<Verification> {
	const url = await newLedgerUrl();
	const store = await openPostgresTestLedger({ url, clock });
	try {
		await store.commit('acme', [openAccount(), grant('g', 50), reserve('a', 5)]);
		const server = new URL(url);
		const schema = server.searchParams.get('schema') ?? '';
		server.searchParams.delete('schema');
		if (sql !== null) await runSql(server.href, `SET search_path = "${schema}"; ${sql}`);
		return await verifyLedger(store);
	} finally {
		await store.close();
	}
}

describe('tampering with a ledger on a server', function () {
	this.timeout(30_000);

	it('is not seen where there is none', async () => {
		expect(await proofAfter(null)).to.deep.equal({ ok: true, accounts: 1, entries: 3, violations: [] });
	});

	for (const [what, sql, code, word] of TAMPERINGS) {
		it(`${what} is ${code}`, async () => {
			const { ok, violations } = await proofAfter(sql);
			expect(ok).to.equal(false);
			const told = violations.filter((violation) => violation.code === code).map(({ detail }) => detail);
			expect(
				told.some((detail) => detail.includes(word)),
				JSON.stringify(violations),
			).to.equal(true);
		});
	}
});
