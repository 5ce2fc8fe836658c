/** `llm-credits doctor`: each check is made to fail for real, says what is wrong and what to do, and ends with the exit code for it. */
import { expect } from 'chai';
import Database from 'better-sqlite3';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writePriceList } from '../../../lib/core/prices/price-list-text';
import { mountFinding } from '../../../lib/runtime/doctor/mount';
import { CommandLine, PROGRAM, type Document } from '../../support/command-line/command-line';
import { laterList } from '../../support/corpus/price-lists';
import { run } from '../../support/machine/child';
import { freePort } from '../../support/machine/free-port';
import { oldNode } from '../../support/machine/old-node';
import { cleanEnvironment, outputRoot, repositoryRoot } from '../../support/machine/repository';
import { startFakeOpenAi } from '../../support/provider/fake-openai';

const SECRET = 'sk-never-to-be-seen-0815';
const WRONG_CLOCK = join(outputRoot(), 'test', 'support', 'ledger', 'wrong-clock.js');
const TWO_DAYS_MS = 2 * 86_400_000;

describe('command line: doctor', function () {
	this.timeout(120_000);
	let cli: CommandLine;
	beforeEach(async () => {
		cli = new CommandLine();
		await cli.document(['grant', '--credits', '100']);
	});

	/** The finding of one check, and that no other is wrong. */
	async function finding(check: string, code: number, args: readonly string[] = []): Promise<Document> {
		return pick(await cli.document(['doctor', ...args], code), check);
	}

	function pick({ ok, checks }: Document, check: string): Document {
		const found = (checks as Document[]).find((each) => each['check'] === check);
		const wrong = (checks as Document[]).filter(({ state }) => state === 'wrong').map((each) => each['check']);
		expect(wrong).to.deep.equal(found?.['state'] === 'wrong' ? [check] : []);
		expect(ok).to.equal(wrong.length === 0);
		return found ?? {};
	}

	it('all is well: nine checks in words, and one document', async () => {
		const document = await cli.document(['doctor']);
		expect(document).to.deep.include({ ok: true, ledger: cli.ledger, account: 'default' });
		expect(document['checks'].map((each: Document) => `${each['check']} ${each['state']}`)).to.deep.equal([
			...['node', 'ledger', 'rights', 'mount', 'schema', 'account', 'clock', 'prices'].map((check) => `${check} ok`),
			'provider skipped',
		]);
		expect(await cli.text('doctor')).to.match(/^ok +node +Node [\s\S]*\nAll is well\.\n$/);
	});

	it('node: one that is too old for ledger files', async () => {
		const env = cleanEnvironment({ LLM_CREDITS_LEDGER: cli.ledger });
		const { code, stdout } = await run(await oldNode('22.13.1'), [PROGRAM, 'doctor', '--json'], { env, timeoutMs: 30_000 });
		expect(code).to.equal(1);
		const found = pick(JSON.parse(stdout) as Document, 'node');
		expect(found['says']).to.include('22.13.1').and.include('22.14');
		expect(found['todo']).to.match(/^Update Node/);
	});

	it('ledger: none there, and a file of another program, end with 3', async () => {
		const none = await finding('ledger', 3, ['--ledger', join(cli.folder, 'none.db')]);
		expect(none['says']).to.match(/There is no ledger at .*none\.db/);
		const other = join(cli.folder, 'other.db');
		writeFileSync(other, 'not a ledger', { mode: 0o600 });
		expect((await finding('ledger', 3, ['--ledger', other]))['says']).to.match(/not a ledger/);
	});

	it('ledger: none named and none found ends with 3, and the rest is examined', async () => {
		const env = cleanEnvironment({ HOME: cli.folder, USERPROFILE: cli.folder });
		const { code, stdout } = await run(process.execPath, [PROGRAM, 'doctor', '--json'], { env, timeoutMs: 30_000 });
		expect(code).to.equal(3);
		const document = JSON.parse(stdout) as Document;
		expect(document['ledger']).to.equal(null);
		expect(pick(document, 'ledger')['says']).to.include(join(cli.folder, '.n8n'));
	});

	it('rights: a file that others may read, and a folder that others may write', async () => {
		chmodSync(cli.ledger, 0o644);
		const file = await finding('rights', 1);
		expect([file['says'], file['todo']].join(' ')).to.match(/ledger\.db has the rights 0644.*Run: chmod 600 .*ledger\.db/);
		chmodSync(cli.ledger, 0o600);
		chmodSync(dirname(cli.ledger), 0o777);
		expect((await finding('rights', 1))['todo']).to.equal(`Run: chmod 700 ${dirname(cli.ledger)}`);
	});

	it('mount: what SQLite must not lie on, by the words of the system', () => {
		const line = (type: string, options = 'rw') => `36 35 98:0 / /mnt/my\\040disk ${options},noatime master:1 - ${type} server:/x rw`;
		const root = '25 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw';
		const at = (text: string, freeBytes = 10 ** 12) =>
			mountFinding('/mnt/my disk/ledger.db', { mountInfo: `${root}\n${text}\n`, freeBytes });
		for (const type of ['nfs4', 'cifs', 'smb3', 'fuse.sshfs']) {
			expect(at(line(type)), type).to.deep.include({ state: 'wrong' });
			expect(at(line(type)).says).to.include(`network file system (${type})`);
			expect(at(line(type)).todo).to.match(/named volume.*PostgreSQL/);
		}
		expect(at(line('ext4', 'ro'))).to.deep.include({ state: 'wrong', says: '/mnt/my disk is mounted read-only.' });
		expect(at(line('ext4'), 1000)).to.deep.include({ state: 'wrong', says: 'The disk of the ledger is full.' });
		expect(at(line('ext4'), 20 * 1024 * 1024)).to.deep.include({ state: 'warning', says: 'The disk of the ledger has only 20 MB left.' });
		for (const type of ['overlay', 'tmpfs', '9p', 'virtiofs']) expect(at(line(type)).state, type).to.equal('warning');
		expect(at('')).to.deep.include({ state: 'ok', says: 'The ledger lies on a disk of this machine (ext4).' });
		expect(mountFinding('\\\\server\\share\\ledger.db', { mountInfo: null, freeBytes: null }).state).to.equal('wrong');
		expect(mountFinding('/x/ledger.db', { mountInfo: null, freeBytes: null }).state).to.equal('skipped');
	});

	it('schema: an older one is looked at through a copy, a newer one cannot be used', async () => {
		const older = join(cli.folder, 'older.db');
		const db = new Database(older);
		db.exec(readFileSync(join(repositoryRoot(), 'test', 'fixtures', 'ledger-schema-7.sqlite.sql'), 'utf8'));
		db.close();
		chmodSync(older, 0o600);
		const before = readFileSync(older);
		const [known] = (await cli.document(['doctor', '--ledger', older, '--account', 'nobody'], 1))['checks'].filter(
			(each: Document) => each['check'] === 'schema',
		);
		expect([known.state, known.says, known.todo].join(' ')).to.match(/^wrong .*older schema 7.*llm-credits migrate --ledger/);
		expect(readFileSync(older).equals(before)).to.equal(true);
		const newer = new Database(cli.ledger);
		newer.pragma('user_version = 999');
		newer.close();
		expect((await finding('ledger', 3))['says']).to.match(/newer/);
	});

	it('account: one that is not there, and one that is frozen', async () => {
		const none = await finding('account', 1, ['--account', 'nobody']);
		expect(none['todo']).to.include('llm-credits account open --account nobody');
		await cli.document(['freeze']);
		expect(await finding('account', 0)).to.include({ state: 'warning' });
	});

	it('clock: entries that a machine with a wrong clock has made', async () => {
		const env = cleanEnvironment({ LLM_CREDITS_LEDGER: cli.ledger, LLM_CREDITS_TEST_AHEAD_MS: String(TWO_DAYS_MS) });
		const args = ['--require', WRONG_CLOCK, PROGRAM, 'grant', '--credits', '5'];
		expect((await run(process.execPath, args, { env, timeoutMs: 30_000 })).code).to.equal(0);
		const found = await finding('clock', 1);
		expect([found['says'], found['todo']].join(' ')).to.match(/2 days ahead of the clock.*NTP/);
	});

	it('prices: a model that was refused for want of one', async () => {
		await cli.withAccount((account) =>
			account.reserve({
				key: 'a',
				fingerprint: 'f',
				alternatives: () => [{ rung: 0, calls: [{ amountMicro: null, model: 'our-own-model', price: null }] }],
				labels: { model: 'our-own-model' },
				person: null,
				sendId: null,
				executionId: null,
				caps: [],
				waitMs: 0,
			}),
		);
		const found = await finding('prices', 1);
		expect([found['says'], found['todo']].join(' ')).to.match(/had no price: our-own-model\. Give the model a price under My Own Prices/);
	});

	it('prices: a list that is old', async () => {
		const file = join(cli.folder, 'prices.json');
		writeFileSync(file, writePriceList(laterList('gpt-4o', { version: '0.0.1', date: '2020-01-01' })).text);
		const { list } = await cli.document(['prices', 'update', '--from', file]);
		await cli.document(['prices', 'pin', list.version]);
		const found = await finding('prices', 0);
		expect(found['state']).to.equal('warning');
		expect([found['says'], found['todo']].join(' ')).to.match(
			/of 2020-01-01, \d+ days old.*llm-credits prices pin none.*Update the package/,
		);
	});

	it('provider: one that answers, one that refuses the key, one that is not there; the key is never printed', async () => {
		const provider = await startFakeOpenAi({ choose: () => ({ kind: 'answer' }) });
		const keyFile = join(cli.folder, 'provider.key');
		writeFileSync(keyFile, `${SECRET}\n`, { mode: 0o600 });
		const named = (url: string): readonly string[] => ['--base-url', url, '--api-key-file', keyFile];
		try {
			expect((await finding('provider', 0, named(provider.url)))['says']).to.match(/answers and offers/);
		} finally {
			await provider.close();
		}
		const gone = await finding('provider', 1, named(`http://127.0.0.1:${String(await freePort())}/v1`));
		expect(gone['todo']).to.match(/address, the key/);
		expect(JSON.stringify(gone)).to.not.include(SECRET);
		await cli.failure(['doctor', '--api-key-file', join(cli.folder, 'no.key')], { code: 2, says: /--api-key-file/ });
	});
});
