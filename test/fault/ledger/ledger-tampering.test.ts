/** Somebody changes the file behind the ledger's back: the proof finds it and names it. */
import { expect } from 'chai';
import { copyFileSync } from 'node:fs';
import { verifyLedger, type Verification } from '../../../lib/engine/moving/verify-ledger';
import { openFile } from '../../../lib/ledger/sqlite/file/connection';
import { expire, grant, openAccount, reserve, settle, tokens } from '../../support/ledger/ledger-commands';
import { newLedgerPath, openTestLedger } from '../../support/ledger/sqlite-ledger';

const ACCOUNT = 'acme';
const clock = Date.now;

async function honestLedger(): Promise<string> {
	const path = newLedgerPath();
	const store = await openTestLedger({ path, clock });
	await store.commit(ACCOUNT, [openAccount(), grant('g', 50), grant('h', 50, { category: 'promotional' })]);
	await store.commit(
		ACCOUNT,
		['a', 'b', 'c', 'd'].map((key) => reserve(key, 5, { labels: { campaign: key } })),
	);
	await store.commit(ACCOUNT, [settle(4, 4, { usage: tokens(10, 5) }), settle(5, 160), expire(6), reserve('e', 900)]);
	await store.commit('other', [openAccount({ name: 'Other' }), grant('g', 1)]);
	await store.close();
	return path;
}

async function proofOf(path: string): Promise<Verification> {
	const store = await openTestLedger({ path, clock });
	try {
		return await verifyLedger(store);
	} finally {
		await store.close();
	}
}

const IN_ACME = "account = (SELECT id FROM accounts WHERE public_id = 'acme')";
const DELETE_LAST = `DELETE FROM entries WHERE ${IN_ACME} AND seq = (SELECT max(seq) FROM entries WHERE ${IN_ACME})`;

/** What is done, and a violation it must lead to, with a word of its text. */
const TAMPERINGS: readonly (readonly [what: string, sql: string, code: string, word: string])[] = [
	[
		'a changed body',
		`UPDATE entries SET body = replace(body, '4000000', '3000000') WHERE ${IN_ACME} AND seq = 8`,
		'chain_broken',
		'Entry 8',
	],
	['a changed instant', `UPDATE entries SET at_ms = at_ms + 1 WHERE ${IN_ACME} AND seq = 4`, 'chain_broken', 'Entry 4'],
	[
		'an instant that runs backwards',
		`UPDATE entries SET at_ms = at_ms - 86400000 WHERE ${IN_ACME} AND seq = 5`,
		'time_backwards',
		'Entry 5',
	],
	[
		'a changed label',
		`UPDATE entries SET label_set = (SELECT label_set FROM entries WHERE ${IN_ACME} AND seq = 5) WHERE ${IN_ACME} AND seq = 4`,
		'chain_broken',
		'Entry 4',
	],
	['a changed person', `UPDATE entries SET person = 'somebody' WHERE ${IN_ACME} AND seq = 4`, 'chain_broken', 'Entry 4'],
	['a changed key', `UPDATE entries SET key_hash = x'00' WHERE ${IN_ACME} AND seq = 4`, 'chain_broken', 'Entry 4'],
	[
		'swapped entries',
		`UPDATE entries SET seq = CASE seq WHEN 4 THEN -5 ELSE -4 END WHERE ${IN_ACME} AND seq IN (4, 5); UPDATE entries SET seq = -seq WHERE ${IN_ACME} AND seq < 0`,
		'chain_broken',
		'Entry 4',
	],
	['a deleted entry in the middle', `DELETE FROM entries WHERE ${IN_ACME} AND seq = 2`, 'entry_missing', 'Entry 2'],
	['a deleted last entry', DELETE_LAST, 'entry_missing', 'the journal ends with'],
	[
		'an entry nobody committed',
		`INSERT INTO entries SELECT account, 99, at_ms, kind, NULL, NULL, label_set, person, body, hash FROM entries WHERE ${IN_ACME} AND seq = 2`,
		'entry_unaccounted',
		'Entry 99',
	],
	['an unreadable entry', `UPDATE entries SET body = 'no json' WHERE ${IN_ACME} AND seq = 4`, 'unreadable', 'Entry 4'],
	['an unknown kind of entry', `UPDATE entries SET kind = 77 WHERE ${IN_ACME} AND seq = 2`, 'unreadable', 'Entry 2'],
	[
		'a changed balance',
		`UPDATE grant_balances SET remaining_micro = remaining_micro + 1 WHERE ${IN_ACME} AND seq = 2`,
		'grant_differs',
		'g2',
	],
	[
		'a balance that still adds up',
		`UPDATE grant_balances SET settled_micro = settled_micro - 1, expired_micro = expired_micro + 1 WHERE ${IN_ACME} AND seq = 3`,
		'grant_differs',
		'g3',
	],
	['a balance that does not add up', `UPDATE grant_balances SET voided_micro = 9 WHERE ${IN_ACME} AND seq = 2`, 'grant_unbalanced', 'g2'],
	['a longer life of a grant', `UPDATE grants SET expires_at_ms = 9 WHERE ${IN_ACME} AND seq = 2`, 'grant_differs', 'expiresAtMs'],
	['a forgotten grant', `DELETE FROM grant_balances WHERE ${IN_ACME} AND seq = 3`, 'grant_differs', 'g3'],
	['a settled hold that is open again', `UPDATE holds SET state = 0, closed_seq = NULL WHERE ${IN_ACME} AND seq = 4`, 'hold_differs', 'h4'],
	[
		'an open hold that is said to be released',
		`UPDATE holds SET state = 2, closed_seq = 8 WHERE ${IN_ACME} AND seq = 7`,
		'hold_differs',
		'h7',
	],
	['a later timeout', `UPDATE holds SET timeout_at_ms = timeout_at_ms + 1 WHERE ${IN_ACME} AND seq = 7`, 'hold_differs', 'timeoutAtMs'],
	[
		'a hold behind the end',
		`INSERT INTO holds SELECT account, 98, state, timeout_at_ms, closed_seq FROM holds WHERE ${IN_ACME} AND seq = 7`,
		'hold_differs',
		'h98',
	],
	[
		'a hold that the journal never made',
		`INSERT INTO holds SELECT account, 9, state, timeout_at_ms, closed_seq FROM holds WHERE ${IN_ACME} AND seq = 7`,
		'hold_differs',
		'h9',
	],
	[
		'a hold that is said to be closed by an entry that is not there yet',
		`UPDATE holds SET state = 2, closed_seq = 97 WHERE ${IN_ACME} AND seq = 7`,
		'hold_differs',
		'97',
	],
	[
		'a key that is used twice',
		`DROP INDEX entries_key; UPDATE entries SET key_hash = (SELECT key_hash FROM entries WHERE ${IN_ACME} AND seq = 5) WHERE ${IN_ACME} AND seq = 4`,
		'key_repeated',
		'Entry 5',
	],
	['a deleted hold', `DELETE FROM holds WHERE ${IN_ACME} AND seq = 5`, 'hold_differs', 'h5'],
	[
		'a changed total',
		`UPDATE usage_days SET charged_micro = charged_micro - 1 WHERE ${IN_ACME} AND calls > 0`,
		'usage_differs',
		'campaign',
	],
	['a deleted total', `DELETE FROM usage_days WHERE ${IN_ACME} AND refusals > 0`, 'usage_differs', 'totals'],
	[
		'an invented total',
		`INSERT INTO usage_days SELECT account, label_set, '2020-01-01', 1, 1, 1, 1, 1, 1, 1, 1 FROM usage_days WHERE ${IN_ACME} LIMIT 1`,
		'usage_differs',
		'2020-01-01',
	],
	['room kept free for nobody', `UPDATE accounts SET reach_micro = 5 WHERE public_id = 'acme'`, 'account_differs', 'reachMicro'],
	['forgiven overdraft', `UPDATE accounts SET overdraft_micro = 0 WHERE public_id = 'acme'`, 'account_differs', 'overdraftMicro'],
	['an alert that stands no more', `UPDATE accounts SET alerts = NULL WHERE public_id = 'acme'`, 'account_differs', 'alerts'],
	['an alert of something else', `UPDATE entries SET body = replace(body, 'exhausted', 'low') WHERE kind = 18`, 'unreadable', 'Entry 10'],
	['a deleted account row', `DELETE FROM accounts WHERE public_id = 'acme'`, 'rows_stray', 'entries'],
	['a renamed account', `UPDATE accounts SET public_id = 'acmee' WHERE public_id = 'acme'`, 'account_renamed', 'acmee'],
	[
		'rows of an account that never was',
		'INSERT INTO grants SELECT 99, seq, category, amount_micro, priority, effective_at_ms, expires_at_ms, promotion_id, note FROM grants LIMIT 1',
		'rows_stray',
		'1 row of grants belongs',
	],
	['settings of nobody', `INSERT INTO account_settings VALUES (99, '{}')`, 'rows_stray', 'account_settings'],
	['a dropped unique index', 'DROP INDEX entries_key; DELETE FROM check_days', 'schema_differs', 'index entries_key is missing'],
	[
		'an index that is unique no more',
		'DROP INDEX entries_key; CREATE INDEX entries_key ON entries (account, key_hash) WHERE key_hash IS NOT NULL',
		'schema_differs',
		'index entries_key is otherwise',
	],
	[
		'a planted trigger',
		'CREATE TRIGGER gift AFTER INSERT ON holds BEGIN UPDATE grant_balances SET settled_micro = 0; END',
		'schema_differs',
		'trigger gift is not',
	],
	['a planted table', 'CREATE TABLE more (id)', 'schema_differs', 'table more is not'],
	['a planted view', 'CREATE VIEW peek AS SELECT body FROM entries', 'schema_differs', 'view peek is not'],
	['an index more', 'CREATE INDEX more ON holds (state)', 'schema_differs', 'index more is not'],
	['alerts that are no JSON', `UPDATE accounts SET alerts = 'none' WHERE public_id = 'acme'`, 'unreadable', 'the alerts of an account'],
	['alerts that are a list', `UPDATE accounts SET alerts = '[]' WHERE public_id = 'acme'`, 'unreadable', 'the alerts of an account'],
	['averages that are no JSON', `UPDATE accounts SET averages = 'x' WHERE public_id = 'acme'`, 'unreadable', 'the averages of an account'],
	['averages that are no list', `UPDATE accounts SET averages = '{}' WHERE public_id = 'acme'`, 'unreadable', 'the averages of an account'],
	[
		'settings that are no JSON',
		`REPLACE INTO account_settings SELECT id, 'x' FROM accounts WHERE public_id = 'acme'`,
		'unreadable',
		'the settings of an account',
	],
	['a plan that was not paid', `UPDATE accounts SET plan = 1 WHERE public_id = 'acme'`, 'account_differs', 'plan'],
];

describe('tampering with a ledger file', () => {
	let honest = '';
	before(async () => {
		honest = await honestLedger();
	});

	it('is not seen where there is none', async () => {
		expect(await proofOf(honest)).to.deep.equal({ ok: true, accounts: 2, entries: 15, violations: [] });
	});

	for (const [what, sql, code, word] of TAMPERINGS) {
		it(`${what} is ${code}`, async () => {
			const path = newLedgerPath();
			copyFileSync(honest, path);
			const db = openFile(path);
			const state = (): unknown => [db.prepare('SELECT total_changes()').pluck().get(), db.pragma('schema_version', { simple: true })];
			const before = state();
			db.exec(sql);
			expect(state(), 'the tampering changed nothing').to.not.deep.equal(before);
			db.close();
			const { ok, violations } = await proofOf(path);
			expect(ok).to.equal(false);
			expect(
				violations.every(({ accountId }) => [ACCOUNT, 'acmee', ''].includes(accountId)),
				'the other account is blamed',
			).to.equal(true);
			const told = violations.filter((violation) => violation.code === code).map((violation) => violation.detail);
			expect(
				told.some((detail) => detail.includes(word)),
				JSON.stringify(violations),
			).to.equal(true);
		});
	}
});
