/**
 * Owns what every ledger store must do with what lies beside the journal: answers kept for identical requests, counts of
 * checks, and the texts of an account. Refuses to know how a store keeps its rows.
 */
import { expect } from 'chai';
import type { Command, Outcome } from '../../lib/core/nouns/commands';
import { sha256 } from '../../lib/core/values/idempotency';
import { verifyLedger } from '../../lib/engine/moving/verify-ledger';
import type { AnswerSaving, AnswerUse, CachedAnswer } from '../../lib/ledger/answer-store';
import type { CheckCount } from '../../lib/ledger/check-store';
import type { LearnedFact } from '../../lib/ledger/learned-store';
import type { LedgerStore } from '../../lib/ledger/store';
import { faultOf } from '../support/machine/error-code';
import { credits, expectKind, grant, openAccount, reserve } from '../support/ledger/ledger-commands';
import { ManualClock } from '../support/machine/manual-clock';
import type { StoreFactory } from './store-contract';

const ACCOUNT = 'acme';
const HOUR_MS = 3_600_000;
const MANY = { maxAnswers: 1000, maxBytes: 1_000_000 };

class Fixture {
	readonly clock = new ManualClock();
	store!: LedgerStore;

	async open(factory: StoreFactory): Promise<void> {
		this.store = await factory(this.clock.read);
		await this.one(openAccount());
	}

	async one(command: Command, accountId = ACCOUNT): Promise<Outcome> {
		const [outcome] = await this.store.commit(accountId, [command]);
		if (!outcome) throw new Error('The store gave no outcome.');
		return outcome;
	}

	answer(name: string, more: Partial<CachedAnswer> = {}): CachedAnswer {
		const storedAtMs = this.clock.nowMs;
		const keptUntilMs = storedAtMs + HOUR_MS;
		return { key: sha256(name), campaign: 'spring', node: 'Write', text: name, storedAtMs, keptUntilMs, costMicro: credits(2), ...more };
	}

	use(name: string, atMs = this.clock.nowMs): AnswerUse {
		return { key: sha256(name), atMs };
	}

	saving(more: Partial<AnswerSaving> = {}): AnswerSaving {
		return { day: '2026-04-08', campaign: 'spring', calls: 1, savedMicro: credits(2), ...more };
	}

	async keep(...answers: CachedAnswer[]): Promise<void> {
		await this.store.answers.write(ACCOUNT, { kept: answers, used: [], saved: [] });
	}

	/** Which of these are there now. */
	async present(...names: string[]): Promise<string> {
		const found = await Promise.all(names.map((name) => this.store.answers.find(ACCOUNT, sha256(name), this.clock.nowMs)));
		return found.map((answer) => answer?.text ?? '-').join('');
	}
}

/** Runs the suite for one kind of store. */
export function describeBeside(name: string, factory: StoreFactory): void {
	describe(`${name} as a keeper of answers and texts`, () => {
		let fixture: Fixture;
		beforeEach(async () => {
			fixture = new Fixture();
			await fixture.open(factory);
		});
		afterEach(async () => {
			const { violations } = await verifyLedger(fixture.store);
			await fixture.store.close();
			expect(violations).to.deep.equal([]);
		});
		keeping(() => fixture);
		describe('trimming', () => {
			trimming(() => fixture);
		});
		removing(() => fixture);
		checking(() => fixture);
		learning(() => fixture);
		texts(() => fixture);
		closing(factory);
	});
}

function learning(given: () => Fixture): void {
	const END_MS = 10 * HOUR_MS;
	const fact = (name: string, more: Partial<LearnedFact> = {}): LearnedFact => ({
		endpoint: 'https://api.example/v1',
		model: 'm',
		name,
		value: 'left out',
		untilMs: given().clock.nowMs + END_MS,
		...more,
	});
	const known = async (endpoint = 'https://api.example/v1', accountId = ACCOUNT): Promise<readonly string[]> =>
		(await given().store.learned.find(accountId, endpoint, given().clock.nowMs))
			.map(({ model, name, value }) => `${model} ${name} ${value}`)
			.sort();

	it('keeps what was learned of a model until its end, the newest of each', async () => {
		const { store, clock } = given();
		await store.learned.keep(ACCOUNT, [fact('temperature'), fact('role', { value: "O'Neill ☕" })]);
		await store.learned.keep(ACCOUNT, [fact('temperature', { value: 'never' }), fact('', { model: '', untilMs: clock.nowMs + 1 })]);
		await store.learned.keep(ACCOUNT, []);
		expect(await known()).to.deep.equal(['  left out', "m role O'Neill ☕", 'm temperature never']);
		clock.advance(1);
		expect(await known()).to.deep.equal(["m role O'Neill ☕", 'm temperature never']);
		expect([await store.learned.purge(clock.nowMs), await store.learned.purge(clock.nowMs)]).to.deep.equal([1, 0]);
		clock.advance(END_MS);
		expect([await known(), await store.learned.purge(clock.nowMs)]).to.deep.equal([[], 2]);
	});

	it('keeps what was learned for each account and endpoint by itself, and nothing for an account that is not there', async () => {
		const { store } = given();
		await given().one(openAccount(), 'bee');
		await Promise.all([
			store.learned.keep(ACCOUNT, [fact('a'), fact('b', { endpoint: 'http://other' })]),
			store.learned.keep('bee', [fact('c')]),
			store.learned.keep('nobody', [fact('d')]),
		]);
		expect([await known(), await known('http://other'), await known('http://none')]).to.deep.equal([
			['m a left out'],
			['m b left out'],
			[],
		]);
		expect([await known(undefined, 'bee'), await known(undefined, 'nobody')]).to.deep.equal([['m c left out'], []]);
	});
}

function checking(given: () => Fixture): void {
	const count = (more: Partial<CheckCount> = {}): CheckCount => ({
		day: '2026-04-08',
		campaign: 'spring',
		segment: '',
		gate: 'length',
		outcome: 'fallback',
		items: 1,
		...more,
	});
	const ALL = { fromDay: null, untilDay: null };
	const sorted = (counts: readonly CheckCount[]): CheckCount[] =>
		[...counts].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

	it('adds up what checks came to by day, labels, gate and outcome, within the days asked for', async () => {
		const { checks } = given().store;
		await checks.add(ACCOUNT, [count(), count({ campaign: 'Frühling', segment: "O'Neill", items: 3 }), count({ outcome: 'repaired' })]);
		await checks.add(ACCOUNT, [count({ items: 4 }), count({ day: '2026-04-09', gate: 'facts' })]);
		await checks.add(ACCOUNT, []);
		expect(sorted(await checks.counts(ACCOUNT, ALL))).to.deep.equal(
			sorted([
				count({ items: 5 }),
				count({ campaign: 'Frühling', segment: "O'Neill", items: 3 }),
				count({ outcome: 'repaired' }),
				count({ day: '2026-04-09', gate: 'facts' }),
			]),
		);
		expect(await checks.counts(ACCOUNT, { fromDay: '2026-04-09', untilDay: null })).to.deep.equal([
			count({ day: '2026-04-09', gate: 'facts' }),
		]);
		expect(await checks.counts(ACCOUNT, { fromDay: null, untilDay: '2026-04-07' })).to.deep.equal([]);
	});

	it('keeps what checks came to for each account by itself, and nothing for one that is not there', async () => {
		const { checks } = given().store;
		await given().one(openAccount(), 'bee');
		await Promise.all([checks.add(ACCOUNT, [count()]), checks.add('bee', [count({ items: 7 })]), checks.add('nobody', [count()])]);
		expect(await checks.counts('bee', ALL)).to.deep.equal([count({ items: 7 })]);
		expect(await checks.counts('nobody', ALL)).to.deep.equal([]);
	});

	it('counts exactly when many write at once', async () => {
		const { checks } = given().store;
		const days = ['2026-04-08', '2026-04-09', '2026-04-10'];
		const writes = Array.from({ length: 20 }, (_, index) =>
			checks.add(
				ACCOUNT,
				(index % 2 === 0 ? days : [...days].reverse()).map((day) => count({ day })),
			),
		);
		await Promise.all(writes);
		expect((await checks.counts(ACCOUNT, ALL)).map(({ items }) => items)).to.deep.equal([20, 20, 20]);
	});
}

function keeping(given: () => Fixture): void {
	it('gives an answer back as it was kept, until its time, and only by its key', async () => {
		const { store, clock } = given();
		const answer = given().answer('a', { text: 'Dear Ada ☕\0\uE000', campaign: 'Frühling', node: "O'Neill" });
		await given().keep(answer);
		expect(await store.answers.find(ACCOUNT, answer.key, clock.nowMs)).to.deep.equal(answer);
		expect(await store.answers.find(ACCOUNT, sha256('other'), clock.nowMs)).to.equal(null);
		expect(await store.answers.find(ACCOUNT, answer.key, answer.keptUntilMs - 1)).to.deep.equal(answer);
		expect(await store.answers.find(ACCOUNT, answer.key, answer.keptUntilMs)).to.equal(null);
	});

	it('keeps accounts apart, and nothing for an account that is not there', async () => {
		const { store, clock } = given();
		await given().one(openAccount(), 'bee');
		await given().keep(given().answer('a'));
		expect(await store.answers.find('bee', sha256('a'), clock.nowMs)).to.equal(null);
		await store.answers.write('nobody', { kept: [given().answer('a')], used: [given().use('a')], saved: [given().saving()] });
		expect(await store.answers.find('nobody', sha256('a'), clock.nowMs)).to.equal(null);
		expect(await store.answers.summary('nobody')).to.deep.equal({ groups: [], savings: [] });
		expect([await store.answers.trim('nobody', MANY), await store.answers.clear('nobody', {})]).to.deep.equal([0, 0]);
		await store.answers.clear('bee', {});
		expect(await given().present('a')).to.equal('a');
	});

	it('replaces the answer of a key', async () => {
		await given().keep(given().answer('a'));
		given().clock.advance(HOUR_MS);
		expect(await given().present('a')).to.equal('-');
		await given().keep(given().answer('a', { text: 'A' }));
		expect(await given().present('a')).to.equal('A');
		expect((await given().store.answers.summary(ACCOUNT)).groups.map(({ answers }) => answers)).to.deep.equal([1]);
	});

	it('adds up what is kept by campaign and node in bytes, and what was saved by day and campaign', async () => {
		const { store, clock } = given();
		const firstMs = clock.nowMs;
		await given().keep(given().answer('a', { text: 'ü' }), given().answer('b'), given().answer('c', { campaign: '', node: 'Reply' }));
		clock.advance(5);
		await store.answers.write(ACCOUNT, {
			kept: [given().answer('d', { text: '漢字' })],
			used: [given().use('a'), given().use('gone')],
			saved: [given().saving({ calls: 2, savedMicro: credits(4) }), given().saving({ campaign: '', savedMicro: 0n })],
		});
		await store.answers.write(ACCOUNT, {
			kept: [],
			used: [],
			saved: [given().saving({ savedMicro: 1n }), given().saving({ day: '2026-04-09' })],
		});
		const { groups, savings } = await store.answers.summary(ACCOUNT);
		const byText = <T>(rows: readonly T[]): T[] => [...rows].sort((a, b) => (JSON.stringify(a, plain) < JSON.stringify(b, plain) ? -1 : 1));
		expect(byText(groups)).to.deep.equal([
			{ campaign: '', node: 'Reply', answers: 1, bytes: 1, oldestAtMs: firstMs, newestAtMs: firstMs },
			{ campaign: 'spring', node: 'Write', answers: 3, bytes: 9, oldestAtMs: firstMs, newestAtMs: firstMs + 5 },
		]);
		expect(byText(savings)).to.deep.equal([
			{ day: '2026-04-08', campaign: '', calls: 1, savedMicro: 0n },
			{ day: '2026-04-08', campaign: 'spring', calls: 3, savedMicro: credits(4) + 1n },
			{ day: '2026-04-09', campaign: 'spring', calls: 1, savedMicro: credits(2) },
		]);
	});

	it('takes the same answers from many writers at once', async () => {
		const { store } = given();
		const names = Array.from({ length: 20 }, (_, index) => `n${String(index)}`);
		const write = (list: readonly string[]): Promise<void> =>
			store.answers.write(ACCOUNT, {
				kept: list.map((name) => given().answer(name)),
				used: list.map((name) => given().use(name)),
				saved: [given().saving({ calls: list.length })],
			});
		await Promise.all([write(names), write([...names].reverse()), store.answers.trim(ACCOUNT, MANY), write(names)]);
		const { groups, savings } = await store.answers.summary(ACCOUNT);
		expect([groups.map(({ answers }) => answers), savings.map(({ calls }) => calls)]).to.deep.equal([[20], [60]]);
	});
}

function trimming(given: () => Fixture): void {
	/** a … e, a second apart; then a is used, so that b is the least recently used. */
	beforeEach(async () => {
		for (const name of ['a', 'b', 'c', 'd', 'e']) {
			await given().keep(given().answer(name));
			given().clock.advance(1000);
		}
		await given().store.answers.write(ACCOUNT, { kept: [], used: [given().use('a')], saved: [] });
	});

	it('removes the least recently used beyond a number', async () => {
		expect(await given().store.answers.trim(ACCOUNT, { ...MANY, maxAnswers: 3 })).to.equal(2);
		expect(await given().present('a', 'b', 'c', 'd', 'e')).to.equal('a--de');
		expect(await given().store.answers.trim(ACCOUNT, { ...MANY, maxAnswers: 3 })).to.equal(0);
	});

	it('removes the least recently used beyond a number of bytes, also when one alone is too large', async () => {
		await given().keep(given().answer('large', { text: 'L'.repeat(10) }));
		expect(await given().store.answers.trim(ACCOUNT, { ...MANY, maxBytes: 12 })).to.equal(3);
		expect(await given().present('a', 'b', 'c', 'd', 'e')).to.equal('a---e');
		expect(await given().store.answers.trim(ACCOUNT, { ...MANY, maxBytes: 9 })).to.equal(3);
		expect(await given().store.answers.trim(ACCOUNT, { ...MANY, maxAnswers: 0 })).to.equal(0);
	});

	it('does not take a use in the past for a newer one', async () => {
		await given().store.answers.write(ACCOUNT, { kept: [], used: [given().use('a', 0)], saved: [] });
		await given().store.answers.trim(ACCOUNT, { ...MANY, maxAnswers: 1 });
		expect(await given().present('a', 'e')).to.equal('a-');
	});
}

function removing(given: () => Fixture): void {
	it('clears by campaign, by node, by both, and all', async () => {
		const { store } = given();
		await given().keep(
			given().answer('a', { campaign: 'x', node: 'm' }),
			given().answer('b', { campaign: 'x', node: 'n' }),
			given().answer('c', { campaign: '', node: 'n' }),
			given().answer('d', { campaign: 'y', node: 'm' }),
		);
		expect(await store.answers.clear(ACCOUNT, { campaign: 'x', node: 'n' })).to.equal(1);
		expect(await store.answers.clear(ACCOUNT, { campaign: '' })).to.equal(1);
		expect(await given().present('a', 'b', 'c', 'd')).to.equal('a--d');
		expect(await store.answers.clear(ACCOUNT, { node: 'm' })).to.equal(2);
		await given().keep(given().answer('e'));
		expect(await store.answers.clear(ACCOUNT, {})).to.equal(1);
		expect(await given().present('a', 'd', 'e')).to.equal('---');
	});

	it('rule 46: tells the time of the ledger', () => {
		given().clock.advance(HOUR_MS);
		expect(given().store.clockNow?.()).to.equal(given().clock.nowMs);
	});

	it('purges what is over in every account, and touches no journal', async () => {
		const { store, clock } = given();
		await given().one(openAccount(), 'bee');
		const before = (await store.snapshot(ACCOUNT)).account;
		await given().keep(given().answer('a'), given().answer('b', { keptUntilMs: clock.nowMs + 2 * HOUR_MS }));
		await store.answers.write('bee', { kept: [given().answer('a')], used: [], saved: [] });
		const purge = async (): Promise<number> => store.answers.purge(clock.nowMs);
		clock.advance(HOUR_MS - 1);
		const early = await purge();
		clock.advance(1);
		expect([early, await purge(), await purge()]).to.deep.equal([0, 2, 0]);
		expect(await given().present('a', 'b')).to.equal('-b');
		expect((await store.snapshot(ACCOUNT)).account).to.deep.equal(before);
	});
}

function closing(factory: StoreFactory): void {
	it('rejects everything after the ledger was closed', async () => {
		const fixture = new Fixture();
		await fixture.open(factory);
		const { store } = fixture;
		await store.close();
		const calls: readonly (() => Promise<unknown>)[] = [
			() => store.answers.find(ACCOUNT, sha256('a'), 0),
			() => store.answers.write(ACCOUNT, { kept: [fixture.answer('a')], used: [], saved: [] }),
			() => store.answers.trim(ACCOUNT, MANY),
			() => store.answers.summary(ACCOUNT),
			() => store.answers.clear(ACCOUNT, {}),
			() => store.answers.purge(0),
			() => store.profile(ACCOUNT),
		];
		for (const call of calls) expect((await faultOf(call())).code).to.equal('ledger_closed');
	});
}

function texts(given: () => Fixture): void {
	const setText = (key: string, name: string, text: string): Command => ({ kind: 'set_text', key, name, text });

	it('keeps texts beside the journal, and their hashes in it', async () => {
		const { store } = given();
		await given().one(setText('1', 'compliance', 'Promise no cures ☕\0'));
		await given().one(setText('2', 'brand_voice', 'Warm'));
		await given().one(setText('3', 'brand_voice', 'Warm, brief'));
		const profile = await store.profile(ACCOUNT);
		expect([...(profile?.texts ?? [])].sort()).to.deep.equal([
			['brand_voice', 'Warm, brief'],
			['compliance', 'Promise no cures ☕\0'],
		]);
		expect(profile?.account.settings.texts).to.deep.equal([
			{ name: 'compliance', hash: sha256('Promise no cures ☕\0'), characters: 19 },
			{ name: 'brand_voice', hash: sha256('Warm, brief'), characters: 11 },
		]);
		const journal = JSON.stringify(await store.entries(ACCOUNT, { afterSeq: 0, limit: 100 }), plain);
		expect(journal).not.to.include('Warm').and.not.to.include('cures');
	});

	it('removes a text, and forgets what was set and removed in one batch', async () => {
		const { store } = given();
		await store.commit(ACCOUNT, [
			setText('1', 'a', 'first'),
			setText('2', 'b', 'second'),
			{ kind: 'remove_text', key: '3', name: 'a' },
			setText('4', 'c', 'third'),
			setText('5', 'c', 'fourth'),
		]);
		expect([...((await store.profile(ACCOUNT))?.texts ?? [])].sort()).to.deep.equal([
			['b', 'second'],
			['c', 'fourth'],
		]);
		expectKind(await given().one({ kind: 'remove_text', key: '6', name: 'b' }), 'account');
		expect(expectKind(await given().one({ kind: 'remove_text', key: '7', name: 'b' }), 'fault').error.code).to.equal('invalid_argument');
		expect([...((await store.profile(ACCOUNT))?.texts.keys() ?? [])]).to.deep.equal(['c']);
	});

	it('knows languages and the limits of the cache with the account', async () => {
		await given().one({ kind: 'set_languages', key: '1', languages: ['de', 'pt-br'] });
		await given().one({ kind: 'set_cache_limits', key: '2', limits: { maxAnswers: 5, maxBytes: 100 } });
		await given().one(grant('g', 5));
		await given().one(reserve('k', 1));
		const settings = (await given().store.profile(ACCOUNT))?.account.settings;
		expect([settings?.languages, settings?.cacheLimits]).to.deep.equal([['de', 'pt-BR'], { maxAnswers: 5, maxBytes: 100 }]);
		expect(await given().store.profile('nobody')).to.equal(null);
	});

	it('keeps the texts of accounts apart', async () => {
		await given().one(openAccount(), 'bee');
		await given().one(setText('1', 'compliance', 'ours'));
		await given().one(setText('1', 'compliance', 'theirs'), 'bee');
		await given().one({ kind: 'remove_text', key: '2', name: 'compliance' });
		expect([
			(await given().store.profile(ACCOUNT))?.texts.size,
			(await given().store.profile('bee'))?.texts.get('compliance'),
		]).to.deep.equal([0, 'theirs']);
	});
}

function plain(_name: string, value: unknown): unknown {
	return typeof value === 'bigint' ? String(value) : value;
}
