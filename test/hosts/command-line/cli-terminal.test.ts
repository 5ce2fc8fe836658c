/* eslint-disable no-control-regex -- control characters are what is looked for. */
/** What other people wrote never acts on a terminal, in no command and on neither stream; and a lost terminal stops no command. */
import { expect } from 'chai';
import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { LABEL_NAMES } from '../../../lib/core/nouns/labels';
import { CommandLine, PROGRAM } from '../../support/command-line/command-line';
import { cleanEnvironment } from '../../support/machine/repository';

/** Clears the screen, fills the clipboard, goes back to the line's beginning, turns the order around, and begins lines of its own. */
const HOSTILE = '\u001b[2J\u001b]52;c;aGk=\u0007\rA\u202eB\u009b31m\u200b\u2028\nInjected';
const ESCAPED = String.raw`\u001b[2J\u001b]52;c;aGk=\u0007\rA\u202eB\u009b31m\u200b\u2028\nInjected`;
const ACTING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;
const DAY = '2026-11-01';

async function hostileLedger(): Promise<CommandLine> {
	const cli = new CommandLine();
	await cli.withAccount(async (account, store) => {
		await account.open({ timeZone: 'UTC', name: HOSTILE });
		await account.grant({ credits: 100_000_000n, category: 'purchased', expiry: null, note: HOSTILE, key: 'credits' });
		const kept = { key: 'a'.repeat(64), campaign: HOSTILE, node: HOSTILE, text: 'x', storedAtMs: 1, keptUntilMs: 9e12, costMicro: 1n };
		await store.answers.write('default', { kept: [kept], used: [], saved: [{ day: DAY, campaign: HOSTILE, calls: 1, savedMicro: 1n }] });
		const row = { day: DAY, campaign: HOSTILE, segment: HOSTILE, gate: 'length', outcome: 'fallback', items: 1 } as const;
		await store.checks.add('default', [row]);
	});
	await cli.text('budget', 'set', '--name', 'b', '--scope', 'campaign', '--period', 'total', '--credits', '50', '--value', HOSTILE);
	await cli.text('budget', 'set', '--name', 'p', '--scope', 'person', '--period', 'total', '--credits', '50');
	const labels = Object.fromEntries(LABEL_NAMES.map((name) => [name, HOSTILE]));
	await cli.call({ key: 'a', amount: 50, cost: 50, labels, person: HOSTILE }, { key: 'b', amount: 20, labels: {}, person: HOSTILE });
	const file = join(cli.folder, 'text.txt');
	writeFileSync(file, `${HOSTILE}\tB\r\nC`);
	await cli.text('text', 'set', 'brand_voice', '--file', file);
	return cli;
}

/** Both streams of a process whose standard output goes to a file that was opened. */
async function printedTo(
	cli: CommandLine,
	{ output, args }: { output: number; args: readonly string[] },
): Promise<[number | null, string]> {
	const child = spawn(process.execPath, [PROGRAM, ...args], {
		env: cleanEnvironment({ LLM_CREDITS_LEDGER: cli.ledger, TZ: 'UTC' }),
		stdio: ['ignore', output, 'pipe'],
	});
	const chunks: string[] = [];
	child.stderr?.setEncoding('utf8').on('data', (text: string) => chunks.push(text));
	return new Promise((done) => child.on('close', (code) => done([code, chunks.join('')])));
}

/** What a command writes to a real terminal. */
function onTerminal(cli: CommandLine, { term, args }: { term: string; args: readonly string[] }): string {
	const env = cleanEnvironment({ LLM_CREDITS_LEDGER: cli.ledger, TZ: 'UTC', TERM: term, NO_COLOR: '' });
	const words = [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ');
	return spawnSync('script', ['-qec', words, '/dev/null'], { env, encoding: 'utf8', timeout: 15_000 }).stdout;
}

describe('command line: on a terminal', () => {
	let cli: CommandLine;
	before(async () => {
		cli = await hostileLedger();
	});

	const shows = new Set(['balance', 'usage --by campaign', 'holds', 'checks --by campaign,segment', 'cache show', 'account show']);
	for (const command of [
		'balance',
		'balance --all',
		...LABEL_NAMES.map((name) => `usage --by ${name}`),
		'usage --by day',
		'holds',
		'holds --state open',
		'alerts list',
		'alerts claim --reader pager',
		'checks --by campaign,segment',
		'cache show',
		'account show',
		'account list',
		'budget list',
		'floor list',
		'text list',
		'text show brand_voice',
		'languages',
		'prices show',
		'prices show --hold h1',
		'verify',
	]) {
		it(`"${command}" writes out what would act on it`, async () => {
			const { stdout, stderr } = await cli.run(...command.split(' '));
			const shown = command.startsWith('text show') ? stdout.replace(/\t|\r(?=\n)/g, '') : stdout;
			expect(shown).to.not.match(ACTING);
			expect(stderr).to.not.match(ACTING);
			if (!command.startsWith('text show')) expect(stdout).to.not.match(/^\s*Injected/m);
			if (shows.has(command)) expect(stdout).to.include(ESCAPED);
		});
	}

	for (const command of ['balance', 'holds', 'checks --by campaign', 'account show', 'cache show', 'text show brand_voice']) {
		it(`"${command} --json" is exact, and writes out as much`, async () => {
			const { stdout } = await cli.run(...command.split(' '), '--json');
			expect(stdout).to.not.match(ACTING);
			expect(JSON.stringify(JSON.parse(stdout))).to.include(JSON.stringify(HOSTILE).slice(1, -1));
		});
	}

	it('a text of people comes back with its tabs and line breaks', async () => {
		expect(await cli.text('text', 'show', 'brand_voice')).to.match(/\nInjected\tB\r\nC\n$/);
	});

	it('failures repeat nothing that acts on it', async () => {
		for (const args of [
			['balance', '--account', `x${HOSTILE}`],
			['usage', '--by', HOSTILE],
			['alerts', 'claim', '--reader', HOSTILE],
			['text', 'show', HOSTILE],
			['balance', '--ledger', `/nowhere/${HOSTILE}`],
			[HOSTILE],
			[`--${HOSTILE}`],
		]) {
			const { stdout, stderr } = await cli.run(...args);
			expect(stdout + stderr, args.join(' ')).to.not.match(ACTING);
			expect(stdout + stderr, args.join(' ')).to.not.match(/^Injected/m);
		}
	});

	it('only the colours of the command line itself reach it, and no bar one that is dumb', () => {
		const seen = onTerminal(cli, { term: 'xterm', args: ['verify'] });
		expect(seen).to.match(/\u001b\[32mThe ledger is right:\u001b\[0m/);
		const listed = onTerminal(cli, { term: 'xterm', args: ['budget', 'list'] });
		expect(listed)
			.to.match(/\u001b\[31m *0\u001b\[0m/)
			.and.include(ESCAPED);
		expect(listed.replace(/\u001b\[(31|0)m|\r\n/g, '')).to.not.match(ACTING);
		const dumb = onTerminal(cli, { term: 'dumb', args: ['verify'] });
		expect(dumb.replaceAll('\r\n', '\n'))
			.to.match(/^The ledger is right:/)
			.and.not.match(ACTING);
	});

	it('standard output on a full disk is told in one sentence, with exit code 4', async () => {
		const full = openSync('/dev/full', 'w');
		for (const args of [['balance'], ['balance', '--json'], ['holds'], ['--help']]) {
			const [code, stderr] = await printedTo(cli, { output: full, args });
			expect(stderr).to.match(/^Error: The answer could not be printed: .*no space left.*\n$/);
			expect(code).to.equal(4);
		}
		closeSync(full);
	});

	it('a reader that has seen enough is no failure', async () => {
		const words = (args: string): string => `'${process.execPath}' '${PROGRAM}' ${args} | true; echo "\${PIPESTATUS[0]}"`;
		for (const args of ['holds', 'holds --json', '--help', 'verify']) {
			const env = cleanEnvironment({ LLM_CREDITS_LEDGER: cli.ledger, TZ: 'UTC' });
			const { stdout, stderr } = spawnSync('bash', ['-c', words(args)], { env, encoding: 'utf8', timeout: 15_000 });
			expect([stdout, stderr]).to.deep.equal(['0\n', '']);
		}
	});

	it('nothing but console/output.ts writes to it', () => {
		const files = readdirSync('lib/cli', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
		const writing = files.filter((path) => /process\.std(out|err)|console\.\w+\(/.test(readFileSync(join('lib/cli', path), 'utf8')));
		expect(writing).to.deep.equal([join('console', 'output.ts')]);
	});
});

describe('command line: what can be spent', () => {
	it('is 0 on a trial plan, and why is said; what was estimated is called so', async () => {
		const cli = new CommandLine();
		await cli.withAccount(async (account) => {
			await account.open({ timeZone: 'UTC' });
			await account.grant({ credits: 1_000_000_000n, category: 'purchased', expiry: null, key: 'credits' });
		});
		await cli.call({ key: 'a', amount: 5, cost: 3 }, { key: 'b', amount: 5, cost: 4, measure: 'estimated' });
		expect(await cli.text('holds')).to.match(/cost is.*\nh?.*\n?h\d+ +settled +5 +4 +estimated/s);
		const { holds } = await cli.document(['holds']);
		expect(holds.map(({ measure }: { measure: string }) => measure)).to.deep.equal(['estimated', 'reported']);
		expect(await cli.document(['balance'])).to.include({ available: '993', spendable: '993', blocked: null });
		await cli.text('account', 'set', '--plan', 'trial');
		expect(await cli.text('balance')).to.match(
			/^Available +0 credits +\(\$0(\.00)?\)\nNothing can be spent on a trial plan; the 993 credits .* account set --plan paid$/m,
		);
		expect(await cli.document(['balance'])).to.include({ available: '993', spendable: '0', blocked: 'plan_not_eligible' });
	});
});
