/** The rules of limits and refunds in every store: all tables, what survives reopening, and many callers at once. */
import { expect } from 'chai';
import type { Command, Outcome } from '../../lib/core/nouns/commands';
import type { BudgetCounter, Entry } from '../../lib/core/nouns/records';
import { verifyLedger } from '../../lib/engine/moving/verify-ledger';
import { GroupCommit } from '../../lib/ledger/group-commit';
import type { LedgerStore } from '../../lib/ledger/store';
import {
	credits,
	expectKind,
	grant,
	openAccount,
	refund,
	release,
	reserve,
	setBudget,
	setFloor,
	settle,
	type ReserveOptions,
} from '../support/ledger/ledger-commands';
import { LEDGER_KINDS, type LedgerKind, type LedgerPlace } from '../support/ledger/ledger-places';
import { ManualClock } from '../support/machine/manual-clock';
import { describeRules } from '../support/model/rule-tables/all';

const ACCOUNT = 'acme';
const SPRING: ReserveOptions = { labels: { campaign: 'spring' } };

const inOrder = (counters: readonly BudgetCounter[]): BudgetCounter[] =>
	[...counters].sort((a, b) =>
		JSON.stringify([a.budgetSeq, a.period, a.value]) < JSON.stringify([b.budgetSeq, b.period, b.value]) ? -1 : 1,
	);

async function one(store: LedgerStore, command: Command): Promise<Outcome> {
	const [outcome] = await store.commit(ACCOUNT, [command]);
	if (!outcome) throw new Error('The store gave no outcome.');
	return outcome;
}

async function proveAndClose(store: LedgerStore): Promise<void> {
	const { violations } = await verifyLedger(store);
	await store.close();
	expect(violations).to.deep.equal([]);
}

/** Everything that is stored about the account. */
async function everything(store: LedgerStore) {
	const told = await store.materialised(ACCOUNT);
	const holds = await store.holds(ACCOUNT, { state: null, afterSeq: 0, limit: 1000 });
	return {
		...told,
		counters: inOrder(await store.counters(ACCOUNT)),
		holds,
		entries: await store.entries(ACCOUNT, { afterSeq: 0, limit: 1000 }),
	};
}

function tables({ newPlace }: LedgerKind): void {
	const clock = new ManualClock();
	let store: LedgerStore;
	let accounts = 0;
	before(async () => {
		store = await (await newPlace())(clock.read);
	});
	after(() => proveAndClose(store));
	describeRules(() => ({ store, clock, accountId: `account-${String((accounts += 1))}` }));
}

function reopening({ newPlace }: LedgerKind): void {
	it('keeps limits, counters, shadow mode and refunds to the last bit', async () => {
		const clock = new ManualClock();
		const place = await newPlace();
		const store = await place(clock.read);
		await store.commit(ACCOUNT, [
			openAccount({ timeZone: 'Pacific/Kiritimati' }),
			grant('g', 20),
			grant('h', 5, { category: 'promotional', expiry: { days: 1, rule: 'exact' } }),
			setBudget('b1', { name: 'Frühling ☕', scope: 'campaign', value: 'spring', period: 'day', limit: 12 }),
			setBudget('b2', { name: 'all', scope: 'account', value: null, period: 'total', limit: 18 }),
			setFloor('f', { name: 'vip', label: 'segment', exempt: ['gold', "O'Neill"], floor: 3 }),
		]);
		const { hold } = expectKind(await one(store, reserve('a', 9, SPRING)), 'reserved');
		await one(store, settle(hold.seq, 10));
		await one(store, refund('r1', hold.seq, 4));
		await one(store, { kind: 'set_enforcement', key: 's', enforcement: 'shadow' });
		const shadowed = expectKind(await one(store, reserve('b', 30, SPRING)), 'reserved').hold;
		const before = await everything(store);
		await store.close();

		const again = await place(clock.read);
		expect(await everything(again)).to.deep.equal(before);
		expect(shadowed.shadow).to.equal('budget_exceeded');
		await one(again, release(shadowed.seq));
		await one(again, { kind: 'set_enforcement', key: 't', enforcement: 'enforce' });
		expect(expectKind(await one(again, reserve('c', 7, SPRING)), 'refused').limit).to.equal('Frühling ☕');
		expect(expectKind(await one(again, refund('r1', hold.seq, 4)), 'refunded').isReplayed).to.equal(true);
		expect(expectKind(await one(again, refund('r2', hold.seq, null)), 'refunded').hold.refundedMicro).to.equal(credits(10));
		expect(expectKind(await one(again, refund('r3', hold.seq, 1)), 'fault').error.code).to.equal('invalid_amount');
		expect(expectKind(await one(again, reserve('d', 12, SPRING)), 'reserved').hold.counters).to.have.length(2);
		await proveAndClose(again);
	});
}

/** What the calls of a journal took at most at one moment, and in the end; of a journal in which every hold is closed by a call. */
function useOf(entries: readonly Entry[]): { most: bigint; last: bigint } {
	const held = new Map<number, bigint>();
	let last = 0n;
	let most = 0n;
	for (const { seq, body } of entries) {
		if (body.kind === 'reserved') {
			held.set(seq, body.amountMicro);
			last += body.amountMicro;
		}
		if (body.kind === 'released') last -= held.get(body.holdSeq) ?? 0n;
		if (body.kind === 'settled') last += body.actualMicro - (held.get(body.holdSeq) ?? 0n);
		if (body.kind === 'refunded') last -= body.amountMicro;
		if (last > most) most = last;
	}
	return { most, last };
}

/** One caller for each store, as in two processes. */
async function callersOf(place: LedgerPlace, clock: ManualClock): Promise<{ stores: LedgerStore[]; callers: GroupCommit[] }> {
	const stores = [await place(clock.read), await place(clock.read)];
	return { stores, callers: stores.map((store) => new GroupCommit(store)) };
}

function manyAtOnce({ newPlace }: LedgerKind): void {
	it('200 first calls of a scope at once: exactly as many pass as the limit has room for', async () => {
		const { stores, callers } = await callersOf(await newPlace(), new ManualClock());
		const [first] = stores as [LedgerStore];
		await first.commit(ACCOUNT, [
			openAccount(),
			grant('g', 1000),
			setBudget('b', { name: 'b', scope: 'campaign', period: 'day', limit: 100 }),
		]);
		const answers = await Promise.all(
			Array.from({ length: 200 }, (_, index) => callers[index % 2]!.submit(ACCOUNT, reserve(`k${String(index)}`, 3, SPRING))),
		);
		const passed = answers.filter(({ kind }) => kind === 'reserved');
		const refused = answers.filter((answer) => answer.kind === 'refused' && answer.limit === 'b');
		expect([passed.length, refused.length]).to.deep.equal([33, 167]);
		const [counter] = await first.counters(ACCOUNT);
		expect([counter?.heldMicro, counter?.settledMicro]).to.deep.equal([credits(99), 0n]);
		await Promise.all(stores.slice(1).map((store) => store.close()));
		if (stores[0] !== stores[1]) await proveAndClose(first);
	});

	it('rule 36: two deciders at once about one refused key, which credits have cured, still get one hold', async () => {
		const { stores, callers } = await callersOf(await newPlace(), new ManualClock());
		const [first] = stores as [LedgerStore];
		await first.commit(ACCOUNT, [openAccount(), grant('g', 1)]);
		for (let round = 0; round < 12; round += 1) {
			const key = `k${String(round)}`;
			for (const caller of callers) expect((await caller.submit(ACCOUNT, reserve(key, 2, SPRING))).kind).to.equal('refused');
			await first.commit(ACCOUNT, [grant(`more ${key}`, 10)]);
			// Each of the two asks twice, without waiting for the other.
			const answers = await Promise.all([0, 1, 0, 1].map((nth) => callers[nth]!.submit(ACCOUNT, reserve(key, 2, SPRING))));
			const holds = answers.map((answer) => (answer.kind === 'reserved' ? answer : null));
			expect(new Set(holds.map((answer) => answer?.hold.seq)).size, 'holds').to.equal(1);
			expect(
				holds.filter((answer) => answer?.isReplayed === false),
				'deciders',
			).to.have.length(1);
			const seq = holds[0]?.hold.seq ?? 0;
			await Promise.all(callers.map((caller) => caller.submit(ACCOUNT, settle(seq, 2))));
			// One credit is left, so that the next key is refused too.
			const { hold } = expectKind(await one(first, reserve(`rest ${key}`, 8)), 'reserved');
			await first.commit(ACCOUNT, [settle(hold.seq, 8)]);
		}
		const entries = await first.entries(ACCOUNT, { afterSeq: 0, limit: 10_000 });
		const ofKeys = entries.filter(({ labels, body }) => labels?.campaign === 'spring' && body.kind === 'reserved');
		expect(ofKeys).to.have.length(12);
		await Promise.all(stores.slice(1).map((store) => store.close()));
		if (stores[0] !== stores[1]) await proveAndClose(first);
	});

	it('200 whole calls at once, settled, released and refunded between each other, never take more than the limit', async () => {
		const { stores, callers } = await callersOf(await newPlace(), new ManualClock());
		const [first] = stores as [LedgerStore];
		const limit = 60;
		await first.commit(ACCOUNT, [
			openAccount(),
			grant('g', 1000),
			setBudget('b', { name: 'b', scope: 'campaign', period: 'total', limit }),
		]);
		const call = async (index: number, attempt = 0): Promise<void> => {
			const caller = callers[index % 2]!;
			const key = `${String(index)}/${String(attempt)}`;
			const answer = await caller.submit(ACCOUNT, reserve(key, 1 + (index % 5), SPRING));
			if (answer.kind === 'refused' && attempt < 4) return call(index, attempt + 1);
			if (answer.kind !== 'reserved') return;
			const { seq } = answer.hold;
			await caller.submit(ACCOUNT, index % 3 === 1 ? release(seq) : settle(seq, 1));
			if (index % 3 === 2) await caller.submit(ACCOUNT, refund(`r${key}`, seq, null));
		};
		await Promise.all(Array.from({ length: 200 }, (_, index) => call(index)));
		const { most, last } = useOf(await first.entries(ACCOUNT, { afterSeq: 0, limit: 10_000 }));
		expect(most > credits(limit - 5) && most <= credits(limit), String(most)).to.equal(true);
		const [counter] = await first.counters(ACCOUNT);
		expect([counter?.heldMicro, counter?.settledMicro]).to.deep.equal([0n, last]);
		await Promise.all(stores.slice(1).map((store) => store.close()));
		if (stores[0] !== stores[1]) await proveAndClose(first);
	});
}

function odd({ newPlace }: LedgerKind): void {
	it('an empty label is none; a value of any characters is one', async () => {
		const store = await (await newPlace())(new ManualClock().read);
		const values = ['', '/', "'; DROP TABLE budget_counters; --", 'x\u0000y', '{1,2}', 'NULL', '☕'.repeat(50)];
		await store.commit(ACCOUNT, [
			openAccount(),
			grant('g', 100),
			setBudget('b', { name: 'b', scope: 'campaign', period: 'total', limit: 2 }),
			setBudget('p', { name: 'p', scope: 'person', period: 'total', limit: 2 }),
		]);
		for (const [index, value] of values.entries()) {
			const key = String(index);
			expectKind(await one(store, reserve(key, 2, { labels: { campaign: value }, person: value })), 'reserved');
			const again = await one(store, reserve(`${key} again`, 1, { labels: { campaign: value }, person: value }));
			expect(again.kind, JSON.stringify(value)).to.equal(value === '' ? 'reserved' : 'refused');
		}
		expect(await store.counters(ACCOUNT)).to.have.length((values.length - 1) * 2);
		await proveAndClose(store);
	});
}

for (const kind of LEDGER_KINDS) {
	describe(`${kind.name}: limits and refunds`, function () {
		this.timeout(60_000);
		if (kind.isLasting) tables(kind);
		if (kind.isLasting) reopening(kind);
		manyAtOnce(kind);
		odd(kind);
	});
}
