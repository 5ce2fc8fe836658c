/** Simulated campaigns with faults at random moments, on real ledgers: a thousand on each store. */
import { expectPromisesKept } from '../../support/chaos/simulated/simulated-runs';
import { PostgresField } from '../../support/chaos/simulated/postgres-ground';
import { SqliteGround } from '../../support/chaos/simulated/sqlite-ground';

const USUAL = 1000;

describe('simulated campaigns that meet faults', function () {
	this.timeout(0);

	it('keep both promises on SQLite', () =>
		expectPromisesKept('SQLite', { usual: USUAL, makeGround: (world) => Promise.resolve(new SqliteGround(world)) }));

	it('keep both promises on PostgreSQL', async () => {
		const field = await PostgresField.start();
		try {
			await expectPromisesKept('PostgreSQL', { usual: USUAL, makeGround: field.makeGround });
		} finally {
			await field.stop();
		}
	});
});
