/**
 * Owns the charter: reads the source tree and holds it to the architecture, so that the rules cannot rot. Each rule is shown to be able to
 * fail on a small tree that breaks it, and to pass on one that does not.
 */
import { expect } from 'chai';
import { DEPENDENCY_RULES, type Violation } from '../support/charter/charter-layers';
import { STYLE_RULES } from '../support/charter/charter-style';
import { repositoryRoot } from '../support/machine/repository';
import { readTree, treeOf, type Manifest } from '../support/charter/source-tree';

const RULES = [...DEPENDENCY_RULES, ...STYLE_RULES];

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

const BREACHES: readonly Breach[] = [
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
	{ rule: 'only core/money divides', what: 'a division', texts: { 'lib/engine/a.ts': 'const a = b / c;' }, at: 'lib/engine/a.ts:1' },
	{
		rule: 'only core/time compares',
		what: 'a comparison',
		texts: { 'lib/ledger/a.ts': 'const a = hold.expiresAtMs <= atMs;' },
		at: 'lib/ledger/a.ts:1',
	},
	{ rule: 'only core/time compares', what: 'a maximum', texts: { 'lib/core/a.ts': 'const a = Math.max(atMs, b);' }, at: 'lib/core/a.ts:1' },
];

const ALLOWED: readonly { readonly what: string; readonly texts: Readonly<Record<string, string>>; readonly manifest?: Manifest }[] = [
	{ what: 'the engine with what params declare', texts: importing('lib/engine/a.ts', 'lib/params/llm-action/llm-action.ts').texts },
	{ what: 'the engine with types of the reader', texts: importing('lib/engine/a.ts', 'lib/params/read.ts', 'import type').texts },
	{ what: 'the engine with a port', texts: importing('lib/engine/a.ts', 'lib/ledger/store.ts').texts },
	{ what: 'runtime with an adapter', texts: importing('lib/runtime/a.ts', 'lib/ledger/sqlite/store.ts').texts },
	{ what: 'a long table', texts: { 'lib/core/a.ts': `${OWNS}const A = [\n${'\t1,\n'.repeat(400)}] as const;` } },
	{
		what: 'division in money, and of a ratio elsewhere',
		texts: { 'lib/core/values/money.ts': `${OWNS}a / b;`, 'lib/core/a.ts': `${OWNS}a / b; // ratio: of tokens` },
	},
	{
		what: 'comparison in time, and of durations elsewhere',
		texts: { 'lib/core/values/time.ts': `${OWNS}atMs < b;`, 'lib/core/a.ts': `${OWNS}timeoutMs < waitMs;` },
	},
	{
		what: 'names that n8n prescribes',
		texts: { 'nodes/n8n/LlmAction/LlmAction.node.ts': '', 'credentials/LedgerApi.credentials.ts': '' },
		manifest: {
			n8n: { nodes: ['dist/nodes/n8n/LlmAction/LlmAction.node.js'], credentials: ['dist/credentials/LedgerApi.credentials.js'] },
		},
	},
];

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
			const found = RULES.filter(({ name }) => name !== 'no dead files').flatMap(({ check }) => check(treeOf(texts, manifest)));
			expect(report(found)).to.equal('');
		});
	}
});
