/** A backup is brought back whole, and a ledger of an older schema is changed only by those who may: nothing is lost on the way. */
import { expect } from 'chai';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openFile } from '../../../lib/ledger/sqlite/file/connection';
import { SCHEMA_VERSION, type Migration } from '../../../lib/ledger/sqlite/file/migrations';
import { restoreLedger } from '../../../lib/runtime/restore';
import { leaseLedger, openLedgerStore } from '../../../lib/runtime/runtime';
import { grant, openAccount, reserve } from '../../support/ledger/ledger-commands';
import { faultOf } from '../../support/machine/error-code';
import { repositoryRoot } from '../../support/machine/repository';
import { temporaryFolder } from '../../support/machine/temporary-folder';

const ACCOUNT = 'acme';

async function lastSeqOf(path: string): Promise<number | undefined> {
	const store = await openLedgerStore(path, { mayMake: false });
	try {
		return (await store.accounts())[0]?.lastSeq;
	} finally {
		await store.close();
	}
}

/** A ledger with 4 entries, its backup with 2, and the log that a killed host left beside it. */
async function killed(): Promise<{ path: string; backup: string }> {
	const path = join(temporaryFolder(), 'ledger.db');
	const backup = join(temporaryFolder(), 'backup.db');
	const working = join(temporaryFolder(), 'working.db');
	const store = await openLedgerStore(working);
	await store.commit(ACCOUNT, [openAccount(), grant('g', 50)]);
	await store.backup?.(backup, () => undefined);
	await store.commit(ACCOUNT, [reserve('a', 5), reserve('b', 5)]);
	for (const ending of ['', '-wal']) copyFileSync(`${working}${ending}`, `${path}${ending}`);
	await store.close();
	return { path, backup };
}

describe('restoring a backup', () => {
	it('over a killed ledger gives the backup, not its log, and keeps what was there', async () => {
		const { path, backup } = await killed();
		const before = readFileSync(backup);
		const { verification, kept, lostEntries } = await restoreLedger({ from: backup, to: path });
		expect([verification.ok, verification.entries, lostEntries]).to.deep.equal([true, 2, 2]);
		expect(await lastSeqOf(path)).to.equal(2);
		expect(await lastSeqOf(kept ?? '')).to.equal(4);
		expect(readdirSync(dirname(path)).filter((name) => /-wal|-shm|\.llm-credits/.test(name))).to.deep.equal([]);
		expect(readFileSync(backup).equals(before), 'the backup was changed').to.equal(true);
	});

	it('over a ledger that is damaged beyond reading keeps what was there', async () => {
		const { path, backup } = await killed();
		writeFileSync(path, 'no ledger any more');
		const { kept, lostEntries } = await restoreLedger({ from: backup, to: path });
		expect(lostEntries).to.equal(null);
		expect(readFileSync(kept ?? '', 'utf8').startsWith('no ledger any more')).to.equal(true);
		expect(await lastSeqOf(path)).to.equal(2);
	});

	it('is refused while a host has the ledger open, and when the backup is wrong; nothing is changed then', async () => {
		const { path, backup } = await killed();
		const host = await openLedgerStore(path);
		expect((await faultOf(restoreLedger({ from: backup, to: path }))).code).to.equal('ledger_busy');
		await host.close();
		const db = openFile(backup);
		db.exec('UPDATE grant_balances SET remaining_micro = remaining_micro - 1, settled_micro = settled_micro + 1');
		db.close();
		const { verification, kept } = await restoreLedger({ from: backup, to: path });
		expect([verification.ok, kept]).to.deep.equal([false, null]);
		expect(await lastSeqOf(path)).to.equal(4);
		expect(readdirSync(dirname(path)).sort()).to.deep.equal(['ledger.db']);
	});

	it('where there is no ledger makes one of the backup', async () => {
		const { backup } = await killed();
		const path = join(temporaryFolder(), 'new.db');
		expect(await restoreLedger({ from: backup, to: path })).to.deep.include({ kept: null, lostEntries: 0 });
		expect(await lastSeqOf(path)).to.equal(2);
	});
});

describe('a ledger of an older schema', () => {
	const older = (): string => {
		const path = join(temporaryFolder(), 'ledger.db');
		writeFileSync(join(dirname(path), 'empty.db'), '');
		const db = openFile(join(dirname(path), 'empty.db'));
		db.exec(readFileSync(join(repositoryRoot(), 'test', 'fixtures', 'ledger-schema-1.sqlite.sql'), 'utf8'));
		db.close();
		copyFileSync(join(dirname(path), 'empty.db'), path);
		return path;
	};
	const schemaOf = (path: string): number => {
		const db = openFile(path);
		const version = Number(db.pragma('user_version', { simple: true }));
		db.close();
		return version;
	};

	it('is read through a copy, and stays as it is', async () => {
		const path = older();
		const store = await openLedgerStore(path, { mayMake: false, older: 'copy' });
		expect(store.location).to.equal(path);
		expect((await store.accounts()).map(({ id }) => id)).to.include('acme');
		await store.close();
		expect(schemaOf(path)).to.equal(1);
	});

	it('is not written by a command, which names the one that brings it forward', async () => {
		const path = older();
		const { code, message } = await faultOf(openLedgerStore(path));
		expect(code).to.equal('ledger_unavailable');
		expect(message).to.include(`llm-credits migrate --ledger ${path}`);
		expect(schemaOf(path)).to.equal(1);
	});

	it('is brought forward when asked, and by a host, after a copy was put beside it', async () => {
		const told: Migration[] = [];
		const path = older();
		await (await openLedgerStore(path, { older: 'migrate', onMigrated: (migration) => told.push(migration) })).close();
		expect(told.map(({ from, to }) => [from, to])).to.deep.equal([[1, SCHEMA_VERSION]]);
		expect([schemaOf(path), schemaOf(told[0]?.backup ?? '')]).to.deep.equal([SCHEMA_VERSION, 1]);
		const another = older();
		const host = await leaseLedger({ path: another, account: 'acme', timeZone: 'UTC' }, '.', {});
		await host.release();
		expect([schemaOf(another), schemaOf(`${another}.schema-1`)]).to.deep.equal([SCHEMA_VERSION, 1]);
	});
});
