/**
 * Owns the proof of `npm start` as a process: a real Node-RED with the packed package runs a campaign in which credits run out, the
 * figures add up, and nothing is left behind. Wrong use is told before anything is started.
 */
import { expect } from 'chai';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCredits } from '../../lib/core/values/money';
import { makePeopleCsv } from '../../scripts/make-people';
import { readPeople } from '../../scripts/start/people-file';
import { run, start, until, type Finished } from '../support/machine/child';
import { cleanEnvironment, outputRoot, repositoryRoot } from '../support/machine/repository';

const PROGRAM = join(outputRoot(), 'scripts', 'start', 'start.js');
const RUN_LIMIT_MS = 90_000;

let folder = '';

/** Without the keys of whoever runs the tests, and with temporary folders inside the test's own. */
function environment(): Record<string, string> {
	const {
		OPENAI_API_KEY: _key,
		OPENAI_BASE_URL: _url,
		OPENAI_MODEL: _model,
		...rest
	} = cleanEnvironment({ TMPDIR: join(folder, 'tmp'), TMP: join(folder, 'tmp'), TEMP: join(folder, 'tmp') });
	return rest;
}

function npmStart(args: readonly string[]): Promise<Finished> {
	return run(process.execPath, [PROGRAM, ...args], { cwd: folder, env: environment(), timeoutMs: RUN_LIMIT_MS });
}

function write(name: string, content: string | Buffer): string {
	const path = join(folder, name);
	writeFileSync(path, content);
	return path;
}

interface Summary {
	readonly people: number;
	readonly sources: { readonly model: number; readonly cheaper_model: number; readonly cache: number; readonly fallback: number };
	readonly creditsSpent: string;
	readonly available: string;
	readonly simulated: boolean;
	readonly verify: { readonly ok: boolean };
}

/** The last line of standard output. */
function summaryOf({ stdout }: Finished): Summary {
	return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Summary;
}

const micro = (text: string): bigint => parseCredits(text, { field: 'credits' });

describe('npm start', function () {
	this.timeout(RUN_LIMIT_MS * 2);
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'llm-credits-start-test-'));
		mkdirSync(join(folder, 'tmp'));
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	it('runs a campaign until credits run out, and every person still gets a message', async () => {
		const rows = Array.from(
			{ length: 60 },
			(_, index) => `${index + 1};"Zoë, ${index}";${['de', 'ja', '', 'ar'][index % 4] ?? ''};"zwei\r\nZeilen"`,
		);
		write('people.csv', `\ufeffid;first_name;language;notes\r\n${rows.join('\r\n')}\r\n;;;\r\n`);
		const finished = await npmStart(['--once', '--json', '--people', 'people.csv', '--credits', '50']);
		expect(finished.code, finished.stdout + finished.stderr).to.equal(0);
		const summary = summaryOf(finished);
		expect(summary).to.have.all.keys('people', 'sources', 'creditsSpent', 'available', 'simulated', 'verify');
		expect(summary).to.deep.include({ people: 60, simulated: true, verify: { ok: true } });
		const { model, cheaper_model: cheaper, cache, fallback } = summary.sources;
		expect([cheaper, cache]).to.deep.equal([0, 0]);
		expect(model + fallback).to.equal(60);
		expect(model).to.be.greaterThan(5);
		expect(fallback).to.be.greaterThan(5);
		expect(micro(summary.creditsSpent) + micro(summary.available)).to.equal(micro('50'));
		expect(finished.stdout).to.contain('SIMULATED').and.contain('Credits Exhausted');
		expect(readdirSync(join(folder, 'tmp')).filter((name) => name.startsWith('llm-credits-start-'))).to.deep.equal([]);
	});

	it('keeps the editor open until it is interrupted, then leaves nothing running', async () => {
		const data = join(folder, 'kept');
		write('people.csv', 'name\nAnna\nΓιώργος\n');
		const running = start(process.execPath, [PROGRAM, '--people', 'people.csv', '--data', data], { cwd: folder, env: environment() });
		try {
			await until(async () => (running.output().includes('Press Ctrl-C') ? true : null), {
				timeoutMs: RUN_LIMIT_MS,
				describe: () => running.output(),
			});
			const address = /editor is open at +(http:\/\/127\.0\.0\.1:\d+\/)/.exec(running.output())?.[1] ?? '';
			expect(await (await fetch(address)).text()).to.contain('Node-RED with LLM Credits');
			expect(running.output()).to.contain('100,000 credits ($10.00)');
			const finished = await running.kill('SIGINT');
			expect(finished.code, finished.stdout + finished.stderr).to.equal(0);
			expect(
				await fetch(address).then(
					() => 'answers',
					() => 'gone',
				),
			).to.equal('gone');
			expect(existsSync(join(data, 'ledger.db'))).to.equal(true);
			expect(readFileSync(join(data, 'results.jsonl'), 'utf8').trim().split('\n')).to.have.length(2);
		} finally {
			await running.stop();
		}
		const again = await npmStart(['--once', '--json', '--people', 'people.csv', '--data', data]);
		expect(again.code, again.stderr).to.equal(0);
		expect(micro(summaryOf(again).available) < micro('100000')).to.equal(true);
	});

	it('refuses wrong use with exit code 2, a reason and a mend', async () => {
		const cases: readonly (readonly [string[], RegExp])[] = [
			[['--people', 'nobody.csv'], /no file .*nobody\.csv/],
			[['--people', '.'], /not a file/],
			[['--people', write('empty.csv', '')], /has no people/],
			[['--people', write('header.csv', 'name,city\n,\n')], /has no people/],
			[['--people', write('quotes.csv', 'name,city\n"Anna,Rome\n')], /Row 1 .*quotation mark/],
			[['--people', write('wide.csv', 'name,city\nAnna,Rome\nBen,Paris,France\n')], /Row 2 .*more fields than the 2/],
			[['--people', write('sheet.xlsx', Buffer.from('504b0304', 'hex'))], /spreadsheet/],
			[['--people', write('latin.csv', Buffer.from('name\nM\xfcller\n', 'latin1'))], /not text in UTF-8/],
			[['--credits', 'lots'], /--credits is "lots"/],
			[['--credits', '-5'], /at least 0/],
			[['--credits'], /argument missing/],
			[['--frobnicate'], /Unknown option '--frobnicate'.*--help/],
			[['--model', ' '], /--model is empty/],
		];
		for (const [args, says] of cases) {
			const { code, stderr } = await npmStart(['--once', ...args]);
			expect(stderr)
				.to.match(says)
				.and.not.match(/\n\s+at /);
			expect(code, args.join(' ')).to.equal(2);
		}
	});

	it('explains itself', async () => {
		const { code, stdout } = await npmStart(['--help']);
		expect(code).to.equal(0);
		expect(stdout).to.contain('--people <file>').and.contain('OPENAI_BASE_URL');
	});
});

describe('people of npm start', () => {
	before(() => {
		folder = mkdtempSync(join(tmpdir(), 'llm-credits-people-test-'));
	});
	after(() => rmSync(folder, { recursive: true, force: true }));

	it('ships the file that its script makes, with at least 500 people', () => {
		const path = join(repositoryRoot(), 'scripts', 'start', 'people.csv');
		expect(readFileSync(path, 'utf8')).to.equal(makePeopleCsv());
		const { people, emptyRows, columns } = readPeople(path);
		expect(people).to.be.at.least(500);
		expect(emptyRows).to.be.greaterThan(0);
		expect(columns).to.include.members(['id', 'first_name', 'language', 'notes']);
	});

	for (const [name, bytes] of [
		['semicolons, a byte order mark and Windows line ends', Buffer.from('\ufeffname;note\r\nZoë;"a;b"\r\n', 'utf8')],
		['UTF-16', Buffer.from('\ufeffname;note\nZoë;"a;b"\n', 'utf16le')],
		['tabs and no line end at the end', Buffer.from('name\tnote\nZoë\ta;b', 'utf8')],
	] as const) {
		it(`reads ${name}`, () => {
			expect(readPeople(write('some.csv', bytes))).to.deep.include({
				people: 1,
				emptyRows: 0,
				columns: ['name', 'note'],
				csv: 'name,note\nZoë,a;b\n',
			});
		});
	}
});
