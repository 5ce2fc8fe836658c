/**
 * Owns the tarball that end-to-end tests install: packed once per test process from what the build wrote, exactly as it would be
 * published. Refuses to build.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runOrThrow } from './child';
import { cacheFolder, cleanEnvironment, outputRoot, repositoryRoot } from './repository';

let packed: Promise<string> | null = null;

/** Packs the package on first use and returns the path of the tarball, which is removed when the process ends. */
export function packOnce(): Promise<string> {
	packed ??= pack();
	return packed;
}

async function pack(): Promise<string> {
	const output = outputRoot();
	if (!existsSync(join(output, 'lib'))) throw new Error('There is nothing to pack yet. Run "npm run build" first.');
	const folder = cacheFolder(`pack-${process.pid}`);
	mkdirSync(folder, { recursive: true });
	process.on('exit', () => {
		rmSync(folder, { recursive: true, force: true });
	});
	await runOrThrow('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
		cwd: output === join(repositoryRoot(), 'dist') ? repositoryRoot() : stage(output, join(folder, 'stage')),
		env: cleanEnvironment(),
		timeoutMs: 60_000,
	});
	const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
	if (tarball === undefined) throw new Error(`npm pack wrote no tarball into ${folder}.`);
	return join(folder, tarball);
}

/** A build that was sent elsewhere is packed from a copy in which it lies at `dist`, where package.json expects it. */
function stage(output: string, folder: string): string {
	const isPart = (path: string): boolean => !/\/(node_modules|test|scripts)$/.test(path);
	cpSync(output, join(folder, 'dist'), { recursive: true, filter: isPart });
	for (const name of ['package.json', 'examples', 'LICENSE', 'README.md', 'CHANGELOG.md']) {
		const source = join(repositoryRoot(), name);
		if (existsSync(source)) cpSync(source, join(folder, name), { recursive: true });
	}
	return folder;
}
