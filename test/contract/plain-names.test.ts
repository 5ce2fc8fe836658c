/**
 * Ledgers whose entries hold names themselves, because they are older than pseudonyms: budgets go on counting, and whoever is forgotten
 * is shown no more. Such a ledger is made of a new one: what its entries hold is said to be the name, and somebody gets a pseudonym for it.
 */
import { expect } from 'chai';
import Database from 'better-sqlite3';
import type { Command } from '../../lib/core/nouns/commands';
import { budgetUses } from '../../lib/engine/report/budget-list';
import { newestHolds } from '../../lib/engine/report/hold-list';
import { verifyLedger } from '../../lib/engine/moving/verify-ledger';
import type { LedgerStore } from '../../lib/ledger/store';
import { credits, expectKind, grant, openAccount, reserve, setBudget, setFloor, settle } from '../support/ledger/ledger-commands';
import { openAt, POSTGRES, SQLITE } from '../support/ledger/ledger-places';
import { ManualClock } from '../support/machine/manual-clock';
import { runSql } from '../support/postgres/postgres-server';

const ACCOUNT = 'acme';
const MADE_OLD = "UPDATE persons SET name = pseudonym, pseudonym = '~newnewnewnewnew0', is_in_plain = 1";
const KINDS = [
	{
		kind: SQLITE,
		change: async (address: string, sql: string): Promise<void> => {
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

for (const { kind, change } of KINDS) {
	describe(`${kind.name}: names in old entries`, () => {
		const clock = new ManualClock();
		let store: LedgerStore;
		/** The name that old entries hold. */
		let name: string;
		const one = async (command: Command) => (await store.commit(ACCOUNT, [command]))[0];

		beforeEach(async () => {
			const address = await kind.newAddress();
			const made = await openAt(address, clock.read);
			await made.commit(ACCOUNT, [
				openAccount(),
				grant('g', 1000),
				setBudget('b1', { name: 'each', scope: 'person', period: 'total', limit: 10 }),
				setBudget('b2', { name: 'hers', scope: 'person', value: 'ada', period: 'total', limit: 5 }),
				setFloor('f', { name: 'low', label: 'person', exempt: ['ada'], floor: 900 }),
			]);
			const [outcome] = await made.commit(ACCOUNT, [reserve('old', 3, { person: 'ada' })]);
			const { hold } = expectKind(outcome, 'reserved');
			name = hold.person ?? '';
			const result = { text: 'Dear Ada', keptUntilMs: clock.nowMs + 1000 };
			await made.commit(ACCOUNT, [settle(hold.seq, 3, { result })]);
			await made.close();
			await change(address, MADE_OLD);
			store = await openAt(address, clock.read);
		});
		afterEach(async () => {
			const { violations } = await verifyLedger(store);
			await store.close();
			expect(violations).to.deep.equal([]);
		});

		const shownBudgets = async (): Promise<string[]> => {
			const { uses } = await budgetUses(store, { accountId: ACCOUNT });
			return uses.flatMap(({ budget, counters }) =>
				counters.map(({ value, settledMicro, heldMicro }) =>
					[budget.name, value, settledMicro / credits(1), heldMicro / credits(1)].join(' '),
				),
			);
		};
		const shownPersons = async (): Promise<(string | null)[]> => {
			const { account } = await store.snapshot(ACCOUNT);
			if (!account) throw new Error('There is no account.');
			return (await newestHolds(store, { account, clockMs: clock.nowMs }, { state: null, limit: 9 })).map(({ person }) => person);
		};

		it('count on in budgets and are exempt from floors, under a pseudonym from now on', async () => {
			expect(expectKind(await one(reserve('much', 3, { person: name })), 'refused').limit).to.equal('hers');
			const { hold } = expectKind(await one(reserve('fits', 2, { person: name })), 'reserved');
			expect([hold.person, hold.counters.map(({ value }) => value)]).to.deep.equal([
				'~newnewnewnewnew0',
				['~newnewnewnewnew0', '~newnewnewnewnew0'],
			]);
			expect((await shownBudgets()).sort()).to.deep.equal([`each ${name} 3 2`, `hers ${name} 3 2`]);
			expect(await shownPersons()).to.deep.equal([name, name]);
			expectKind(await one(setBudget('b3', { name: 'hers', scope: 'person', value: name, period: 'total', limit: 30 })), 'account');
			expect(expectKind(await one(reserve('more', 6, { person: name })), 'refused').limit).to.equal('each');
			expectKind(await one(reserve('last', 5, { person: name })), 'reserved');
		});

		it('are shown no more when their person was forgotten, who then begins anew', async () => {
			await one(reserve('fits', 2, { person: name }));
			const { results, plainEntries, limits } = expectKind(await one({ kind: 'forget_person', person: name, salt: 'aa' }), 'forgotten');
			expect([results, plainEntries, limits]).to.deep.equal([1, 1, ['hers', 'low']]);
			const [since, before] = await shownPersons();
			expect([since, before?.startsWith('forgotten')]).to.deep.equal(['forgotten-newnewne', true]);
			expect((await shownBudgets()).join()).not.to.contain(name);
			expectKind(await one(setFloor('f2', { name: 'low', label: 'person', exempt: [name], floor: 900 })), 'account');
			const { hold } = expectKind(await one(reserve('back', 5, { person: name })), 'reserved');
			expect(hold.counters).to.have.length(2);
			expect(await shownPersons()).to.deep.equal([name, since, before]);
		});
	});
}
