/** The ledger goes away while calls are made, and its owner allowed to go on: up to the allowance, and charged once when it is back. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { CreditError, type CreditErrorCode } from '../../../lib/core/values/errors';
import { formatCredits } from '../../../lib/core/values/money';
import { pinOf } from '../../../lib/core/prices/recorded-price';
import type { Command } from '../../../lib/core/nouns/commands';
import { LedgerAccount } from '../../../lib/engine/account/ledger-account';
import type { ReserveInput } from '../../../lib/engine/account/ledger-inputs';
import { OutageAccount } from '../../../lib/engine/outage/outage-account';
import { reconcile, setAllowance, type OutageLedger } from '../../../lib/engine/outage/outage-ledger';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import { GroupCommit } from '../../../lib/ledger/group-commit';
import { openMemoryLedger } from '../../../lib/ledger/memory/store';
import { withNames } from '../../../lib/engine/report/person-names';
import type { LedgerStore } from '../../../lib/ledger/store';
import { faultOf } from '../../support/machine/error-code';
import { credits } from '../../support/ledger/ledger-commands';
import { ManualClock } from '../../support/machine/manual-clock';
import { holds as propertyHolds } from '../../support/machine/property-runs';
import { PRICE } from '../../support/provider/scripted-provider';

/** A ledger that can be pulled out like a plug, also in the middle of something. */
class World {
	readonly clock = new ManualClock();
	readonly store: LedgerStore = openMemoryLedger({ clock: this.clock.read });
	readonly outageStore: LedgerStore = openMemoryLedger({ clock: this.clock.read });
	/** Commits that are still answered; Infinity while the ledger is there. */
	answers = Infinity;
	/** What is said of it then. */
	fault: CreditErrorCode = 'ledger_unavailable';
	hasOutage = false;
	readonly ledger = this.#account(this.#plugged());
	readonly outage: OutageLedger = { account: this.#account(this.outageStore), store: this.outageStore };
	/** Another one that took its place. */
	opened = this.ledger;
	spending = this.newProcess();

	async open({ granted, allowance }: { granted: number; allowance: number }): Promise<this> {
		await this.ledger.open({ timeZone: 'UTC' });
		await this.ledger.grant({ credits: credits(granted), category: 'purchased', expiry: null, key: 'granted' });
		await this.outage.account.open({ timeZone: 'UTC', name: 'outage of this machine' });
		await setAllowance(this.outage, credits(allowance));
		return this;
	}

	/** What a process that starts now has. */
	newProcess(): OutageAccount {
		return new OutageAccount({
			accountId: 'a',
			hasOutage: () => this.hasOutage,
			openLedger: () => (this.answers > 0 ? Promise.resolve(this.opened) : Promise.reject(gone(this.fault))),
			openOutage: () => {
				this.hasOutage = true;
				return Promise.resolve(this.outage);
			},
		});
	}

	async call(key: string, { hold, cost }: { hold: number; cost: number }): Promise<number> {
		const outcome = await this.spending.reserve(input(key, hold));
		if (outcome.kind === 'refused') throw new Error(outcome.reason);
		await this.spending.settle({ holdSeq: outcome.hold.seq, actualMicro: credits(cost), measure: 'reported', usage: null, result: null });
		return outcome.hold.seq;
	}

	async balances(): Promise<{ available: string; allowance: string; violations: readonly unknown[] }> {
		const [real, outage] = [await this.ledger.balance(), await this.outage.account.balance()];
		const violations = [...(await verifyLedger(this.store)).violations, ...(await verifyLedger(this.outageStore)).violations];
		return { available: formatCredits(real.availableMicro), allowance: formatCredits(outage.availableMicro), violations };
	}

	#account(store: LedgerStore): LedgerAccount {
		const timing = { clock: this.clock.read, monotonicMs: this.clock.read, jitter: () => 0.5, pause: () => Promise.resolve() };
		return new LedgerAccount({ accountId: 'a', store, commits: new GroupCommit(store), timing });
	}

	#plugged(): LedgerStore {
		const { store } = this;
		const commit = async (accountId: string, commands: readonly Command[]): ReturnType<LedgerStore['commit']> => {
			this.answers -= 1;
			if (this.answers < 0) throw gone(this.fault);
			return store.commit(accountId, commands);
		};
		return new Proxy(store, { get: (target, name) => (name === 'commit' ? commit : bound(target, name)) });
	}
}

function bound(target: object, name: string | symbol): unknown {
	const value: unknown = Reflect.get(target, name, target);
	return typeof value === 'function' ? (value.bind(target) as unknown) : value;
}

const gone = (code: CreditErrorCode): CreditError => new CreditError(code, 'The server is away.');

const input = (key: string, amount: number): ReserveInput => ({
	key,
	fingerprint: 'same',
	alternatives: () => [{ rung: 0, calls: [{ amountMicro: credits(amount), model: 'm', price: PRICE }] }],
	labels: { campaign: 'spring' },
	person: 'ann',
	executionId: null,
	sendId: key,
	caps: [],
	waitMs: 0,
});

describe('a ledger that is away, where its owner allowed to go on', () => {
	it('is charged what another process of the machine noted, when one that has seen no outage comes back to the call', async () => {
		const world = await new World().open({ granted: 100, allowance: 10 });
		const other = world.newProcess();
		const outcome = await world.spending.reserve(input('a', 5));
		if (outcome.kind === 'refused') throw new Error(outcome.reason);
		world.answers = 0;
		const cost = { actualMicro: credits(4), measure: 'reported', usage: null, result: null } as const;
		await world.spending.settle({ ...cost, holdSeq: outcome.hold.seq });
		world.answers = Infinity;
		expect((await other.lookUp(input('a', 5)))?.kind).to.equal('reserved');
		await other.bringHome();
		expect(await world.balances()).to.deep.equal({ available: '96', allowance: '10', violations: [] });
	});

	it('spends from the allowance, exactly up to it, and then says that the ledger is away', async () => {
		const world = await new World().open({ granted: 100, allowance: 10 });
		expect(await world.call('before', { hold: 5, cost: 4 })).to.be.greaterThan(0);
		world.answers = 0;
		expect(await world.call('a', { hold: 6, cost: 5 })).to.be.lessThan(0);
		expect(await world.call('b', { hold: 5, cost: 4 })).to.be.lessThan(0);
		expect((await faultOf(world.call('c', { hold: 2, cost: 1 }))).code).to.equal('ledger_unavailable');
		expect(await world.balances()).to.deep.equal({ available: '96', allowance: '1', violations: [] });
	});

	it('charges everything once when the ledger is back, gives the allowance back, and keeps labels, person and prices', async () => {
		const world = await new World().open({ granted: 100, allowance: 10 });
		world.answers = 0;
		await world.call('a', { hold: 6, cost: 5 });
		await world.call('free', { hold: 0, cost: 0 });
		world.answers = Infinity;
		await world.call('b', { hold: 5, cost: 3 });
		await world.call('c', { hold: 5, cost: 2 });
		expect(await world.balances()).to.deep.equal({ available: '90', allowance: '10', violations: [] });
		const holds = await withNames(world.store, 'a', await world.store.holds('a', { state: 'settled', afterSeq: 0, limit: 99 }));
		expect(holds.map(({ actualMicro }) => formatCredits(actualMicro ?? 0n))).to.deep.equal(['5', '0', '3', '2']);
		expect(holds[0]).to.deep.include({ labels: { campaign: 'spring', model: 'm' }, person: 'ann', priceVersion: pinOf(PRICE) });
		expect(await world.ledger.usage({ groupBy: ['campaign'], fromDay: null, untilDay: null, where: {} })).to.have.nested.property(
			'[0].calls',
			4,
		);
	});

	it('charges what was spent also when credits have gone meanwhile: it becomes overdraft', async () => {
		const world = await new World().open({ granted: 3, allowance: 10 });
		world.answers = 0;
		await world.call('a', { hold: 8, cost: 8 });
		world.answers = Infinity;
		expect(await world.spending.reserve(input('b', 1))).to.deep.include({ kind: 'refused', reason: 'overdrawn' });
		expect((await world.balances()).available).to.equal('-5');
	});

	it('does not pay again for a key that the outage has paid for', async () => {
		const world = await new World().open({ granted: 100, allowance: 10 });
		world.answers = 0;
		const outcome = await world.spending.reserve(input('a', 5));
		const holdSeq = outcome.kind === 'reserved' ? outcome.hold.seq : 0;
		await world.spending.settle({
			holdSeq,
			actualMicro: credits(5),
			measure: 'reported',
			usage: null,
			result: { text: 'Hello', keptUntilMs: 9e15 },
		});
		world.answers = Infinity;
		world.spending = world.newProcess();
		const again = await world.spending.reserve(input('a', 5));
		expect(again).to.deep.include({ kind: 'reserved', isReplayed: true, taken: null });
		expect(again.kind === 'reserved' && [again.hold.seq, again.hold.state]).to.deep.equal([holdSeq, 'settled']);
		expect(await world.spending.keptResult(holdSeq)).to.equal('Hello');
		await world.call('next', { hold: 1, cost: 1 });
		expect((await world.balances()).available).to.equal('94');
	});

	it('keeps the texts that go with every request, also for a process that starts while the ledger is away', async () => {
		const world = await new World().open({ granted: 100, allowance: 10 });
		const textsOf = async (account: OutageAccount): Promise<unknown> => [...(await account.readProfile()).texts];
		expect(await textsOf(world.spending)).to.deep.equal([]);
		expect(world.hasOutage, 'nothing is noted where there is nothing to note').to.equal(false);
		await world.ledger.changeProfile({ kind: 'set_text', key: 't', name: 'compliance', text: 'Promise no cures.' });
		await world.ledger.changeProfile({ kind: 'set_text', key: 'u', name: 'season', text: 'Spring' });
		expect(await textsOf(world.spending)).to.have.length(2);
		await world.ledger.changeProfile({ kind: 'remove_text', key: 'r', name: 'season' });
		await textsOf(world.spending);
		const texts = [['compliance', 'Promise no cures.']];
		world.answers = 0;
		expect([await textsOf(world.spending), await textsOf(world.newProcess())]).to.deep.equal([texts, texts]);
		expect(await world.spending.openAnswers()).to.equal(null);
		world.answers = Infinity;
		expect(await world.spending.openAnswers()).to.equal(world.ledger.answers);
		expect((await world.balances()).violations).to.deep.equal([]);
	});

	it('settles a call of the real ledger that was under way when it went away', async () => {
		const world = await new World().open({ granted: 100, allowance: 10 });
		const outcome = await world.spending.reserve(input('a', 8));
		const holdSeq = outcome.kind === 'reserved' ? outcome.hold.seq : 0;
		world.answers = 0;
		const settle = { holdSeq, actualMicro: credits(7), measure: 'reported', usage: null, result: null } as const;
		await world.spending.settle(settle);
		await world.spending.settle(settle);
		world.clock.advance(3_600_000);
		world.answers = Infinity;
		world.spending = world.newProcess();
		await world.call('next', { hold: 1, cost: 1 });
		expect(await world.balances()).to.deep.equal({ available: '92', allowance: '10', violations: [] });
		const [hold] = await world.store.holds('a', { state: 'settled', afterSeq: 0, limit: 1 });
		expect(hold).to.deep.include({ seq: holdSeq, isLate: true });
	});

	it('reports a call as unconfirmed whose process died before it was told the cost', async () => {
		const world = await new World().open({ granted: 100, allowance: 10 });
		world.answers = 0;
		await world.spending.reserve(input('a', 8));
		world.clock.advance(3_600_000);
		await world.outageStore.commit('a', []);
		world.answers = Infinity;
		world.spending = world.newProcess();
		await world.call('next', { hold: 1, cost: 1 });
		const [unconfirmed] = await world.store.holds('a', { state: 'expired', afterSeq: 0, limit: 1 });
		expect(formatCredits(unconfirmed?.amountMicro ?? 0n)).to.equal('8');
		// What it was expected to cost is charged.
		expect(await world.balances()).to.deep.equal({ available: '91', allowance: '10', violations: [] });
	});

	it('takes a changed allowance, and keeps what was spent of the old one', async () => {
		const world = await new World().open({ granted: 100, allowance: 10 });
		world.answers = 0;
		await world.call('a', { hold: 5, cost: 5 });
		await setAllowance(world.outage, credits(3));
		await setAllowance(world.outage, credits(3));
		expect((await world.balances()).allowance).to.equal('3');
		await setAllowance(world.outage, credits(10));
		expect((await world.balances()).allowance).to.equal('10');
	});

	it('goes on at a newer schema, and keeps what it knows of calls in flight for the host that comes after it', async () => {
		const world = await new World().open({ granted: 100, allowance: 10 });
		const under = await world.spending.reserve(input('under way', 8));
		const holdSeq = under.kind === 'reserved' ? under.hold.seq : 0;
		world.fault = 'ledger_newer';
		world.answers = 0;
		await world.spending.settle({ holdSeq, actualMicro: credits(7), measure: 'reported', usage: null, result: null });
		expect(await world.call('meanwhile', { hold: 3, cost: 2 })).to.be.lessThan(0);
		world.answers = Infinity;
		expect(await reconcile(world.outage, world.ledger)).to.deep.equal({
			calls: 2,
			unconfirmed: 0,
			chargedMicro: credits(9),
			frozen: 0,
		});
		expect(await world.balances()).to.deep.equal({ available: '91', allowance: '10', violations: [] });
	});

	it('notes what a call cost whatever is wrong with the ledger, and charges its own hold', async () => {
		for (const code of ['ledger_corrupt', 'ledger_moved', 'ledger_closed'] as const) {
			const world = await new World().open({ granted: 100, allowance: 10 });
			const under = await world.spending.reserve(input('under way', 8));
			const holdSeq = under.kind === 'reserved' ? under.hold.seq : 0;
			world.fault = code;
			world.answers = 0;
			await world.spending.settle({ holdSeq, actualMicro: credits(7), measure: 'reported', usage: null, result: null });
			world.answers = Infinity;
			await world.newProcess().bringHome();
			expect((await world.balances()).available, code).to.equal('93');
			const [hold] = await world.store.holds('a', { state: 'settled', afterSeq: 0, limit: 1 });
			expect(hold?.seq).to.equal(holdSeq);
		}
	});

	it('charges anew, and nobody else, where a backup took the place of the ledger', async () => {
		const world = await new World().open({ granted: 100, allowance: 10 });
		const under = await world.spending.reserve(input('under way', 8));
		const holdSeq = under.kind === 'reserved' ? under.hold.seq : 0;
		const back = await world.spending.reserve(input('to be given back', 8));
		const restored = await new World().open({ granted: 50, allowance: 1 });
		restored.clock.advance(60_000);
		const other = await restored.spending.reserve(input('of another', 5));
		expect(other.kind === 'reserved' && other.hold.seq).to.equal(holdSeq);
		world.opened = restored.ledger;
		await world.spending.settle({ holdSeq, actualMicro: credits(7), measure: 'reported', usage: null, result: null });
		expect((await faultOf(world.spending.release(back.kind === 'reserved' ? back.hold.seq : 0))).code).to.equal('ledger_unavailable');
		await world.spending.bringHome();
		await world.newProcess().bringHome();
		const holds = await restored.store.holds('a', { state: null, afterSeq: 0, limit: 10 });
		expect(holds.map(({ state, actualMicro, labels }) => [state, actualMicro, labels.campaign])).to.deep.equal([
			['open', null, 'spring'],
			['settled', credits(7), 'spring'],
		]);
	});

	it('spends nothing from the allowance for an account that it knows as frozen, and charges an outage when it is thawed', async () => {
		const world = await new World().open({ granted: 100, allowance: 10 });
		world.answers = 0;
		await world.call('meanwhile', { hold: 3, cost: 2 });
		world.answers = Infinity;
		await world.ledger.setFrozen({ reason: 'a loop', key: 'f' });
		await world.spending.readProfile();
		expect(await world.spending.reserve(input('b', 1))).to.deep.include({ kind: 'refused', reason: 'account_frozen' });
		world.answers = 0;
		expect((await faultOf(world.spending.reserve(input('c', 1)))).code).to.equal('ledger_unavailable');
		world.answers = Infinity;
		await world.ledger.setFrozen({ reason: null, key: 't' });
		await world.spending.bringHome();
		expect((await world.balances()).available).to.equal('98');
	});

	it('does not take faults of another kind for an outage', async () => {
		const world = await new World().open({ granted: 100, allowance: 10 });
		for (const code of ['ledger_corrupt', 'ledger_moved'] as const) {
			const other = new OutageAccount({
				accountId: 'a',
				hasOutage: () => false,
				openLedger: () => Promise.reject(new CreditError(code, 'It contradicts itself, or went elsewhere.')),
				openOutage: () => Promise.resolve(world.outage),
			});
			expect((await faultOf(other.reserve(input('a', 1)))).code).to.equal(code);
		}
		expect((await world.balances()).allowance).to.equal('10');
	});

	it('comes out exact, wherever the ledger goes away and comes back, in the middle of bringing home too', async () => {
		const step = fc.record({ answers: fc.oneof(fc.constant(Infinity), fc.nat(9)), cost: fc.nat(4), restarts: fc.boolean() });
		await propertyHolds(
			'outages',
			150,
			fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
				const world = await new World().open({ granted: 1000, allowance: 1000 });
				let spent = 0;
				for (const [index, { answers, cost, restarts }] of steps.entries()) {
					world.answers = answers;
					if (restarts) world.spending = world.newProcess();
					await world.call(`k${String(index)}`, { hold: 4, cost });
					spent += cost;
				}
				world.answers = Infinity;
				world.spending = world.newProcess();
				await world.call('last', { hold: 0, cost: 0 });
				const { available, violations } = await world.balances();
				expect([available, violations]).to.deep.equal([String(1000 - spent), []]);
			}),
		);
	});
});
