/**
 * What a loss of power leaves at worst: the files as they were when the last finished sync began. Everything that was answered is in
 * them; and when the disk refuses, nothing is answered until it is safe after all.
 */
import { expect } from 'chai';
import { copyFileSync, existsSync, fdatasync } from 'node:fs';
import type { Outcome } from '../../../lib/core/nouns/commands';
import type { CreditError } from '../../../lib/core/values/errors';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import { GroupCommit } from '../../../lib/ledger/group-commit';
import { openFile } from '../../../lib/ledger/sqlite/file/connection';
import type { SyncFile } from '../../../lib/ledger/sqlite/file/log-sync';
import type { LedgerStore } from '../../../lib/ledger/store';
import { faultOf } from '../../support/machine/error-code';
import { expectKind, grant, openAccount, reserve, settle } from '../../support/ledger/ledger-commands';
import { newLedgerPath, openTestLedger } from '../../support/ledger/sqlite-ledger';

const ACCOUNT = 'acme';
const clock = Date.now;

function copyOf(path: string, suffixes: readonly string[]): string {
	const copy = newLedgerPath();
	for (const suffix of suffixes) if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
	return copy;
}

async function lastSeqOf(path: string, accountId: string): Promise<number> {
	const found = await openTestLedger({ path, clock });
	expect((await verifyLedger(found)).violations).to.deep.equal([]);
	const { account } = await found.snapshot(accountId);
	await found.close();
	return account?.lastSeq ?? 0;
}

const openDurable = (path: string, syncFile: SyncFile): Promise<LedgerStore> =>
	openTestLedger({ path, clock, synchronous: 'full', syncFile, busyDeadlineMs: 200 });

/** Syncs that wait to be let go. */
class HeldSyncs {
	readonly #held: (() => void)[] = [];
	readonly sync: SyncFile = (file, done) => {
		this.#held.push(() => {
			fdatasync(file, done);
		});
	};

	get count(): number {
		return this.#held.length;
	}

	/** Resolves when one waits. Opening the log is the system's work and takes as long as it takes. */
	async begun(): Promise<void> {
		while (this.#held.length === 0) await quiet();
	}

	letGo(): void {
		for (const go of this.#held.splice(0)) go();
	}
}

/** Syncs that are let through until they are held, and of which the first that was held then fails. */
class FailingSyncs {
	readonly #held: ((error: Error) => void)[] = [];
	#isHolding = false;
	readonly sync: SyncFile = (file, done) => {
		if (this.#isHolding) this.#held.push(done);
		else fdatasync(file, done);
	};

	hold(): void {
		this.#isHolding = true;
	}

	/** Resolves when one waits. */
	async begun(): Promise<void> {
		while (this.#held.length === 0) await quiet();
	}

	/** Fails it, and lets all that come later through. */
	fail(): void {
		this.#isHolding = false;
		this.#held[0]?.(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }));
	}
}

/** Lets everything happen that needs no sync. */
async function quiet(): Promise<void> {
	for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('durability of a ledger file', () => {
	it('everything that is answered was in the log when a sync began that has ended', async () => {
		const path = newLedgerPath();
		let begun = '';
		let ended = '';
		const store = await openDurable(path, (file, done) => {
			const copy = copyOf(path, ['', '-wal']);
			begun = copy;
			fdatasync(file, (error) => {
				if (begun === copy) ended = copy;
				done(error);
			});
		});
		for (const accountId of ['a', 'b']) await store.commit(accountId, [openAccount(), grant('g', 1000)]);
		let answered = 0;
		const spend = async (accountId: string): Promise<void> => {
			for (let call = 0; call < 15; call += 1) {
				const [outcome] = await store.commit(accountId, [reserve(`k${String(call)}`, 1)]);
				const { hold } = expectKind(outcome, 'reserved');
				expect(await lastSeqOf(copyOf(ended, ['', '-wal']), accountId)).to.be.at.least(hold.seq);
				await store.commit(accountId, [settle(hold.seq, 1)]);
				expect(await lastSeqOf(copyOf(ended, ['', '-wal']), accountId)).to.be.greaterThan(hold.seq);
				answered += 2;
			}
		};
		await Promise.all([spend('a'), spend('b')]);
		expect(answered).to.equal(60);
		await store.close();
	});

	it('nothing is answered before its sync has ended, not even what was there already', async () => {
		const path = newLedgerPath();
		const first = await openTestLedger({ path, clock });
		await first.commit(ACCOUNT, [openAccount(), grant('g', 10)]);
		const syncs = new HeldSyncs();
		const store = await openDurable(path, syncs.sync);
		const answers: (readonly Outcome[])[] = [];
		const ask = (key: string): Promise<unknown> => store.commit(ACCOUNT, [reserve(key, 1)]).then((outcomes) => answers.push(outcomes));
		const asked = [ask('a'), ask('a')];
		await syncs.begun();
		await quiet();
		expect([answers.length, syncs.count]).to.deep.equal([0, 1]);
		expect((await first.snapshot(ACCOUNT)).account?.lastSeq, 'others see it already').to.equal(3);
		while (answers.length < 2) {
			syncs.letGo();
			await quiet();
		}
		await Promise.all(asked);
		const replays = answers.flat().map((outcome) => expectKind(outcome, 'reserved').isReplayed);
		expect(replays).to.have.members([false, true]);
		await store.close();
		await first.close();
	});

	it('a sync that was under way is not taken for one of what came after it', async () => {
		const path = newLedgerPath();
		const syncs = new HeldSyncs();
		const store = await openDurable(path, syncs.sync);
		const one = store.commit('a', [openAccount()]);
		await syncs.begun();
		let isAnswered = false;
		const two = store.commit('b', [openAccount()]).then(() => (isAnswered = true));
		await quiet();
		syncs.letGo();
		await one;
		await syncs.begun();
		await quiet();
		expect([isAnswered, syncs.count]).to.deep.equal([false, 1]);
		syncs.letGo();
		await two;
		await store.close();
	});

	it('a full batch is decided while the one before it is on its way to the disk, and answered after it', async () => {
		const path = newLedgerPath();
		const reader = await openTestLedger({ path, clock });
		await reader.commit(ACCOUNT, [openAccount(), grant('g', 1000)]);
		const syncs = new HeldSyncs();
		const store = await openDurable(path, syncs.sync);
		const commits = new GroupCommit(store);
		const answered: number[] = [];
		const asked = Array.from({ length: 200 }, async (_, call) => {
			const outcome = await commits.submit(ACCOUNT, reserve(`k${String(call)}`, 1));
			expectKind(outcome, 'reserved');
			answered.push(call);
		});
		await syncs.begun();
		await quiet();
		expect([answered.length, syncs.count], 'nothing is answered, one sync waits').to.deep.equal([0, 1]);
		expect((await reader.snapshot(ACCOUNT)).account?.lastSeq, 'three full batches are written; eight commands wait').to.equal(2 + 192);
		syncs.letGo();
		await syncs.begun();
		await quiet();
		expect(answered, 'the first batch').to.deep.equal(Array.from({ length: 64 }, (_, call) => call));
		while (answered.length < 200) {
			syncs.letGo();
			await quiet();
		}
		await Promise.all(asked);
		expect(answered, 'in their order').to.deep.equal(Array.from({ length: 200 }, (_, call) => call));
		await store.close();
		await reader.close();
	});

	it('waits for syncs under way when it is closed', async () => {
		const path = newLedgerPath();
		const store = await openDurable(path, fdatasync);
		const underWay = store.commit(ACCOUNT, [openAccount()]);
		await store.close();
		expect((await underWay)[0]?.kind).to.equal('account');
	});
});

describe('a disk that cannot sync', () => {
	it('refuses the batch by name, and answers nothing more until the log is in the file', async () => {
		const path = newLedgerPath();
		let isBroken = false;
		const store = await openDurable(path, (file, done) => {
			if (isBroken) done(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }));
			else fdatasync(file, done);
		});
		await store.commit(ACCOUNT, [openAccount(), grant('g', 10)]);
		isBroken = true;
		const fault = await faultOf(store.commit(ACCOUNT, [reserve('a', 1)]));
		expect([fault.code, fault.message.includes(path), fault.message.includes('EIO')]).to.deep.equal(['ledger_unavailable', true, true]);
		isBroken = false;
		const reader = openFile(path);
		reader.exec('BEGIN');
		reader.prepare('SELECT count(*) FROM entries').get();
		const writer = openFile(path);
		writer.exec('BEGIN IMMEDIATE; DELETE FROM kept_results');
		expect((await faultOf(store.commit(ACCOUNT, [reserve('b', 1)]))).code).to.equal('ledger_busy');
		writer.exec('ROLLBACK');
		writer.close();
		reader.close();
		const [again] = await store.commit(ACCOUNT, [reserve('a', 1)]);
		expect(expectKind(again, 'reserved').isReplayed).to.equal(true);
		expect(await lastSeqOf(copyOf(path, ['']), ACCOUNT), 'in the file without its log').to.equal(3);
		await store.close();
	});

	it('refuses with that batch what was written while its sync was under way, though the next sync succeeds', async () => {
		const path = newLedgerPath();
		const syncs = new FailingSyncs();
		const store = await openDurable(path, syncs.sync);
		for (const accountId of ['a', 'b']) await store.commit(accountId, [openAccount(), grant('g', 10)]);
		syncs.hold();
		const failing = faultOf(store.commit('a', [reserve('k', 1)]));
		await syncs.begun();
		const behind = faultOf(store.commit('b', [reserve('k', 1)]));
		await quiet();
		syncs.fail();
		expect([(await failing).code, (await behind).code]).to.deep.equal(['ledger_unavailable', 'ledger_unavailable']);

		const [again] = await store.commit('b', [reserve('k', 1)]);
		expect(expectKind(again, 'reserved').isReplayed).to.equal(true);
		expect(await lastSeqOf(copyOf(path, ['']), 'a'), 'in the file without its log').to.equal(3);
		await store.close();
	});

	it('refuses what was decided ahead on a batch whose sync fails, and finds all of it again', async () => {
		const path = newLedgerPath();
		const syncs = new FailingSyncs();
		const store = await openDurable(path, syncs.sync);
		const commits = new GroupCommit(store);
		await commits.submit(ACCOUNT, openAccount());
		await commits.submit(ACCOUNT, grant('g', 1000));
		syncs.hold();
		const keys = Array.from({ length: 150 }, (_, call) => `k${String(call)}`);
		const asked = Promise.allSettled(keys.map((key) => commits.submit(ACCOUNT, reserve(key, 1))));
		await syncs.begun();
		await quiet();
		syncs.fail();
		const ends = (await asked).slice(0, 128).map((end) => (end.status === 'rejected' ? (end.reason as CreditError).code : 'answered'));
		expect(new Set(ends), 'both full batches').to.deep.equal(new Set(['ledger_unavailable']));
		const again = await Promise.all(keys.map((key) => commits.submit(ACCOUNT, reserve(key, 1))));
		const replayed = again.filter((outcome) => expectKind(outcome, 'reserved').isReplayed).length;
		expect(replayed, 'both batches were written').to.be.at.least(128);
		expect(await lastSeqOf(path, ACCOUNT)).to.equal(2 + 150);
		await commits.drain();
		await store.close();
	});
});
