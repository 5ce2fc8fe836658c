/**
 * Owns the rules a single file can break. What concerns the tree as a whole (layers, cycles, sizes, dead files) is checked by
 * test/unit/charter.test.ts.
 *
 * n8n's rules come from its community plugin in the variant for packages that n8n Cloud does not host. `eslint-plugin-n8n-nodes-base`
 * is left out: its `preinstall` script refuses npm, so `npm ci` would fail; the conventions it checks are held by the parity test.
 */
import js from '@eslint/js';
import { configs as n8nConfigs } from '@n8n/eslint-plugin-community-nodes';
import prettier from 'eslint-config-prettier';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

const clockMessage = 'Only lib/runtime/system.ts touches the clock, timers and randomness; take them from the System that is passed in.';
const clockAndChance = [
	"CallExpression[callee.object.name='Date'][callee.property.name='now']",
	"NewExpression[callee.name='Date'][arguments.length=0]",
	"CallExpression[callee.object.name='performance'][callee.property.name='now']",
	'CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate)$/]',
	"CallExpression[callee.object.name='Math'][callee.property.name='random']",
	'CallExpression[callee.property.name=/^(randomUUID|randomBytes|randomInt)$/]',
	'CallExpression[callee.name=/^(randomUUID|randomBytes|randomInt)$/]',
].map((selector) => ({ selector, message: clockMessage }));

const emptyCatch = [
	{
		selector: 'CatchClause > BlockStatement[body.length=0]',
		message: 'An error is handled, translated or passed on; a comment in an empty catch does not do that.',
	},
	{
		selector: "CallExpression[callee.property.name='catch'] > ArrowFunctionExpression > BlockStatement[body.length=0]",
		message: 'Say what a failure becomes: return a value, or translate the error.',
	},
];

/** Each of these libraries has one home; everything else uses what the home offers. */
const homes = [
	{ name: 'better-sqlite3', files: 'lib/ledger/sqlite/**', message: 'Only lib/ledger/sqlite opens a database; use the store port.' },
	{
		name: 'pg',
		files: 'lib/ledger/postgres/**',
		message: 'Only lib/ledger/postgres opens connections to a database server; use the store port.',
	},
	{ name: 'openai', files: 'lib/providers/**', message: 'Only lib/providers speaks to a provider; use the provider port.' },
	{ name: 'luxon', files: 'lib/core/values/time.ts', message: 'Only lib/core/values/time.ts counts calendar days; use its functions.' },
];
const restrictedImports = (allowed) => [
	'error',
	{
		paths: homes.filter(({ name }) => name !== allowed).map(({ name, message }) => ({ name, message })),
		patterns: homes.filter(({ name }) => name !== allowed).map(({ name, message }) => ({ group: [`${name}/*`], message })),
	},
];

const shipped = ['lib/**/*.ts', 'nodes/**/*.ts', 'credentials/**/*.ts'];
const hostOfN8n = ['nodes/n8n/**/*.ts', 'credentials/**/*.ts', 'package.json'];

export default tseslint.config(
	{ ignores: ['dist/**', '.cache/**', 'node_modules/**', 'coverage/**', '**/fixtures/**', 'examples/**'] },
	{
		files: ['**/*.ts'],
		extends: [js.configs.recommended, tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
		languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
		linterOptions: { reportUnusedDisableDirectives: 'error' },
		rules: {
			eqeqeq: 'error',
			'no-restricted-syntax': ['error', ...emptyCatch],
			// `typeof import('x')` is the only way to type what is loaded late.
			'@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
			'@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
			'@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
			'@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
			'@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
			'@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
			// Takes an unknown that was narrowed for an object; templates are held by restrict-template-expressions.
			'@typescript-eslint/no-base-to-string': 'off',
			// Node's own sockets and agents are handed about by their interface.
			'@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
			// An implementation of an asynchronous port may have nothing to wait for.
			'@typescript-eslint/require-await': 'off',
		},
	},
	{
		files: shipped,
		rules: {
			'no-console': 'error',
			'no-restricted-imports': restrictedImports(null),
			'no-restricted-syntax': ['error', ...emptyCatch, ...clockAndChance],
		},
	},
	{
		// Data, answers and settings may hold anything: every pattern takes time in proportion to the text.
		files: [...shipped, 'nodes/node-red/editor/src/**/*.js'],
		plugins: { regexp },
		rules: {
			'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
			'regexp/no-super-linear-move': ['error', { report: 'potential' }],
		},
	},
	...homes.map(({ name, files }) => ({ files: [files], rules: { 'no-restricted-imports': restrictedImports(name) } })),
	{ files: ['lib/runtime/system.ts'], rules: { 'no-restricted-syntax': ['error', ...emptyCatch] } },
	{ files: ['lib/cli/**/*.ts'], rules: { 'no-console': 'off' } },
	{
		files: hostOfN8n,
		extends: [n8nConfigs.recommendedWithoutN8nCloudSupport],
		rules: {
			// The two exceptions, see docs/dependencies.md: a ledger needs a database driver, and a Node-RED installation fetches it;
			// and n8n's own OpenAI credential can be chosen, so that people who have one need no second.
			'@n8n/community-nodes/no-runtime-dependencies': 'off',
			'@n8n/community-nodes/no-credential-reuse': 'off',
			'@n8n/community-nodes/valid-credential-references': 'off',
		},
	},
	{
		files: ['package.json'],
		languageOptions: { parser: tseslint.parser, parserOptions: { extraFileExtensions: ['.json'] } },
	},
	{
		files: ['test/**/*.ts'],
		rules: {
			// Chai's assertions are expressions, and a failed cast in a test is a failed test.
			'@typescript-eslint/no-unused-expressions': 'off',
			'@typescript-eslint/no-non-null-assertion': 'off',
			'@typescript-eslint/no-unsafe-argument': 'off',
			'@typescript-eslint/no-unsafe-assignment': 'off',
			'@typescript-eslint/no-unsafe-call': 'off',
			'@typescript-eslint/no-unsafe-member-access': 'off',
			'@typescript-eslint/no-unsafe-return': 'off',
		},
	},
	{
		files: ['nodes/node-red/editor/src/**/*.js'],
		extends: [js.configs.recommended],
		languageOptions: { globals: { $: 'readonly', RED: 'readonly', URL: 'readonly', document: 'readonly', window: 'readonly' } },
	},
	{
		files: ['**/*.mjs'],
		extends: [js.configs.recommended],
		languageOptions: { globals: { Buffer: 'readonly', console: 'readonly', process: 'readonly', setTimeout: 'readonly' } },
	},
	prettier,
);
