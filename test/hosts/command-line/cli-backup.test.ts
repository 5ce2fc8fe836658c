/** Owns the proof of backups as processes: whole and provable while others write, for the owner alone, replacing nothing. */
import { expect } from 'chai';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { CommandLine, take } from '../../support/command-line/command-line';

const CALLS_BEFORE = 1500;

describe('command line: backup', () => {
	let cli: CommandLine;
	beforeEach(async () => {
		cli = new CommandLine();
		await cli.withAccount(async (account) => {
			await account.open({ timeZone: 'UTC' });
			await account.grant({ credits: 1_000_000_000_000n, category: 'purchased', expiry: null, key: 'credits' });
		});
	});

	it('copies one moment of a ledger that is written all the time, and the copy verifies', async () => {
		const to = join(cli.folder, 'backup.db');
		await cli.withAccount(async (account) => {
			await Promise.all(Array.from({ length: CALLS_BEFORE }, (_, index) => take(account, { key: `before ${index}`, amount: 2, cost: 1 })));
			const entriesBefore = (await account.balance()).account.lastSeq;
			const running = new Set(['backup']);
			const backup = cli.document(['backup', '--to', to]).finally(() => running.clear());
			let during = 0;
			for (; running.size > 0; during += 1) await take(account, { key: `during ${during}`, amount: 2, cost: 1 });
			const { ok, entries, bytes, ledger } = await backup;
			expect({ ok, ledger, bytes }).to.deep.equal({ ok: true, ledger: cli.ledger, bytes: statSync(to).size });
			const entriesAfter = (await account.balance()).account.lastSeq;
			expect(during).to.be.greaterThan(10);
			expect(entries).to.be.within(entriesBefore, entriesAfter);
		});
		expect(statSync(to).mode & 0o777).to.equal(0o600);
		expect(readdirSync(cli.folder).sort()).to.deep.equal(['backup.db', 'ledger.db', 'ledger.db-seen']);
		expect(await cli.document(['verify', '--ledger', to])).to.have.property('ok', true);
		await cli.document(['grant', '--credits', '1', '--ledger', to]);
		expect(await cli.document(['verify', '--ledger', to])).to.have.property('ok', true);
	});

	it('replaces nothing and makes nothing where it cannot', async () => {
		const taken = join(cli.folder, 'taken');
		writeFileSync(taken, 'mine');
		mkdirSync(join(cli.folder, 'folder'));
		const before = readdirSync(cli.folder).sort();
		const cases: readonly (readonly [args: string[], code: number, says: RegExp])[] = [
			[['--to', taken], 1, /something at .*taken already.*another path/],
			[['--to', cli.ledger], 1, /something at .*ledger\.db already/],
			[['--to', join(cli.folder, 'folder')], 1, /something at .*folder already/],
			[['--to', join(cli.folder, 'nowhere', 'b.db')], 2, /no folder .*nowhere/],
			[[], 2, /--to <file> is missing/],
			[['--to', 'b.db', '--ledger', `${cli.ledger}.none`], 3, /There is no ledger at/],
			[['--to', 'postgres://me:geheim@db.example/x'], 2, /--to is a PostgreSQL address/],
		];
		await Promise.all(cases.map(([args, code, says]) => cli.failure(['backup', ...args], { code, says })));
		expect(readdirSync(cli.folder).sort()).to.deep.equal(before);
		expect(readFileSync(taken, 'utf8')).to.equal('mine');
	});

	it('keeps the copy of a ledger that is wrong, and says so', async () => {
		const db = new Database(cli.ledger);
		db.exec('UPDATE grant_balances SET remaining_micro = remaining_micro - 1');
		db.close();
		const found = await cli.document(['backup', '--to', 'copy.db'], 1);
		expect(found['ok']).to.equal(false);
		expect(found['violations'][0]).to.include.keys('accountId', 'code', 'detail');
		expect(statSync(join(cli.folder, 'copy.db')).size).to.be.greaterThan(0);
	});

	it('names the tool for a ledger on a server, without its password', async () => {
		const address = 'postgres://me:geheim@db.example:5433/credits?schema=shop&sslmode=verify-full';
		const { code, stdout, stderr } = await cli.run('backup', '--to', 'it.dump', '--ledger', address);
		expect(stderr)
			.to.contain(`pg_dump --format=custom --schema=shop --file=${join(cli.folder, 'it.dump')} --host=db.example --port=5433 --username=me`)
			.and.contain("--dbname='dbname=credits sslmode=verify-full'");
		expect(stdout + stderr).to.not.match(/geheim/);
		expect(code).to.equal(1);
	});
});
