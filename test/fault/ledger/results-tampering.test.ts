/** Somebody changes the results that are kept for retries, behind the ledger's back: the proof finds it. What was removed is no violation. */
import { expect } from 'chai';
import Database from 'better-sqlite3';
import { verifyLedger, type Verification } from '../../../lib/engine/moving/verify-ledger';
import { expectKind, grant, openAccount, reserve, settle } from '../../support/ledger/ledger-commands';
import { openAt, POSTGRES, SQLITE } from '../../support/ledger/ledger-places';
import { ManualClock } from '../../support/machine/manual-clock';
import { runSql } from '../../support/postgres/postgres-server';

const ACCOUNT = 'acme';
const HOUR_MS = 3_600_000;
const KINDS = [
	{
		kind: SQLITE,
		change: (address: string, sql: string): Promise<void> => {
			const db = new Database(address);
			db.exec(sql);
			db.close();
			return Promise.resolve();
		},
	},
	{
		kind: POSTGRES,
		change: async (address: string, sql: string): Promise<void> => {
			await runSql(address, `SET search_path = "${new URL(address).searchParams.get('schema') ?? ''}"`, sql);
		},
	},
];

/** h3 and h4 have results, h5 was settled without one, h6 is open. */
const TAMPERINGS: readonly (readonly [what: string, sql: string, details: readonly string[]])[] = [
	['a changed result', "UPDATE kept_results SET text = 'Dear Mallory' WHERE hold_seq = 3", ['kept for h3 is not the one of its call']],
	[
		'results that were swapped',
		"UPDATE kept_results SET text = CASE hold_seq WHEN 3 THEN 'Dear Bob ☕' ELSE 'Dear Ada' END",
		['kept for h3 is not the one of its call', 'kept for h4 is not the one of its call'],
	],
	['a result of a call that has none', 'UPDATE kept_results SET hold_seq = 5 WHERE hold_seq = 3', ['kept for h5, whose call has none']],
	['a result of a call under way', 'UPDATE kept_results SET hold_seq = 6 WHERE hold_seq = 3', ['kept for h6, which was not settled']],
	['a result of no call', 'UPDATE kept_results SET hold_seq = 999 WHERE hold_seq = 4', ['kept for h999, which was not settled']],
	['a result that is gone', 'DELETE FROM kept_results WHERE hold_seq = 3', []],
	['a longer life of a result', 'UPDATE kept_results SET kept_until_ms = kept_until_ms + 1', []],
];

for (const { kind, change } of KINDS) {
	describe(`${kind.name}: tampering with kept results`, () => {
		const clock = new ManualClock();
		let address: string;

		beforeEach(async () => {
			address = await kind.newAddress();
			const store = await openAt(address, clock.read);
			await store.commit(ACCOUNT, [openAccount(), grant('g', 50)]);
			const persons = ['ada', 'bob', 'cem', 'dua'];
			const outcomes = await store.commit(
				ACCOUNT,
				persons.map((person) => reserve(person, 5, { person })),
			);
			expect(outcomes.map((outcome) => expectKind(outcome, 'reserved').hold.seq)).to.deep.equal([3, 4, 5, 6]);
			const kept = (text: string) => ({ result: { text, keptUntilMs: clock.nowMs + HOUR_MS } });
			await store.commit(ACCOUNT, [settle(3, 1, kept('Dear Ada')), settle(4, 1, kept('Dear Bob ☕')), settle(5, 1)]);
			await store.close();
		});

		const proof = async (): Promise<Verification> => {
			const store = await openAt(address, clock.read);
			return verifyLedger(store).finally(() => store.close());
		};

		it('finds an honest ledger right', async () => {
			expect(await proof()).to.deep.equal({ ok: true, accounts: 1, entries: 9, violations: [] });
		});

		for (const [what, sql, details] of TAMPERINGS) {
			it(`${details.length === 0 ? 'has nothing against' : 'finds'} ${what}`, async () => {
				await change(address, sql);
				const { violations } = await proof();
				expect(violations.map(({ code }) => code)).to.deep.equal(details.map(() => 'result_differs'));
				details.forEach((detail, index) => expect(violations[index]?.detail).to.contain(detail));
			});
		}

		it('has nothing against results that were removed by their lifetime, or with their person', async () => {
			const store = await openAt(address, clock.read);
			const forgotten = await store.commit(ACCOUNT, [{ kind: 'forget_person', person: 'ada', salt: 'aa' }]);
			expect(expectKind(forgotten[0], 'forgotten').results).to.equal(1);
			expect((await verifyLedger(store)).violations).to.deep.equal([]);
			clock.nowMs += HOUR_MS;
			expect(await store.purgeResults(clock.nowMs)).to.equal(1);
			expect((await verifyLedger(store)).violations).to.deep.equal([]);
			await store.close();
		});
	});
}
