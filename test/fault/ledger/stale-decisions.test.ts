/**
 * Two hosts at one account, one of them in the middle of a batch when the other comes: no decision is written that was made on what has
 * changed since, whether the batch is interrupted, tried again, or merely slow.
 */
import { expect } from 'chai';
import type { Command, Outcome } from '../../../lib/core/nouns/commands';
import { verifyLedger } from '../../../lib/engine/moving/verify-ledger';
import { openFile } from '../../../lib/ledger/sqlite/file/connection';
import { isBusy } from '../../../lib/ledger/sqlite/file/faults';
import type { LedgerStore } from '../../../lib/ledger/store';
import { startCuttingProxy } from '../../support/postgres/cutting-proxy';
import { credits, expectKind, grant, openAccount, reserve, settle } from '../../support/ledger/ledger-commands';
import { newLedgerUrl, openPostgresTestLedger } from '../../support/postgres/postgres';
import { newLedgerPath, openTestLedger } from '../../support/ledger/sqlite-ledger';

const ACCOUNT = 'acme';
const BEGINNING = [openAccount(), grant('g', 10)];

async function one(store: LedgerStore, command: Command): Promise<Outcome | undefined> {
	return (await store.commit(ACCOUNT, [command]))[0];
}

async function proveAndClose(...stores: readonly LedgerStore[]): Promise<void> {
	for (const store of stores) {
		expect((await verifyLedger(store)).violations).to.deep.equal([]);
		await store.close();
	}
}

describe('a decision and what changes meanwhile, on SQLite', () => {
	it('field lesson 7: a batch that had to wait is decided on what is there when its turn comes', async () => {
		const path = newLedgerPath();
		const other = await openTestLedger({ path, clock: Date.now });
		await other.commit(ACCOUNT, BEGINNING);
		const holder = openFile(path);
		let pauses = 0;
		const pause = async (): Promise<void> => {
			pauses += 1;
			if (pauses > 1) return;
			holder.exec('COMMIT');
			expectKind(await one(other, reserve('other', 8)), 'reserved');
		};
		const store = await openTestLedger({ path, clock: Date.now, jitter: () => 0, pause });
		holder.exec('BEGIN IMMEDIATE');
		expect(expectKind(await one(store, reserve('mine', 8)), 'refused').reason).to.equal('credits_held');
		expect(pauses).to.be.greaterThan(0);
		holder.close();
		await proveAndClose(store, other);
	});

	it('field lesson 7: nobody writes between reading and writing', async () => {
		const path = newLedgerPath();
		const other = openFile(await madeLedger(path));
		let attempts = 0;
		const store = await openTestLedger({
			path,
			// Asked for after the account was read and before the decision is written.
			clock: () => {
				attempts += 1;
				expect(isBusy(thrownBy(() => other.exec('BEGIN IMMEDIATE')))).to.equal(true);
				return Date.now();
			},
		});
		expectKind(await one(store, reserve('mine', 8)), 'reserved');
		expect(attempts).to.equal(1);
		other.close();
		await store.close();
	});
});

async function madeLedger(path: string): Promise<string> {
	const store = await openTestLedger({ path, clock: Date.now });
	await store.commit(ACCOUNT, BEGINNING);
	await store.close();
	return path;
}

function thrownBy(act: () => void): unknown {
	try {
		act();
		return null;
	} catch (error) {
		return error;
	}
}

describe('a decision and what changes meanwhile, on PostgreSQL', function () {
	this.timeout(30_000);

	it('field lesson 7: a batch that was cut is decided anew, on what another has left', async () => {
		const direct = await newLedgerUrl();
		const proxy = await startCuttingProxy(Number(new URL(direct).port));
		const url = new URL(direct);
		url.port = String(proxy.port);
		const other = await openPostgresTestLedger({ url: direct, clock: Date.now });
		await other.commit(ACCOUNT, BEGINNING);
		let pauses = 0;
		const pause = async (): Promise<void> => {
			pauses += 1;
			if (pauses === 1) expectKind(await one(other, reserve('other', 8)), 'reserved');
		};
		const store = await openPostgresTestLedger({ url: url.href, clock: Date.now, jitter: () => 0, pause });
		proxy.cutAt('COMMIT\0', 'before');
		expect(expectKind(await one(store, reserve('mine', 8)), 'refused').reason).to.equal('credits_held');
		expect([proxy.cuts, pauses]).to.deep.equal([1, 1]);
		await proveAndClose(store, other);
		await proxy.stop();
	});

	it('field lesson 7: credits that come while a batch is decided wait for it, and repay what it overdrew', async () => {
		const url = await newLedgerUrl();
		const other = await openPostgresTestLedger({ url, clock: Date.now });
		await other.commit(ACCOUNT, [...BEGINNING, reserve('call', 10)]);
		const granting: Promise<Outcome | undefined>[] = [];
		let readings = Number.NEGATIVE_INFINITY;
		const store = await openPostgresTestLedger({
			url,
			// The time is read before the account is locked, and again behind the lock: then it is asked for, before the decision is written.
			clock: () => {
				readings += 1;
				if (readings === 2) granting.push(one(other, grant('more', 5)));
				return Date.now();
			},
		});
		readings = 0;
		expectKind(await one(store, settle(3, 12)), 'closed');
		expect(expectKind(await granting[0], 'granted').availableMicro).to.equal(credits(3));
		const kinds = (await other.entries(ACCOUNT, { afterSeq: 3, limit: 9 })).map(({ body }) => body.kind);
		expect(kinds.filter((kind) => !kind.startsWith('alert'))).to.deep.equal(['settled', 'granted', 'overdraft_repaid']);
		await proveAndClose(store, other);
	});
});
