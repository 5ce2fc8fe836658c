/** Owns measuring what the package weighs: the time and memory that loading its Node-RED nodes takes, and its size when installed. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runOrThrow } from '../support/child';
import { packOnce } from '../support/pack';
import { cleanEnvironment, outputRoot, repositoryRoot } from '../support/repository';
import { temporaryFolder } from '../support/temporary-folder';
import type { Bench, Measured } from './measure';

const ROUNDS = 9;
const MEGABYTE = 1e6;

interface Manifest {
	readonly 'node-red': { readonly nodes: Readonly<Record<string, string>> };
}

interface LockedPackage {
	readonly dev?: boolean;
	readonly devOptional?: boolean;
	readonly optional?: boolean;
	readonly peer?: boolean;
}

/** The rows about weight. */
export const FOOTPRINT_BENCHES: readonly Bench[] = [
	{ names: ['load.ms', 'load.rss-mb'], run: loading },
	{ names: ['install.mb'], run: async () => [await installed()] },
];

/** Says on one line what loading these files took, in milliseconds and bytes. */
const LOADER = `
	const before = { ms: performance.now(), rss: process.memoryUsage.rss() };
	for (const file of JSON.parse(process.argv[1])) require(file);
	console.log(JSON.stringify({ ms: performance.now() - before.ms, rss: process.memoryUsage.rss() - before.rss }));`;

async function loading(): Promise<Measured[]> {
	const ms: number[] = [];
	const rssMb: number[] = [];
	for (let round = 0; round < ROUNDS; round += 1) {
		const { stdout } = await runOrThrow(process.execPath, ['-e', LOADER, JSON.stringify(nodeFiles())], {
			env: cleanEnvironment(),
			timeoutMs: 30_000,
		});
		const loaded = JSON.parse(stdout) as { ms: number; rss: number };
		ms.push(loaded.ms);
		rssMb.push(loaded.rss / MEGABYTE);
	}
	const note = `the five Node-RED node files in a fresh process, ${String(ROUNDS)} rounds; in Node-RED itself not measured yet`;
	return [
		{ name: 'load.ms', unit: 'ms', ours: ms, peer: null, reach: { atMost: 150 }, note },
		{ name: 'load.rss-mb', unit: 'MB', ours: rssMb, peer: null, reach: { atMost: 30 }, note },
	];
}

/** The node files of this build; the manifest names them under dist. */
function nodeFiles(): string[] {
	const manifest = JSON.parse(readFileSync(join(repositoryRoot(), 'package.json'), 'utf8')) as Manifest;
	return Object.values(manifest['node-red'].nodes).map((file) => join(outputRoot(), file.replace(/^dist\//, '')));
}

async function installed(): Promise<Measured> {
	const folder = temporaryFolder();
	await runOrThrow('tar', ['-xzf', await packOnce(), '-C', folder], { env: cleanEnvironment(), timeoutMs: 30_000 });
	const packageMb = bytesUnder(folder) / MEGABYTE;
	const dependencies = productionPackages();
	const dependenciesMb = dependencies.reduce((sum, path) => sum + bytesUnder(join(repositoryRoot(), path)), 0) / MEGABYTE;
	const note = `the unpacked tarball ${packageMb.toFixed(1)}, its ${String(dependencies.length)} production packages ${dependenciesMb.toFixed(1)}; sum of file sizes`;
	return { name: 'install.mb', unit: 'MB', ours: [packageMb + dependenciesMb], peer: null, reach: { atMost: 80 }, note };
}

/** Folders of what an installation without development and optional packages brings along, by the lockfile. */
function productionPackages(): string[] {
	const { packages } = JSON.parse(readFileSync(join(repositoryRoot(), 'package-lock.json'), 'utf8')) as {
		readonly packages: Readonly<Record<string, LockedPackage>>;
	};
	return Object.entries(packages)
		.filter(([path, { dev, devOptional, optional, peer }]) => path !== '' && !(dev ?? devOptional ?? optional ?? peer ?? false))
		.map(([path]) => path);
}

/** The sizes of all files, those of packages within packages left to their own entries. */
function bytesUnder(folder: string): number {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && !entry.parentPath.slice(folder.length).includes('node_modules'))
		.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
