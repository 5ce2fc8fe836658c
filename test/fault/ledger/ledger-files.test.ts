/** Files that cannot be used, and disks and locks that fail: each has a named fault that tells the path and the mend, and nothing is half-written. */
import type { Database } from 'better-sqlite3';
import { expect } from 'chai';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from '../../../lib/core/nouns/commands';
import { openFile } from '../../../lib/ledger/sqlite/file/connection';
import { ledgerFault } from '../../../lib/ledger/sqlite/file/faults';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import { start, until, type Running } from '../../support/machine/child';
import { faultOf } from '../../support/machine/error-code';
import { grant, openAccount, reserve, settle } from '../../support/ledger/ledger-commands';
import { cleanEnvironment } from '../../support/machine/repository';
import { newLedgerPath, openTestLedger } from '../../support/ledger/sqlite-ledger';
import { temporaryFolder } from '../../support/machine/temporary-folder';

const clock = Date.now;
const ACCOUNT = 'acme';
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

async function written(path: string, calls = 3): Promise<void> {
	const store = await openTestLedger({ path, clock });
	await store.commit(ACCOUNT, [openAccount(), grant('g', 100_000)]);
	for (let index = 0; index < calls; index += 1) await store.commit(ACCOUNT, [reserve(`k${String(index)}`, 1), settle(3 + 2 * index, 1)]);
	await store.close();
}

/** Runs `act` without the rights of root, which no file mode stops. */
async function unprivileged<T>(act: () => Promise<T>): Promise<T> {
	const isRoot = process.geteuid?.() === 0;
	if (isRoot) process.seteuid?.(65_534);
	try {
		return await act();
	} finally {
		if (isRoot) process.seteuid?.(0);
	}
}

describe('a ledger path', () => {
	it('must name a file', async () => {
		const folder = temporaryFolder();
		writeFileSync(join(folder, 'plain'), 'x');
		const paths = [
			'',
			'   ',
			'a\0b',
			':memory:',
			'file:ledger.db',
			'file:///home/me/ledger.db',
			'~',
			'~/',
			'~somebody/ledger.db',
			`${folder}/new/`,
			folder,
			join(folder, 'plain', 'ledger.db'),
			'/dev/null',
			join(folder, 'x'.repeat(300)),
		];
		for (const path of paths) {
			const { code, message } = await faultOf(openTestLedger({ path, clock }));
			expect(code, `${path}: ${message}`).to.equal('invalid_path');
		}
		expect(readdirSync(folder)).to.deep.equal(['plain']);
	});

	it('that cannot be made is named with its reason', async () => {
		const { code, message } = await faultOf(openTestLedger({ path: '/proc/llm-credits/ledger.db', clock }));
		expect(['ledger_unavailable', 'ledger_read_only']).to.include(code);
		expect(message).to.include('/proc/llm-credits/ledger.db');
	});

	it('is made for its owner alone, whatever the umask, and leaves what was there as it is', async () => {
		const before = process.umask(0);
		try {
			const folder = temporaryFolder();
			chmodSync(folder, 0o755);
			const path = join(folder, 'a', 'b', 'ledger.db');
			const store = await openTestLedger({ path, clock });
			await store.commit(ACCOUNT, [openAccount()]);
			expect(readdirSync(dirname(path)).sort()).to.deep.equal(['ledger.db', 'ledger.db-shm', 'ledger.db-wal']);
			for (const name of readdirSync(dirname(path))) expect(modeOf(join(dirname(path), name)), name).to.equal('600');
			expect([modeOf(join(folder, 'a')), modeOf(join(folder, 'a', 'b')), modeOf(folder)]).to.deep.equal(['700', '700', '755']);
			await store.close();
		} finally {
			process.umask(before);
		}
	});
});

describe('a mount without shared memory', () => {
	it('is named, with what to use instead', () => {
		for (const code of [
			'SQLITE_IOERR_SHMMAP',
			'SQLITE_IOERR_SHMOPEN',
			'SQLITE_IOERR_SHMSIZE',
			'SQLITE_IOERR_SHMLOCK',
			'SQLITE_IOERR_LOCK',
		]) {
			const fault = ledgerFault(Object.assign(new Error('disk I/O error'), { code }), '/mnt/ledger.db');
			expect(fault.code).to.equal('ledger_unavailable');
			expect(fault.message).to.include('/mnt/ledger.db').and.include('named volume').and.include('PostgreSQL').and.include(code);
		}
	});
});

describe('a ledger that cannot be written', () => {
	it('is refused as read-only, in each way that it can be', async () => {
		await written(newLedgerPath());
		const cases: readonly { readonly fileMode: number | null; readonly folderMode: number }[] = [
			{ fileMode: 0o444, folderMode: 0o555 },
			{ fileMode: 0o444, folderMode: 0o777 },
			{ fileMode: 0o666, folderMode: 0o555 },
			{ fileMode: null, folderMode: 0o555 },
		];
		for (const { fileMode, folderMode } of cases) {
			const folder = temporaryFolder();
			const path = join(folder, 'ledger.db');
			if (fileMode !== null) await written(path);
			if (fileMode !== null) chmodSync(path, fileMode);
			chmodSync(folder, folderMode);
			const where = `a file of ${String(fileMode?.toString(8))} in a folder of ${folderMode.toString(8)}`;
			const { code, message } = await unprivileged(() =>
				faultOf(openTestLedger({ path, clock })).catch((error: unknown) => {
					throw new Error(where, { cause: error });
				}),
			);
			expect(code, `${where}: ${message}`).to.equal('ledger_read_only');
			expect(message).to.include(path).and.include('right to write');
			expect(existsSync(path)).to.equal(fileMode !== null);
			chmodSync(folder, 0o700);
		}
	});

	it('is refused when it was moved away while it was open', async () => {
		const path = newLedgerPath();
		const store = await openTestLedger({ path, clock });
		await store.commit(ACCOUNT, [openAccount()]);
		renameSync(path, `${path}.moved`);
		expect((await faultOf(store.commit(ACCOUNT, [grant('g', 1)]))).code).to.equal('ledger_unavailable');
		renameSync(`${path}.moved`, path);
		expect((await store.commit(ACCOUNT, [grant('g', 1)]))[0]?.kind).to.equal('granted');
		await store.close();
	});
});

describe('a file that is no ledger', () => {
	const refused = async (path: string, code: string): Promise<string> => {
		const before = readFileSync(path);
		const fault = await faultOf(openTestLedger({ path, clock }));
		expect(fault.code, fault.message).to.equal(code);
		expect(fault.message).to.include(path);
		expect(readFileSync(path).equals(before), 'the file was changed').to.equal(true);
		expect(existsSync(`${path}-wal`), 'a side file was left').to.equal(false);
		return fault.message;
	};

	it('is refused when it holds random bytes or a text', async () => {
		const path = newLedgerPath();
		writeFileSync(path, Buffer.from(Array.from({ length: 8192 }, (_, index) => (index * 7919 + 13) % 251)));
		await refused(path, 'ledger_corrupt');
		writeFileSync(path, 'Dear Ada,\nthis is a letter.\n'.repeat(100));
		await refused(path, 'ledger_corrupt');
	});

	it('is refused when it is empty: somebody else made it, or cut it', async () => {
		for (const setUp of [null, 'PRAGMA journal_mode = DELETE; CREATE TABLE gone (id); DROP TABLE gone']) {
			const path = newLedgerPath();
			writeFileSync(path, '');
			if (setUp !== null) {
				const db = openFile(path);
				db.exec(setUp);
				db.close();
			}
			expect(await refused(path, 'ledger_corrupt'))
				.to.include('an empty')
				.and.include('llm-credits restore');
		}
	});

	it('is refused when it is the database of another program', async () => {
		for (const setUp of ['CREATE TABLE flows (id)', 'PRAGMA application_id = 7', 'PRAGMA user_version = 3']) {
			const path = newLedgerPath();
			writeFileSync(path, '');
			const db = openFile(path);
			db.exec(setUp);
			db.close();
			expect(await refused(path, 'ledger_corrupt')).to.include('another program');
		}
	});

	it('is refused when a newer version wrote it', async () => {
		const path = newLedgerPath();
		await written(path);
		const db = openFile(path);
		db.pragma('user_version = 99');
		db.close();
		expect(await refused(path, 'ledger_newer')).to.include('Update LLM Credits');
	});

	it('is told as damaged when a part of it is gone, wherever that shows', async () => {
		const path = newLedgerPath();
		await written(path, 200);
		truncateSync(path, Math.floor(statSync(path).size / 2 / 4096) * 4096);
		const use = async (): Promise<void> => {
			const store = await openTestLedger({ path, clock });
			try {
				const { violations } = await verifyLedger(store);
				if (violations.length === 0) await store.commit(ACCOUNT, [reserve('next', 1)]);
			} finally {
				await store.close();
			}
		};
		expect((await faultOf(use())).code).to.equal('ledger_corrupt');
	});
});

describe('a full disk', () => {
	it('is named, writes nothing by halves, and is over when there is room, for the same host too', async () => {
		const path = newLedgerPath();
		let file: Database | null = null;
		const store = await openTestLedger({ path, clock, openDatabase: (at) => (file = openFile(at)) });
		const leaveRoom = (pages: number): unknown => file?.pragma(`max_page_count = ${String(pages)}`);
		leaveRoom(40);
		await store.commit(ACCOUNT, [openAccount(), grant('g', 100_000)]);
		// Labels of its own: what a batch that failed has numbered must not be remembered.
		const batch = (number: number): Command[] =>
			Array.from({ length: 20 }, (_, index) =>
				reserve(`k${String(number)}-${String(index)}`, 1, { person: 'p'.repeat(50), labels: { campaign: `c${String(number)}` } }),
			);
		let answered = 0;
		const fill = async (): Promise<void> => {
			for (;;) {
				await store.commit(ACCOUNT, batch(answered));
				answered += 1;
			}
		};
		const expectWhole = async (): Promise<void> => {
			const marks = await store.holdMarks(ACCOUNT, { afterSeq: 0, untilSeq: Number.MAX_SAFE_INTEGER });
			expect(marks).to.have.length(answered * 20);
			expect((await verifyLedger(store)).violations).to.deep.equal([]);
		};
		const fault = await faultOf(fill());
		expect([fault.code, fault.isRetryable]).to.deep.equal(['ledger_full', true]);
		expect(fault.message).to.include(path);
		await expectWhole();
		leaveRoom(1_000_000);
		expect((await store.commit(ACCOUNT, batch(answered)))[0]).to.include({ kind: 'reserved', isReplayed: false });
		answered += 1;
		await expectWhole();
		await store.close();
	});
});

describe('a lock that another process holds', function () {
	this.timeout(30_000);

	const holdLock = async (path: string, forMs: number): Promise<Running> => {
		const code = `const db = new (require(${JSON.stringify(require.resolve('better-sqlite3'))}))(${JSON.stringify(path)}); db.exec('BEGIN IMMEDIATE'); console.log('held'); setTimeout(() => { db.exec('COMMIT'); db.close(); }, ${String(forMs)});`;
		const holder = start(process.execPath, ['-e', code], { env: cleanEnvironment() });
		await until(() => Promise.resolve(holder.output().includes('held') || null), {
			timeoutMs: 10_000,
			everyMs: 5,
			describe: () => holder.output(),
		});
		return holder;
	};

	it('is waited for without stopping the event loop, and then taken', async () => {
		const path = newLedgerPath();
		await written(path);
		const store = await openTestLedger({ path, clock });
		const holder = await holdLock(path, 500);
		let [ticks, longestMs, lastMs] = [0, 0, performance.now()];
		const timer = setInterval(() => {
			ticks += 1;
			longestMs = Math.max(longestMs, performance.now() - lastMs);
			lastMs = performance.now();
		}, 5);
		const [outcome] = await store.commit(ACCOUNT, [reserve('waited', 1)]);
		clearInterval(timer);
		expect(outcome?.kind).to.equal('reserved');
		expect(ticks, 'turns of the event loop').to.be.greaterThan(20);
		expect(longestMs, 'longest stall').to.be.lessThan(250);
		await holder.finished;
		await store.close();
	});

	it('is given up after the deadline, with nothing written', async () => {
		const path = newLedgerPath();
		await written(path);
		const store = await openTestLedger({ path, clock, busyDeadlineMs: 100 });
		const holder = await holdLock(path, 60_000);
		const fault = await faultOf(store.commit(ACCOUNT, [reserve('late', 1)]));
		expect([fault.code, fault.isRetryable]).to.deep.equal(['ledger_busy', true]);
		expect(fault.message).to.include(path);
		expect((await faultOf(openTestLedger({ path, clock, busyDeadlineMs: 50 }))).code).to.equal('ledger_busy');
		expect((await store.snapshot(ACCOUNT)).grants, 'reading goes on').to.have.length(1);
		await holder.kill('SIGKILL');
		expect((await store.commit(ACCOUNT, [reserve('late', 1)]))[0]).to.include({ kind: 'reserved', isReplayed: false });
		await store.close();
	});
});

describe('two at once at a new file', () => {
	it('make one ledger of it', async () => {
		const path = join(temporaryFolder(), 'deep', 'ledger.db');
		mkdirSync(dirname(dirname(path)), { recursive: true });
		const stores = await Promise.all([1, 2, 3, 4].map(() => openTestLedger({ path, clock })));
		await Promise.all(stores.map((store) => store.commit(ACCOUNT, [openAccount()])));
		expect(await stores[0]?.accounts()).to.have.length(1);
		await Promise.all(stores.map((store) => store.close()));
	});
});
