/** A hundred campaigns on each store at an endpoint that mixes everything endpoints are known to do, and every row of it is met. */
import { expect } from 'chai';
import { openTestLedger } from '../support/ledger/sqlite-ledger';
import { MIXED_ROWS } from '../support/mixed/mixed-rows';
import { expectInvariantsHold } from '../support/mixed/mixed-runs';
import { openPostgresTestLedger } from '../support/postgres/postgres';

const USUAL = 100;

describe('a hundred campaigns at an endpoint that mixes everything', function () {
	this.timeout(0);

	it('keep every promise on SQLite', async () => {
		const met = await expectInvariantsHold('SQLite', {
			usual: USUAL,
			concurrency: 64,
			openLedger: ({ adapters }) => openTestLedger(adapters),
		});
		if (process.env['LLM_CREDITS_RUNS'] === undefined) expect(MIXED_ROWS.filter(({ name }) => !met.has(name))).to.deep.equal([]);
	});

	it('keep every promise on PostgreSQL', () =>
		expectInvariantsHold('PostgreSQL', { usual: USUAL, concurrency: 64, openLedger: ({ adapters }) => openPostgresTestLedger(adapters) }));
});
