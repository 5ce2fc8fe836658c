/**
 * Owns the way from sources to what runs: compiles with tsc, bundles the small libraries, copies assets, writes generated
 * files, and removes what no source stands behind any more. Fails when a shipped file needs something the package would not
 * have after an installation.
 *
 *   node scripts/build.mjs                                   into dist/
 *   LLM_CREDITS_BUILD_TO=.cache/mine node scripts/build.mjs  somewhere else, so that two builds do not tread on each other
 *
 * Steps, in this order:
 *  1. tsc, incremental (its memory lies in the output folder, so removing the folder starts afresh). Type errors are printed,
 *     the remaining steps still run, and the build ends with exit code 1.
 *  2. Every library of BUNDLED that lib/, nodes/ or credentials/ import becomes one file in vendor/, and the imports in the
 *     emitted files point there. Sources import the library by its own name; tests and scripts use node_modules.
 *  3. Every file that is not TypeScript is an asset and is copied beside the emitted files, keeping its path.
 *  4. scripts/generate.js of the output, when there is one, is run with the output folder as its argument. It writes each of
 *     its files anew on every run.
 *  5. Files in the output that none of these steps accounts for are removed.
 */
import { spawnSync } from 'node:child_process';
import {
	chmodSync,
	closeSync,
	existsSync,
	mkdirSync,
	openSync,
	readFileSync,
	readdirSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { dirname, isAbsolute, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/**
 * Pure JavaScript development dependencies that are packed into the tarball, as sources import them (a sub-path is an entry of
 * its own). Each one is justified in docs/dependencies.md; one that no shipped file imports is left out.
 */
const BUNDLED = [
	'@pydantic/genai-prices',
	'cli-progress',
	'eld/extrasmall',
	'jsonrepair',
	'http-proxy-agent',
	'https-proxy-agent',
	'lru-cache',
	'mustache',
	'p-limit',
	'papaparse',
	'string-width',
];
/** Of these, the ones that say in their manifest that they can only be imported. */
const IMPORT_ONLY = ['eld/extrasmall', 'http-proxy-agent', 'https-proxy-agent'];
/** Folders with sources; the first four are packed. */
const SHIPPED = ['lib', 'nodes', 'credentials', 'icons'];
const SOURCE_FOLDERS = [...SHIPPED, 'scripts', 'test'];
/** n8n gives this package to its own nodes; under Node-RED it is absent, so nothing else may need it. */
const N8N_ONLY = { name: 'n8n-workflow', folders: ['nodes/n8n/', 'credentials/'] };

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const outDir = resolve(root, process.env.LLM_CREDITS_BUILD_TO ?? 'dist');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const problems = [];

/** Paths of all files under `folder`, relative to `base`, with forward slashes. */
function filesUnder(base, folder) {
	if (!existsSync(join(base, folder))) return [];
	return readdirSync(join(base, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => relative(base, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === 'EPERM';
	}
}

/** Two builds into one folder wait for each other; the lock of a dead process is taken over. */
async function lockOutput() {
	const lock = `${outDir}.lock`;
	mkdirSync(dirname(outDir), { recursive: true });
	for (;;) {
		try {
			const handle = openSync(lock, 'wx');
			writeSync(handle, String(process.pid));
			closeSync(handle);
			process.on('exit', () => rmSync(lock, { force: true }));
			return;
		} catch (error) {
			if (error.code !== 'EEXIST') throw error;
			const owner = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0;
			if (owner > 0 && !isAlive(owner)) rmSync(lock, { force: true });
			await new Promise((done) => setTimeout(done, 100));
		}
	}
}

/** Emits every source; returns the paths it accounts for. */
function compile() {
	const sources = SOURCE_FOLDERS.flatMap((folder) => filesUnder(root, folder)).filter(
		(path) => path.endsWith('.ts') && !path.endsWith('.d.ts'),
	);
	const outputs = sources.map((path) => path.replace(/\.ts$/, '.js'));
	const memory = join(outDir, '.tsbuildinfo');
	if (outputs.some((path) => !existsSync(join(outDir, path)))) rmSync(memory, { force: true });
	const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
	const args = [
		'-p',
		root,
		'--outDir',
		outDir,
		'--incremental',
		'--tsBuildInfoFile',
		memory,
		'--pretty',
		String(Boolean(process.stdout.isTTY)),
	];
	const { status } = spawnSync(process.execPath, [tsc, ...args], { stdio: 'inherit', cwd: root });
	if (status !== 0)
		problems.push('The type checker found errors (listed above). The output was written nevertheless, but it is not to be trusted.');
	return outputs;
}

const requirePattern = /\brequire\((["'])([^"']+)\1\)/g;

function packageOf(specifier) {
	return specifier
		.split('/')
		.slice(0, specifier.startsWith('@') ? 2 : 1)
		.join('/');
}

function vendorFileOf(specifier) {
	return `vendor/${specifier.replace(/^@/, '').replaceAll('/', '-')}.js`;
}

/** Says why a shipped file may not require `specifier`, or null when it may. */
function refusalOf(specifier, from) {
	if (specifier.startsWith('.')) {
		const target = posix.normalize(posix.join(posix.dirname(from), specifier));
		if (![...SHIPPED, 'vendor'].some((folder) => target.startsWith(`${folder}/`))) return `${target} is not packed; move it under lib/`;
		const isThere = ['', '.js', '.json', '/index.js'].some(
			(end) => existsSync(join(outDir, target + end)) && statSync(join(outDir, target + end)).isFile(),
		);
		return isThere ? null : `${target} does not exist`;
	}
	if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return null;
	const name = packageOf(specifier);
	if (name in (manifest.dependencies ?? {})) return null;
	if (name === N8N_ONLY.name)
		return N8N_ONLY.folders.some((folder) => from.startsWith(folder))
			? null
			: `only ${N8N_ONLY.folders.join(' and ')} may, because Node-RED has no ${name}`;
	return 'it is neither a runtime dependency nor in BUNDLED of scripts/build.mjs; import types with "import type", or add it to one of them';
}

/** Bundles what shipped files need and points their imports there; returns the written paths. */
function bundle() {
	const shipped = SHIPPED.flatMap((folder) => filesUnder(outDir, folder)).filter((path) => path.endsWith('.js'));
	const used = new Set();
	for (const path of shipped) {
		const file = join(outDir, path);
		const before = readFileSync(file, 'utf8');
		const after = before.replace(requirePattern, (whole, quote, specifier) => {
			const library = BUNDLED.find((name) => name === specifier || specifier.endsWith(`../${vendorFileOf(name)}`));
			if (library) used.add(library);
			if (library !== specifier) return whole;
			return `require(${quote}${posix.relative(posix.dirname(path), vendorFileOf(specifier))}${quote})`;
		});
		if (after !== before) writeFileSync(file, after);
	}
	const libraries = new Map();
	const outputs = [...used].sort().map((specifier) => bundleOne(specifier, libraries));
	writeIfChanged('THIRD_PARTY_LICENSES.txt', licenceText(libraries));
	return [...outputs, 'THIRD_PARTY_LICENSES.txt'];
}

function bundleOne(specifier, libraries) {
	const name = JSON.stringify(specifier);
	const contents = IMPORT_ONLY.includes(specifier) ? `export * from ${name};` : `module.exports = require(${name});`;
	const { outputFiles, metafile } = buildSync({
		stdin: { contents, resolveDir: root },
		absWorkingDir: root,
		bundle: true,
		platform: 'node',
		format: 'cjs',
		target: 'node22',
		metafile: true,
		write: false,
		legalComments: 'none',
		logLevel: 'error',
	});
	for (const input of Object.keys(metafile.inputs)) {
		const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
		if (folder) libraries.set(folder, JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')));
	}
	const path = vendorFileOf(specifier);
	writeIfChanged(path, outputFiles[0].text);
	return path;
}

/** The licences of every package that went into a bundle, those of its own dependencies included. */
function licenceText(libraries) {
	const parts = [...libraries]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([folder, { name, version, license }]) => {
			const file = readdirSync(join(root, folder)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
			if (!file && !license) problems.push(`${name} is bundled but states no licence.`);
			const text = file
				? readFileSync(join(root, folder, file), 'utf8').trim()
				: `(The package has no licence file; its manifest says ${license}.)`;
			return `${name} ${version} (${license ?? 'see below'})\n\n${text}\n`;
		});
	const head = 'This package contains the following libraries, each under its own licence.\n';
	return [head, ...parts].join(`\n${'-'.repeat(80)}\n\n`);
}

/** A vendor file may itself only need what Node has; a shipped file only what is packed or installed. */
function checkRequires() {
	for (const path of SHIPPED.flatMap((folder) => filesUnder(outDir, folder)).filter((file) => file.endsWith('.js'))) {
		if (!existsSync(join(root, path.replace(/\.js$/, '.ts')))) continue;
		for (const [, , specifier] of readFileSync(join(outDir, path), 'utf8').matchAll(requirePattern)) {
			const refusal = refusalOf(specifier, path);
			if (refusal) problems.push(`${path.replace(/\.js$/, '.ts')} requires "${specifier}": ${refusal}.`);
		}
	}
}

function writeIfChanged(path, content) {
	const file = join(outDir, path);
	const bytes = Buffer.from(content);
	if (existsSync(file) && readFileSync(file).equals(bytes)) return;
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, bytes);
}

function copyAssets() {
	const assets = SOURCE_FOLDERS.flatMap((folder) => filesUnder(root, folder)).filter((path) => !/\.(ts|mjs|md)$/.test(path));
	for (const path of assets) writeIfChanged(path, readFileSync(join(root, path)));
	return assets;
}

function generate() {
	const script = join(outDir, 'scripts/generate.js');
	if (!existsSync(script)) return;
	const { status } = spawnSync(process.execPath, [script, outDir], { stdio: 'inherit', cwd: root });
	if (status !== 0) problems.push('scripts/generate.ts failed (see above).');
}

/** Removes outputs without a source. What the generator wrote in this run is younger than the run itself. */
function sweep(expected, startedAtMs) {
	for (const path of [...SOURCE_FOLDERS, 'vendor'].flatMap((folder) => filesUnder(outDir, folder))) {
		if (!expected.has(path) && statSync(join(outDir, path)).mtimeMs < startedAtMs) rmSync(join(outDir, path));
	}
}

/** An output folder outside the repository finds the installed packages through a link. */
function linkPackages() {
	const inside = relative(root, outDir);
	if (!inside.startsWith('..') && !isAbsolute(inside)) return;
	if (!existsSync(join(outDir, 'node_modules'))) symlinkSync(join(root, 'node_modules'), join(outDir, 'node_modules'), 'dir');
}

await lockOutput();
// File systems round times down, so the run counts as started a little earlier than it did.
const startedAtMs = Date.now() - 1000;
mkdirSync(outDir, { recursive: true });
linkPackages();
const expected = new Set([...compile(), ...bundle(), ...copyAssets()]);
checkRequires();
generate();
sweep(expected, startedAtMs);
const bin = join(outDir, 'lib/cli/llm-credits.js');
if (existsSync(bin)) chmodSync(bin, 0o755);
if (problems.length > 0) {
	console.error(`\nThe build failed:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
	process.exitCode = 1;
}
