/** Somebody changes what an account says to every model, in the file: the proof finds it and names it. Answers are no part of the proof. */
import { expect } from 'chai';
import { copyFileSync } from 'node:fs';
import type { Violation } from '../../../lib/core/proof/verify';
import { verifyLedger, type Verification } from '../../../lib/engine/moving/verify-ledger';
import { openFile } from '../../../lib/ledger/sqlite/file/connection';
import { openAccount } from '../../support/ledger/ledger-commands';
import { newLedgerPath, openTestLedger } from '../../support/ledger/sqlite-ledger';

const ACCOUNT = 'acme';
const clock = (): number => Date.UTC(2026, 3, 8, 12);

async function honestLedger(): Promise<string> {
	const path = newLedgerPath();
	const store = await openTestLedger({ path, clock });
	await store.commit(ACCOUNT, [
		openAccount(),
		{ kind: 'set_text', key: 't', name: 'compliance', text: 'Promise no cures.' },
		{ kind: 'set_text', key: 'u', name: 'season', text: 'Spring' },
		{ kind: 'remove_text', key: 'r', name: 'season' },
	]);
	const answer = { key: 'aa', campaign: '', node: '', text: 'Hello', storedAtMs: 1, keptUntilMs: clock() + 1, costMicro: 5n };
	await store.answers.write(ACCOUNT, { kept: [answer], used: [], saved: [] });
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

const TAMPERINGS: readonly (readonly [what: string, sql: string, code: Violation['code'], word: string])[] = [
	['another compliance text', `UPDATE account_texts SET text = 'Promise cures.'`, 'text_differs', 'stored otherwise'],
	['a lost text', 'DELETE FROM account_texts', 'text_differs', 'not stored'],
	['a text of another name', `UPDATE account_texts SET name = 'brand_voice'`, 'text_differs', 'brand_voice'],
	[
		'a removed text that is back',
		`INSERT INTO account_texts SELECT account, 'season', 'Spring' FROM account_texts`,
		'text_differs',
		'season',
	],
	[
		'settings that forgot a text',
		`UPDATE account_settings SET settings = json_replace(settings, '$.texts', json('[]'))`,
		'account_differs',
		'settings',
	],
	[
		'another hash in the journal',
		`UPDATE entries SET body = replace(body, '"characters":17', '"characters":18') WHERE seq = 2`,
		'chain_broken',
		'Entry 2',
	],
];

describe('tampering with texts', () => {
	let honest = '';
	let path = '';
	before(async () => {
		honest = await honestLedger();
	});
	beforeEach(() => {
		path = newLedgerPath();
		copyFileSync(honest, path);
	});

	it('is not seen where there is none, nor when kept answers are changed or removed', async () => {
		expect(await proofOf(path)).to.deep.equal({ ok: true, accounts: 1, entries: 4, violations: [] });
		const db = openFile(path);
		db.exec(`UPDATE cached_answers SET text = 'Bye'`);
		db.close();
		expect((await proofOf(path)).ok).to.equal(true);
	});

	for (const [what, sql, code, word] of TAMPERINGS) {
		it(`${what} is ${code}`, async () => {
			const db = openFile(path);
			db.exec(sql);
			expect(db.prepare('SELECT total_changes()').pluck().get(), 'nothing was changed').to.not.equal(0);
			db.close();
			const told = (await proofOf(path)).violations.filter((violation) => violation.code === code).map(({ detail }) => detail);
			expect(told.join('\n')).to.include(word);
		});
	}
});
