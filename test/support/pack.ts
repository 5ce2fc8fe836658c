/**
 * Owns the tarball that end-to-end tests install: packed once per test process from what the build wrote, exactly as it would be
 * published. Refuses to build.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runOrThrow } from './child';
import { cacheFolder, cleanEnvironment, repositoryRoot } from './repository';

let packed: Promise<string> | null = null;

/** Packs the package on first use and returns the path of the tarball, which is removed when the process ends. */
export function packOnce(): Promise<string> {
	packed ??= pack();
	return packed;
}

async function pack(): Promise<string> {
	const root = repositoryRoot();
	if (!existsSync(join(root, 'dist', 'lib'))) throw new Error('There is nothing to pack yet. Run "npm run build" first.');
	const folder = cacheFolder(`pack-${process.pid}`);
	mkdirSync(folder, { recursive: true });
	process.on('exit', () => {
		rmSync(folder, { recursive: true, force: true });
	});
	await runOrThrow('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
		cwd: root,
		env: cleanEnvironment(),
		timeoutMs: 60_000,
	});
	const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
	if (tarball === undefined) throw new Error(`npm pack wrote no tarball into ${folder}.`);
	return join(folder, tarball);
}
