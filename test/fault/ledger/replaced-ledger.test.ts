/** A ledger file, or its log, is taken away, cut or replaced under a running host: it is named, and a proper ledger is opened again by itself. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { readSeen, SeenEnds } from '../../../lib/ledger/sqlite/file/seen';
import { copyFileSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LedgerLease } from '../../../lib/runtime/runtime';
import { leaseLedger, openLedgerStore } from '../../../lib/runtime/runtime';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import { expire, grant, openAccount, reserve, settle } from '../../support/ledger/ledger-commands';
import { start, until } from '../../support/machine/child';
import { faultOf } from '../../support/machine/error-code';
import { cleanEnvironment } from '../../support/machine/repository';
import { temporaryFolder } from '../../support/machine/temporary-folder';

const credits = (count: number): bigint => BigInt(count) * 1_000_000n;
const lease = (path: string): Promise<LedgerLease> => leaseLedger({ path, account: 'default', timeZone: 'UTC' }, '.', {});
let number = 0;
const give = async (host: LedgerLease, count = 1): Promise<void> => {
	const ledger = await host.current();
	await ledger.grant({ credits: credits(count), category: 'adjustment', expiry: null, key: `g${String((number += 1))}` });
};
const available = async (host: LedgerLease): Promise<bigint> => (await (await host.current()).balance()).availableMicro;

/** Another process that has the ledger open, and has read in it. */
const HOLD_OPEN = `const db = new (require(${JSON.stringify(require.resolve('better-sqlite3'))}))(process.argv[1]);
db.prepare('SELECT count(*) FROM entries').get();
console.log('open');
setInterval(() => db, 1000);`;

/** A ledger in use with 10 credits, a backup of it with the first 3, and a host that has it open. */
async function inUse(): Promise<{ path: string; backup: string; host: LedgerLease }> {
	const path = join(temporaryFolder(), 'ledger.db');
	const backup = join(temporaryFolder(), 'backup.db');
	const host = await lease(path);
	await give(host, 3);
	await host.store.backup?.(backup, () => undefined);
	await give(host, 7);
	return { path, backup, host };
}

describe('a ledger file that is replaced under a running host', () => {
	it('is opened again by itself, in the same lease and in new ones, and the old log is not taken for its own', async () => {
		const { path, backup, host } = await inUse();
		copyFileSync(backup, `${path}.new`);
		renameSync(`${path}.new`, path);
		expect(await available(host)).to.equal(credits(3));
		await give(host);
		const redeployed = await lease(path);
		expect(await available(redeployed)).to.equal(credits(4));
		await host.release();
		await give(redeployed);
		expect(await available(redeployed)).to.equal(credits(5));
		expect((await verifyLedger(redeployed.store)).violations).to.deep.equal([]);
		expect(readdirSync(dirname(path)).filter((name) => name.includes('of-replaced'))).to.not.deep.equal([]);
		await redeployed.release();
	});

	it('is told nothing of what the file before it held', async () => {
		const path = join(temporaryFolder(), 'ledger.db');
		writeFileSync(path, 'the first');
		let goOn = (): void => undefined;
		const ends = new SeenEnds(path, { pause: () => new Promise((resolve) => (goOn = resolve)) });
		ends.note('default', { seq: 1, hash: 'a'.repeat(64), nowMs: 0 });
		ends.note('default', { seq: 2, hash: 'b'.repeat(64), nowMs: 1 });
		writeFileSync(`${path}.new`, 'the second');
		renameSync(`${path}.new`, path);
		goOn();
		await nextTurn();
		expect(readSeen(path)).to.deep.equal([]);
		ends.close();
		expect(readSeen(path)).to.deep.equal([]);
	});

	it('stays refused while there is none or no proper one, and nothing is made', async () => {
		const { path, backup, host } = await inUse();
		renameSync(path, `${path}.away`);
		expect((await faultOf(give(host))).code).to.equal('ledger_unavailable');
		writeFileSync(path, 'Dear Ada');
		expect((await faultOf(give(host))).code).to.equal('ledger_corrupt');
		rmSync(path);
		expect((await faultOf(give(host))).code).to.equal('ledger_unavailable');
		expect(readdirSync(dirname(path))).to.not.include('ledger.db');
		copyFileSync(backup, `${path}.new`);
		renameSync(`${path}.new`, path);
		expect(await available(host)).to.equal(credits(3));
		await host.release();
	});

	it('goes on as it was when it is put back', async () => {
		const { path, host } = await inUse();
		renameSync(path, `${path}.away`);
		expect((await faultOf(give(host))).code).to.equal('ledger_unavailable');
		renameSync(`${path}.away`, path);
		expect(await available(host)).to.equal(credits(10));
		await host.release();
	});
});

describe('the log of a ledger in use', () => {
	it('that is deleted is named once, and nothing of it is lost', async () => {
		const { path, host } = await inUse();
		rmSync(`${path}-wal`);
		const fault = await faultOf(give(host));
		expect(fault.code).to.equal('ledger_corrupt');
		expect(fault.message).to.include('-wal').and.include('deleted').and.include('llm-credits restore --from BACKUP');
		expect(await available(host)).to.equal(credits(10));
		await give(host);
		expect(await available(host)).to.equal(credits(11));
		expect((await verifyLedger((await lease(path)).store)).violations).to.deep.equal([]);
		await host.release();
	});

	it('that is deleted while another process has it open too goes into the file with the first that notices', async function () {
		this.timeout(30_000);
		const { path, host } = await inUse();
		const other = start(process.execPath, ['-e', HOLD_OPEN, path], { env: cleanEnvironment() });
		await until(() => Promise.resolve(other.output().includes('open') || null), {
			timeoutMs: 10_000,
			everyMs: 10,
			describe: () => other.output(),
		});
		try {
			rmSync(`${path}-wal`);
			expect((await faultOf(give(host))).code).to.equal('ledger_corrupt');
			expect(await available(host)).to.equal(credits(10));
		} finally {
			await other.kill('SIGKILL');
		}
		const killed = join(temporaryFolder(), 'ledger.db');
		copyFileSync(path, killed);
		const store = await openLedgerStore(killed);
		expect((await store.snapshot('default')).grants).to.have.length(2);
		await store.close();
		await host.release();
	});

	it('that is cut is named until a backup is restored, and the proof names what is missing', async () => {
		const { path, backup, host } = await inUse();
		copyFileSync(path, `${path}.kept`);
		truncateSync(`${path}-wal`, 100);
		for (const _ of [1, 2]) {
			const fault = await faultOf(give(host));
			expect(fault.code).to.equal('ledger_corrupt');
			expect(fault.message).to.include('cut');
		}
		copyFileSync(backup, `${path}.new`);
		renameSync(`${path}.new`, path);
		expect(await available(host)).to.equal(credits(3));
		await host.release();
	});

	it('is noted a moment after the last charge, also when nothing is committed any more', async () => {
		const path = join(temporaryFolder(), 'ledger.db');
		const store = await openLedgerStore(path);
		await store.commit('acme', [openAccount(), grant('g', 50)]);
		for (const key of ['a', 'b', 'c']) await store.commit('acme', [reserve(key, 5)]);
		const isNoted = (): Promise<true | null> => Promise.resolve(readSeen(path).some(({ seq }) => seq === 5) ? true : null);
		await until(isNoted, { timeoutMs: 10_000, describe: () => `only ${JSON.stringify(readSeen(path))} is noted` });
		await store.close();
	});

	it('that goes with a killed host is missed by the proof', async () => {
		const path = join(temporaryFolder(), 'ledger.db');
		const store = await openLedgerStore(path);
		await store.commit('acme', [openAccount(), grant('g', 50)]);
		await store.commit('acme', [reserve('a', 5)]);
		// As after a kill: the file without its log, and the note that was beside it.
		const killed = join(dirname(path), 'killed');
		await store.close();
		const again = await openLedgerStore(path);
		copyFileSync(path, killed);
		await again.commit('acme', [settle(3, 4), reserve('b', 5)]);
		await again.commit('acme', [expire(5)]);
		await again.close();
		expect((await verifyLedger(await openLedgerStore(path))).violations).to.deep.equal([]);
		// The same file with what it had before: its inode and its birth stay.
		copyFileSync(killed, path);
		const { violations } = await verifyLedger(await openLedgerStore(path));
		expect(violations.map(({ code }) => code)).to.deep.equal(['end_missing']);
		expect(violations[0]?.detail).to.match(/^Entry [67] was written/);
	});
});
