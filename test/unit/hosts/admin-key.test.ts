import { expect } from 'chai';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import { isCreditError } from '../../../lib/core/values/errors';
import { LedgerAccount } from '../../../lib/engine/account/ledger-account';
import { GroupCommit } from '../../../lib/ledger/group-commit';
import { openMemoryLedger } from '../../../lib/ledger/memory/store';
import { newSalt } from '../../../lib/runtime/system';

const KEY = 'correct horse battery staple';

async function world() {
	const time = { nowMs: 1_790_000_000_000 };
	const clock = (): number => time.nowMs;
	const store = openMemoryLedger({ clock });
	const timing = { clock, monotonicMs: clock, jitter: () => 0.5, pause: () => Promise.resolve() };
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

	it('records a wrong key, tells nothing about it, and slows down guessing', async () => {
		const { store, ledger, time } = await world();
		await ledger.setAdminKey({ newKey: KEY, salt: newSalt(), key: 'set' });
		const guesser = ledger.asAdministrator('wrong but long enough');
		for (let guess = 0; guess < 5; guess += 1) expect(await codeOf(grant(guesser, `w${String(guess)}`))).to.equal('not_authorised');
		expect(await codeOf(grant(guesser, 'w5'))).to.equal('too_many_attempts');
		expect(await codeOf(grant(ledger.asAdministrator(KEY), 'right')), 'the lock holds for everybody in this process').to.equal(
			'too_many_attempts',
		);
		time.nowMs += 30_001;
		expect(await codeOf(grant(ledger.asAdministrator(KEY), 'right'))).to.equal('done');
		const denied = (await store.entries('a', { afterSeq: 0, limit: 100 })).filter(({ body }) => body.kind === 'admin_denied');
		expect(denied.map(({ body }) => body)).to.deep.equal(Array(5).fill({ kind: 'admin_denied', command: 'grant' }));
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
