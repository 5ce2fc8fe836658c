/** Connections to a PostgreSQL server that break at the worst moment, servers that are not as they should be, and what is said then. */
import { expect } from 'chai';
import type { Command } from '../../../lib/core/nouns/commands';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import type { LedgerStore } from '../../../lib/ledger/store';
import { startCuttingProxy, type Cut, type CuttingProxy } from '../../support/postgres/cutting-proxy';
import { faultOf } from '../../support/machine/error-code';
import { credits, expectKind, grant, openAccount, release, reserve, settle, voidGrant } from '../../support/ledger/ledger-commands';
import { newLedgerUrl, openPostgresTestLedger, postgresUrl } from '../../support/postgres/postgres';
import { runSql } from '../../support/postgres/postgres-server';

const ACCOUNT = 'acme';
/** As a message, and as the server's answer to it; the word alone also stands in the name of an isolation level. */
const COMMIT = 'COMMIT\0';

describe('a connection to PostgreSQL that is cut', function () {
	this.timeout(30_000);
	let proxy: CuttingProxy;
	let store: LedgerStore;

	const openThroughProxy = async (options: { deadlineMs?: number } = {}): Promise<LedgerStore> => {
		const url = new URL(await newLedgerUrl());
		proxy = await startCuttingProxy(Number(url.port));
		url.host = `127.0.0.1:${proxy.port}`;
		store = await openPostgresTestLedger({ url: url.href, clock: Date.now, ...options });
		return store;
	};

	afterEach(async () => {
		const { violations } = await verifyLedger(store);
		await store.close();
		await proxy.stop();
		expect(violations).to.deep.equal([]);
	});

	const commands: readonly Command[] = [
		openAccount(),
		grant('g', 50),
		reserve('a', 5, { labels: { campaign: 'x' } }),
		reserve('b', 5),
		settle(3, 4),
		release(4),
		reserve('too much', 900),
		voidGrant('v', 2),
	];

	for (const cut of ['after', 'before'] as const satisfies readonly Cut[]) {
		it(`${cut} the COMMIT arrived: every command is answered once, as its own`, async () => {
			await openThroughProxy();
			for (const command of commands) {
				proxy.cutAt(COMMIT, cut);
				const [outcome] = await store.commit(ACCOUNT, [command]);
				expect(outcome).to.have.property('isReplayed', false);
			}
			expect(proxy.cuts).to.equal(commands.length);
			const kinds = (await store.entries(ACCOUNT, { afterSeq: 0, limit: 99 })).map(({ body }) => body.kind);
			expect(kinds).to.deep.equal([
				'account_opened',
				'granted',
				'reserved',
				'reserved',
				'settled',
				'released',
				'refused',
				'alerted',
				'grant_voided',
			]);
		});
	}

	it('by a server that falls at the COMMIT and says why: what it had written is not said to be unwritten', async () => {
		await openThroughProxy();
		await store.commit(ACCOUNT, commands.slice(0, 2));
		proxy.cutAt(COMMIT, 'after_last_words');
		expect(expectKind((await store.commit(ACCOUNT, [reserve('a', 5)]))[0], 'reserved').isReplayed).to.equal(false);
		expect(proxy.cuts).to.equal(1);
	});

	it('after the COMMIT of a batch: the whole batch is answered as it was decided', async () => {
		await openThroughProxy();
		await store.commit(ACCOUNT, commands.slice(0, 2));
		proxy.cutAt(COMMIT, 'after');
		const outcomes = await store.commit(ACCOUNT, [...commands.slice(2, 4), reserve('a', 5, { labels: { campaign: 'x' } })]);
		expect(outcomes.map((outcome) => 'isReplayed' in outcome && outcome.isReplayed)).to.deep.equal([false, false, true]);
	});

	it('and whose batch was not written while a twin of another process was: the twin owns the hold', async () => {
		await openThroughProxy();
		const url = new URL(await postgresUrl());
		url.searchParams.set('schema', new URL(store.location).searchParams.get('schema') ?? '');
		const nowMs = Date.now() + 60_000;
		const twin = await openPostgresTestLedger({ url: url.href, clock: () => nowMs });
		await twin.commit(ACCOUNT, commands.slice(0, 2));
		proxy.cutAt(COMMIT, 'before');
		// Stamped alike, because time never runs backwards behind the account: both entries have the same hash.
		const committing = store.commit(ACCOUNT, [reserve('twin', 5)]);
		for (;;) {
			if (proxy.cuts > 0) break;
			await new Promise((turn) => setImmediate(turn));
		}
		const [other] = await twin.commit(ACCOUNT, [reserve('twin', 5)]);
		const [mine] = await committing;
		await twin.close();
		const replayed = [expectKind(mine, 'reserved'), expectKind(other, 'reserved')].map(({ isReplayed }) => isReplayed);
		expect(replayed.filter((isReplayed) => !isReplayed)).to.have.length(1);
	});

	it('while nothing is sent: the next command takes a new connection', async () => {
		await openThroughProxy();
		await store.commit(ACCOUNT, commands.slice(0, 2));
		proxy.setOpen(false);
		proxy.setOpen(true);
		expectKind((await store.commit(ACCOUNT, [reserve('a', 5)]))[0], 'reserved');
	});

	it('and stays so: a fault that names the server after the deadline, and at once from then on', async () => {
		await openThroughProxy({ deadlineMs: 400 });
		await store.commit(ACCOUNT, commands.slice(0, 2));
		proxy.setOpen(false);
		const fault = await faultOf(store.commit(ACCOUNT, [reserve('a', 5)]));
		expect([fault.code, fault.isRetryable]).to.deep.equal(['ledger_unavailable', true]);
		expect(fault.message).to.include(store.location).and.not.include('not-a-secret');
		const startMs = performance.now();
		expect((await faultOf(store.commit(ACCOUNT, [reserve('a', 5)]))).code).to.equal('ledger_unavailable');
		expect(performance.now() - startMs).to.be.lessThan(200);
		proxy.setOpen(true);
		expectKind((await store.commit(ACCOUNT, [reserve('a', 5)]))[0], 'reserved');
	});

	it('by silence at the COMMIT: the fault says that the outcome is not known, and asking again tells it', async () => {
		await openThroughProxy({ deadlineMs: 700 });
		await store.commit(ACCOUNT, commands.slice(0, 2));
		proxy.cutAt(COMMIT, 'silent');
		const committing = store.commit(ACCOUNT, [reserve('a', 5)]);
		for (;;) {
			if (proxy.cuts > 0) break;
			await new Promise((turn) => setImmediate(turn));
		}
		proxy.cutAt('BEGIN', 'silent');
		const fault = await faultOf(committing);
		expect(fault.message).to.match(/not known whether the last batch was written/);
		expect(expectKind((await store.commit(ACCOUNT, [reserve('a', 5)]))[0], 'reserved').isReplayed).to.equal(true);
	});
});

describe('a PostgreSQL ledger that cannot be used', function () {
	this.timeout(30_000);
	const clock = Date.now;

	const changed = async (change: (url: URL) => void): Promise<string> => {
		const url = new URL(await newLedgerUrl());
		change(url);
		return url.href;
	};
	const schemaOf = (url: string): string => new URL(url).searchParams.get('schema') ?? '';

	it('is named without its password: no server, no database, no user, no whole address', async () => {
		const cases: readonly (readonly [url: string, code: string, says: RegExp])[] = [
			[await changed((url) => (url.port = '1')), 'ledger_unavailable', /cannot be reached.*ECONNREFUSED/],
			[await changed((url) => (url.pathname = '/nowhere')), 'ledger_unavailable', /nowhere.*does not exist/],
			[await changed((url) => (url.username = 'nobody')), 'ledger_unavailable', /nobody@.*does not let this user in/],
			['postgres://me:12/not-a-secret@127.0.0.1/x', 'invalid_path', /%2F/],
			['postgres://me:12#not-a-secret@127.0.0.1/x', 'invalid_path', /%23/],
			['postgres://127.0.0.1', 'invalid_path', /database/],
			[await changed((url) => url.searchParams.set('schema', 'public')), 'invalid_path', /"public"/],
		];
		for (const [url, code, says] of cases) {
			const fault = await faultOf(openPostgresTestLedger({ url, clock, deadlineMs: 300 }));
			expect(fault.code, fault.message).to.equal(code);
			expect(fault.message)
				.to.match(says)
				.and.not.match(/not-a-secret/);
		}
	});

	it('refuses a newer schema, also one that another process raises meanwhile, and a schema of another program', async () => {
		const url = await newLedgerUrl();
		const store = await openPostgresTestLedger({ url, clock });
		await store.commit(ACCOUNT, [openAccount()]);
		await runSql(url, `UPDATE ${schemaOf(url)}.ledger_version SET version = 99`);
		expect((await faultOf(openPostgresTestLedger({ url, clock }))).code).to.equal('ledger_newer');
		expect((await faultOf(store.commit(ACCOUNT, [grant('g', 1)]))).code).to.equal('ledger_newer');
		await store.close();
		const other = await newLedgerUrl();
		await runSql(other, `CREATE SCHEMA ${schemaOf(other)}`, `CREATE TABLE ${schemaOf(other)}.accounts (id int)`);
		expect((await faultOf(openPostgresTestLedger({ url: other, clock }))).message).to.match(/another program.*\?schema=/);
	});

	it('waits for a lock up to its deadline, and says that it was busy', async () => {
		const url = await newLedgerUrl();
		const store = await openPostgresTestLedger({ url, clock, deadlineMs: 300 });
		await store.commit(ACCOUNT, [openAccount()]);
		const { Client } = await import('pg');
		const holder = new Client({ connectionString: url });
		await holder.connect();
		await holder.query(`BEGIN; SELECT FROM ${schemaOf(url)}.accounts FOR UPDATE`);
		const fault = await faultOf(store.commit(ACCOUNT, [grant('g', 1)]));
		expect([fault.code, fault.isRetryable]).to.deep.equal(['ledger_busy', true]);
		const waiting = store.commit(ACCOUNT, [grant('g', 1)]);
		await holder.query('COMMIT');
		expectKind((await waiting)[0], 'granted');
		await holder.end();
		await store.close();
	});

	it('waits for a connection of its pool up to its deadline', async () => {
		const store = await openPostgresTestLedger({ clock, deadlineMs: 5000, poolSize: 1 });
		const accounts = Array.from({ length: 30 }, (_, index) => `account ${index}`);
		const outcomes = await Promise.all(accounts.map((account) => store.commit(account, [openAccount()])));
		expect(outcomes.flat().every(({ kind }) => kind === 'account')).to.equal(true);
		await store.close();
	});

	const refusals: readonly (readonly [condition: string, words: string, code: string, says: RegExp])[] = [
		[
			'disk_full',
			'could not extend file "base/5/1": No space left on device',
			'ledger_full',
			/no room left.*No space left on device.*Make room/,
		],
		[
			'internal_error',
			'could not extend file "base/5/1": File too large',
			'ledger_unavailable',
			/File too large.*Check the server and its log/,
		],
		['data_corrupted', 'invalid page in block 7', 'ledger_corrupt', /contradicts itself: invalid page in block 7.*verify/],
	];
	for (const [condition, words, code, says] of refusals) {
		it(`that answers ${condition} in the middle of a batch is ${code}: nothing is half-written, and it goes on when that is over`, async () => {
			const url = await newLedgerUrl();
			const schema = schemaOf(url);
			const store = await openPostgresTestLedger({ url, clock });
			await store.commit(ACCOUNT, [openAccount(), grant('g', 50)]);
			// In one of the last tables that a batch writes.
			const refusal = `CREATE FUNCTION ${schema}.refusal() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE '${words}' USING ERRCODE = '${condition}'; END$$`;
			await runSql(url, refusal, `CREATE TRIGGER refusal BEFORE INSERT ON ${schema}.usage_days EXECUTE FUNCTION ${schema}.refusal()`);
			const batch = [reserve('a', 5), settle(3, 4)];
			const fault = await faultOf(store.commit(ACCOUNT, batch));
			expect([fault.code, fault.isRetryable], fault.message).to.deep.equal([code, code === 'ledger_full']);
			expect(fault.message).to.match(says);
			expect(await store.entries(ACCOUNT, { afterSeq: 0, limit: 9 })).to.have.length(2);
			await runSql(url, `DROP TRIGGER refusal ON ${schema}.usage_days`);
			expect((await store.commit(ACCOUNT, batch)).map(({ kind }) => kind)).to.deep.equal(['reserved', 'closed']);
			expect((await verifyLedger(store)).violations).to.deep.equal([]);
			await store.close();
		});
	}

	it('is told to be read-only when a standby answers, and goes on when it takes writes again', async () => {
		const url = await newLedgerUrl();
		const store = await openPostgresTestLedger({ url, clock });
		await store.close();
		const role = `r_${schemaOf(url)}`;
		const schema = schemaOf(url);
		await runSql(url, `CREATE ROLE ${role} LOGIN SUPERUSER`, `ALTER ROLE ${role} SET default_transaction_read_only = on`);
		const asRole = new URL(url);
		asRole.username = role;
		const standby = await openPostgresTestLedger({ url: asRole.href, clock, deadlineMs: 300 });
		expect(await standby.accounts()).to.deep.equal([]);
		const fault = await faultOf(standby.commit(ACCOUNT, [openAccount()]));
		expect([fault.code, fault.isRetryable]).to.deep.equal(['ledger_unavailable', true]);
		await standby.close();
		await runSql(url, `ALTER ROLE ${role} RESET default_transaction_read_only`);
		const primary = await openPostgresTestLedger({ url: asRole.href, clock });
		await primary.commit(ACCOUNT, [openAccount()]);
		await primary.close();
		await runSql(url, `DROP ROLE ${role}`, `SELECT FROM ${schema}.accounts`);
	});

	it('keeps odd characters of one item from failing the batch of the others', async () => {
		const store = await openPostgresTestLedger({ clock });
		const odd = 'a\0b\uE000c\uE0000d\\ é 漢 ☕';
		await store.commit('odd \0 account', [openAccount({ name: odd })]);
		await store.commit('odd \0 account', [
			grant('g', 5, { note: odd }),
			reserve('k', 1, { person: odd, labels: { campaign: odd } }),
			settle(3, 1, { result: { text: odd, keptUntilMs: Date.now() + 60_000 } }),
		]);
		const budget = { name: odd, scope: 'campaign', value: odd, period: 'total', limitMicro: credits(3) } as const;
		await store.commit('odd \0 account', [{ kind: 'set_budget', key: 'b', budget }]);
		const twice = ['b1', 'b2'].map((key) => reserve(key, 2, { labels: { campaign: odd } }));
		const [[first], [second]] = [
			await store.commit('odd \0 account', twice.slice(0, 1)),
			await store.commit('odd \0 account', twice.slice(1)),
		];
		expect([first?.kind, expectKind(second, 'refused').reason]).to.deep.equal(['reserved', 'budget_exceeded']);
		const told = await store.materialised('odd \0 account');
		expect([told?.account.name, told?.grants[0]?.note, await store.keptResult('odd \0 account', 3)]).to.deep.equal([odd, odd, odd]);
		const [hold] = await store.holds('odd \0 account', { afterSeq: 2, limit: 1, state: null });
		const [person] = (await store.names.find('odd \0 account', [hold?.person ?? ''])) ?? [];
		expect([person?.name, hold?.labels.campaign]).to.deep.equal([odd, odd]);
		expect((await verifyLedger(store)).violations).to.deep.equal([]);
		await store.close();
	});

	it('rule 46: a host whose clock is two days ahead removes nothing that others keep for a day', async () => {
		const store = await openPostgresTestLedger({ clock: Date.now });
		await store.commit('acme', [openAccount()]);
		const storedAtMs = Date.now();
		const [keptUntilMs, aheadMs] = [storedAtMs + 86_400_000, storedAtMs + 2 * 86_400_000];
		const kept = { key: 'aa', campaign: '', node: '', text: 'kept', storedAtMs, keptUntilMs, costMicro: 1n };
		await store.answers.write('acme', { kept: [kept], used: [], saved: [] });
		await store.learned.keep('acme', [{ endpoint: 'e', model: 'm', name: 'n', value: 'v', untilMs: keptUntilMs }]);
		expect([await store.answers.purge(aheadMs), await store.learned.purge(aheadMs)]).to.deep.equal([0, 0]);
		expect(await store.answers.find('acme', 'aa', storedAtMs)).to.deep.equal(kept);
		await store.close();
	});

	it('commits durably whatever the default of the role is', async () => {
		const url = await newLedgerUrl();
		await runSql(url, `ALTER ROLE CURRENT_USER SET synchronous_commit = off`);
		try {
			const { beginWrite, openPool, withSession } = await import('../../../lib/ledger/postgres/connection/connection');
			const { readAddress } = await import('../../../lib/ledger/postgres/connection/address');
			const pool = openPool({ address: readAddress(url), poolSize: 1, timeoutMs: 1000 });
			const [, before] = await withSession(pool, (session) =>
				session.run({ text: 'BEGIN' }, { text: 'SHOW synchronous_commit' }, { text: 'ROLLBACK' }),
			);
			const [, , during] = await withSession(pool, (session) =>
				session.run(...beginWrite(1000), { text: 'SHOW synchronous_commit' }, { text: 'ROLLBACK' }),
			);
			await pool.end();
			expect([before, during]).to.deep.equal([[{ synchronous_commit: 'off' }], [{ synchronous_commit: 'on' }]]);
		} finally {
			await runSql(url, `ALTER ROLE CURRENT_USER RESET synchronous_commit`);
		}
	});
});
