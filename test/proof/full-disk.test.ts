/**
 * Disks that are really full: of a ledger file, of a PostgreSQL server's tables, of its log. Whoever commits is told so by name, nothing is
 * half-written, and the same commands go through when there is room.
 */
import { expect } from 'chai';
import { join } from 'node:path';
import type { Command } from '../../lib/core/nouns/commands';
import type { CreditError } from '../../lib/core/values/errors';
import type { LedgerStore } from '../../lib/ledger/store';
import { faultOf } from '../support/machine/error-code';
import { entriesOf, expectProven } from '../support/loads/ledger-aftermath';
import { grant, openAccount, reserve } from '../support/ledger/ledger-commands';
import { WORKER_ACCOUNT } from '../support/loads/ledger-worker';
import { openPostgresTestLedger } from '../support/postgres/postgres';
import { giveToServer, runSql, startPostgres, type PostgresServer } from '../support/postgres/postgres-server';
import { mountSmallDisk, type SmallDisk } from '../support/machine/small-disk';
import { openTestLedger } from '../support/ledger/sqlite-ledger';

const BATCH = 50;
const KILOBYTE = 1024;
const SET_UP = [openAccount(), grant('g', 10_000_000)];

const batch = (number: number): Command[] =>
	Array.from({ length: BATCH }, (_, index) =>
		reserve(`k${number}-${index}`, 1, { person: 'p'.repeat(100), labels: { campaign: `c${number}` } }),
	);

/** Commits until the disk is full. Returns how many batches were answered, and the fault of the first that was not. */
async function fill(store: LedgerStore): Promise<{ answered: number; fault: CreditError }> {
	for (let answered = 0; ; answered += 1) {
		const fault = await faultOf(store.commit(WORKER_ACCOUNT, batch(answered))).catch(() => null);
		if (fault) return { answered, fault };
	}
}

/** Throws unless the ledger has all of the batches that were answered, and nothing of another. */
async function expectWhole(store: LedgerStore, answered: number): Promise<void> {
	const reserved = (await entriesOf(store)).filter(({ body }) => body.kind === 'reserved');
	expect(reserved).to.have.length(answered * BATCH);
	await expectProven(store);
}

describe('a ledger file on a disk that is full', function () {
	this.timeout(180_000);

	it('`ledger_full`, nothing half-written, and it goes on when there is room', async () => {
		const disk = mountSmallDisk(16);
		const store = await openTestLedger({ path: join(disk.folder, 'ledger.db'), clock: Date.now, synchronous: 'full' });
		await store.commit(WORKER_ACCOUNT, SET_UP);
		disk.leaveRoom(500 * KILOBYTE);
		const { answered, fault } = await fill(store);
		expect([fault.code, fault.isRetryable], fault.message).to.deep.equal(['ledger_full', true]);
		expect((await faultOf(store.commit(WORKER_ACCOUNT, batch(answered)))).code).to.equal('ledger_full');
		await expectWhole(store, answered);
		disk.makeRoom();
		await store.commit(WORKER_ACCOUNT, batch(answered));
		await expectWhole(store, answered + 1);
		await store.close();
		disk.unmount();
		process.stdout.write(`      ${answered} batches of ${BATCH} until the disk had no room\n`);
	});
});

describe('a PostgreSQL server whose disk is full', function () {
	this.timeout(180_000);
	let server: PostgresServer;
	let disk: SmallDisk;
	afterEach(async () => {
		await server.stop();
		disk.unmount();
	});

	const open = async (url: string): Promise<LedgerStore> => {
		const store = await openPostgresTestLedger({ url, clock: Date.now, deadlineMs: 2000 });
		await store.commit(WORKER_ACCOUNT, SET_UP);
		return store;
	};

	it('with tables on it: `ledger_full`, nothing half-written, and it goes on when there is room', async () => {
		disk = mountSmallDisk(64);
		giveToServer(disk.folder);
		server = await startPostgres();
		await runSql(server.url(), `CREATE TABLESPACE small LOCATION '${disk.folder}'`);
		await runSql(server.url(), 'CREATE DATABASE shop TABLESPACE small');
		const store = await open(server.url('shop'));
		disk.leaveRoom(500 * KILOBYTE);
		const { answered, fault } = await fill(store);
		expect([fault.code, fault.isRetryable], fault.message).to.deep.equal(['ledger_full', true]);
		expect(fault.message).to.match(/no room left.*No space left on device.*nothing of this operation was written/is);
		expect((await faultOf(store.commit(WORKER_ACCOUNT, batch(answered)))).code).to.equal('ledger_full');
		await expectWhole(store, answered);
		disk.makeRoom();
		const outcomes = await store.commit(WORKER_ACCOUNT, batch(answered));
		expect(outcomes.every((outcome) => outcome.kind === 'reserved' && !outcome.isReplayed)).to.equal(true);
		await expectWhole(store, answered + 1);
		await store.close();
		process.stdout.write(`      ${answered} batches of ${BATCH} until the tables had no room\n`);
	});

	it('with its log on it: the server falls, and what was answered is there when it has room again', async () => {
		disk = mountSmallDisk(16);
		giveToServer(disk.folder);
		server = await startPostgres({}, { logFolder: disk.folder });
		const store = await open(server.url());
		disk.leaveRoom(0);
		const { answered, fault } = await fill(store);
		expect([fault.code, fault.isRetryable], fault.message).to.deep.equal(['ledger_unavailable', true]);
		expect(fault.message).to.match(/It is not known whether the last batch was written/);
		disk.makeRoom();
		await server.stop();
		await server.restart();
		const reserved = (await entriesOf(store)).filter(({ body }) => body.kind === 'reserved');
		const ends = [answered * BATCH, (answered + 1) * BATCH];
		expect(ends, 'all of the batch whose end was not known, or nothing').to.include(reserved.length);
		await expectProven(store);
		const outcomes = await store.commit(WORKER_ACCOUNT, batch(answered));
		expect(outcomes.every(({ kind }) => kind === 'reserved')).to.equal(true);
		await expectWhole(store, answered + 1);
		await store.close();
		process.stdout.write(`      ${answered} batches of ${BATCH} until the log had no room\n`);
	});
});
