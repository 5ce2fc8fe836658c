/** Ledgers of earlier schemas are opened, brought up to date and gone on with. */
import { expect } from 'chai';
import Database from 'better-sqlite3';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NO_ALERTS } from '../../lib/core/nouns/alert';
import type { Command } from '../../lib/core/nouns/commands';
import { NO_SETTINGS } from '../../lib/core/nouns/settings';
import { verifyLedger } from '../../lib/engine/moving/verify-ledger';
import type { LedgerStore } from '../../lib/ledger/store';
import { credits, expectKind, grant, refund, reserve, setBudget, settle } from '../support/ledger/ledger-commands';
import { ManualClock } from '../support/machine/manual-clock';
import { newLedgerUrl, openPostgresTestLedger } from '../support/postgres/postgres';
import { runSql } from '../support/postgres/postgres-server';
import { repositoryRoot } from '../support/machine/repository';
import { newLedgerPath, openTestLedger } from '../support/ledger/sqlite-ledger';

const fixture = (name: string): string => readFileSync(join(repositoryRoot(), 'test', 'fixtures', name), 'utf8');

/** The chain of hashes that the first version came to. */
const CHAIN = 'ca39e87839519601efc7d37a92df855c464af9686fb6b1c85ce9c8e1e9f8b106';

/** Entries of then hold no hash of what is kept. */
const OLD_RESULTS = 'results kept for retries of calls that are older than the hashes of results';

type Open = (clock: () => number) => Promise<LedgerStore>;

async function oldFile(version: number): Promise<Open> {
	const path = newLedgerPath();
	const db = new Database(path);
	db.exec(fixture(`ledger-schema-${version}.sqlite.sql`));
	db.close();
	chmodSync(path, 0o600);
	return (clock) => openTestLedger({ path, clock });
}

async function oldSchema(version: number): Promise<Open> {
	const url = await newLedgerUrl();
	const schema = new URL(url).searchParams.get('schema') ?? '';
	const server = new URL(url);
	server.searchParams.delete('schema');
	await runSql(
		server.href,
		`CREATE SCHEMA "${schema}"; SET search_path = "${schema}"; ${fixture(`ledger-schema-${version}.postgres.sql`)}`,
	);
	return (clock) => openPostgresTestLedger({ url, clock });
}

for (const [name, makeOld] of [
	['SQLite', oldFile],
	['PostgreSQL', oldSchema],
] as const) {
	describe(`${name}: a ledger of schema 1`, function () {
		this.timeout(30_000);
		let store: LedgerStore;
		const clock = new ManualClock(Date.UTC(2026, 3, 8, 14));
		const one = async (command: Command) => (await store.commit('acme', [command]))[0];

		before(async () => {
			const open = await makeOld(1);
			// Two hosts that start at once after an update.
			const [first, second] = await Promise.all([open(clock.read), open(clock.read)]);
			await second.close();
			store = first;
		});
		after(() => store.close());

		it('is the ledger it was, to the last hash', async () => {
			expect(await verifyLedger(store)).to.deep.equal({ ok: true, accounts: 2, entries: 21, violations: [], unproved: [OLD_RESULTS] });
			const told = await store.materialised('acme');
			expect([told?.account.chainHash, told?.account.lastSeq, await store.counters('acme')]).to.deep.equal([CHAIN, 19, []]);
			expect(await store.holdMarks('acme', { afterSeq: 0, untilSeq: 19 })).to.have.length(6);
			expect([told?.account.settings, told?.account.alerts]).to.deep.equal([NO_SETTINGS, NO_ALERTS]);
			expect(await store.keptResult('acme', 4)).to.equal('Dear Ada ☕');
			const [hold] = await store.holds('acme', { afterSeq: 3, limit: 1, state: null });
			expect([hold?.actualMicro, hold?.refundedMicro, hold?.counters, hold?.shadow]).to.deep.equal([credits(28), credits(3), [], null]);
		});

		it('knows the keys that were used', async () => {
			expect(expectKind(await one(reserve('a', 30)), 'reserved').isReplayed).to.equal(true);
			// Refused then, for what has changed since.
			const { hold } = expectKind(await one(reserve('d', 1)), 'reserved');
			expectKind(await one({ kind: 'release', holdSeq: hold.seq }), 'closed');
			expect(expectKind(await one(grant('g1', 100)), 'granted').isReplayed).to.equal(true);
			expect(expectKind(await one(refund('r', 4, 3)), 'refunded').isReplayed).to.equal(true);
			expect(expectKind(await one(refund('r', 4, 4)), 'fault').error.code).to.equal('idempotency_conflict');
		});

		it('goes on with what is new: limits, counters, refunds of old calls', async () => {
			expectKind(await one(setBudget('budget', { name: 'b', scope: 'tag', period: 'total', limit: 5 })), 'account');
			expectKind(await one(settle(19, 8)), 'closed');
			expectKind(await one(refund('r2', 4, null, { renews: true })), 'refunded');
			const { hold } = expectKind(await one(reserve('new', 5, { labels: { tag: 'new' } })), 'reserved');
			expect(expectKind(await one(reserve('newer', 1, { labels: { tag: 'new' } })), 'refused').limit).to.equal('b');
			expectKind(await one(settle(hold.seq, 4)), 'closed');
			expect((await store.counters('acme')).map(({ heldMicro, settledMicro }) => [heldMicro, settledMicro])).to.deep.equal([
				[0n, credits(4)],
			]);
			expect((await verifyLedger(store)).violations).to.deep.equal([]);
		});
	});
}

/** The chains of hashes of both accounts, as the version before came to them. */
const CHAINS = [
	['acme', '444dd567e2f9ce5f6f1ed2f9596f10b51706120c0b962504aa4cabb454939765'],
	['bee', '53223deeb12badcffedec63f8b44b21749cd95b6a978e1d161e95eff282b89a9'],
] as const;

for (const [name, makeOld] of [
	['SQLite', oldFile],
	['PostgreSQL', oldSchema],
] as const) {
	describe(`${name}: a ledger of schema 7`, function () {
		this.timeout(30_000);
		let store: LedgerStore;
		const clock = new ManualClock(Date.UTC(2026, 8, 4, 12));
		const one = async (command: Command) => (await store.commit('bee', [command]))[0];

		before(async () => {
			const open = await makeOld(7);
			const [first, second] = await Promise.all([open(clock.read), open(clock.read)]);
			await second.close();
			store = first;
		});
		after(() => store.close());

		it('is the ledger it was, to the last hash', async () => {
			expect(await verifyLedger(store)).to.deep.equal({ ok: true, accounts: 2, entries: 82, violations: [], unproved: [OLD_RESULTS] });
			for (const [id, hash] of CHAINS) expect((await store.materialised(id))?.account.chainHash).to.equal(hash);
		});

		it('charges calls whose billing nobody knows from now on, also where it was the rule of before to release them', async () => {
			const accounts = await store.accounts();
			expect(accounts.map(({ id, unconfirmedPolicy, frozen }) => [id, unconfirmedPolicy, frozen])).to.deep.equal([
				['acme', 'charge', null],
				['bee', 'charge', null],
			]);
			const { hold } = expectKind(await one(reserve('lost', 3)), 'reserved');
			const { hold: ended } = expectKind(await one({ kind: 'expire', holdSeq: hold.seq }), 'closed');
			expect([ended.state, ended.slices.map(({ amountMicro }) => amountMicro)]).to.deep.equal(['expired', [credits(3)]]);
		});

		it('knows whom its entries name, shows them as before, and forgets them', async () => {
			const [old] = await store.holds('bee', { afterSeq: 3, limit: 1, state: null });
			const persons = await store.names.find('bee', [old?.person ?? '']);
			expect(persons?.map(({ name, isInPlain }) => [name, isInPlain])).to.deep.equal([['ada@example.com', true]]);
			expect(await store.names.find('acme', ["O'Neill"])).to.have.length(1);
			const { hold } = expectKind(await one(reserve('hers', 1, { person: 'ada@example.com' })), 'reserved');
			expect(hold.person).to.equal(persons?.[0]?.pseudonym);
			const forgotten = expectKind(await one({ kind: 'forget_person', person: 'ada@example.com', salt: 'aa' }), 'forgotten');
			expect([forgotten.person, forgotten.plainEntries]).to.deep.equal([hold.person, 1]);
			expect(await store.names.find('bee', ['ada@example.com'])).to.deep.equal([]);
			expectKind(await one({ kind: 'release', holdSeq: hold.seq }), 'closed');
			expect((await verifyLedger(store)).violations).to.deep.equal([]);
		});

		it('knows what is new of calls, and goes on', async () => {
			const { hold } = expectKind(await one(reserve('new', 5, { labels: { campaign: 'spring' } })), 'reserved');
			const facts = { latencyMs: 80, attempts: 3, isImplausible: true } as const;
			const { hold: settled } = expectKind(await one(settle(hold.seq, 4, { facts })), 'closed');
			expect([settled.measure, settled.isImplausible]).to.deep.equal(['reported', true]);
			const [old] = await store.holds('bee', { afterSeq: 3, limit: 1, state: null });
			expect([old?.measure, old?.isImplausible, old?.expectedMicro]).to.deep.equal(['reported', false, credits(10)]);
			await store.learned.keep('bee', [{ endpoint: 'e', model: 'm', name: 'n', value: 'v', untilMs: clock.nowMs + 1 }]);
			expect(await store.learned.find('bee', 'e', clock.nowMs)).to.have.length(1);
			expect((await verifyLedger(store)).violations).to.deep.equal([]);
		});
	});
}
