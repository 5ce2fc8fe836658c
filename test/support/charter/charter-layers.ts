/**
 * Owns the charter's rules about how files depend on one another: layers, purity, circles, dead files, the manifest.
 */
import type { Import, SourceFile, SourceTree } from './source-tree';

/** One broken rule at one place, with the way to mend it. */
export interface Violation {
	readonly path: string;
	readonly line: number;
	readonly problem: string;
	readonly mend: string;
}

export interface Rule {
	readonly name: string;
	readonly check: (tree: SourceTree) => Violation[];
}

interface Layer {
	/** Files that belong to the layer; the first layer that matches a file is its own. */
	readonly files: RegExp;
	/** What they may import. */
	readonly mayImport: readonly RegExp[];
	/** What they may import only as types. */
	readonly mayImportTypesOf?: readonly RegExp[];
	readonly mend: string;
}

const CORE = /^lib\/core\//;
const PARAMS = /^lib\/params\//;
/** The vocabulary of the nodes; reading raw values of a host is left to the hosts. */
const DECLARED_PARAMS = /^lib\/params\/(?!read\.ts$)/;
const ENGINE = /^lib\/engine\//;
const RUNTIME = /^lib\/runtime\//;
const LEDGER_PORT = /^lib\/ledger\/(ports\/)?[^/]+$/;
const PROVIDER_PORT = /^lib\/providers\/provider\.ts$/;
const BELOW_HOSTS = [RUNTIME, ENGINE, PARAMS, CORE];
const HOST_MEND = 'A host reaches lib through runtime, engine, params and core only; let runtime hand out what is missing.';

function adapterLayer(adapter: string): Layer {
	const own = new RegExp(`^lib/ledger/${adapter}/`);
	return {
		files: own,
		mayImport: [own, LEDGER_PORT, CORE],
		mend: 'An adapter sees the port and core; hand it anything else when it is opened.',
	};
}

/** Who may import whom. Imports point down. */
const LAYERS: readonly Layer[] = [
	{ files: CORE, mayImport: [CORE], mend: 'Core knows nothing above it; move the shared part down into lib/core.' },
	{ files: PARAMS, mayImport: [PARAMS, CORE], mend: 'Parameters see only core; move what they need into lib/core.' },
	{ files: LEDGER_PORT, mayImport: [LEDGER_PORT, CORE], mend: 'The ledger port does not know its adapters; let lib/runtime choose one.' },
	...['memory', 'sqlite', 'postgres'].map((adapter) => adapterLayer(adapter)),
	{
		files: /^lib\/providers\//,
		mayImport: [/^lib\/providers\//, CORE],
		mend: 'Providers see only core; hand them anything else as an argument.',
	},
	{
		files: ENGINE,
		mayImport: [ENGINE, CORE, LEDGER_PORT, PROVIDER_PORT, DECLARED_PARAMS],
		mayImportTypesOf: [PARAMS],
		mend: 'The engine sees the ports lib/ledger/*.ts and lib/providers/provider.ts, core, and what params declare. Hosts read values, runtime injects adapters.',
	},
	{ files: RUNTIME, mayImport: [/^lib\/(?!cli\/)/], mend: 'Runtime composes lib and knows no host and no command line.' },
	{ files: /^lib\/cli\//, mayImport: [/^lib\/cli\//, ...BELOW_HOSTS], mend: HOST_MEND },
	{ files: /^nodes\/n8n\//, mayImport: [/^nodes\/n8n\//, ...BELOW_HOSTS], mend: HOST_MEND },
	{ files: /^nodes\/node-red\//, mayImport: [/^nodes\/node-red\//, ...BELOW_HOSTS], mend: HOST_MEND },
	{ files: /^credentials\//, mayImport: [/^credentials\//, /^nodes\/n8n\//, ...BELOW_HOSTS], mend: HOST_MEND },
	{
		files: /^scripts\//,
		mayImport: [/^scripts\//, /^lib\//, /^nodes\//],
		mend: 'Scripts do not use the tests; move the shared part into scripts/.',
	},
];

/** The shipped TypeScript files and the scripts: what the charter is about. */
export function sourcesOf(tree: SourceTree): SourceFile[] {
	return [...tree.files.values()].filter(({ path }) => /^(lib|nodes|credentials|scripts)\/.*\.ts$/.test(path));
}

function isAllowed(layer: Layer, { target, isTypeOnly }: Import): boolean {
	if (target === null) return true;
	return (
		layer.mayImport.some((allowed) => allowed.test(target)) ||
		(isTypeOnly && (layer.mayImportTypesOf ?? []).some((allowed) => allowed.test(target)))
	);
}

const layers: Rule = {
	name: 'imports point down',
	check: (tree) =>
		sourcesOf(tree).flatMap(({ path, imports }) => {
			const layer = LAYERS.find(({ files }) => files.test(path));
			if (layer === undefined) {
				return [
					{
						path,
						line: 1,
						problem: 'belongs to no layer',
						mend: 'Move it into a folder that LAYERS in test/support/charter/charter-layers.ts knows.',
					},
				];
			}
			return imports
				.filter((imported) => !isAllowed(layer, imported))
				.map(({ line, target }) => ({ path, line, problem: `imports ${String(target)}`, mend: layer.mend }));
		}),
};

const unresolved: Rule = {
	name: 'every relative import leads to a file',
	check: (tree) =>
		sourcesOf(tree).flatMap(({ path, imports }) =>
			imports
				.filter(({ specifier, target }) => specifier.startsWith('.') && target === null)
				.map(({ line, specifier }) => ({ path, line, problem: `imports ${specifier}, which is not there`, mend: 'Mend the path.' })),
		),
};

/** Packages and parts of Node that a pure layer may use: they compute and touch nothing. */
const PURE_PACKAGES = /^(lru-cache|luxon|zod|node:crypto|node:util)$/;

const purity: Rule = {
	name: 'core and params import nothing that acts',
	check: (tree) =>
		sourcesOf(tree)
			.filter(({ path }) => path.startsWith('lib/core/') || path.startsWith('lib/params/'))
			.flatMap(({ path, imports }) =>
				imports
					.filter(({ specifier, isTypeOnly }) => !specifier.startsWith('.') && !isTypeOnly && !PURE_PACKAGES.test(specifier))
					.map(({ line, specifier }) => ({
						path,
						line,
						problem: `imports ${specifier}`,
						mend: 'Core and params compute from what they are given; do this in engine, an adapter or runtime.',
					})),
			),
};

/** Strongly connected groups of files; each is reported once, by its files in order. */
const circles: Rule = {
	name: 'no import circles',
	check: (tree) => {
		const reached = new Map(sourcesOf(tree).map(({ path }) => [path, reachableFrom(tree, [path], { withStart: false })]));
		const groups = new Map<string, string[]>();
		for (const [path, others] of reached) {
			if (!others.has(path)) continue;
			const group = [...others].filter((other) => reached.get(other)?.has(path)).sort();
			groups.set(group.join(), group);
		}
		return [...groups.values()].map((group) => ({
			path: group[0] ?? '',
			line: 1,
			problem: `is in an import circle: ${group.join(' → ')} → ${group[0] ?? ''}`,
			mend: 'Move what both sides need into a file of its own below them.',
		}));
	},
};

function reachableFrom(tree: SourceTree, starts: readonly string[], { withStart }: { withStart: boolean }): Set<string> {
	const seen = new Set<string>(withStart ? starts : []);
	const waiting = [...starts];
	for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
		for (const { target } of tree.files.get(path)?.imports ?? []) {
			if (target === null || seen.has(target)) continue;
			seen.add(target);
			waiting.push(target);
		}
	}
	return seen;
}

/** The sources behind what package.json offers to hosts and the command line. */
function entriesOf({ manifest }: SourceTree): string[] {
	const outputs = [
		...(manifest.n8n?.nodes ?? []),
		...(manifest.n8n?.credentials ?? []),
		...Object.values(manifest['node-red']?.nodes ?? {}),
		...Object.values(manifest.bin ?? {}),
	];
	return outputs.map((output) => output.replace(/^(?:\.\/)?dist\//, '').replace(/\.js$/, '.ts'));
}

/** Reached from tests alone, and kept in lib on purpose: the reference that the contract suite holds the other adapters to. */
const REFERENCE = ['lib/ledger/memory/store.ts'];

const deadFiles: Rule = {
	name: 'no dead files',
	check: (tree) => {
		const scripts = [...tree.files.keys()].filter((path) => path.startsWith('scripts/'));
		const alive = reachableFrom(tree, [...entriesOf(tree), ...REFERENCE, ...scripts], { withStart: true });
		return [...tree.files.keys()]
			.filter(
				(path) => /^(lib|nodes|credentials)\//.test(path) && (path.endsWith('.ts') || path.endsWith('.data.json')) && !alive.has(path),
			)
			.map((path) => ({
				path,
				line: 1,
				problem: 'is reached from no node, credential, command or script',
				mend: 'Use it, remove it, or list it in package.json.',
			}));
	},
};

const MAX_DEPENDENCIES = 6;
const LIFECYCLE = /^(pre|post)?(install|publish|pack|prepare)$|^prepublishOnly$|^dependencies$/;

const manifestRule: Rule = {
	name: 'package.json keeps its promises',
	check: (tree) => {
		const at = (problem: string, mend: string): Violation => ({ path: 'package.json', line: 1, problem, mend });
		const { dependencies = {}, scripts = {} } = tree.manifest;
		const missing = entriesOf(tree).filter((path) => !tree.files.has(path));
		const lifecycle = Object.keys(scripts).filter((name) => LIFECYCLE.test(name));
		const count = Object.keys(dependencies).length;
		return [
			...missing.map((path) => at(`offers ${path}, which is not there`, 'Write it, or do not offer it.')),
			...lifecycle.map((name) => at(`has the lifecycle script "${name}"`, 'n8n installs without scripts; do it in the build.')),
			...(count > MAX_DEPENDENCIES
				? [at(`has ${count} dependencies`, `Keep to ${MAX_DEPENDENCIES}: bundle a small one in scripts/build.mjs.`)]
				: []),
		];
	},
};

/** The rules about dependencies, in the order they are reported. */
export const DEPENDENCY_RULES: readonly Rule[] = [layers, unresolved, purity, circles, deadFiles, manifestRule];
