/** The two books that a proof keeps budget counters in tell the same, whatever is told and set. */
import { expect } from 'chai';
import fc from 'fast-check';
import { CountersInMemory, type CounterBook, type CounterDifference } from '../../../lib/core/proof/counter-book';
import { counterKey } from '../../../lib/core/nouns/counters';
import type { BudgetCounter } from '../../../lib/core/nouns/records';
import { openMemoryLedger } from '../../../lib/ledger/memory/store';
import { ScratchCounters } from '../../../lib/ledger/sqlite/rows/scratch-counters';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import { grant, openAccount, reserve, setBudget } from '../../support/ledger/ledger-commands';
import { holds as propertyHolds } from '../../support/machine/property-runs';

const micro = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });
const counters: fc.Arbitrary<BudgetCounter> = fc.record({
	budgetSeq: fc.integer({ min: 1, max: 3 }),
	period: fc.constantFrom('', '2026-11', "it's"),
	value: fc.oneof(fc.constantFrom('', 'ada', 'bob'), fc.string({ unit: 'binary', maxLength: 3 })),
	heldMicro: fc.oneof(fc.constant(0n), micro),
	settledMicro: fc.oneof(fc.constant(0n), micro),
	reachedRoomMicro: fc.oneof(fc.constant(null), fc.constant(0n), micro),
	reachMicro: fc.oneof(fc.constant(0n), micro),
});
const steps = fc.array(fc.record({ counter: counters, isTold: fc.boolean(), isBoth: fc.boolean() }), { maxLength: 30 });

const inOrder = (found: Iterable<CounterDifference>): CounterDifference[] =>
	[...found].map(({ key, kind }) => ({ key, kind })).sort((a, b) => (a.key < b.key ? -1 : 1));

function play(book: CounterBook, taken: readonly { counter: BudgetCounter; isTold: boolean; isBoth: boolean }[]): unknown {
	try {
		const got = taken.map(({ counter, isTold, isBoth }) => {
			const key = counterKey(counter);
			const before = book.get(key);
			if (isTold || isBoth) book.tell(counter);
			if (!isTold || isBoth) book.set(key, counter);
			return [before, book.get(key)];
		});
		return { got, differences: inOrder(book.differences()) };
	} finally {
		book.close();
	}
}

describe('books of budget counters', () => {
	it('give back what was set, and tell what differs', () => {
		const rest = { heldMicro: 0n, reachedRoomMicro: null, reachMicro: 7n };
		const ada: BudgetCounter = { budgetSeq: 3, period: '', value: 'ada', settledMicro: 5n, ...rest };
		for (const book of [new CountersInMemory(), new ScratchCounters()]) {
			const bob = { ...ada, value: 'bob' };
			const eve = { ...ada, value: 'eve' };
			book.set(counterKey(ada), ada);
			book.tell(ada);
			book.set(counterKey(bob), bob);
			book.tell({ ...bob, settledMicro: 6n });
			book.set(counterKey(eve), eve);
			book.tell({ ...ada, value: 'uma' });
			expect(book.get(counterKey(ada))).to.deep.equal(ada);
			expect(book.get('nobody')).to.equal(undefined);
			expect(inOrder(book.differences())).to.deep.equal([
				{ key: counterKey(bob), kind: 'changed' },
				{ key: counterKey(eve), kind: 'not_stored' },
				{ key: counterKey({ ...ada, value: 'uma' }), kind: 'not_in_journal' },
			]);
			book.close();
		}
	});

	it('agree whatever happens to them', () =>
		propertyHolds(
			'in memory and in a scratch file',
			200,
			fc.asyncProperty(steps, async (taken) => {
				await Promise.resolve();
				expect(play(new ScratchCounters(), taken)).to.deep.equal(play(new CountersInMemory(), taken));
			}),
		));

	it('one is made for each account and given up, also when the ledger cannot be read', async () => {
		const store = openMemoryLedger({ clock: () => 1_800_000_000_000 });
		for (const account of ['a', 'b']) {
			const budget = setBudget('budget', { name: 'each', scope: 'person', period: 'total', limit: 5 });
			await store.commit(account, [openAccount(), grant('g', 10), budget, reserve('k', 2, { person: 'ada' })]);
		}
		let open = 0;
		let told = 0;
		const makeCounters = (): CounterBook => {
			const book = new ScratchCounters();
			open += 1;
			return {
				get: (key) => book.get(key),
				set: (key, counter) => book.set(key, counter),
				tell: (counter) => {
					told += 1;
					book.tell(counter);
				},
				differences: () => book.differences(),
				close: () => {
					open -= 1;
					book.close();
				},
			};
		};
		expect(await verifyLedger(store, { makeCounters })).to.include({ ok: true, accounts: 2 });
		expect([open, told]).to.deep.equal([0, 2]);
		const broken = Object.assign(Object.create(store) as typeof store, {
			accounts: async () => store.accounts(),
			materialised: () => Promise.reject(new Error('gone')),
		});
		const failure = await verifyLedger(broken, { makeCounters }).catch((error: unknown) => error);
		expect([String(failure), open]).to.deep.equal(['Error: gone', 0]);
	});
});
