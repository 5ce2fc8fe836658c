/**
 * Campaigns of 60 items and more at a real endpoint that mixes everything endpoints are known to do, on both stores, 64 calls at a time: what
 * must hold stands in test/support/mixed/mixed-judge.ts. `npm run test:proof` has a hundred on each store.
 */
import { openTestLedger } from '../support/ledger/sqlite-ledger';
import { expectInvariantsHold } from '../support/mixed/mixed-runs';
import { openPostgresTestLedger } from '../support/postgres/postgres';

const USUAL = 3;

describe('campaigns at an endpoint that mixes everything', function () {
	this.timeout(0);

	it('keep every promise on SQLite', () =>
		expectInvariantsHold('SQLite', { usual: USUAL, concurrency: 64, openLedger: ({ adapters }) => openTestLedger(adapters) }));

	it('keep every promise on PostgreSQL', () =>
		expectInvariantsHold('PostgreSQL', { usual: USUAL, concurrency: 64, openLedger: ({ adapters }) => openPostgresTestLedger(adapters) }));
});
