/**
 * What every ledger store must do with persons (ledger rule 48): the journal holds pseudonyms, names lie beside it, and forgetting removes
 * the name with what is kept of answers, and nothing else.
 */
import { expect } from 'chai';
import type { Command, Outcome } from '../../lib/core/nouns/commands';
import { shownPerson } from '../../lib/core/nouns/person';
import type { Hold } from '../../lib/core/nouns/records';
import { sha256 } from '../../lib/core/values/idempotency';
import { verifyLedger } from '../../lib/engine/moving/verify-ledger';
import type { KeptAnswer } from '../../lib/ledger/answer-store';
import type { LedgerStore } from '../../lib/ledger/store';
import {
	asAdmin,
	credits,
	expectKind,
	grant,
	openAccount,
	reserve,
	setBudget,
	setFloor,
	settle,
	showValue,
} from '../support/ledger/ledger-commands';
import { ManualClock } from '../support/machine/manual-clock';
import type { StoreFactory } from './store-contract';

const ACCOUNT = 'acme';
const HOUR_MS = 3_600_000;
const ADA = 'ada.lovelace@example.com';
const BOB = 'bob@example.com';
let salts = 0;

const forget = (person: string): Command => {
	salts += 1;
	return { kind: 'forget_person', person, salt: sha256(String(salts)).slice(0, 32) };
};

class Fixture {
	readonly clock = new ManualClock();
	readonly store: LedgerStore;

	private constructor(store: LedgerStore, clock: ManualClock) {
		this.store = store;
		this.clock = clock;
	}

	static async open(factory: StoreFactory): Promise<Fixture> {
		const clock = new ManualClock();
		const fixture = new Fixture(await factory(clock.read), clock);
		await fixture.all(openAccount(), grant('g', 1000));
		return fixture;
	}

	async all(...commands: Command[]): Promise<readonly Outcome[]> {
		return this.store.commit(ACCOUNT, commands);
	}

	async one(command: Command): Promise<Outcome | undefined> {
		return (await this.all(command))[0];
	}

	async reserved(key: string, person: string | null, whole = 2): Promise<Hold> {
		return expectKind(await this.one(reserve(key, whole, { person })), 'reserved').hold;
	}

	/** A settled call whose result is kept. */
	async called(key: string, person: string | null): Promise<Hold> {
		const hold = await this.reserved(key, person);
		const result = { text: `Dear ${person ?? 'all'}`, keptUntilMs: this.clock.nowMs + HOUR_MS };
		return expectKind(await this.one(settle(hold.seq, 1, { result })), 'closed').hold;
	}

	async forgotten(person: string) {
		return expectKind(await this.one(forget(person)), 'forgotten');
	}

	async keepAnswer(name: string, person: string | null): Promise<void> {
		const storedAtMs = this.clock.nowMs;
		const when = { storedAtMs, keptUntilMs: storedAtMs + HOUR_MS };
		const answer: KeptAnswer = { key: sha256(name), campaign: '', node: '', text: name, costMicro: credits(1), person, ...when };
		await this.store.answers.write(ACCOUNT, { kept: [answer], used: [], saved: [] });
	}

	/** The texts that are kept of these answers and holds. */
	async answers(...names: string[]): Promise<(string | null)[]> {
		const found = await Promise.all(names.map((name) => this.store.answers.find(ACCOUNT, sha256(name), this.clock.nowMs)));
		return found.map((answer) => answer?.text ?? null);
	}

	async results(...holds: Hold[]): Promise<(string | null)[]> {
		return Promise.all(holds.map(({ seq }) => this.store.keptResult(ACCOUNT, seq)));
	}

	async shown(hold: Hold): Promise<string> {
		return shownPerson(hold.person ?? '', await this.store.names.find(ACCOUNT, [hold.person ?? '']));
	}

	/** Everything that is shown or proved, as text, without names and answers. */
	async journal(): Promise<string> {
		const entries = await this.store.entries(ACCOUNT, { afterSeq: 0, limit: 1000 });
		const holds = await this.store.holds(ACCOUNT, { afterSeq: 0, limit: 1000, state: null });
		return showValue([entries, holds, await this.store.counters(ACCOUNT), await this.store.materialised(ACCOUNT).then(plain)]);
	}

	async counters(): Promise<Record<string, string>> {
		const counters = await this.store.counters(ACCOUNT);
		const persons = await this.store.names.find(
			ACCOUNT,
			counters.map(({ value }) => value),
		);
		return Object.fromEntries(
			counters.map(({ value, heldMicro, settledMicro }) => [
				shownPerson(value, persons).replace(/-.*$/, ''),
				`${String(heldMicro / credits(1))}+${String(settledMicro / credits(1))}`,
			]),
		);
	}
}

/** Maps have no text of their own. */
function plain(told: Awaited<ReturnType<LedgerStore['materialised']>>): unknown {
	return told && { ...told, texts: [...told.texts] };
}

/** Runs the suite for one kind of store. */
export function describePeople(name: string, factory: StoreFactory): void {
	describe(`${name} as a keeper of names`, () => {
		let fixture: Fixture;
		beforeEach(async () => {
			fixture = await Fixture.open(factory);
		});
		afterEach(async () => {
			const { violations } = await verifyLedger(fixture.store);
			await fixture.store.close();
			expect(violations).to.deep.equal([]);
		});
		describe('pseudonyms', () => {
			pseudonyms(() => fixture);
		});
		describe('forgetting', () => {
			forgetting(() => fixture);
		});
		describe('who comes back', () => {
			comingBack(() => fixture);
		});
		describe('while calls are under way', () => {
			underWay(() => fixture);
		});
	});
}

function pseudonyms(given: () => Fixture): void {
	it('stand in the journal and in counters in place of names', async () => {
		const { store } = given();
		await given().all(
			setBudget('b', { name: 'each', scope: 'person', period: 'total', limit: 100 }),
			setBudget('c', { name: 'hers', scope: 'person', value: ADA, period: 'total', limit: 50 }),
			setFloor('f', { name: 'kept', label: 'person', exempt: [ADA, BOB], floor: 1 }),
		);
		const [ada, bob, more] = [await given().called('a', ADA), await given().called('b', BOB), await given().reserved('c', ADA)];
		expectKind(await given().one(reserve('d', 100, { person: BOB })), 'refused');
		const journal = await given().journal();
		for (const part of ['ada', 'bob', 'lovelace', 'example.com']) expect(journal.toLowerCase()).not.to.contain(part);
		expect([ada.person === more.person, ada.person === bob.person, /^~[\w-]{16}$/.test(ada.person ?? '')]).to.deep.equal([
			true,
			false,
			true,
		]);
		expect(await Promise.all([ada, bob, more].map((hold) => given().shown(hold)))).to.deep.equal([ADA, BOB, ADA]);
		expect(await store.names.find(ACCOUNT, [ADA])).to.deep.equal([{ pseudonym: ada.person, name: ADA, isInPlain: false }]);
		expect(await store.names.find('nobody', [ADA])).to.deep.equal([]);
	});

	it('differ from account to account', async () => {
		await given().store.commit('bee', [openAccount(), grant('g', 10)]);
		const [elsewhere] = await given().store.commit('bee', [reserve('a', 1, { person: ADA })]);
		const here = await given().reserved('a', ADA);
		// Stores of tests give all accounts one key; the pseudonym is of the account all the same, and only found there.
		expect(expectKind(elsewhere, 'reserved').hold.person).to.match(/^~/);
		await given().forgotten(ADA);
		expect(await given().shown(here)).to.match(/^forgotten-/);
		expect(await given().store.names.find('bee', [ADA])).to.have.length(1);
	});

	it('are given to names of every kind, and none to a call for nobody', async () => {
		const odd = ['', ' ', "O'Neill", '漢字 ☕', '\u0000', 'half \ud800', 'other half \ud801', '~AAAAAAAAAAAAAAAA', 'x'.repeat(500)];
		const holds: Hold[] = [];
		for (const [index, name] of odd.entries()) holds.push(await given().reserved(`k${String(index)}`, name));
		const nobody = await given().reserved('nobody', null);
		expect([nobody.person, holds[0]?.person]).to.deep.equal([null, '']);
		const named = holds.slice(1);
		expect(new Set(named.map(({ person }) => person)).size).to.equal(odd.length - 1);
		expect(await Promise.all(named.map((hold) => given().shown(hold)))).to.deep.equal(odd.slice(1).map((name) => name.toWellFormed()));
		for (const name of odd.slice(1)) expect((await given().forgotten(name)).person).to.match(/^~/);
	});

	it('limit a budget and a floor as names did', async () => {
		await given().all(
			setBudget('b', { name: 'hers', scope: 'person', value: ADA, period: 'total', limit: 5 }),
			setFloor('f', { name: 'kept', label: 'person', exempt: [BOB], floor: 990 }),
		);
		expect(expectKind(await given().one(reserve('a', 6, { person: ADA })), 'refused').limit).to.equal('hers');
		expectKind(await given().one(reserve('b', 4, { person: ADA })), 'reserved');
		expect(expectKind(await given().one(reserve('c', 50, { person: 'cem' })), 'refused').limit).to.equal('kept');
		expectKind(await given().one(reserve('d', 50, { person: BOB })), 'reserved');
		const again = setBudget('b2', { name: 'hers', scope: 'person', value: ADA, period: 'total', limit: 9 });
		expectKind(await given().one(again), 'account');
		expect(await given().counters()).to.deep.equal({ [ADA]: '4+0' });
		expect(expectKind(await given().one(again), 'account').isReplayed).to.equal(true);
	});

	it('are not made for whoever only waited', async () => {
		await given().reserved('all', null, 1000);
		expectKind(await given().one(reserve('w', 5, { person: ADA, mayWait: true })), 'wait');
		await given().reserved('zero', BOB, 0);
		expect((await given().store.names.find(ACCOUNT, [ADA, BOB]))?.map((person) => person.name)).to.deep.equal([BOB]);
	});
}

function forgetting(given: () => Fixture): void {
	it('removes the name and what is kept of answers, and nothing of anybody else', async () => {
		await given().one(setBudget('b', { name: 'each', scope: 'person', period: 'total', limit: 100 }));
		const [ada, again, bob] = [await given().called('a', ADA), await given().called('b', ADA), await given().called('c', BOB)];
		const nobody = await given().called('d', null);
		for (const [key, person] of [
			['one', ADA],
			['two', BOB],
			['three', null],
		] as const)
			await given().keepAnswer(key, person);
		const before = await given().journal();
		const balance = (await given().store.snapshot(ACCOUNT)).grants;

		const { person, limits, ...removed } = await given().forgotten(ADA);
		expect([person, limits, removed]).to.deep.equal([ada.person, [], { kind: 'forgotten', results: 2, answers: 1, plainEntries: 0 }]);
		expect(await given().results(ada, again, bob, nobody)).to.deep.equal([null, null, `Dear ${BOB}`, 'Dear all']);
		expect(await given().answers('one', 'two', 'three')).to.deep.equal([null, 'two', 'three']);
		expect(await given().store.names.find(ACCOUNT, [ADA, ada.person ?? ''])).to.deep.equal([]);
		expect(await given().shown(ada)).to.equal(`forgotten-${(ada.person ?? '').slice(1, 9)}`);
		expect(await given().shown(bob)).to.equal(BOB);
		expect((await given().store.snapshot(ACCOUNT)).grants).to.deep.equal(balance);
		expect(await given().counters()).to.deep.equal({ forgotten: '0+2', [BOB]: '0+1' });
		// Of the journal only the newest entry is new, and the account that it moved.
		const newest = (await given().store.entries(ACCOUNT, { afterSeq: 0, limit: 1000 })).at(-1);
		expect(newest?.body).to.deep.equal({ kind: 'person_forgotten', person: ada.person });
		expect(before.slice(0, before.indexOf(']'))).to.equal((await given().journal()).slice(0, before.indexOf(']')));
	});

	it('says when there is nobody of that name, and writes nothing then', async () => {
		await given().called('a', ADA);
		await given().forgotten(ADA);
		const before = await given().journal();
		for (const name of [ADA, BOB, '']) {
			const { person, results, answers } = await given().forgotten(name);
			expect([person, results, answers]).to.deep.equal([null, 0, 0]);
		}
		expect(await given().journal()).to.equal(before);
	});

	it('names the limits that were for the person', async () => {
		await given().all(
			setBudget('b', { name: 'hers', scope: 'person', value: ADA, period: 'total', limit: 5 }),
			setBudget('c', { name: 'each', scope: 'person', period: 'total', limit: 5 }),
			setBudget('d', { name: 'his', scope: 'person', value: BOB, period: 'total', limit: 5 }),
			setFloor('f', { name: 'low', label: 'person', exempt: [BOB, ADA], floor: 1 }),
		);
		expect((await given().forgotten(ADA)).limits).to.deep.equal(['hers', 'low']);
	});

	it('needs the admin key where there is one, and names who did it', async () => {
		await given().called('a', ADA);
		const adminKey = { salt: '00', hash: sha256('proof') };
		expectKind(await given().one({ kind: 'set_admin_key', key: 'k', adminKey }), 'account');
		expect(expectKind(await given().one(forget(ADA)), 'fault').error.code).to.equal('not_authorised');
		expect(expectKind(await given().one(asAdmin(forget(ADA), { proof: 'wrong' })), 'fault').error.code).to.equal('not_authorised');
		expect((await given().store.names.find(ACCOUNT, [ADA]))?.length).to.equal(1);
		expectKind(await given().one(asAdmin(forget(ADA), { proof: 'proof', actor: 'the clerk' })), 'forgotten');
		expect((await given().store.entries(ACCOUNT, { afterSeq: 0, limit: 1000 })).at(-1)?.actor).to.equal('the clerk');
	});
}

function comingBack(given: () => Fixture): void {
	it('gets another pseudonym and fresh budgets, and others go on', async () => {
		await given().one(setBudget('b', { name: 'each', scope: 'person', period: 'total', limit: 3 }));
		const [first, bob] = [await given().called('a', ADA), await given().called('b', BOB)];
		await given().forgotten(ADA);
		const second = await given().reserved('c', ADA, 3);
		expect(second.person).not.to.equal(first.person);
		expect((await given().reserved('d', BOB)).person).to.equal(bob.person);
		expect(expectKind(await given().one(reserve('e', 1, { person: BOB })), 'refused').limit).to.equal('each');
		const { pseudonym } = (await given().store.names.find(ACCOUNT, [ADA]))?.[0] ?? {};
		expect(pseudonym).to.equal(second.person);
		await given().forgotten(ADA);
		expect((await given().reserved('f', ADA, 3)).person).not.to.be.oneOf([first.person, second.person]);
	});

	it('is forgotten and back in one batch as in several', async () => {
		const commands = [
			reserve('a', 1, { person: ADA }),
			reserve('big', 5000, { person: 'cem' }),
			reserve('all', 990),
			reserve('w', 50, { person: 'dua', mayWait: true }),
			forget(ADA),
			reserve('b', 1, { person: ADA }),
			reserve('c', 1, { person: 'dua' }),
			forget(BOB),
			forget(ADA),
			reserve('d', 1, { person: ADA }),
		];
		await given().store.commit('bee', [openAccount(), grant('g', 1000)]);
		expect((await given().all(...commands)).map((outcome) => outcome.kind)).to.include('wait');
		for (const command of commands) await given().store.commit('bee', [command]);
		const persons = async (account: string) =>
			(await given().store.entries(account, { afterSeq: 2, limit: 100 })).map(({ person, bodyText }) => [person, bodyText]);
		expect(await persons(ACCOUNT)).to.deep.equal(await persons('bee'));
		const names = await given().store.names.find(ACCOUNT, [ADA, BOB, 'cem', 'dua']);
		expect(names?.map((person) => person.name).sort()).to.deep.equal([ADA, 'cem', 'dua']);
	});

	it('has a new request under the key of a limit that was for the person', async () => {
		const budget = setBudget('b', { name: 'hers', scope: 'person', value: ADA, period: 'total', limit: 5 });
		await given().one(budget);
		await given().forgotten(ADA);
		expect(expectKind(await given().one(budget), 'fault').error.code).to.equal('idempotency_conflict');
	});
}

function underWay(given: () => Fixture): void {
	it('keeps no result of whoever was forgotten meanwhile, and charges the call', async () => {
		const [ada, bob] = [await given().reserved('a', ADA), await given().reserved('b', BOB)];
		await given().forgotten(ADA);
		const result = { text: 'Dear all', keptUntilMs: given().clock.nowMs + HOUR_MS };
		const [closed] = await given().all(settle(ada.seq, 1, { result }), settle(bob.seq, 1, { result }));
		expect(expectKind(closed, 'closed').hold.actualMicro).to.equal(credits(1));
		expect(await given().results(ada, bob)).to.deep.equal([null, 'Dear all']);
	});

	it('keeps no answer of whoever was forgotten meanwhile, or was never known', async () => {
		await given().called('a', ADA);
		await given().called('b', BOB);
		await given().forgotten(ADA);
		await given().keepAnswer('one', ADA);
		await given().keepAnswer('two', BOB);
		await given().keepAnswer('three', 'never seen');
		expect(await given().answers('one', 'two', 'three')).to.deep.equal([null, 'two', null]);
	});
}
