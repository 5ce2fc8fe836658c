/**
 * Owns where things lie while tests run: the repository, its cache, and the npm and Node they use. Refuses to guess: a test started
 * outside the repository fails at once.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

/** The repository: the nearest folder with a tsconfig.json above this file, else above the working directory. */
export function repositoryRoot(): string {
	for (const start of [__dirname, process.cwd()]) {
		for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
			if (existsSync(join(folder, 'tsconfig.json')) && existsSync(join(folder, 'package-lock.json'))) return folder;
		}
	}
	throw new Error(`No repository above ${__dirname} or ${process.cwd()}. Start the tests with "npm test" from the repository.`);
}

/** The folder with the compiled code these tests belong to (`dist`, unless the build was sent elsewhere). */
export function outputRoot(): string {
	return resolve(__dirname, '..', '..', '..');
}

/** A folder for what tests may keep between runs, inside the repository and ignored by git. */
export function cacheFolder(name: string): string {
	return join(repositoryRoot(), '.cache', name);
}

/** A folder that outlives the repository, for what is large and never changes. */
export function machineCacheFolder(name: string): string {
	return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'llm-credits', name);
}

/**
 * The environment for a program that must not notice that it was started by an npm script: without npm's own variables and without
 * the ledger of whoever runs the tests, and with this Node first on PATH. Settings of the machine, such as the registry or a proxy, stay.
 */
export function cleanEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
	const setByNpm =
		/^(npm_(package|lifecycle|command|node|execpath)|npm_config_(local_prefix|global_prefix|prefix|noproxy|legacy_peer_deps|node_gyp|user_agent|init_module)|INIT_CWD)/i;
	const ofOurs = /^LLM_CREDITS_(LEDGER|ACCOUNT|ADMIN_KEY)$/;
	const kept = Object.entries(process.env).filter(
		(pair): pair is [string, string] => pair[1] !== undefined && !setByNpm.test(pair[0]) && !ofOurs.test(pair[0]),
	);
	const environment = Object.fromEntries(kept);
	environment['PATH'] = `${dirname(process.execPath)}${delimiter}${environment['PATH'] ?? ''}`;
	return { ...environment, ...extra };
}
