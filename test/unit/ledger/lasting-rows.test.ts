/** What a connection remembers of rows that nothing changes, and when it forgets. */
import { expect } from 'chai';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import { openFile } from '../../../lib/ledger/sqlite/file/connection';
import { LastingRows } from '../../../lib/ledger/sqlite/rows/lasting-rows';
import type { GrantTerms } from '../../../lib/ledger/rows';
import { expectKind, grant, openAccount, priceNamed, reserve } from '../../support/ledger/ledger-commands';
import { newLedgerPath, openTestLedger } from '../../support/ledger/sqlite-ledger';

const terms = (note: string): GrantTerms => ({
	category: 'promotional',
	amountMicro: 1n,
	priority: 50,
	effectiveAtMs: 0,
	expiresAtMs: null,
	promotionId: null,
	note,
});

describe('rows that last', () => {
	it('are kept apart by account, and all forgotten at once', () => {
		const rows = new LastingRows();
		rows.terms.remember(1n, 2, terms('one'));
		rows.terms.remember(2n, 2, terms('two'));
		expect([rows.terms.find(1n, 2)?.note, rows.terms.find(2n, 2)?.note, rows.terms.find(1n, 3)]).to.deep.equal(['one', 'two', undefined]);
		rows.forget();
		expect([rows.terms.find(1n, 2), rows.terms.find(2n, 2)]).to.deep.equal([undefined, undefined]);
	});

	it('never become more than a thousand of a kind', () => {
		const rows = new LastingRows();
		for (let seq = 1; seq <= 1001; seq += 1) rows.terms.remember(1n, seq, terms(String(seq)));
		expect([rows.terms.find(1n, 1), rows.terms.find(1n, 1001)?.note]).to.deep.equal([undefined, '1001']);
	});

	it('hide nothing from a proof by the same process', async () => {
		const path = newLedgerPath();
		const store = await openTestLedger({ path, clock: Date.now });
		await store.commit('acme', [openAccount(), grant('g', 100)]);
		const price = priceNamed('openai/gpt-4.1-mini/1');
		for (const key of ['a', 'b']) expectKind((await store.commit('acme', [reserve(key, 1, { price })]))[0], 'reserved');
		expect((await verifyLedger(store)).violations).to.deep.equal([]);
		const other = openFile(path);
		other.exec('UPDATE grants SET priority = 49');
		other.close();
		expect((await verifyLedger(store)).violations).not.to.deep.equal([]);
		await store.close();
	});
});
