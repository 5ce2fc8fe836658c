import { expect } from 'chai';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import { isCreditError } from '../../../lib/core/values/errors';
import { LedgerAccount } from '../../../lib/engine/account/ledger-account';
import { GroupCommit } from '../../../lib/ledger/group-commit';
import { openMemoryLedger } from '../../../lib/ledger/memory/store';
import { newSalt } from '../../../lib/runtime/system';

const KEY = 'correct horse battery staple';

/** Time goes on while somebody waits, unless it is stopped. */
async function world({ isStopped = false } = {}) {
	const time = { nowMs: 1_790_000_000_000 };
	const clock = (): number => time.nowMs;
	const pause = (delayMs: number): Promise<void> => {
		if (!isStopped) time.nowMs += delayMs;
		return Promise.resolve();
	};
	const store = openMemoryLedger({ clock });
	const timing = { clock, monotonicMs: clock, jitter: () => 0.5, pause };
	const ledger = new LedgerAccount({ accountId: 'a', store, commits: new GroupCommit(store), timing });
	await ledger.open({ timeZone: 'UTC' });
	return { store, ledger, time };
}

const grant = (ledger: LedgerAccount, key: string) => ledger.grant({ credits: 5_000_000n, category: 'purchased', expiry: null, key });
const codeOf = async (attempt: Promise<unknown>): Promise<string> =>
	attempt.then(
		() => 'done',
		(error: unknown) => (isCreditError(error) ? error.code : String(error)),
	);

describe('admin key', () => {
	it('protects everything but spending, once it is set', async () => {
		const { store, ledger } = await world();
		await grant(ledger, 'before');
		await ledger.setAdminKey({ newKey: KEY, salt: newSalt(), key: 'set' });
		const reserve = await ledger.reserve({
			key: 'r',
			fingerprint: 'f',
			alternatives: () => [{ rung: 0, calls: [{ amountMicro: 1_000_000n, model: null, price: null }] }],
			labels: {},
			person: null,
			sendId: null,
			executionId: null,
			caps: [],
			waitMs: 0,
		});
		if (reserve.kind !== 'reserved') throw new Error(reserve.reason);
		await ledger.settle({ holdSeq: reserve.hold.seq, actualMicro: 1_000_000n, measure: 'reported', usage: null, result: null });
		const forbidden: readonly (() => Promise<unknown>)[] = [
			() => grant(ledger, 'g'),
			() => ledger.purchase({ packs: 1, key: 'p' }),
			() => ledger.voidGrant({ grantSeq: 2, key: 'v' }),
			() => ledger.refund({ holdSeq: reserve.hold.seq, amountMicro: null, key: 'f' }),
			() => ledger.changeAccount({ plan: 'trial', key: 'c' }),
			() => ledger.setBudget({ name: 'b', scope: 'account', value: null, period: 'day', limitMicro: 1n, key: 'b' }),
			() => ledger.setFloor({ name: 'f', label: 'segment', exempt: [], floorMicro: 1n, key: 'fl' }),
			() => ledger.removeLimit({ limit: 'budget', name: 'b', key: 'rl' }),
			() => ledger.setEnforcement({ enforcement: 'shadow', key: 'e' }),
			() => ledger.changeProfile({ kind: 'set_text', name: 'compliance', text: 'x', key: 't' }),
			() => ledger.changeProfile({ kind: 'remove_text', name: 'compliance', key: 'rt' }),
			() => ledger.changeProfile({ kind: 'set_languages', languages: ['en'], key: 'l' }),
			() => ledger.changeProfile({ kind: 'set_cache_limits', limits: { maxAnswers: 0, maxBytes: 0 }, key: 'cl' }),
			() => ledger.setAdminKey({ newKey: null, salt: newSalt(), key: 'k' }),
		];
		for (const attempt of forbidden) expect(await codeOf(attempt())).to.equal('not_authorised');
		expect((await ledger.balance()).availableMicro).to.equal(4_000_000n);
		const admin = ledger.asAdministrator(KEY);
		expect(await codeOf(grant(admin, 'g'))).to.equal('done');
		expect((await verifyLedger(store)).violations).to.deep.equal([]);
	});

	it('keeps no key: only a salt and a hash of the proof are in the ledger', async () => {
		const { store, ledger } = await world();
		await ledger.setAdminKey({ newKey: KEY, salt: newSalt(), key: 'set' });
		const written = JSON.stringify(await store.entries('a', { afterSeq: 0, limit: 100 }));
		expect(written).not.to.contain(KEY);
		expect(written).to.match(/"hash":"[0-9a-f]{64}"/);
	});

	it('records a wrong key, and tells it after a delay that grows', async () => {
		const { store, ledger, time } = await world();
		await ledger.setAdminKey({ newKey: KEY, salt: newSalt(), key: 'set' });
		const guesser = ledger.asAdministrator('wrong but long enough', { actor: 'a guesser' });
		const tookMs: number[] = [];
		for (let guess = 0; guess < 5; guess += 1) {
			const beforeMs = time.nowMs;
			expect(await codeOf(grant(guesser, `w${String(guess)}`))).to.equal('not_authorised');
			tookMs.push(time.nowMs - beforeMs);
		}
		expect(tookMs).to.deep.equal([250, 500, 1000, 2000, 4000]);
		const denied = (await store.entries('a', { afterSeq: 0, limit: 100 })).filter(({ body }) => body.kind === 'admin_denied');
		expect(denied.map(({ body, actor }) => [body, actor])).to.deep.equal(
			Array(5).fill([{ kind: 'admin_denied', command: 'grant' }, 'a guesser']),
		);
	});

	it('looks at one of many wrong keys, and takes the right one at once in between', async () => {
		const { store, ledger, time } = await world({ isStopped: true });
		await ledger.setAdminKey({ newKey: KEY, salt: newSalt(), key: 'set' });
		const nowMs = time.nowMs;
		const guesses = Array.from({ length: 40 }, (_, guess) =>
			codeOf(grant(ledger.asAdministrator(`wrong but long enough ${String(guess)}`), `w${String(guess)}`)),
		);
		expect(await codeOf(grant(ledger.asAdministrator(KEY), 'right'))).to.equal('done');
		const codes = await Promise.all(guesses);
		expect(time.nowMs).to.equal(nowMs);
		expect(codes.filter((code) => code === 'too_many_attempts').length).to.be.at.least(36);
		const denied = (await store.entries('a', { afterSeq: 0, limit: 100 })).filter(({ body }) => body.kind === 'admin_denied');
		expect(denied.length).to.be.within(1, 4);
	});

	it('of the ledger, the first that was set, is needed to open another account', async () => {
		const { store, ledger } = await world();
		await ledger.setAdminKey({ newKey: KEY, salt: newSalt(), key: 'set' });
		const clock = (): number => 1_790_000_001_000;
		const timing = { clock, monotonicMs: clock, jitter: () => 0.5, pause: () => Promise.resolve() };
		const other = new LedgerAccount({ accountId: 'b', store, commits: new GroupCommit(store), timing });
		expect(await codeOf(other.open({ timeZone: 'UTC' }))).to.equal('not_authorised');
		expect(await codeOf(other.asAdministrator('wrong but long enough').open({ timeZone: 'UTC' }))).to.equal('not_authorised');
		expect(await codeOf(other.asAdministrator(KEY, { actor: 'me' }).open({ timeZone: 'UTC' }))).to.equal('done');
		expect((await store.entries('b', { afterSeq: 0, limit: 9 })).map(({ actor }) => actor)).to.deep.equal(['me']);
		expect(await codeOf(other.open({ timeZone: 'UTC' })), 'whoever spends joins an account that is open').to.equal('done');
	});

	it('is changed only by somebody who knows it, and the old one ends', async () => {
		const { ledger } = await world();
		await ledger.setAdminKey({ newKey: KEY, salt: newSalt(), key: 'set' });
		await ledger.asAdministrator(KEY).setAdminKey({ newKey: 'another long key', salt: newSalt(), key: 'change' });
		expect(await codeOf(grant(ledger.asAdministrator(KEY), 'old'))).to.equal('not_authorised');
		expect(await codeOf(grant(ledger.asAdministrator('another long key'), 'new'))).to.equal('done');
		await ledger.asAdministrator('another long key').setAdminKey({ newKey: null, salt: newSalt(), key: 'remove' });
		expect(await codeOf(grant(ledger, 'free'))).to.equal('done');
	});

	it('is the same request with and without the proof: a retry of a grant stays a retry', async () => {
		const { ledger } = await world();
		await grant(ledger, 'g');
		await ledger.setAdminKey({ newKey: KEY, salt: newSalt(), key: 'set' });
		expect((await grant(ledger.asAdministrator(KEY), 'g')).isReplayed).to.equal(true);
		expect(await codeOf(grant(ledger, 'g'))).to.equal('not_authorised');
	});

	it('must be long enough', async () => {
		const { ledger } = await world();
		expect(await codeOf(ledger.setAdminKey({ newKey: 'short', salt: newSalt(), key: 'set' }))).to.equal('invalid_argument');
	});
});
