/**
 * Owns the charter: reads the source tree and holds it to the architecture, so that the rules cannot rot. Each rule is shown to be able to
 * fail on a small tree that breaks it, and to pass on one that does not.
 */
import { expect } from 'chai';
import { CAST_RULES, loweredCasts } from '../support/charter/charter-casts';
import { CITATION_RULES } from '../support/charter/charter-citations';
import { EXPORT_RULES, unusedExportExceptions } from '../support/charter/charter-exports';
import { DEPENDENCY_RULES, type Violation } from '../support/charter/charter-layers';
import { LIST_RULES, unusedListExceptions } from '../support/charter/charter-lists';
import { MAP_RULES } from '../support/charter/charter-map';
import { ROOM_RULES, roomsWithoutFiles } from '../support/charter/charter-rooms';
import { STYLE_RULES } from '../support/charter/charter-style';
import { SUITE_RULES } from '../support/charter/charter-suites';
import { WORD_RULES } from '../support/charter/charter-words';
import { repositoryRoot } from '../support/machine/repository';
import { readTree, treeOf, type Manifest } from '../support/charter/source-tree';

const RULES = [
	...DEPENDENCY_RULES,
	...ROOM_RULES,
	...STYLE_RULES,
	...CITATION_RULES,
	...MAP_RULES,
	...WORD_RULES,
	...EXPORT_RULES,
	...LIST_RULES,
	...CAST_RULES,
	...SUITE_RULES,
];

function report(violations: readonly Violation[]): string {
	return violations.map(({ path, line, problem, mend }) => `  ${path}:${line} ${problem}. ${mend}`).join('\n');
}

describe('charter', () => {
	const tree = readTree(repositoryRoot());
	for (const { name, check } of RULES) {
		it(name, () => {
			const violations = check(tree);
			expect(violations.length, `${name}:\n${report(violations)}\n`).to.equal(0);
		});
	}

	it('the numbers of casts are as low as they can be', () => {
		expect(loweredCasts(tree), 'lower these in MOST in test/support/charter/charter-casts.ts').to.deep.equal([]);
	});

	it('each exception to the rule about lists is needed', () => {
		expect(unusedListExceptions(tree), 'remove these from EXCEPTIONS in test/support/charter/charter-lists.ts').to.deep.equal([]);
	});

	it('each exception to the rule about exported values is needed', () => {
		expect(unusedExportExceptions(tree), 'remove these from FOR_TESTS in test/support/charter/charter-exports.ts').to.deep.equal([]);
	});

	it('each room that stands on a floor is there', () => {
		expect(roomsWithoutFiles(tree), 'remove these rooms from FLOORS in test/support/charter/charter-rooms.ts').to.deep.equal([]);
		expect(roomsWithoutFiles(treeOf({ 'lib/core/values/money.ts': OWNS })))
			.to.include('lib/core/proof')
			.and.not.to.include('lib/core/values');
	});
});

/** A tree that breaks exactly one rule, and the place where. */
interface Breach {
	readonly rule: string;
	readonly what: string;
	readonly texts: Readonly<Record<string, string>>;
	readonly at: string;
	readonly manifest?: Manifest;
}

const OWNS = '/** Owns nothing. */\n';
const long = (lines: number): string => '\tcall();\n'.repeat(lines);

/** One import of `to` from `from`, where both files are there. */
function importing(from: string, to: string, kind = 'import'): Breach {
	const specifier = `${'../'.repeat(from.split('/').length - 1)}${to.replace(/\.ts$/, '')}`;
	const texts = { [from]: `${OWNS}${kind} { a } from '${specifier}';`, [to]: OWNS };
	return { rule: 'imports point down', what: `${kind} of ${to} by ${from}`, texts, at: `${from}:2` };
}

/** A list kept by hand beside the one that is declared, in every form that was found. */
const REPEATED_LISTS = {
	'fields of usage in a list': "const A = ['inputTokens', 'outputTokens', 'cachedInputTokens', 'reasoningTokens'];",
	'totals in a type': 'interface A { calls: number; chargedMicro: bigint; refusals: number; inputTokens: number; estimatedCalls: number }',
	'totals in a record': 'const a = { calls: 0, chargedMicro: 0n, refusals: 0, outputTokens: 0, estimatedCalls: 0 };',
	'columns of totals in a statement': "const a = 'SELECT calls, charged_micro, input_tokens, output_tokens FROM usage_days';",
	'labels in a type of an input': 'type A = { readonly campaign: string; readonly segment: string; readonly workspace: string };',
	'labels in a union': "type A = 'campaign' | 'segment' | 'workspace' | 'flow';",
	'alert settings in a record': 'const a = { lowPercents: [20], expiryDays: [7] };',
	'settings of an account in a type': 'interface A { budgets: 1; floors: 2; languages: 3; cacheLimits: 4 }',
	'fixed words as rows': "const A = [{ value: 'promotional' }, { value: 'purchased' }, { value: 'adjustment' }];",
	'values of a connection in a record that is not held complete':
		"const a: Record<string, string> = { path: '', account: '', adminKey: '', timeZone: '' };",
};

/** Suites as package.json and CI have them. */
const CI_RUN = {
	'.ci/run': "suite 'tests' 600 npm test -s\nsuite 'slow' 900 npm run -s test:slow\nsuite 'server' 900 npm run -s test:server",
};
const SUITES: Manifest = {
	scripts: {
		test: 'mocha "dist/test/unit/**/*.test.js"',
		'test:slow': 'mocha "dist/test/unit/slow/*.test.js"',
		'test:server': 'LLM_CREDITS_LEDGER=postgres mocha "dist/test/e2e/*.test.js"',
		'test:proof': 'mocha "dist/test/proof/*.test.js"',
	},
};

const BREACHES: readonly Breach[] = [
	{
		rule: 'one word for each thing',
		what: 'a type',
		texts: { 'lib/core/values/a.ts': `${OWNS}interface Offer {}` },
		at: 'lib/core/values/a.ts:2',
	},
	{
		rule: 'one word for each thing',
		what: 'a private field',
		texts: { 'lib/core/values/a.ts': `${OWNS}class A { #weighed = 1; }` },
		at: 'lib/core/values/a.ts:2',
	},
	...['const offered = 1', 'type Sized = 1', 'const a = { move: 1 }', 'class ItemParts {}', 'interface Slot {}'].map((text) => ({
		rule: 'one word for each thing',
		what: text,
		texts: { 'lib/engine/call/a.ts': `${OWNS}${text}` },
		at: 'lib/engine/call/a.ts:2',
	})),
	{ rule: 'one word for each thing', what: 'a file', texts: { 'lib/core/calls/ladder.ts': OWNS }, at: 'lib/core/calls/ladder.ts:1' },
	{
		rule: 'a type of the shared layers has a name of its own',
		what: 'a name for two things',
		texts: { 'lib/core/values/a.ts': `${OWNS}export type Kept = string;`, 'lib/cli/console/b.ts': `${OWNS}type Kept = number;` },
		at: 'lib/cli/console/b.ts:2',
	},
	{ rule: 'docs/glossary.md has', what: 'a word that is not explained', texts: { 'docs/glossary.md': '' }, at: 'docs/glossary.md:1' },
	...['lib/core/values/a.ts', 'scripts/a.ts', 'test/support/machine/a.ts'].map((path) => ({
		rule: 'each exported value is imported',
		what: `a value that nobody needs, in ${path}`,
		texts: { [path]: `${OWNS}export const a = 1;` },
		at: `${path}:2`,
	})),
	{
		rule: 'no exported value is there for tests alone',
		what: 'a value that only a test needs',
		texts: { 'lib/core/values/a.ts': `${OWNS}export const a = 1;`, 'test/unit/b.ts': "import { a } from '../../lib/core/values/a';" },
		at: 'lib/core/values/a.ts:2',
	},
	{
		rule: 'casts only become fewer',
		what: 'a cast in a room without any',
		texts: { 'lib/core/cellar/a.ts': `${OWNS}const a = JSON.parse(b) as A;` },
		at: 'lib/core/cellar/a.ts:2',
	},
	{
		rule: 'casts only become fewer',
		what: 'rows of a type that nobody looks at',
		texts: { 'lib/core/cellar/a.ts': `${OWNS}const a = db.prepare<[], AccountRow>('SELECT 1');` },
		at: 'lib/core/cellar/a.ts:2',
	},
	{
		rule: 'casts only become fewer',
		what: 'a module that has the type of another',
		texts: { 'lib/core/cellar/a.ts': `${OWNS}const a = require('./b') as typeof import('./c');` },
		at: 'lib/core/cellar/a.ts:2',
	},
	...[
		{ what: 'a file of tests that nothing runs', path: 'test/elsewhere/a.test.ts' },
		{ what: 'a file of tests that two suites run', path: 'test/unit/slow/a.test.ts' },
		{ what: 'a file of tests that runs only once more, on a server', path: 'test/e2e/a.test.ts' },
	].map(({ what, path }) => ({
		rule: 'each file of tests belongs to one suite',
		what,
		texts: { ...CI_RUN, [path]: OWNS },
		at: `${path}:1`,
		manifest: SUITES,
	})),
	{
		rule: 'each file of tests belongs to one suite',
		what: 'a pattern that matches nothing',
		texts: CI_RUN,
		at: 'package.json:1',
		manifest: SUITES,
	},
	...Object.entries(REPEATED_LISTS).map(([what, text]) => ({
		rule: 'a list is declared once',
		what,
		texts: { 'lib/engine/call/a.ts': `${OWNS}${text}` },
		at: 'lib/engine/call/a.ts:2',
	})),
	importing('lib/core/a.ts', 'lib/engine/b.ts'),
	importing('lib/core/a.ts', 'lib/ledger/store.ts', 'import type'),
	importing('lib/params/a.ts', 'lib/engine/b.ts'),
	importing('lib/ledger/store.ts', 'lib/ledger/sqlite/store.ts'),
	importing('lib/ledger/sqlite/store.ts', 'lib/ledger/postgres/store.ts'),
	importing('lib/providers/a.ts', 'lib/ledger/store.ts'),
	importing('lib/engine/a.ts', 'lib/ledger/sqlite/store.ts'),
	importing('lib/engine/a.ts', 'lib/providers/openai/openai-compatible.ts'),
	importing('lib/engine/a.ts', 'lib/params/read.ts'),
	importing('lib/runtime/a.ts', 'lib/cli/llm-credits.ts'),
	importing('lib/runtime/a.ts', 'nodes/n8n/a.ts'),
	importing('lib/cli/a.ts', 'lib/ledger/store.ts'),
	importing('nodes/n8n/a.ts', 'lib/providers/provider.ts'),
	importing('nodes/n8n/a.ts', 'nodes/node-red/b.ts'),
	importing('credentials/a.ts', 'nodes/node-red/b.ts'),
	importing('scripts/a.ts', 'test/support/b.ts'),
	importing('lib/core/a.ts', 'lib/engine/b.ts', 'export'),
	{ rule: 'imports point down', what: 'a file in no layer', texts: { 'lib/elsewhere/a.ts': OWNS }, at: 'lib/elsewhere/a.ts:1' },
	{
		rule: 'imports point down',
		what: 'a dynamic import',
		texts: { 'lib/core/a.ts': "void import('../engine/b');", 'lib/engine/b.ts': OWNS },
		at: 'lib/core/a.ts:1',
	},
	{
		rule: 'every relative import leads to a file',
		what: 'a wrong path',
		texts: { 'lib/core/a.ts': "import './b';" },
		at: 'lib/core/a.ts:1',
	},
	{
		rule: 'core and params import nothing that acts',
		what: 'a file system',
		texts: { 'lib/core/a.ts': "import 'node:fs';" },
		at: 'lib/core/a.ts:1',
	},
	{
		rule: 'no import circles',
		what: 'a circle of three',
		texts: { 'lib/core/a.ts': "import './b';", 'lib/core/b.ts': "import './c';", 'lib/core/c.ts': "import './a';" },
		at: 'lib/core/a.ts:1',
	},
	{
		rule: 'no dead files',
		what: 'a file nobody needs',
		texts: { 'lib/core/a.ts': "import './b';", 'lib/core/b.ts': OWNS },
		at: 'lib/core/a.ts:1',
	},
	{
		rule: 'package.json keeps its promises',
		what: 'a node that is not there',
		texts: {},
		manifest: { n8n: { nodes: ['dist/nodes/n8n/A/A.node.js'], credentials: [] } },
		at: 'package.json:1',
	},
	{
		rule: 'package.json keeps its promises',
		what: 'a lifecycle script',
		texts: {},
		manifest: { scripts: { postinstall: 'x' } },
		at: 'package.json:1',
	},
	{
		rule: 'package.json keeps its promises',
		what: 'a seventh dependency',
		texts: {},
		manifest: { dependencies: { a: '1', b: '1', c: '1', d: '1', e: '1', f: '1', g: '1' } },
		at: 'package.json:1',
	},
	{
		rule: 'rooms import rooms of lower floors only',
		what: 'a room above',
		texts: importing('lib/core/values/a.ts', 'lib/core/proof/b.ts').texts,
		at: 'lib/core/values/a.ts:2',
	},
	{
		rule: 'rooms import rooms of lower floors only',
		what: 'a room beside, as a type',
		texts: importing('lib/engine/call/a.ts', 'lib/engine/report/b.ts', 'import type').texts,
		at: 'lib/engine/call/a.ts:2',
	},
	{
		rule: 'rooms import rooms of lower floors only',
		what: 'a door, by a room',
		texts: importing('lib/engine/batch/a.ts', 'lib/engine/llm-action.ts').texts,
		at: 'lib/engine/batch/a.ts:2',
	},
	{ rule: 'files stand in rooms', what: 'a file of core outside a room', texts: { 'lib/core/a.ts': OWNS }, at: 'lib/core/a.ts:1' },
	{ rule: 'files stand in rooms', what: 'a fourth door of the engine', texts: { 'lib/engine/a.ts': OWNS }, at: 'lib/engine/a.ts:1' },
	{ rule: 'files stand in rooms', what: 'a room on no floor', texts: { 'lib/core/cellar/a.ts': OWNS }, at: 'lib/core/cellar/a.ts:1' },
	{
		rule: 'files stand in rooms',
		what: 'a file beside the rooms of tests',
		texts: { 'test/support/a.ts': OWNS },
		at: 'test/support/a.ts:1',
	},
	...['lib/cli/console', 'nodes/node-red/message', 'test/support/machine'].map((folder) => ({
		rule: 'folders have at most',
		what: `a 17th file in ${folder}`,
		texts: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`${folder}/file-${String(index)}.ts`, OWNS])),
		at: `${folder}:1`,
	})),
	...['lib/ledger', 'nodes/node-red', 'test/support'].map((place) => ({
		rule: 'no import circles between folders',
		what: `two folders of ${place} whose files are in no circle`,
		texts: {
			[`${place}/one/a.ts`]: "import '../other/b';",
			[`${place}/one/c.ts`]: OWNS,
			[`${place}/other/b.ts`]: OWNS,
			[`${place}/other/d.ts`]: "import type { C } from '../one/c';",
		},
		at: `${place}/one/a.ts:1`,
	})),
	{
		rule: 'no import circles between folders',
		what: 'a folder and the one above it',
		texts: { 'lib/cli/a.ts': "import './files/b';", 'lib/cli/c.ts': OWNS, 'lib/cli/files/b.ts': "import '../c';" },
		at: 'lib/cli/a.ts:1',
	},
	{ rule: 'files have at most', what: 'a long file', texts: { 'lib/core/a.ts': long(301) }, at: 'lib/core/a.ts:1' },
	{
		rule: 'functions have at most',
		what: 'a long function',
		texts: { 'lib/core/a.ts': `\nfunction f() {\n${long(49)}}` },
		at: 'lib/core/a.ts:2',
	},
	{ rule: 'files are named', what: 'camel case', texts: { 'lib/core/rateCard.ts': OWNS }, at: 'lib/core/rateCard.ts:1' },
	{ rule: 'files are named', what: 'a name without meaning', texts: { 'lib/core/utils.ts': OWNS }, at: 'lib/core/utils.ts:1' },
	{ rule: 'no banned words', what: 'a plan in a comment', texts: { 'lib/core/a.ts': `${OWNS}// TODO later` }, at: 'lib/core/a.ts:2' },
	{ rule: 'no banned words', what: 'a cast to any', texts: { 'nodes/n8n/a.ts': 'const a = b as any;' }, at: 'nodes/n8n/a.ts:1' },
	{
		rule: 'no banned words',
		what: 'a path of one machine',
		texts: { 'test/unit/a.ts': "const a = '/home/ada/main';" },
		at: 'test/unit/a.ts:1',
	},
	{
		rule: 'no banned words',
		what: 'a rule switched off without a reason',
		texts: { 'lib/core/a.ts': '// eslint-disable-next-line no-var' },
		at: 'lib/core/a.ts:1',
	},
	{ rule: 'each module of lib', what: 'a module that says nothing', texts: { 'lib/core/a.ts': 'const a = 1;' }, at: 'lib/core/a.ts:1' },
	{
		rule: 'each exported function',
		what: 'a function',
		texts: { 'lib/core/a.ts': `${OWNS}\nexport function f() {}` },
		at: 'lib/core/a.ts:3',
	},
	{
		rule: 'each exported function',
		what: 'an arrow function',
		texts: { 'lib/core/a.ts': `${OWNS}\nexport const f = () => 1;` },
		at: 'lib/core/a.ts:3',
	},
	{ rule: 'each exported function', what: 'a class', texts: { 'lib/core/a.ts': `${OWNS}\nexport class F {}` }, at: 'lib/core/a.ts:3' },
	{ rule: 'only core/values/money divides', what: 'a division', texts: { 'lib/engine/a.ts': 'const a = b / c;' }, at: 'lib/engine/a.ts:1' },
	{
		rule: 'only core/values/time compares',
		what: 'a comparison',
		texts: { 'lib/ledger/a.ts': 'const a = hold.expiresAtMs <= atMs;' },
		at: 'lib/ledger/a.ts:1',
	},
	{
		rule: 'only core/values/time compares',
		what: 'a maximum',
		texts: { 'lib/core/a.ts': 'const a = Math.max(atMs, b);' },
		at: 'lib/core/a.ts:1',
	},
	...['lib/core/rules/a.ts', 'test/unit/ledger/a.test.ts', 'docs/budgets.md', 'scripts/a.ts'].map((path) => ({
		rule: 'each rule of the ledger that is cited',
		what: `a number that is not there, in ${path}`,
		texts: { 'docs/ledger.md': '- **Rule 1.** Amounts are integers.', [path]: `${OWNS}// ledger rules 1 and 2` },
		at: `${path}:2`,
	})),
	{
		rule: 'each rule of the ledger that is cited',
		what: 'a number inside a span',
		texts: { 'docs/ledger.md': '**Rule 1.** **Rule 3.**', 'lib/core/values/a.ts': `${OWNS}// ledger rules 1–3` },
		at: 'lib/core/values/a.ts:2',
	},
	{
		rule: 'each rule of the ledger that is cited',
		what: 'a number that is given twice',
		texts: { 'docs/ledger.md': '**Rule 1.** This.\n**Rule 1.** That.' },
		at: 'docs/ledger.md:2',
	},
	{
		rule: 'docs/working-on-it.md maps',
		what: 'a room that is missing',
		texts: { 'lib/core/values/a.ts': OWNS },
		at: 'docs/working-on-it.md:1',
	},
	{
		rule: 'docs/working-on-it.md maps',
		what: 'a room that is not there',
		texts: { 'docs/working-on-it.md': '# Map\n| `lib/cellar` | Wine. |' },
		at: 'docs/working-on-it.md:2',
	},
	{
		rule: 'docs/working-on-it.md maps',
		what: 'a room that nothing is said about',
		texts: { 'lib/core/values/a.ts': OWNS, 'docs/working-on-it.md': '| `lib/core/values` | |' },
		at: 'docs/working-on-it.md:1',
	},
];

const ALLOWED: readonly { readonly what: string; readonly texts: Readonly<Record<string, string>>; readonly manifest?: Manifest }[] = [
	{ what: 'the engine with what params declare', texts: importing('lib/engine/call/a.ts', 'lib/params/llm-action/llm-action.ts').texts },
	{ what: 'the engine with types of the reader', texts: importing('lib/engine/call/a.ts', 'lib/params/read.ts', 'import type').texts },
	{ what: 'the engine with a port', texts: importing('lib/engine/call/a.ts', 'lib/ledger/store.ts').texts },
	{ what: 'runtime with an adapter', texts: importing('lib/runtime/a.ts', 'lib/ledger/sqlite/store.ts').texts },
	{
		what: 'a table with a row for each name of a list, which the compiler holds complete',
		texts: {
			'lib/engine/call/a.ts': `${OWNS}const A = { inputTokens: 1, outputTokens: 2, cachedInputTokens: 3, reasoningTokens: 4 } as const satisfies Record<UsageField, number>;`,
		},
	},
	{
		what: 'a file of tests in one suite, and one among the proofs',
		texts: { ...CI_RUN, 'test/unit/a.test.ts': OWNS, 'test/proof/a.test.ts': OWNS },
		manifest: { scripts: { test: 'mocha "dist/test/unit/*.test.js"', 'test:proof': 'mocha "dist/test/proof/*.test.js"' } },
	},
	{
		what: 'a value that only a script of the editor imports',
		texts: {
			'lib/core/values/a.ts': `${OWNS}/** A. */\nexport const a = 1;`,
			'nodes/node-red/editor/src/b.js': "import { a } from '../../../../lib/core/values/a';",
		},
	},
	{
		what: 'a module that is loaded late under its own type, and rows of which nothing is known',
		texts: {
			'lib/ledger/sqlite/rows/a.ts': `${OWNS}const a = require('pg') as typeof import('pg'); const b = db.prepare<[], Row>('SELECT 1');`,
		},
	},
	{ what: 'a long table', texts: { 'lib/core/gates/a.ts': `${OWNS}const A = [\n${'\t1,\n'.repeat(400)}] as const;` } },
	{
		what: 'division in money, and of a ratio elsewhere',
		texts: { 'lib/core/values/money.ts': `${OWNS}a / b;`, 'lib/core/gates/a.ts': `${OWNS}a / b; // ratio: of tokens` },
	},
	{
		what: 'comparison in time, and of durations elsewhere',
		texts: { 'lib/core/values/time.ts': `${OWNS}atMs < b;`, 'lib/core/gates/a.ts': `${OWNS}timeoutMs < waitMs;` },
	},
	{
		what: 'names that n8n prescribes',
		texts: { 'nodes/n8n/LlmAction/LlmAction.node.ts': '', 'credentials/LedgerApi.credentials.ts': '' },
		manifest: {
			n8n: { nodes: ['dist/nodes/n8n/LlmAction/LlmAction.node.js'], credentials: ['dist/credentials/LedgerApi.credentials.js'] },
		},
	},
	{
		what: 'a room that imports one below, and a door that imports all',
		texts: {
			'lib/engine/llm-action.ts': `${OWNS}import './batch/a';`,
			'lib/engine/batch/a.ts': `${OWNS}import '../account/b';`,
			'lib/engine/account/b.ts': OWNS,
		},
	},
	{
		what: 'sixteen files in a folder',
		texts: Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`lib/core/values/file-${String(index)}.ts`, OWNS])),
	},
	{
		what: 'rules that are numbered and cited, and rules of others',
		texts: {
			'docs/ledger.md': '- **Rule 2.** A. **Rule 3.** B. **Rule 4.** C.',
			'lib/core/values/a.ts': `${OWNS}// ledger rules 2, 3 and 4; ledger rules 2–4; rule 3: "Rule 9: too long"`,
		},
	},
];

/** Rules that ask something of every file, which a small tree does not have. */
const NEEDS_ALL = /^(no dead files|docs\/glossary\.md has|each exported value is imported|docs\/working-on-it\.md maps)/;

describe('charter rules can fail', () => {
	for (const { rule, what, texts, at, manifest } of BREACHES) {
		it(`${rule}: ${what}`, () => {
			const found = RULES.filter(({ name }) => name.startsWith(rule)).flatMap(({ check }) => check(treeOf(texts, manifest)));
			expect(found.map(({ path, line }) => `${path}:${line}`)).to.include(at);
		});
	}

	it('each rule is broken by some example', () => {
		const untested = RULES.filter(({ name }) => !BREACHES.some(({ rule }) => name.startsWith(rule)));
		expect(untested.map(({ name }) => name)).to.deep.equal([]);
	});

	for (const { what, texts, manifest } of ALLOWED) {
		it(`allowed: ${what}`, () => {
			const found = RULES.filter(({ name }) => !NEEDS_ALL.test(name)).flatMap(({ check }) => check(treeOf(texts, manifest)));
			expect(report(found)).to.equal('');
		});
	}
});
