/**
 * Owns the proof of the command line as a process: every command, its one document, its exit codes, its words, and what it must never do.
 */
import { expect } from 'chai';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { NO_TOKENS } from '../../../lib/core/usage/usage-fields';
import { accountOf, openLedgerStore } from '../../../lib/runtime/runtime';
import { userOfProcess } from '../../../lib/runtime/system';
import { run, type Finished } from '../../support/machine/child';
import { runWarm } from '../../support/command-line/warm-commands';
import { cleanEnvironment, outputRoot } from '../../support/machine/repository';

const PROGRAM = join(outputRoot(), 'lib', 'cli', 'llm-credits.js');

let folder = '';
let ledger = '';

async function llmCredits(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
	return runWarm({ args, cwd: folder, env: cleanEnvironment({ LLM_CREDITS_LEDGER: ledger, TZ: 'UTC', ...env }) }, 15_000);
}

/** What a command answers; a test that looks for what is not there fails. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the documents differ by command, and the tests assert their shape.
type Document = Record<string, any>;

/** The one document of a run that must end with the exit code. */
async function document(args: readonly string[], code = 0): Promise<Document> {
	const finished = await llmCredits([...args, '--json']);
	expect(finished.code, finished.stderr).to.equal(code);
	return JSON.parse(finished.stdout);
}

/** A run that must fail with the exit code and say these words, on standard error alone, without a stack trace. */
async function failure(args: readonly string[], { code, says }: { code: number; says: RegExp }): Promise<void> {
	const finished = await llmCredits(args);
	expect(finished.stderr)
		.to.match(says)
		.and.not.match(/\n\s+at /);
	expect(finished.stdout).to.equal('');
	expect(finished.code).to.equal(code);
}

/** Two calls of one campaign, one refusal. */
async function useCredits(): Promise<void> {
	const store = await openLedgerStore(ledger);
	const account = accountOf(store, 'default');
	for (const [index, credits] of [1_500_000n, 2_250_000n].entries()) {
		const held = await account.reserve({
			key: `call ${index}`,
			fingerprint: 'f',
			alternatives: () => [{ rung: 0, calls: [{ amountMicro: 5_000_000n, model: 'gpt-4.1-mini', price: null }] }],
			labels: { campaign: 'spring' },
			person: null,
			sendId: null,
			executionId: null,
			caps: [],
			waitMs: 0,
		});
		if (held.kind !== 'reserved') throw new Error('not reserved');
		const usage = { ...NO_TOKENS, inputTokens: 1200, outputTokens: 80 };
		await account.settle({ holdSeq: held.hold.seq, actualMicro: credits, measure: 'reported', usage, result: null });
	}
	await store.close();
}

describe('command line', () => {
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'llm-credits-cli-'));
		ledger = join(folder, 'ledger.db');
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	it('a process of its own ends with the same words and exit code as a command among others', async () => {
		const commands = [
			['grant', '--credits', '5', '--key', 'g'],
			['balance'],
			['refund', '--hold', 'h99', '--key', 'r'],
			['grant', '--credits', 'x'],
			['nothing'],
		];
		const codes: (number | null)[] = [];
		for (const args of commands) {
			const env = cleanEnvironment({ LLM_CREDITS_LEDGER: ledger, TZ: 'UTC' });
			const apart = await run(process.execPath, [PROGRAM, ...args], { cwd: folder, env, timeoutMs: 15_000 });
			const { code, stderr } = await llmCredits(args);
			expect({ code, stderr }, args.join(' ')).to.deep.equal({ code: apart.code, stderr: apart.stderr });
			codes.push(apart.code);
		}
		const env = cleanEnvironment({ LLM_CREDITS_LEDGER: folder, TZ: 'UTC' });
		const apart = await run(process.execPath, [PROGRAM, 'balance'], { cwd: folder, env, timeoutMs: 15_000 });
		expect(await llmCredits(['balance'], { LLM_CREDITS_LEDGER: folder })).to.deep.equal(apart);
		expect([...codes, apart.code]).to.deep.equal([0, 0, 1, 2, 2, 3]);
	});

	it('opens, shows, lists and changes accounts', async () => {
		const opened = await document(['account', 'open', '--account', 'shop', '--name', 'Web shop', '--time-zone', 'Europe/Berlin']);
		expect(opened)
			.to.deep.include({ opened: true })
			.and.to.have.property('account')
			.that.deep.includes({ id: 'shop', name: 'Web shop', timeZone: 'Europe/Berlin', plan: 'paid' });
		expect(await document(['account', 'open', '--account', 'shop', '--time-zone', 'UTC'])).to.have.property('opened', false);
		expect((await document(['account', 'show', '--account', 'shop'])).account.timeZone).to.equal('Europe/Berlin');
		expect((await document(['account', 'list'])).accounts.map((account: { id: string }) => account.id)).to.deep.equal(['shop']);
		const changed = await document(['account', 'set', '--account', 'shop', '--plan', 'trial', '--name', 'Shop']);
		expect(changed.account).to.deep.include({ plan: 'trial', name: 'Shop', timeZone: 'Europe/Berlin' });
		expect(statSync(ledger).mode & 0o777).to.equal(0o600);
	});

	it('grants into an account that was opened with another zone than this machine', async () => {
		await document(['account', 'open', '--time-zone', 'Asia/Tokyo']);
		const { grant } = await document(['grant', '--credits', '10', '--expires-in-days', '2']);
		expect(grant.expiresAt).to.match(/T15:00:00\.000Z$/);
	});

	it('grants with every option, and prints the balance as documented', async () => {
		const made = await document([
			'grant',
			'--credits',
			'1000.5',
			'--category',
			'adjustment',
			'--priority',
			'10',
			'--effective-at',
			'2030-01-01',
			'--expires-at',
			'2030-03-01T12:00:00Z',
			'--note',
			'Kulanz',
		]);
		expect(made).to.deep.include({ account: 'default', replayed: false, available: '0' });
		await document(['grant', '--credits', '100000', '--expires-in-days', '90', '--rule', 'exact']);
		const balance = await document(['balance']);
		expect(balance).to.deep.include({ account: 'default', available: '100000', held: '0', overdraft: '0' });
		const [first, second] = balance.grants;
		expect(first).to.deep.include({
			id: 'g2',
			category: 'adjustment',
			amount: '1000.5',
			remaining: '1000.5',
			effectiveAt: '2030-01-01T00:00:00.000Z',
			expiresAt: '2030-03-01T12:00:00.000Z',
		});
		expect(Date.parse(second.expiresAt) - Date.parse(second.effectiveAt)).to.equal(90 * 86_400_000);
		expect((await document(['grant', '--credits', '0.000001'])).grant).to.deep.include({ amount: '0.000001', expiresAt: null });
	});

	it('sells whole packs only', async () => {
		expect((await document(['purchase', '--packs', '2'])).grant).to.deep.include({
			category: 'purchased',
			amount: '200000',
			expiresAt: null,
		});
		expect((await document(['purchase', '--credits', '300000'])).available).to.equal('500000');
		await failure(['purchase', '--credits', '150000'], { code: 1, says: /150,000.*whole packs of 100,000.*--packs 1 .*--packs 2 / });
		await failure(['purchase', '--packs', '1.5'], { code: 2, says: /--packs is "1.5"/ });
		await failure(['purchase', '--packs', '0'], { code: 2, says: /from 1 to/ });
		await failure(['purchase', '--packs', '1', '--credits', '100000'], { code: 2, says: /one of them/ });
		expect((await document(['balance'])).available).to.equal('500000');
	});

	it('does a thing once for one key, and says so', async () => {
		const first = await document(['purchase', '--packs', '1', '--key', 'invoice-1']);
		const again = await document(['purchase', '--packs', '1', '--key', 'invoice-1']);
		expect(again).to.deep.include({ replayed: true, available: '100000' });
		expect(again.grant.id).to.equal(first.grant.id);
		expect((await llmCredits(['purchase', '--packs', '1', '--key', 'invoice-1'])).stdout).to.contain('already done');
		await failure(['purchase', '--packs', '2', '--key', 'invoice-1'], { code: 1, says: /"invoice-1" was used before.*new key/ });
		await document(['purchase', '--packs', '1']);
		await document(['purchase', '--packs', '1']);
		expect((await document(['balance'])).available).to.equal('300000');
	});

	it('refuses the introductory offer outside its window, and on a trial plan', async () => {
		await failure(['promote'], { code: 1, says: /April 8 to June 30, 2026/ });
		expect(readdirSync(folder), 'a refused promotion made something').to.deep.equal([]);
		await document(['account', 'open']);
		await document(['account', 'set', '--plan', 'trial']);
		await failure(['promote'], { code: 1, says: /trial plan.*--plan paid/ });
	});

	it('counts usage by what is asked', async () => {
		await document(['grant', '--credits', '100']);
		await useCredits();
		const usage = await document(['usage', '--by', 'model, campaign,day']);
		expect(usage.by).to.deep.equal(['model', 'campaign', 'day']);
		expect(usage.rows).to.have.length(1);
		expect(usage.rows[0]).to.deep.include({
			model: 'gpt-4.1-mini',
			campaign: 'spring',
			calls: 2,
			credits: '3.75',
			inputTokens: 2400,
			outputTokens: 160,
		});
		expect(usage.total).to.deep.include({ calls: 2, credits: '3.75' });
		expect((await document(['usage', '--until', '2020-01-01'])).rows).to.deep.equal([]);
		const { stdout } = await llmCredits(['usage', '--by', 'campaign']);
		expect(stdout)
			.to.match(/campaign +calls +credits +per 1,000 calls/)
			.and.match(/spring +2 +3.75 +1,875/);
		await failure(['usage', '--by', 'colour'], { code: 2, says: /"colour".*campaign/ });
		await failure(['usage', '--from', '1.11.2026'], { code: 2, says: /--from is "1.11.2026"/ });
	});

	it('verifies a ledger, and ends with 1 when it was tampered with', async () => {
		await document(['grant', '--credits', '100']);
		await useCredits();
		const { notProved, ...proved } = await document(['verify']);
		expect(proved).to.deep.equal({ ok: true, accounts: 1, entries: 6, violations: [] });
		expect(notProved).to.include('counts of checks');
		const db = new Database(ledger);
		db.exec('UPDATE grant_balances SET remaining_micro = remaining_micro + 1000000');
		db.close();
		const verification = await document(['verify'], 1);
		expect(verification.ok).to.equal(false);
		expect(verification.violations[0]).to.include.keys('accountId', 'code', 'detail');
		expect((await llmCredits(['verify'])).stdout).to.match(/The ledger is wrong in/);
	});

	it('prints tables for people: separators, local times with their zone, no colour into a pipe', async () => {
		await document(['account', 'open', '--time-zone', 'Europe/Berlin']);
		await document(['grant', '--credits', '100000', '--expires-in-days', '90', '--note', 'Introductory credits']);
		const { stdout } = await llmCredits(['balance']);
		expect(stdout)
			.to.match(/Available +100,000 credits +\(\$10\.00\)/)
			.and.match(/g2 +promotional +100,000 +0 +100,000 /)
			.and.contain('Europe/Berlin')
			.and.match(/ \d{4}-\d\d-\d\d 00:00 +Introductory/);
		expect(stdout).to.not.contain('\u001b');
	});

	it('ends with 3 and makes nothing where a reading command finds no ledger', async () => {
		for (const args of [['balance'], ['usage'], ['verify'], ['account', 'show'], ['account', 'list'], ['account', 'set', '--name', 'x']]) {
			await failure(args, { code: 3, says: /There is no ledger at .*ledger\.db.*account open/ });
		}
		expect(readdirSync(folder)).to.deep.equal([]);
		writeFileSync(ledger, '');
		await failure(['balance'], { code: 3, says: /ledger\.db is an empty file, not a ledger.*llm-credits restore/ });
		expect([readdirSync(folder), readFileSync(ledger).length]).to.deep.equal([['ledger.db'], 0]);
	});

	it('ends with 3 for a file that is no ledger, a folder, and a path through a file', async () => {
		writeFileSync(join(folder, 'notes.txt'), 'These are notes. '.repeat(100));
		await failure(['balance', '--ledger', join(folder, 'notes.txt')], { code: 3, says: /not a ledger/ });
		await failure(['balance', '--ledger', folder], { code: 3, says: /folder/ });
		await failure(['grant', '--credits', '1', '--ledger', join(folder, 'notes.txt', 'ledger.db')], { code: 3, says: /notes\.txt/ });
	});

	it('ends with 2 for wrong use, and makes no file', async () => {
		const cases: readonly (readonly [string[], RegExp])[] = [
			[[], /No command/],
			[['frobnicate'], /Unknown command 'frobnicate'/],
			[['balance', '--frobnicate'], /Unknown option '--frobnicate'/],
			[['balance', 'extra'], /Too many arguments/],
			[['grant'], /--credits <n> is missing/],
			[['grant', '--credits', 'many'], /--credits is "many"/],
			[['grant', '--credits', '1e5'], /--credits is "1e5"/],
			[['grant', '--credits', '0'], /at least 0\.000001/],
			[['grant', '--credits', '1', '--category', 'gift'], /promotional, purchased, adjustment/],
			[['grant', '--credits', '1', '--expires-in-days', 'soon'], /--expires-in-days is "soon"/],
			[['grant', '--credits', '1', '--expires-at', 'soon'], /--expires-at is "soon"/],
			[['grant', '--credits', '1', '--expires-in-days', '1', '--expires-at', '2030-01-01'], /one of them/],
			[['grant', '--credits', '1', '--rule', 'exact'], /without --expires-in-days/],
			[['grant', '--credits', '1', '--priority', '-1'], /--priority|argument missing/],
			[['grant', '--credits', '1', '--key', ''], /--key is empty/],
			[['account', 'open', '--time-zone', 'Mars/Olympus'], /Mars\/Olympus/],
			[['account', 'open', '--plan', 'gold'], /paid or --plan trial/],
			[['balance', '--account', ''], /account is ""/],
		];
		for (const [args, says] of cases) await failure(args, { code: 2, says });
		expect(existsSync(ledger)).to.equal(false);
		const unnamed = await llmCredits(['balance'], { LLM_CREDITS_LEDGER: '' });
		expect(unnamed).to.deep.include({ code: 2 });
		expect(unnamed.stderr).to.match(/--ledger <file>.*LLM_CREDITS_LEDGER/);
	});

	it('never prints the password of an address', async () => {
		const cases: readonly (readonly [address: string, code: number, says: RegExp])[] = [
			['postgres://shop:geheim@127.0.0.1:1/credits', 3, /cannot be reached/],
			['postgresql://shop:12#geheim@127.0.0.1:1/credits', 3, /cannot be read.*%23/],
			['mysql://shop:geheim@127.0.0.1:1/x', 2, /a postgres:\/\/ address/],
		];
		for (const [address, code, says] of cases) {
			const finished = await llmCredits(['balance', '--ledger', address]);
			expect(finished.stderr).to.match(says);
			expect(finished.code).to.equal(code);
			expect(finished.stdout + finished.stderr).to.not.match(/geheim/);
		}
		const asCommand = await llmCredits(['postgres://shop:geheim@db.example/credits']);
		expect(asCommand.stderr).to.contain('***@db.example').and.not.contain('geheim');
	});

	it('prints one document on standard output for failures too', async () => {
		const finished = await llmCredits(['balance', '--json']);
		expect(finished.code).to.equal(3);
		expect(JSON.parse(finished.stdout)).to.have.nested.property('error.code', 'ledger_unavailable');
		expect(finished.stderr).to.match(/^Error: /);
	});

	it('names an account that is not there', async () => {
		await document(['grant', '--credits', '1']);
		await failure(['balance', '--account', 'shop'], { code: 1, says: /no account "shop".*account open --account shop/ });
	});

	it('takes the account from the environment, and the option wins', async () => {
		await document(['grant', '--credits', '1', '--account', 'a']);
		await document(['grant', '--credits', '2', '--account', 'b']);
		const fromEnvironment = await llmCredits(['balance', '--json'], { LLM_CREDITS_ACCOUNT: 'b' });
		expect(JSON.parse(fromEnvironment.stdout)).to.deep.include({ account: 'b', available: '2' });
		const chosen = await llmCredits(['--account', 'a', 'balance', '--json'], { LLM_CREDITS_ACCOUNT: 'b' });
		expect(JSON.parse(chosen.stdout)).to.deep.include({ account: 'a', available: '1' });
	});

	it('never repeats a key or a password that was typed, not even as the name of its process', async () => {
		const secret = 'correct-horse-battery';
		for (const args of [
			[`--admin-key=${secret}`, 'balance'],
			['balance', `--admin-key=${secret}`],
			['grant', '--credits', '1', `--adminkey=${secret}`],
			['admin-key', 'set', `--new-key=${secret}`],
			['admin-key', 'set', '--new-key-file', secret],
			['admin-key', 'set', secret],
			['balance', '--admin-key-file', secret],
			[`-k${secret}`, 'balance'],
		]) {
			const finished = await llmCredits([...args, '--json']);
			expect(finished.code, args.join(' ')).to.equal(2);
			expect(finished.stdout + finished.stderr, args.join(' ')).not.to.contain(secret);
		}
		expect(readFileSync(PROGRAM, 'utf8')).to.match(/process\.title = 'llm-credits'/);
	});

	it('names who did what, and ends with 1 where the admin key is wrong or missing', async () => {
		const [key, wrong] = [join(folder, 'admin.key'), join(folder, 'wrong.key')];
		writeFileSync(key, 'correct horse battery staple\n');
		writeFileSync(wrong, 'incorrect horse battery staple\n');
		await document(['grant', '--credits', '5', '--key', 'invoice']);
		await document(['admin-key', 'set', '--new-key-file', key]);
		await failure(['grant', '--credits', '1'], { code: 1, says: /has an admin key/ });
		await failure(['grant', '--credits', '1', '--admin-key-file', wrong], { code: 1, says: /the right one was not given/ });
		await document(['grant', '--credits', '7', '--admin-key-file', key]);
		await failure(['account', 'open', '--account', 'other'], { code: 1, says: /needs the ledger's admin key/ });
		await document(['account', 'open', '--account', 'other', '--admin-key-file', key]);
		const { changes } = await document(['changes']);
		expect(changes.map(({ kind }: { kind: string }) => kind)).to.deep.equal([
			'granted',
			'admin_denied',
			'admin_key_set',
			'granted',
			'account_opened',
		]);
		const user = `command line, ${userOfProcess()}`;
		expect(changes.map(({ by }: { by: string }) => by)).to.deep.equal(Array(5).fill(user));
		const { stdout } = await llmCredits(['changes', '--limit', '2']);
		expect(stdout)
			.to.match(/granted +7 purchased|granted +7 promotional/)
			.and.to.contain(user);
		expect(stdout)
			.to.match(/admin denied +a wrong admin key for grant/)
			.and.to.contain('the newest 2 changes');
	});

	it('helps: every command has its options and an example', async () => {
		for (const command of [
			[],
			['account', 'open'],
			['account', 'show'],
			['account', 'list'],
			['account', 'set'],
			['grant'],
			['purchase'],
			['promote'],
			['balance'],
			['usage'],
			['verify'],
		]) {
			const { code, stdout } = await llmCredits([...command, '--help']);
			expect(code).to.equal(0);
			expect(stdout)
				.to.contain('--ledger <file>')
				.and.match(/Examples:\n {2}\$ /);
		}
	});
});
