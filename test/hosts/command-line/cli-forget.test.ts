/** The proof of `llm-credits forget`, as a process: what it says, what is gone from the file, and ledgers that are older than pseudonyms. */
import { expect } from 'chai';
import Database from 'better-sqlite3';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LedgerAccount } from '../../../lib/engine/account/ledger-account';
import type { LedgerStore } from '../../../lib/ledger/store';
import { CommandLine } from '../../support/command-line/command-line';
import { repositoryRoot } from '../../support/machine/repository';

const ADA = 'ada.lovelace.of.london';
const BOB = 'bob.the.builder.of.york';

/** A call whose answer, with the name in it, is kept for retries. */
async function callFor(account: LedgerAccount, person: string, key: string): Promise<void> {
	const reserved = await account.reserve({
		key,
		fingerprint: 'f',
		alternatives: () => [{ rung: 0, calls: [{ amountMicro: 2_000_000n, model: null, price: null }] }],
		labels: {},
		person,
		sendId: key,
		executionId: null,
		caps: [],
		waitMs: 0,
	});
	if (reserved.kind === 'refused') throw new Error(reserved.reason);
	const result = { text: `Dear ${person}, `.repeat(500), keptUntilMs: Date.now() + 3_600_000 };
	await account.settle({ holdSeq: reserved.hold.seq, actualMicro: 1_000_000n, measure: 'reported', usage: null, result });
}

async function keepAnswer(store: LedgerStore, person: string): Promise<void> {
	const storedAtMs = Date.now();
	const when = { storedAtMs, keptUntilMs: storedAtMs + 3_600_000 };
	const answer = {
		key: person === ADA ? 'aa' : 'bb',
		campaign: '',
		node: '',
		text: `Answer for ${person}`,
		costMicro: 1n,
		person,
		...when,
	};
	await store.answers.write('default', { kept: [answer], used: [], saved: [] });
}

describe('command line: forget', () => {
	let cli: CommandLine;
	beforeEach(async () => {
		cli = new CommandLine();
		await cli.withAccount(async (account, store) => {
			await account.open({ timeZone: 'UTC' });
			await account.grant({ credits: 100_000_000n, category: 'purchased', expiry: null, key: 'credits' });
			for (const [person, key] of [
				[ADA, 'a'],
				[ADA, 'b'],
				[BOB, 'c'],
			] as const)
				await callFor(account, person, key);
			await keepAnswer(store, ADA);
			await keepAnswer(store, BOB);
		});
	});

	/** True when the name is anywhere in the ledger's files, in either way that SQLite writes texts. */
	const isInFiles = (name: string): boolean =>
		['', '-wal', '-journal']
			.map((ending) => `${cli.ledger}${ending}`)
			.some((path) => existsSync(path) && readFileSync(path).includes(name));

	it('says what was removed and what stays, shows the name nowhere, and leaves the rest', async () => {
		await cli.text('budget', 'set', '--name', 'hers', '--scope', 'person', '--value', ADA, '--period', 'total', '--credits', '9');
		const before = await cli.document(['balance']);
		expect((await cli.document(['holds'])).holds.map(({ person }: { person: string }) => person)).to.deep.equal([BOB, ADA, ADA]);
		const said = await cli.text('forget', '--person', ADA);
		expect(said).to.match(
			new RegExp(
				`^${ADA} is forgotten. Removed: the name, 2 kept results and 1 cached answer\\.\nAmounts and times stay .*\n.*: hers\\. .*\nBackups .*\n$`,
			),
		);
		const shown = (await cli.document(['holds'])).holds.map(({ person }: { person: string }) => person);
		expect([shown[0], shown[1].startsWith('forgotten-'), shown[1] === shown[2]]).to.deep.equal([BOB, true, true]);
		for (const words of ['holds', 'budget list'])
			expect(JSON.stringify(await cli.document(words.split(' '))), words).not.to.contain('lovelace');
		for (const words of ['holds', 'changes']) expect(await cli.text(words), words).not.to.contain('lovelace');
		expect(await cli.text('budget', 'list'))
			.to.match(/person forgotten-/)
			.and.not.contain('lovelace');
		expect((await cli.document(['changes'])).changes[0].kind).to.equal('person_forgotten');
		expect((await cli.document(['balance'])).available).to.equal(before['available']);
		expect((await cli.document(['verify'])).ok).to.equal(true);
	});

	it('is safe to repeat, and says that there is nobody', async () => {
		const first = await cli.document(['forget', '--person', ADA]);
		expect(first).to.deep.equal({
			account: 'default',
			person: ADA,
			removed: { name: true, keptResults: 2, cachedAnswers: 1 },
			entriesWithName: 0,
			limits: [],
		});
		const second = await cli.document(['forget', '--person', ADA]);
		expect(second['removed']).to.deep.equal({ name: false, keptResults: 0, cachedAnswers: 0 });
		expect(await cli.text('forget', '--person', ADA)).to.equal(`There is nobody called ${ADA} in account default; nothing was changed.\n`);
		await cli.failure(['forget'], { code: 2, says: /--person <id> is missing/ });
		await cli.failure(['forget', '--person', ADA, '--account', 'nobody'], { code: 1, says: /no account "nobody"/ });
	});

	it('needs the admin key where there is one', async () => {
		writeFileSync(join(cli.folder, 'admin.key'), 'a long enough admin key', { mode: 0o600 });
		await cli.text('admin-key', 'set', '--new-key-file', 'admin.key');
		await cli.failure(['forget', '--person', ADA], { code: 1, says: /has an admin key/ });
		expect(isInFiles(ADA)).to.equal(true);
		await cli.text('forget', '--person', ADA, '--admin-key-file', 'admin.key');
		expect((await cli.document(['changes'])).changes[0].by).to.match(/^command line, /);
	});

	it('leaves nothing of the name in the file, nor in the log of a host that has it open', async () => {
		expect([isInFiles(ADA), isInFiles(BOB)]).to.deep.equal([true, true]);
		await cli.withAccount(async (account) => {
			await callFor(account, ADA, 'd');
			await cli.text('forget', '--person', ADA);
			expect([isInFiles(ADA), isInFiles(BOB)]).to.deep.equal([false, true]);
			await callFor(account, BOB, 'e');
		});
		expect([isInFiles(ADA), isInFiles(BOB)]).to.deep.equal([false, true]);
		expect((await cli.document(['verify'])).violations).to.deep.equal([]);
	});

	it('works on a copy that was moved or restored, and on a backup on its own', async () => {
		await cli.text('backup', '--to', 'kept.db');
		await cli.text('copy', '--from', cli.ledger, '--to', 'new.db');
		const removed = (await cli.document(['forget', '--person', ADA, '--ledger', 'new.db']))['removed'];
		expect(removed).to.deep.equal({ name: true, keptResults: 2, cachedAnswers: 1 });
		await cli.text('restore', '--from', 'kept.db', '--ledger', 'again.db');
		expect((await cli.document(['holds', '--ledger', 'again.db'])).holds[1].person).to.equal(ADA);
		expect((await cli.document(['forget', '--person', ADA, '--ledger', 'again.db']))['removed']).to.deep.equal(removed);
		expect((await cli.document(['verify', '--ledger', 'again.db'])).ok).to.equal(true);
	});

	it('is honest about entries that are older than pseudonyms, and shows them without the name', async () => {
		const old = join(cli.folder, 'old.db');
		const db = new Database(old);
		db.exec(readFileSync(join(repositoryRoot(), 'test', 'fixtures', 'ledger-schema-7.sqlite.sql'), 'utf8'));
		db.close();
		chmodSync(old, 0o600);
		await cli.text('migrate', '--ledger', old);
		const ofBee = ['--ledger', old, '--account', 'bee'];
		const persons = async (): Promise<string[]> =>
			(await cli.document(['holds', ...ofBee])).holds.flatMap(({ person }: { person: string | null }) => person ?? []);
		expect(await persons()).to.deep.equal(['ada@example.com']);
		expect(await cli.text('forget', ...ofBee, '--person', 'ada@example.com')).to.contain(
			'1 entry is older than pseudonyms and still holds the name: its hash covers it, so it cannot be removed there. It is shown nowhere.',
		);
		expect(await persons()).to.deep.equal(['forgotten']);
		expect((await cli.document(['forget', ...ofBee, '--person', 'ada@example.com'])).removed.name).to.equal(false);
		expect((await cli.document(['verify', '--ledger', old])).ok).to.equal(true);
	});
});
