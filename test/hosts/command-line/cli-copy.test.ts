/** Owns the proof of moving a ledger from the command line, as processes: what is said, what is refused, and what stays as it was. */
import { expect } from 'chai';
import Database from 'better-sqlite3';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start, until, type Running } from '../../support/machine/child';
import { CommandLine, take, type Document } from '../../support/command-line/command-line';
import { openAt } from '../../support/ledger/ledger-places';
import { newLedgerUrl } from '../../support/postgres/postgres';
import { runSql } from '../../support/postgres/postgres-server';
import { cleanEnvironment, outputRoot } from '../../support/machine/repository';

const PASSWORD = /not-a-secret/;
const KEYS = ['correct horse battery', 'staple of four words'] as const;

/** What stands in a folder, without the note beside each ledger of how far it was seen. */
const filesIn = (folder: string): string[] => readdirSync(folder).filter((name) => !name.endsWith('-seen'));

describe('command line: copy', function () {
	this.timeout(60_000);
	let cli: CommandLine;
	let to: string;
	/** A call that nobody has settled yet. */
	let underWay: string | undefined;

	beforeEach(async () => {
		cli = new CommandLine();
		to = join(cli.folder, 'new.db');
		await cli.withAccount(async (account) => {
			await account.open({ timeZone: 'UTC' });
			await account.grant({ credits: 100_000_000n, category: 'purchased', expiry: null, key: 'credits' });
		});
		[, underWay] = await cli.call({ key: 'a', amount: 5, cost: 4 }, { key: 'b', amount: 3 });
	});

	/** The document of a command that must not show a password. */
	const document = async (args: readonly string[], code = 0): Promise<Document> => {
		const finished = await cli.run(...args, '--json');
		expect(finished.stdout + finished.stderr).to.not.match(PASSWORD);
		expect(finished.code, finished.stderr).to.equal(code);
		return JSON.parse(finished.stdout) as Document;
	};

	/** Starts a move that waits for the call that is under way. */
	const startWaiting = async (): Promise<Running> => {
		const program = join(outputRoot(), 'lib', 'cli', 'llm-credits.js');
		const mover = start(process.execPath, [program, 'copy', '--to', to, '--wait', '600'], {
			cwd: cli.folder,
			env: cleanEnvironment({ LLM_CREDITS_LEDGER: cli.ledger, TZ: 'UTC' }),
		});
		const store = await openAt(cli.ledger, Date.now);
		const isClosing = async (): Promise<true | null> => ((await store.transfer?.mark())?.state === 'closing' ? true : null);
		await until(isClosing, { timeoutMs: 30_000, everyMs: 5, describe: () => mover.output() });
		await store.close();
		return mover;
	};

	it('says beforehand what it would do, and makes nothing', async () => {
		const url = await newLedgerUrl();
		const plan = await document(['copy', '--from', cli.ledger, '--to', url, '--dry-run']);
		expect(plan).to.deep.include({ ok: true, dryRun: true, state: 'new', from: cli.ledger, isTargetFree: true, openCalls: 1 });
		expect(plan['rows']).to.include({ accounts: 1, grants: 1, holds: 2, grant_balances: 1, kept_results: 0 });
		const [found] = await runSql(
			url,
			`SELECT count(*) FROM pg_namespace WHERE nspname = '${new URL(url).searchParams.get('schema') ?? ''}'`,
		);
		expect(found).to.deep.equal({ count: '0' });
		const text = await cli.text('copy', '--to', to, '--dry-run');
		expect(text)
			.to.contain(`The ledger ${cli.ledger} would be moved to ${to}.`)
			.and.match(/entries of the journal +\d+\n/)
			.and.match(/1 call is under way; see --wait\.\nNothing was changed\.\n$/);
		expect(existsSync(to)).to.equal(false);
		expect(await cli.document(['grant', '--credits', '1'])).to.have.property('available');
	});

	it('moves to a server and on to a file, and says so wherever somebody looks at the old one', async () => {
		const url = await newLedgerUrl();
		const moved = await document(['copy', '--from', cli.ledger, '--to', url, '--wait', '0']);
		expect(moved).to.deep.include({ ok: true, moved: true, from: cli.ledger, openCalls: 1 });
		expect(moved['to']).to.match(/^postgres:\/\/127\.0\.0\.1:\d+\/postgres\?schema=/);
		const { stdout, stderr, code } = await cli.run('balance');
		expect([code, stderr]).to.deep.equal([0, stderr]);
		expect(stderr)
			.to.contain(`The ledger ${cli.ledger} was moved to ${String(moved['to'])}`)
			.and.match(/point the ledger's connection/);
		expect(stdout).to.match(/Available +93 credits/);
		expect(await cli.document(['verify'])).to.have.property('ok', true);
		await cli.failure(['grant', '--credits', '1'], { code: 3, says: /was moved to .* at \d{4}-.*Nothing is spent on it any more/ });
		expect((await document(['grant', '--credits', '1'], 3))['error'].code).to.equal('ledger_moved');
		expect(await document(['verify', '--ledger', url])).to.have.property('ok', true);

		const back = await document(['copy', '--from', url, '--to', to, '--wait', '0']);
		expect(back).to.deep.include({ moved: true, to });
		expect(statSync(to).mode & 0o777).to.equal(0o600);
		expect(await cli.document(['balance', '--ledger', to])).to.deep.include({ available: '93', held: '3' });
		await cli.document(['grant', '--credits', '7', '--ledger', to]);
		expect(await cli.document(['verify', '--ledger', to])).to.have.property('ok', true);
		expect((await document(['grant', '--credits', '1', '--ledger', url], 3))['error'].code).to.equal('ledger_moved');
	});

	it('tells what to do next, and when it was done before', async () => {
		const text = await cli.text('copy', '--from', cli.ledger, '--to', to, '--wait', '0');
		expect(text)
			.to.contain(`The ledger is moved from ${cli.ledger} to ${to}: `)
			.and.contain('1 call was still under way and is an open hold of the new ledger.')
			.and.contain('1. Point the credential (n8n), the config node (Node-RED) and LLM_CREDITS_LEDGER to the new place.')
			.and.contain(`mv '${cli.ledger}' '${cli.ledger}.moved'`);
		expect(await cli.text('copy', '--to', to)).to.equal(
			`The ledger ${cli.ledger} was moved to ${to} before; there is nothing left to do.\n`,
		);
		expect(await cli.document(['copy', '--to', to])).to.deep.include({ ok: true, moved: false });
		await cli.failure(['copy', '--to', `${to}.other`], { code: 1, says: /was moved to .*new\.db, and .*other is not the copy/ });
		await cli.failure(['copy', '--undo'], { code: 1, says: /was moved to .*cannot be called off here.*move it from there/ });
		expect(filesIn(cli.folder).sort()).to.deep.equal(['ledger.db', 'new.db']);
	});

	it('refuses what cannot be meant, and a place that is taken; the old ledger goes on', async () => {
		const taken = join(cli.folder, 'taken.db');
		await cli.document(['grant', '--credits', '1', '--ledger', taken]);
		const program = join(cli.folder, 'program.db');
		const db = new Database(program);
		db.exec('CREATE TABLE theirs (a)');
		db.close();
		mkdirSync(join(cli.folder, 'folder'));
		const cases: readonly (readonly [args: string[], code: number, says: RegExp])[] = [
			[[], 2, /--to <ledger> is missing/],
			[['--to', cli.ledger], 2, /same ledger/],
			[['--to', 'mysql://me:geheim@db/x'], 2, /mysql:\/\/\*\*\*@db\/x, which is an address.*--to/],
			[['--to', to, '--wait', 'long'], 2, /--wait is "long"/],
			[['--to', to, '--from', `${cli.ledger}.none`], 3, /There is no ledger at .*none/],
			[['--to', taken], 1, /There is a ledger at .*taken\.db already, and a move replaces nothing/],
			[['--to', program], 3, /database of another program/],
			[['--to', join(cli.folder, 'folder')], 3, /is a folder/],
			[['--to', 'postgres://me:geheim@127.0.0.1:9/x'], 3, /postgres:\/\/\*\*\*@127\.0\.0\.1:9\/x cannot be reached/],
		];
		for (const [args, code, says] of cases) await cli.failure(['copy', ...args], { code, says });
		expect((await cli.document(['copy', '--to', taken, '--dry-run'], 1))['isTargetFree']).to.equal(false);
		expect(filesIn(cli.folder).sort()).to.deep.equal(['folder', 'ledger.db', 'program.db', 'taken.db']);
		await cli.document(['grant', '--credits', '1']);
		await cli.document(['grant', '--credits', '1', '--ledger', taken]);
	});

	it('refuses a ledger that is wrong, before anything is made', async () => {
		const db = new Database(cli.ledger);
		db.exec("UPDATE entries SET body = replace(body, '100000000', '900000000') WHERE seq = 2");
		db.close();
		await cli.failure(['copy', '--to', to], { code: 1, says: /is wrong in \d+ places? .*so it is not moved.*llm-credits verify/ });
		expect(existsSync(to)).to.equal(false);
		expect(await cli.call({ key: 'still spends', amount: 1, cost: 1 })).to.have.length(1);
	});

	it('needs the admin key of every account that has one, and records a wrong one', async () => {
		const keyFiles = KEYS.map((key, index) => {
			const file = join(cli.folder, `key-${index}`);
			writeFileSync(file, `${key}\n`);
			return file;
		});
		await cli.document(['account', 'open', '--account', 'second']);
		await cli.document(['admin-key', 'set', '--new-key-file', keyFiles[0]!]);
		await cli.document(['admin-key', 'set', '--new-key-file', keyFiles[1]!, '--account', 'second']);
		await cli.failure(['copy', '--to', to], { code: 1, says: /has an admin key, and the right one was not given/ });
		await cli.failure(['copy', '--to', to, '--admin-key-file', keyFiles[0]!], { code: 1, says: /"second" has an admin key/ });
		await cli.failure(['copy', '--to', to, '--admin-key-file', keyFiles[1]!], { code: 1, says: /"default" has an admin key/ });
		expect(existsSync(to)).to.equal(false);
		const store = await openAt(cli.ledger, Date.now);
		const denied = (await store.entries('default', { afterSeq: 0, limit: 100 })).flatMap(({ body }) =>
			body.kind === 'admin_denied' ? [body.command] : [],
		);
		await store.close();
		expect(denied).to.deep.equal(['move_ledger']);
		const both = join(cli.folder, 'keys');
		writeFileSync(both, `${KEYS[0]}\n\n${KEYS[1]}\n`);
		await cli.document(['copy', '--to', to, '--wait', '0', '--admin-key-file', both]);
		await cli.failure(['grant', '--credits', '1', '--ledger', to], { code: 1, says: /admin key/ });
		await cli.document(['grant', '--credits', '1', '--ledger', to, '--admin-key-file', keyFiles[0]!]);
	});

	it('lets calls under way end, and takes no new ones, while it waits', async () => {
		const mover = await startWaiting();
		await cli.failure(['grant', '--credits', '1'], { code: 3, says: /is being moved to .*new\.db since .*--undo to stay here/ });
		await cli.withAccount(async (account) => {
			const refused = await take(account, { key: 'new', amount: 1 }).catch((error: unknown) => error);
			expect(refused).to.have.property('code', 'ledger_moved');
			await account.settle({
				holdSeq: Number(underWay?.slice(1)),
				actualMicro: 2_000_000n,
				measure: 'reported',
				usage: null,
				result: null,
			});
		});
		const { code, stdout, stderr } = await mover.finished;
		expect(code, stderr).to.equal(0);
		expect(stdout).to.not.contain('under way');
		expect(await cli.document(['balance', '--ledger', to])).to.deep.include({ available: '94', held: '0' });
	});

	it('stopped with Ctrl-C while it waits, calls itself off', async () => {
		const mover = await startWaiting();
		const { code, stderr } = await mover.kill('SIGINT');
		expect(stderr).to.match(/The move was stopped\..*called off, and .*ledger\.db goes on as before/);
		expect(code).to.equal(1);
		await cli.document(['grant', '--credits', '1']);
		await cli.text('copy', '--to', to, '--wait', '0');
		expect(await cli.document(['verify', '--ledger', to])).to.have.property('ok', true);
	});

	it('killed while it waits, is called off by --undo or gone on with, only to the same place', async () => {
		await (await startWaiting()).kill('SIGKILL');
		await cli.failure(['copy', '--to', `${to}.other`], { code: 1, says: /is being moved to .*new\.db, and .*other is not.*--undo/ });
		expect(await cli.document(['copy', '--to', to, '--dry-run'])).to.deep.include({ ok: true, state: 'begun' });
		expect((await cli.run('balance')).stderr).to.match(/is being moved to .*new\.db/);
		await cli.failure(['grant', '--credits', '1', '--ledger', to], { code: 3, says: /is being filled from .*ledger\.db/ });
		expect(await cli.text('copy', '--undo')).to.equal(`The move to ${to} is called off, and the ledger ${cli.ledger} goes on.\n`);
		expect(await cli.text('copy', '--undo')).to.equal(`The ledger ${cli.ledger} is not being moved; nothing was changed.\n`);
		await cli.document(['grant', '--credits', '1']);

		await (await startWaiting()).kill('SIGKILL');
		expect(await cli.document(['copy', '--to', to, '--wait', '0'])).to.deep.include({ moved: true, openCalls: 1 });
		expect(await cli.document(['balance', '--ledger', to])).to.have.property('available', '94');
	});
});
