/** A newer version raises the schema of a ledger under a running host: what that host knows of calls in flight is kept for the one after it. */
import Database from 'better-sqlite3';
import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { reconcile } from '../../lib/engine/outage/outage-ledger';
import { openOutageFile } from '../../lib/runtime/outage';
import { owedCosts } from '../../lib/runtime/owed';
import { accountOf, openLedgerStore } from '../../lib/runtime/runtime';
import { callsInFlight } from '../support/failures/calls-in-flight';
import { grantCredits, proofOf, readBalance } from '../support/ledger/ledger-reader';
import { temporaryFolder } from '../support/machine/temporary-folder';
import { newLedgerUrl } from '../support/postgres/postgres';
import { runSql } from '../support/postgres/postgres-server';

const CALLS = 8;

/** A ledger whose schema another version has raised, as far as its number goes, and takes back. */
interface Versioned {
	readonly place: string;
	readonly raise: (by: 1 | -1) => Promise<void>;
}

function file(): Promise<Versioned> {
	const place = join(temporaryFolder(), 'ledger.db');
	const raise = (by: number): Promise<void> => {
		const db = new Database(place);
		db.pragma(`user_version = ${String(Number(db.pragma('user_version', { simple: true })) + by)}`);
		db.close();
		return Promise.resolve();
	};
	return Promise.resolve({ place, raise });
}

async function schema(): Promise<Versioned> {
	const place = await newLedgerUrl();
	const server = new URL(place);
	const name = server.searchParams.get('schema') ?? '';
	server.searchParams.delete('schema');
	return {
		place,
		raise: async (by) => {
			await runSql(server.href, `UPDATE "${name}".ledger_version SET version = version + ${String(by)}`);
		},
	};
}

for (const [store, make] of [
	['SQLite', file],
	['PostgreSQL', schema],
] as const) {
	describe(`${store}: a schema that is raised under a running host`, function () {
		this.timeout(60_000);

		it('with credits for an outage: the file of the outage has every call, and the host after it charges them, once', async () => {
			const { place, raise } = await make();
			await grantCredits(place, '100');
			const folder = temporaryFolder();
			const flight = await callsInFlight({ place, folder, count: CALLS, outageCredits: '20' });
			await raise(1);
			const results = await flight.answer();
			expect(results.map(({ route, llmCredits }) => [route, llmCredits.credits])).to.deep.equal(Array(CALLS).fill(['result', '1']));
			const outages = join(folder, 'llm-credits', 'outage');
			const path = join(outages, readdirSync(outages).find((name) => name.endsWith('.db')) ?? '');
			expect(owedCosts().lost(), 'nothing is lost with this process').to.deep.equal([]);
			// The host after it knows the schema.
			await raise(-1);
			const [ledger, outage] = [await openLedgerStore(place, { mayMake: false }), await openOutageFile(path)];
			const reconciled = await reconcile(outage, accountOf(ledger, 'default'));
			expect(reconciled).to.deep.include({ unconfirmed: 0, frozen: 0 });
			await reconcile(outage, accountOf(ledger, 'default'));
			await Promise.all([ledger.close(), outage.store.close()]);
			expect(await readBalance(place)).to.deep.include({ available: '92', held: '0' });
			expect(await proofOf(place)).to.deep.include({ ok: true });
			await flight.leave();
			await owedCosts().recorded();
		});

		it('without: the process keeps it, says what is unrecorded, and records it when it can', async () => {
			const { place, raise } = await make();
			await grantCredits(place, '100');
			const flight = await callsInFlight({ place, folder: temporaryFolder(), count: CALLS });
			await raise(1);
			const results = await flight.answer();
			for (const { route, llmCredits } of results) {
				expect(route).to.equal('result');
				expect(llmCredits.message).to.match(
					/^The cost of 1 credits \(h\d+\) could not be recorded and counts as unconfirmed until the ledger is back: .*written by a newer version/,
				);
			}
			expect(owedCosts().lost()).to.have.length(1);
			expect(owedCosts().lost()[0]).to.match(/Not recorded: what 8 calls cost, 8 credits\./);
			expect(
				owedCosts()
					.lost()[0]
					?.match(/h\d+ 1\b/g),
			).to.have.length(CALLS);
			await flight.leave();
			await raise(-1);
			await owedCosts().recorded();
			expect(await readBalance(place)).to.deep.include({ available: '92', held: '0' });
			expect(await proofOf(place)).to.deep.include({ ok: true });
		});
	});
}
